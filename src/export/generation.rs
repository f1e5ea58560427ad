//! A name for what a copy of some credentials holds: another one whenever one of them was stored
//! anew. Made from when that was and from what the ledger noted of it, never from a secret.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// Of 256 bits so many are enough to tell the few generations apart that one cluster ever sees.
const BYTES: usize = 5;

/// A credential of a copy, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stored {
    /// The key that it has in the copy.
    pub key: String,
    /// When the store took it, in RFC 3339, whoever brought it.
    pub at: String,
    /// What the ledger calls it ([`crate::ledger::Record::generation`]).
    pub generation: Option<String>,
}

/// Ten hex digits, the same for the same credentials in any order.
#[must_use]
pub fn name(all: &[Stored]) -> String {
    let mut all: Vec<_> = all.iter().collect();
    all.sort_unstable();
    let mut hash = Sha256::new();
    for stored in all {
        for field in [&stored.key, &stored.at, stored.generation.as_ref().unwrap_or(&String::new())]
        {
            hash.update((field.len() as u64).to_le_bytes());
            hash.update(field.as_bytes());
        }
    }
    hash.finalize()[..BYTES].iter().fold(String::new(), |mut name, byte| {
        // Writing to memory does not fail.
        let _ = write!(name, "{byte:02x}");
        name
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(key: &str, at: &str, generation: Option<&str>) -> Stored {
        let generation = generation.map(str::to_owned);
        Stored { key: key.to_owned(), at: at.to_owned(), generation }
    }

    #[test]
    fn it_follows_each_of_its_parts_and_no_order() {
        let (a, b) = (stored("a", "1", None), stored("b", "1", Some("g")));
        let both = name(&[a.clone(), b.clone()]);
        assert_eq!(both, name(&[b.clone(), a.clone()]));
        assert!(both.len() == 10 && both.bytes().all(|b| b.is_ascii_hexdigit()), "{both}");
        for other in [
            &[a.clone()][..],
            &[a.clone(), stored("b", "2", Some("g"))],
            &[a.clone(), stored("b", "1", Some("h"))],
            &[a.clone(), stored("b", "1", None)],
            &[a.clone(), stored("c", "1", Some("g"))],
            &[stored("a1", "", None), b.clone()],
        ] {
            assert_ne!(name(other), both, "{other:?}");
        }
    }
}
