//! The keychain over keyring-core's own mock.

use super::*;

/// A keychain over keyring-core's mock, whose items hold at most `item_bytes`.
fn keychain(item_bytes: usize) -> Keychain {
    let mock: Arc<CredentialStore> = keyring_core::mock::Store::new().unwrap();
    Keychain {
        native: OnceLock::from(mock),
        #[cfg(target_os = "linux")]
        direct: None,
        prompts: false,
        item_bytes,
    }
}

fn credential(server: &str, secret: &str) -> Credential {
    Credential::new(ServerKey::parse(server).unwrap(), "ada".to_owned(), secret.into())
}

fn count(keychain: &Keychain, service: &str) -> usize {
    search(keychain.native().unwrap().as_ref(), service, "")
        .unwrap()
        .iter()
        .filter(|e| e.get_secret().is_ok())
        .count()
}

#[test]
fn a_second_login_replaces_the_first_in_any_spelling() {
    let keychain = keychain(usize::MAX);
    keychain.put(&credential("ghcr.io", "one")).unwrap();
    let second = credential("https://GHCR.IO:443/v2/", "two");
    keychain.put(&second).unwrap();
    assert!(keychain.get(&ServerKey::parse("ghcr.io").unwrap()).unwrap().same_login(&second));
    assert_eq!(keychain.list().unwrap().len(), 1);
}

#[test]
fn a_secret_larger_than_one_item_comes_back_and_leaves_nothing() {
    let keychain = keychain(WINDOWS_ITEM_BYTES);
    for size in [1, 2300, 2560, 2561, 60_000, 1024 * 1024, 10] {
        let before = credential("ghcr.io", &"s".repeat(size));
        keychain.put(&before).unwrap();
        assert!(keychain.get(&before.server).unwrap().same_login(&before), "{size} bytes");
        assert_eq!(keychain.list().unwrap().len(), 1, "{size} bytes");
    }
    assert_eq!(count(&keychain, parts::PART_SERVICE), 0);
    keychain.put(&credential("ghcr.io", &"s".repeat(9000))).unwrap();
    assert!(count(&keychain, parts::PART_SERVICE) > 3);
    keychain.remove(&ServerKey::parse("ghcr.io").unwrap()).unwrap();
    assert_eq!(count(&keychain, parts::PART_SERVICE) + keychain.list().unwrap().len(), 0);
}

#[test]
fn an_absent_credential_is_not_found_and_removing_it_is_no_error() {
    let keychain = keychain(usize::MAX);
    let server = ServerKey::parse("ghcr.io").unwrap();
    assert_eq!(keychain.get(&server).unwrap_err().kind(), ErrorKind::NotFound);
    keychain.remove(&server).unwrap();
}

#[test]
fn no_error_of_keyring_shows_the_bytes_it_carries() {
    let bytes = b"hunter2".to_vec();
    let carried = std::io::Error::other("x");
    for error in [
        keyring_core::Error::BadEncoding(bytes.clone()),
        keyring_core::Error::BadDataFormat(bytes, Box::new(carried)),
    ] {
        let ours = in_words(&error);
        let shown = format!("{ours} {ours:?}");
        assert!(!shown.contains("hunter2") && !shown.contains("104, 117"), "{shown}");
    }
}
