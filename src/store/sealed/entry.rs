//! One credential in one age file: its name, which says nothing of the server, and what is in it.

use std::io::Write as _;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::identity;
use crate::credential::Credential;
use crate::files;
use crate::server::ServerKey;
use crate::store::{Error, payload};

/// Plain texts are padded to a multiple of this, so that a file's length does not tell the kind of
/// its token.
const BLOCK: usize = 512;

/// The file name of a server's entry, without its suffix: the first half of a SHA-256.
pub(super) fn name(server: &ServerKey) -> String {
    let mut hash = Sha256::new();
    hash.update(b"imgsec-cred/v1\0");
    hash.update(server.canonical().as_bytes());
    files::hex(&hash.finalize()[..16])
}

/// Whether a text is of the form of [`name`].
pub(super) fn is_name(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// What tells one file from all others, without telling anything of the secret in it.
pub(super) fn digest(sealed: &[u8]) -> String {
    files::hex(&Sha256::digest(sealed))
}

/// The file for a credential, which only the identity of `recipient` opens.
pub(super) fn seal(credential: &Credential, recipient: &str) -> Result<Vec<u8>, Error> {
    identity::encrypt(recipient, &padded(&payload::write(credential)))
}

fn padded(plain: &[u8]) -> Zeroizing<Vec<u8>> {
    let length = plain.len().next_multiple_of(BLOCK);
    let mut padded = Zeroizing::new(Vec::with_capacity(length));
    // Writing to memory does not fail.
    let _ = padded.write_all(plain);
    padded.resize(length, b' ');
    padded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sealed::identity::Identity;

    fn key(text: &str) -> ServerKey {
        ServerKey::parse(text).unwrap()
    }

    #[test]
    fn every_spelling_of_a_server_has_one_name() {
        // printf 'imgsec-cred/v1\0https://ghcr.io' | sha256sum | cut -c1-32
        assert_eq!(name(&key("ghcr.io")), "871519d6d0fac0ca9ba90baaf5763fc0");
        assert_eq!(name(&key("GHCR.IO:443")), name(&key("https://ghcr.io/v2/")));
        assert_ne!(name(&key("ghcr.io")), name(&key("http://ghcr.io")));
    }

    #[test]
    fn the_length_of_an_entry_does_not_tell_the_length_of_the_secret() {
        let identity = Identity::generate();
        let size = |length: usize| {
            let secret = "x".repeat(length);
            let credential = Credential::new(key("ghcr.io"), "ada".to_owned(), secret.into());
            let sealed = seal(&credential, &identity.recipient()).unwrap();
            identity.decrypt(&sealed).unwrap().len()
        };
        assert_eq!([size(0), size(7), size(200)], [512; 3]);
        assert_eq!([size(600), size(700)], [1024; 2]);
    }
}
