//! The passwords of Amazon's registry anywhere in a file, as `aws ecr get-login-password` prints them:
//! what they say is what they are. What another source knows more of is not found once more.

use base64ct::{Base64Unpadded, Encoding};
use memchr::memmem;

use crate::audit::document::Lines;
use crate::audit::finding::{Found, MAX_IN_FILE};
use crate::audit::sources::shell::commands::kind;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "ecr-token",
    about: "a password of Amazon's registry",
    reference: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html",
    places: |_| Vec::new(),
    words: &[BEGIN],
    find: Find::Text(find),
};

/// Base64 of `{"payload":"`.
const BEGIN: &str = "eyJwYXlsb2FkIjoi";

/// The longest password, in bytes.
const MAX_TOKEN: usize = 16 * 1024;

fn find(file: &File<'_>, found: &mut Vec<Found>) {
    let text = file.document.text;
    let mut all =
        memmem::find_iter(text.as_bytes(), BEGIN).filter_map(|at| Some((at, token(text, at)?)));
    let Some(first) = all.next() else { return };
    let (kind, lines) = (kind::of(file.path, text), Lines::of(text));
    for (at, token) in std::iter::once(first).chain(all).take(MAX_IN_FILE) {
        found.push(Found::on_line(lines.line(at), kind, token).of(None, Some("AWS")));
    }
}

/// The password that begins at a byte, where it is one.
fn token(text: &str, at: usize) -> Option<&str> {
    let is_part = |b: &u8| b.is_ascii_alphanumeric() || b"+/".contains(b);
    let bytes = text.as_bytes();
    if at.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(is_part) {
        return None;
    }
    let length = bytes[at..].iter().take(MAX_TOKEN).take_while(|b| is_part(b)).count();
    let padding = bytes[at + length..].iter().take(2).take_while(|b| **b == b'=').count();
    let said = Base64Unpadded::decode_vec(&text[at..at + length]).ok()?;
    let has_key = memmem::find(&said, b"\"datakey\"").is_some() && said.ends_with(b"}");
    has_key.then(|| &text[at..at + length + padding])
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Encoding};

    use crate::audit::sources::testing::{Login, clean, logins};

    fn token(key: &str) -> String {
        let payload = Base64::encode_string(&[7; 40]);
        let said = format!("{{\"payload\":\"{payload}\",\"{key}\":\"AQEBAHh\",\"version\":\"2\"}}");
        Base64::encode_string(said.as_bytes())
    }

    #[test]
    fn passwords_in_any_text_are_found_once() {
        let token = token("datakey");
        let login = Login::of("ecr-token", "", "AWS", &token, 1);
        assert_eq!(logins("password.txt", &format!("{token}\n")), [login]);
        let text = format!("\ndocker login -u AWS -p {token} 1.dkr.ecr.eu-west-1.amazonaws.com\n");
        let host = "1.dkr.ecr.eu-west-1.amazonaws.com";
        assert_eq!(logins("a.sh", &text), [Login::of("command", host, "AWS", &token, 2)]);
    }

    #[test]
    fn other_texts_of_base64_are_clean() {
        clean("a.txt", &[&token("key"), &format!("xx{}", token("datakey")), super::BEGIN]);
    }
}
