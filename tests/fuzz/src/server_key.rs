//! The laws of server keys: what is one server, and which entry answers for which.

use imgsec_cred::server::{MAX_KEY_BYTES, ServerKey};

/// Reads two lines as keys and compares them.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut lines = text.splitn(2, '\n');
    let [Some(one), other] = [lines.next(), lines.next()] else { return };
    let Ok(key) = ServerKey::parse(one) else { return };
    is_one_server(&key);
    let Some(Ok(other)) = other.map(ServerKey::parse) else { return };
    is_one_server(&other);
    let is_same = key.canonical() == other.canonical();
    for (entry, asked) in [(&key, &other), (&other, &key)] {
        let answers = entry.answers(asked);
        assert!(answers || !is_same, "one server does not answer");
        let below = asked.canonical().strip_prefix(entry.canonical());
        let is_below = below.is_some_and(|rest| rest.starts_with('/'))
            && entry.may_lie_in_a_namespace()
            && asked.may_lie_in_a_namespace();
        assert!(!answers || is_same || is_below, "another server answers");
        assert!(!answers || host(entry) == host(asked), "another host answers");
    }
}

/// What holds for a key alone.
fn is_one_server(key: &ServerKey) {
    assert!(key.answers(key), "a key does not answer for itself");
    assert!(!key.as_str().contains(char::is_control));
    let again = |text: &str| ServerKey::parse(text).map(|key| key.canonical().to_owned());
    for spelling in [key.as_str(), key.display(), key.canonical()] {
        if spelling.len() <= MAX_KEY_BYTES {
            assert_eq!(again(spelling).as_deref(), Ok(key.canonical()), "{spelling}");
        }
    }
}

/// The host of a canonical name, told apart without the project's own parser.
fn host(key: &ServerKey) -> &str {
    let text = key.canonical();
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or(rest)
}
