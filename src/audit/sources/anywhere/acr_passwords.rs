//! Passwords of Azure's registry anywhere in a file, as its command line prints them in tables: their
//! marks say what they are. What another source knows more of is not found once more.

use memchr::memmem;

use crate::audit::document::Lines;
use crate::audit::finding::{Found, MAX_IN_FILE};
use crate::audit::sources::shell::commands::kind;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "acr-password",
    about: "a password of Azure's registry",
    reference: "https://learn.microsoft.com/purview/sit-defn-azure-container-registry-access-key",
    places: |_| Vec::new(),
    words: &["+acr", "jqqj99"],
    find: Find::Text(find),
};

/// What is in such passwords, how many characters stand before it, and how many it has in all; the
/// later ones have the registry's letters behind it.
const MARKS: &[(&str, usize, usize, &str)] = &[("+ACR", 42, 52, ""), ("JQQJ99", 52, 84, "ACR")];

fn find(file: &File<'_>, found: &mut Vec<Found>) {
    let text = file.document.text;
    let mut all = MARKS.iter().flat_map(|mark| passwords(text, *mark)).peekable();
    if all.peek().is_none() {
        return;
    }
    let (kind, lines) = (kind::of(file.path, text), Lines::of(text));
    found.extend(
        all.take(MAX_IN_FILE).map(|(at, password)| Found::on_line(lines.line(at), kind, password)),
    );
}

/// The passwords with a mark, and where they begin.
fn passwords<'t>(
    text: &'t str,
    (mark, before, length, letters): (&'static str, usize, usize, &'static str),
) -> impl Iterator<Item = (usize, &'t str)> {
    let is_part = |b: &u8| b.is_ascii_alphanumeric() || b"+/=".contains(b);
    let bytes = text.as_bytes();
    memmem::find_iter(bytes, mark).filter_map(move |at| {
        let begin = at.checked_sub(before)?;
        // A variable's name may stand before, with its sign.
        let is_within =
            begin.checked_sub(1).is_some_and(|at| is_part(&bytes[at]) && bytes[at] != b'=');
        let is_longer = bytes.get(begin + length).is_some_and(is_part);
        let password = text.get(begin..begin + length).filter(|_| !is_within && !is_longer)?;
        let is_whole = password.bytes().all(|b| is_part(&b) && b != b'=');
        (is_whole && password[before + mark.len()..].contains(letters)).then_some((begin, password))
    })
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    fn mixed(length: usize) -> String {
        "aZ3k9QxB".repeat(11)[..length].to_owned()
    }

    #[test]
    fn passwords_in_any_text_are_found_once() {
        let (old, new) = (
            format!("{}+ACR{}", mixed(42), mixed(6)),
            format!("{}JQQJ99{}ACR{}", mixed(52), mixed(10), mixed(13)),
        );
        let found = |secret: &str, line| Login::of("acr-password", "", "", secret, line);
        let text = format!("USERNAME  PASSWORD\n--------  --------\nacme      {old}\nor={new}\n");
        assert_eq!(logins("a.txt", &text), [found(&old, 3), found(&new, 4)]);
        let text = format!("docker login -u acme -p {old} acme.azurecr.io\n");
        assert_eq!(
            logins("a.sh", &text),
            [Login::of("command", "acme.azurecr.io", "acme", &old, 1)]
        );
    }

    #[test]
    fn other_texts_with_their_marks_are_clean() {
        let old = format!("{}+ACR{}", mixed(42), mixed(6));
        clean("a.txt", &[&format!("{old}A"), &format!("A{old}"), &old[1..], &old[..51], "+ACR"]);
        clean("a.txt", &[&format!("{}JQQJ99{}", mixed(52), mixed(26)), "JQQJ99"]);
    }
}
