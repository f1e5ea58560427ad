//! A Secret Service session: secrets cross the bus encrypted, so that nobody who watches it reads one.
//!
//! Algorithm `dh-ietf1024-sha256-aes128-cbc-pkcs7` (freedesktop.org Secret Service API draft 0.2,
//! §"Transfer of Secrets"; the group is RFC 2409's second). Same as libsecret and keyring speak.
//! The exponent has 256 random bits, ample for this group (RFC 7919 §5.2) and four times faster than 1024.

use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use num_bigint::BigUint;
use zeroize::Zeroizing;

/// The name of the algorithm on the wire.
pub(super) const ALGORITHM: &str = "dh-ietf1024-sha256-aes128-cbc-pkcs7";

const BLOCK_BYTES: usize = 16;
const PRIME_BYTES: usize = 128;
const PRIME: &[u8] = b"FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74\
020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437\
4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF";

/// Our half of the key exchange.
pub(super) struct KeyPair {
    private: BigUint,
    prime: BigUint,
}

/// The key both sides share.
pub(super) struct SessionKey(Zeroizing<[u8; 16]>);

impl KeyPair {
    /// A new pair, or `None` where the system gives no random numbers.
    pub(super) fn generate() -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *bytes).ok()?;
        let prime = BigUint::parse_bytes(PRIME, 16)?;
        Some(Self { private: BigUint::from_bytes_be(&*bytes), prime })
    }

    /// What the service is told.
    pub(super) fn public(&self) -> Vec<u8> {
        BigUint::from(2_u8).modpow(&self.private, &self.prime).to_bytes_be()
    }

    /// The key shared with the side that said `theirs`; `None` where that is no member of the group.
    pub(super) fn shared_with(&self, theirs: &[u8]) -> Option<SessionKey> {
        let theirs = BigUint::from_bytes_be(theirs);
        let one = BigUint::from(1_u8);
        if theirs <= one || theirs >= &self.prime - &one {
            return None;
        }
        let shared = Zeroizing::new(theirs.modpow(&self.private, &self.prime).to_bytes_be());
        let mut padded = Zeroizing::new(vec![0; PRIME_BYTES - shared.len()]);
        padded.extend_from_slice(&shared);
        let mut key = Zeroizing::new([0; 16]);
        hkdf::Hkdf::<sha2::Sha256>::new(None, &padded).expand(&[], &mut *key).ok()?;
        Some(SessionKey(key))
    }
}

impl SessionKey {
    /// Opens one secret; `None` where it was not sealed with this key.
    ///
    /// Block by block: many at once would leave the secret in the cipher's own buffers, on a stack
    /// that nobody wipes.
    pub(super) fn decrypt(&self, iv: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let iv: &[u8; BLOCK_BYTES] = iv.try_into().ok()?;
        let key: &[u8; 16] = &self.0;
        let mut cipher = cbc::Decryptor::<aes::Aes128>::new(key.into(), iv.into());
        let mut plain = Zeroizing::new(sealed.to_vec());
        let (blocks, rest) = plain.as_chunks_mut::<BLOCK_BYTES>();
        blocks.iter_mut().for_each(|block| cipher.decrypt_block(block.into()));
        if !rest.is_empty() {
            return None;
        }
        // PKCS #7: the last block ends with n bytes of value n.
        let pad = usize::from(*plain.last()?);
        let text = plain.len().checked_sub(pad).filter(|_| (1..=BLOCK_BYTES).contains(&pad))?;
        if plain[text..].iter().any(|&b| usize::from(b) != pad) {
            return None;
        }
        plain.truncate(text);
        Some(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_derive_one_key() {
        let (ours, theirs) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let a = ours.shared_with(&theirs.public()).unwrap();
        let b = theirs.shared_with(&ours.public()).unwrap();
        assert_eq!(*a.0, *b.0);
    }

    #[test]
    fn what_was_sealed_with_the_key_is_opened_and_nothing_else_is() {
        use aes::cipher::{BlockModeEncrypt, block_padding::Pkcs7};
        let key = KeyPair::generate().unwrap();
        let key = key.shared_with(&KeyPair::generate().unwrap().public()).unwrap();
        for length in [0, 1, 15, 16, 17, 1000] {
            let text = vec![b'x'; length];
            let raw: &[u8; 16] = &key.0;
            let cipher = cbc::Encryptor::<aes::Aes128>::new(raw.into(), (&[7; 16]).into());
            let mut sealed = cipher.encrypt_padded_vec::<Pkcs7>(&text);
            assert_eq!(*key.decrypt(&[7; 16], &sealed).unwrap(), text);
            assert!(key.decrypt(&[7; 15], &sealed).is_none());
            sealed.pop();
            assert!(key.decrypt(&[7; 16], &sealed).is_none());
        }
        assert!(key.decrypt(&[7; 16], &[]).is_none());
    }

    #[test]
    fn a_public_key_outside_the_group_is_refused() {
        let ours = KeyPair::generate().unwrap();
        let minus_one = (&ours.prime - BigUint::from(1_u8)).to_bytes_be();
        for bad in [&[][..], &[0], &[1], &minus_one, &[0xff; 129]] {
            assert!(ours.shared_with(bad).is_none());
        }
    }
}
