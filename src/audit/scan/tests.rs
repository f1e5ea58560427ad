//! What is no finding, though a source found it.

use base64ct::{Base64Unpadded, Encoding};

use super::*;

#[test]
fn a_name_that_is_the_secret_is_not_told() {
    let facts = Facts { now: SystemTime::UNIX_EPOCH, surroundings: Default::default() };
    let secret = "Wr0ng/place-4-it";
    for name in
        [secret.to_owned(), Base64Unpadded::encode_string(format!("ada:{secret}").as_bytes())]
    {
        let text =
            format!("{name}:\n  registry: cr.mlyn.eu\n  username: ada\n  password: {secret}\n");
        let found = in_text(Path::new("/nowhere/values.yaml"), "values.yaml", &text, None, &facts);
        let pointers: Vec<_> = found.iter().map(|f| f.locations[0].pointer.as_str()).collect();
        assert_eq!(pointers, [""], "{name}");
    }
}

#[test]
fn a_registrys_name_in_the_place_of_its_password_is_none() {
    let facts = Facts { now: SystemTime::UNIX_EPOCH, surroundings: Default::default() };
    let found = |password: &str| {
        let text = format!("machine cr.mlyn.eu:8443\nlogin ada\npassword {password}\n");
        in_text(Path::new("/nowhere/.netrc"), ".netrc", &text, None, &facts).len()
    };
    assert_eq!((found("cr.mlyn.eu:8443"), found("s3cret-word")), (0, 1));
    assert_eq!(found("CR.mlyn.eu:8443"), 0);
}

#[test]
fn a_password_with_a_dot_is_no_registry_of_its_own() {
    let facts = Facts { now: SystemTime::UNIX_EPOCH, surroundings: Default::default() };
    for secret in ["Wr0ng-4.pLace", "Wr0ng-4.pL/ace"] {
        let text = format!("registryPassword = '{secret}'\n");
        let found = in_text(Path::new("/nowhere/a.py"), "a.py", &text, None, &facts);
        let registries: Vec<_> = found.iter().map(|f| f.registry.as_str()).collect();
        assert_eq!(registries, ["*"], "{secret}");
    }
}

#[test]
fn tokens_of_one_registry_alone_are_for_that() {
    let facts = Facts { now: SystemTime::UNIX_EPOCH, surroundings: Default::default() };
    let registry = |secret: &str| {
        let text = format!("REGISTRY_USER='$oauthtoken'\nREGISTRY_PASSWORD={secret}\n");
        let found = in_text(Path::new("/nowhere/.env"), ".env", &text, None, &facts);
        found.first().map(|finding| finding.registry.clone()).unwrap_or_default()
    };
    assert_eq!(registry(&format!("nvapi-{}", "aZ3k_9Q-".repeat(8))), "nvcr.io");
    assert_eq!(registry(&format!("dckr_pat_{}", "aZ3k_9Q-x".repeat(3))), "docker.io");
    assert_eq!(registry("s3cret-word"), "*");
}
