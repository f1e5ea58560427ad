//! The recovery passphrase: made by us, printed once, kept elsewhere, and typed in by a person.

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::store::{Error, ErrorKind};

/// Digits and lower-case letters but for `i`, `l`, `o` and `u` (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LETTERS: usize = 24; // of 5 bits: 120 bits
const GROUP: usize = 4;

/// A new passphrase of 120 random bits: six groups of four, joined by `-`.
pub(super) fn generate() -> Result<SecretString, Error> {
    let mut random = Zeroizing::new([0_u8; LETTERS]);
    getrandom::fill(&mut *random)
        .map_err(|_| Error::new(ErrorKind::Failed, "cannot get random numbers"))?;
    let letters = random.iter().map(|b| char::from(ALPHABET[usize::from(b % 32)]));
    Ok(grouped(letters))
}

/// What a person typed, as it was printed; `None` where it cannot be a recovery passphrase. Case,
/// spaces and dashes do not matter, nor does reading `0` as the letter O or `1` as I or L.
pub(super) fn read(typed: &SecretString) -> Option<SecretString> {
    let mut letters = Zeroizing::new(String::with_capacity(LETTERS));
    for c in typed.expose_secret().chars().filter(|c| !c.is_whitespace() && *c != '-') {
        let c = match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            c => c,
        };
        let is_letter = u8::try_from(c).is_ok_and(|b| ALPHABET.contains(&b));
        if !is_letter || letters.len() == LETTERS {
            return None;
        }
        letters.push(c);
    }
    (letters.len() == LETTERS).then(|| grouped(letters.chars()))
}

fn grouped(letters: impl Iterator<Item = char>) -> SecretString {
    let mut text = String::with_capacity(LETTERS + LETTERS / GROUP);
    for (i, letter) in letters.enumerate() {
        if i > 0 && i % GROUP == 0 {
            text.push('-');
        }
        text.push(letter);
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(typed: &str) -> Option<String> {
        read(&typed.into()).map(|p| p.expose_secret().to_owned())
    }

    #[test]
    fn it_is_six_groups_of_four_and_never_the_same() {
        let made = generate().unwrap();
        let groups: Vec<_> = made.expose_secret().split('-').collect();
        assert!(groups.len() == 6 && groups.iter().all(|g| g.len() == 4), "{groups:?}");
        assert_ne!(made.expose_secret(), generate().unwrap().expose_secret());
        assert_eq!(read_text(made.expose_secret()).unwrap(), made.expose_secret());
    }

    #[test]
    fn case_spaces_dashes_and_look_alikes_are_forgiven() {
        let printed = "0abc-1def-ghjk-mnpq-rstv-wxyz";
        for typed in [
            "0abc1defghjkmnpqrstvwxyz",
            " OABC 1DEF GHJK\tMNPQ RSTV WXYZ\n",
            "oabc-idef-ghjk-mnpq-rstv-wxyz",
            "0ab-c1de-fghj-kmnp-qrst-vwxy-z-",
            "oabc ldef ghjk mnpq rstv wxyz",
        ] {
            assert_eq!(read_text(typed).as_deref(), Some(printed), "{typed}");
        }
    }

    #[test]
    fn another_length_or_another_letter_is_no_recovery_passphrase() {
        for typed in [
            "",
            "correct horse battery staple",
            "0abc-1def-ghjk-mnpq-rstv-wxy",
            "0abc-1def-ghjk-mnpq-rstv-wxyz0",
            "uabc-1def-ghjk-mnpq-rstv-wxyz",
            "éabc-1def-ghjk-mnpq-rstv-wxyz",
        ] {
            assert_eq!(read_text(typed), None, "{typed}");
        }
    }
}
