//! The clean twin of a file with credentials.

use super::case::Expected;
use super::generate::{Dice, base64};

/// The text with a reference, a placeholder or an empty password in the place of each secret.
pub(super) fn clean(dice: &mut Dice, text: &str, expected: &[Expected]) -> String {
    const REFERENCES: &[&str] = &[
        "${REGISTRY_PASSWORD}",
        "$REGISTRY_PASSWORD",
        "{{ registry_password }}",
        "${{ secrets.REGISTRY_PASSWORD }}",
        "op://infra/registry/password",
        "changeme",
        "<your-password>",
        "xxxxxxxxxxxxxxxx",
        "********",
        "REPLACE_ME",
    ];
    let mut clean = text.to_owned();
    for one in expected {
        let (secret, example) = (&one.secrets[0], base64("username:password"));
        let empty = base64(&format!("{}:", one.user.trim_start_matches(['-', '?'])));
        let reference = dice.pick(REFERENCES);
        let stands = if one.written == *secret {
            reference.to_owned()
        } else if one.written == base64(secret) {
            base64(reference)
        } else {
            let auths = [empty.as_str(), &example, "Og==", "${REGISTRY_AUTH}"];
            dice.pick(&auths).to_owned()
        };
        // A value over several lines keeps its indent.
        let indent: String = one.written.chars().take_while(|c| *c == ' ').collect();
        let end = if one.written.ends_with('\n') { "\n" } else { "" };
        let stands = format!("{indent}{stands}{end}");
        clean = clean.replace(&one.written, &stands).replace(secret, reference);
    }
    clean
}
