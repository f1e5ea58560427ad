//! Seeded dice: every name, password and token of the corpus is made when the test runs, so that
//! the repository holds none, and the same seed makes the same files.

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

pub(crate) const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
pub(crate) const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
pub(crate) const WORDY: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
pub(crate) const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
pub(crate) const HEX: &str = "0123456789abcdef";

/// Numbers that follow from a seed.
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Dice for a family of cases.
    pub(crate) fn of(seed: &str) -> Self {
        let digest = Sha256::digest(seed.as_bytes());
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&digest[..8]);
        Self(u64::from_le_bytes(bytes) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from((self.next() >> 32) % end as u64).unwrap()
    }

    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    pub(crate) fn text(&mut self, alphabet: &str, length: usize) -> String {
        let alphabet = alphabet.as_bytes();
        (0..length).map(|_| char::from(self.pick(alphabet))).collect()
    }

    pub(crate) fn hex(&mut self, length: usize) -> String {
        self.text(HEX, length)
    }

    pub(crate) fn uuid(&mut self) -> String {
        let mut part = |length| self.hex(length);
        let (a, b, c, d, e) = (part(8), part(4), part(3), part(3), part(12));
        format!("{a}-{b}-4{c}-8{d}-{e}")
    }

    pub(crate) fn user(&mut self) -> String {
        const NAMES: &[&str] = &[
            "ada.kral",
            "jnovak",
            "build_svc",
            "mira",
            "acme-deploy",
            "pk-ci",
            "t.horak",
            "zdenka",
        ];
        self.pick(NAMES).to_owned()
    }

    pub(crate) fn host(&mut self) -> String {
        const HOSTS: &[&str] = &[
            "registry.acme-corp.net:5000",
            "harbor.praha-labs.cz",
            "nexus.intra.lan:8083",
            "docker.kovar.io",
            "reg.svc.horizon.dev",
            "cr.mlyn.eu:8443",
        ];
        self.pick(HOSTS).to_owned()
    }

    /// A password as people make them: it needs no quotes in a shell, in YAML or in XML.
    pub(crate) fn password(&mut self) -> String {
        const BEGIN: &[&str] = &["Kov", "Tere", "Bram", "Vlt", "Osto", "Zub", "Mrk", "Lipo"];
        const END: &[&str] = &["raza", "nik", "bora", "vec", "lka", "dub", "sta", "mir"];
        let (begin, end) = (self.pick(BEGIN), self.pick(END));
        let (number, rest) = (self.below(9000) + 1000, self.text(ALNUM, 5));
        format!("{begin}{end}-{number}{}{rest}", self.pick(&["-", "_", "."]))
    }

    /// A password that needs quotes nearly everywhere.
    pub(crate) fn odd_password(&mut self) -> String {
        let word = self.password();
        format!("{}{word}{}", self.pick(&["p@", "a#", "%9", "e="]), self.pick(&["!7", ":x", "?&k"]))
    }
}

/// Base64 as `auth` has it.
pub(crate) fn base64(text: &str) -> String {
    Base64::encode_string(text.as_bytes())
}

/// Base64 over several lines, as `base64` and `openssl` write it.
pub(crate) fn folded(text: &str, width: usize, indent: &str) -> String {
    let encoded = base64(text);
    let lines: Vec<&str> =
        encoded.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).unwrap()).collect();
    lines.iter().map(|line| format!("{indent}{line}\n")).collect()
}

/// A text in the quotes of JSON.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A text that is moved to the right, as block scalars are.
pub(crate) fn indented(text: &str, indent: &str) -> String {
    text.lines().map(|line| format!("{indent}{line}\n")).collect()
}

/// A signed token with these claims.
pub(crate) fn jwt(dice: &mut Dice, claims: &serde_json::Value) -> String {
    let header = serde_json::json!({"alg": "RS256", "typ": "JWT", "kid": dice.text(UPPER, 12)});
    let part = |text: String| Base64UrlUnpadded::encode_string(text.as_bytes());
    let (header, claims) = (part(header.to_string()), part(claims.to_string()));
    format!("{header}.{claims}.{}", dice.text(WORDY, 342))
}

/// Seconds since 1970 as RFC 3339.
pub(crate) fn rfc3339(seconds: u64) -> String {
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
    humantime::format_rfc3339_seconds(time).to_string()
}

mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_texts() {
        let word = |seed| Dice::of(seed).text(ALNUM, 40);
        assert_eq!(word("a"), word("a"));
        assert_ne!(word("a"), word("b"));
    }

    #[test]
    fn a_made_token_decodes() {
        let token = jwt(&mut Dice::of("jwt"), &serde_json::json!({"exp": 1_700_000_000}));
        let parts: Vec<&str> = token.split('.').collect();
        assert_eq!(parts.len(), 3);
        let claims = Base64UrlUnpadded::decode_vec(parts[1]).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        assert_eq!(claims["exp"], 1_700_000_000);
        assert!(parts[0].starts_with("eyJ") && parts[1].starts_with("eyJ"));
    }

    #[test]
    fn folded_base64_is_the_text_again() {
        let lines = folded(&"kolo na kole ".repeat(20), 76, "  ");
        assert!(lines.lines().count() > 3);
        let whole: String = lines.split_ascii_whitespace().collect();
        assert_eq!(Base64::decode_vec(&whole).unwrap(), "kolo na kole ".repeat(20).as_bytes());
    }
}
