//! Docker Hub's access tokens anywhere in a file: what they begin with says what they are, and that
//! they open nothing else. What another source knows more of is not found once more.

use memchr::memmem;

use crate::audit::document::Lines;
use crate::audit::finding::{Found, MAX_IN_FILE};
use crate::audit::sources::images::HUB;
use crate::audit::sources::shell::commands::kind;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "hub-token",
    about: "an access token of Docker Hub",
    reference: "https://docs.docker.com/security/access-tokens/",
    places: |_| Vec::new(),
    words: &["dckr_pat_", "dckr_oat_"],
    find: Find::Text(find),
};

/// What tokens begin with, and how many letters, digits, `_` and `-` follow.
const TOKENS: &[(&str, usize)] = &[("dckr_pat_", 27), ("dckr_oat_", 32)];

fn find(file: &File<'_>, found: &mut Vec<Found>) {
    let text = file.document.text;
    let all = || TOKENS.iter().flat_map(|(begin, length)| tokens(text, begin, *length));
    if all().next().is_none() {
        return;
    }
    let (kind, lines) = (kind::of(file.path, text), Lines::of(text));
    let all = all().take(MAX_IN_FILE);
    found.extend(
        all.map(|(at, token)| Found::on_line(lines.line(at), kind, token).of(Some(HUB), None)),
    );
}

/// The tokens of one kind, and where they begin.
fn tokens<'t>(
    text: &'t str,
    begin: &'static str,
    length: usize,
) -> impl Iterator<Item = (usize, &'t str)> {
    let is_part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    memmem::find_iter(text.as_bytes(), begin).filter_map(move |at| {
        let end = at + begin.len() + length;
        let bytes = text.as_bytes();
        let is_within = at.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(is_part);
        let is_longer = bytes.get(end).is_some_and(is_part);
        let token = text.get(at..end).filter(|_| !is_within && !is_longer)?;
        token.bytes().all(|b| is_part(&b)).then_some((at, token))
    })
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    fn token(of: &str, length: usize) -> String {
        format!("dckr_{of}_{}", "aZ3-k_9Q".repeat(5).get(..length).unwrap_or_default())
    }

    #[test]
    fn tokens_in_any_text_are_found_once() {
        let (pat, oat) = (token("pat", 27), token("oat", 32));
        let login = |secret: &str, line| Login::of("hub-token", "docker.io", "", secret, line);
        let text = format!("notes\nhub: {pat}, and `{oat}`\n");
        assert_eq!(logins("notes.txt", &text), [login(&pat, 2), login(&oat, 2)]);
        let text = format!("docker login -u ada -p {pat}\n# {pat} is old\n");
        assert_eq!(logins("a.sh", &text), [Login::of("command", "docker.io", "ada", &pat, 1)]);
    }

    #[test]
    fn what_is_no_whole_token_is_clean() {
        let (pat, short) = (token("pat", 27), token("pat", 26));
        let other = [format!("x{pat}"), format!("{pat}x"), short, "dckr_pat_".to_owned()];
        clean("notes.txt", &other.each_ref().map(String::as_str));
    }
}
