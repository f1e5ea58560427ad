//! The key of a store: one age X25519 identity, to which every entry is encrypted. Its text is that
//! of age's own identity files, so that the stock `age` program can use it.

use std::fmt;

use age::x25519;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::store::{Error, ErrorKind};

/// The key that opens a sealed store. Its `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Identity(x25519::Identity);

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(…)")
    }
}

/// Why a file was not opened by an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unopened {
    /// The file is for another key, or its first lines are damaged: age cannot tell.
    WrongKey,
    /// It is no age file, or it was changed.
    Damaged,
}

impl From<age::DecryptError> for Unopened {
    /// age's own text is dropped: nothing of a file that we cannot trust is shown.
    fn from(error: age::DecryptError) -> Self {
        match error {
            age::DecryptError::NoMatchingKeys => Self::WrongKey,
            _ => Self::Damaged,
        }
    }
}

impl Identity {
    pub(super) fn generate() -> Self {
        Self(x25519::Identity::generate())
    }

    /// Reads an identity file: comments, and one line `AGE-SECRET-KEY-1…`.
    pub(super) fn parse(file: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(file).ok()?;
        let mut lines =
            text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
        let identity = lines.next()?.parse().ok()?;
        lines.next().is_none().then_some(Self(identity))
    }

    /// The line `AGE-SECRET-KEY-1…`, for whoever is to keep it: a service manager, a secret mount.
    #[must_use]
    pub fn to_text(&self) -> SecretString {
        self.0.to_string()
    }

    /// An identity file with one line of comment, which says what it is.
    pub(super) fn to_file(&self, comment: &str) -> Zeroizing<Vec<u8>> {
        let key = self.0.to_string();
        let key = key.expose_secret();
        let mut file = Zeroizing::new(Vec::with_capacity(comment.len() + key.len() + 4));
        if !comment.is_empty() {
            file.extend_from_slice(format!("# {comment}\n").as_bytes());
        }
        file.extend_from_slice(key.as_bytes());
        file.push(b'\n');
        file
    }

    /// What others encrypt to, `age1…`; not secret.
    #[must_use]
    pub fn recipient(&self) -> String {
        self.0.to_public().to_string()
    }

    pub(super) fn decrypt(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unopened> {
        decrypt(&self.0, sealed)
    }
}

/// As [`age::decrypt`], but into a buffer that never moves, so that no copy stays behind.
pub(super) fn decrypt(
    identity: &impl age::Identity,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Unopened> {
    let decryptor = age::Decryptor::new_buffered(sealed)?;
    let mut reader = decryptor.decrypt(std::iter::once(identity as &dyn age::Identity))?;
    // The plain text is shorter than the sealed one.
    let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len()));
    std::io::Read::read_to_end(&mut reader, &mut plain).map_err(|_| Unopened::Damaged)?;
    Ok(plain)
}

/// Whether these bytes begin as an age file does; no key is needed to tell.
pub(super) fn is_sealed(bytes: &[u8]) -> bool {
    age::Decryptor::new_buffered(bytes).is_ok()
}

/// Encrypts to a recipient `age1…`.
pub(super) fn encrypt(recipient: &str, plain: &[u8]) -> Result<Vec<u8>, Error> {
    let recipient: x25519::Recipient = recipient.parse().map_err(|_| {
        Error::new(ErrorKind::Damaged, "the recipient in store.json is not one of age's")
    })?;
    encrypt_to(&recipient, plain)
}

/// Encrypts to a recipient of any kind.
pub(super) fn encrypt_to(recipient: &impl age::Recipient, plain: &[u8]) -> Result<Vec<u8>, Error> {
    age::encrypt(recipient, plain)
        .map_err(|_| Error::new(ErrorKind::Failed, "encrypting failed; nothing was written"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_file_is_comments_and_exactly_one_key() {
        let identity = Identity::generate();
        let file = identity.to_file("a comment");
        assert_eq!(Identity::parse(&file).unwrap().recipient(), identity.recipient());
        let text = String::from_utf8(file.to_vec()).unwrap();
        let with_spaces = format!("\n  \r\n# x\r\n{}\r\n\r\n", text.lines().nth(1).unwrap());
        assert!(Identity::parse(with_spaces.as_bytes()).is_some());
        assert!(Identity::parse(format!("{text}{text}").as_bytes()).is_none());
        for other in ["", "# only a comment", "age1abc", "AGE-SECRET-KEY-1ABC", "\u{0}"] {
            assert!(Identity::parse(other.as_bytes()).is_none(), "{other}");
        }
    }

    #[test]
    fn a_foreign_key_and_a_changed_file_are_told_apart_where_age_can() {
        let (ours, theirs) = (Identity::generate(), Identity::generate());
        let sealed = encrypt(&ours.recipient(), b"hunter2").unwrap();
        assert_eq!(*ours.decrypt(&sealed).unwrap(), b"hunter2");
        assert_eq!(theirs.decrypt(&sealed).unwrap_err(), Unopened::WrongKey);
        for cut in [0, 1, 40, sealed.len() - 1] {
            assert_eq!(ours.decrypt(&sealed[..cut]).unwrap_err(), Unopened::Damaged, "{cut}");
            assert_eq!(is_sealed(&sealed[..cut]), cut > 150, "{cut}");
        }
        let mut changed = sealed;
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(ours.decrypt(&changed).unwrap_err(), Unopened::Damaged);
    }

    #[test]
    fn debug_shows_nothing_of_the_key() {
        assert_eq!(format!("{:?}", Identity::generate()), "Identity(…)");
    }
}
