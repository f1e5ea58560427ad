//! What is one server, and what is not.

use super::*;
use proptest::prelude::*;

fn key(text: &str) -> ServerKey {
    ServerKey::parse(text).unwrap()
}

fn answers(stored: &str, asked: &str) -> bool {
    key(stored).answers(&key(asked))
}

#[test]
fn every_spelling_of_docker_hub_is_one_server() {
    for spelling in [
        "docker.io",
        "index.docker.io",
        "registry-1.docker.io",
        "registry.hub.docker.com",
        "https://index.docker.io",
        "https://index.docker.io/v1",
        "HTTPS://INDEX.DOCKER.IO/v1/",
        "docker.io:443",
        "docker.io.",
        "https://registry-1.docker.io/v2/",
    ] {
        assert_eq!(key(spelling).canonical(), DOCKER_HUB, "{spelling}");
        assert_eq!(key(spelling).display(), DOCKER_HUB, "{spelling}");
    }
}

#[test]
fn nothing_crosses_a_scheme_a_port_or_a_path() {
    for other in [
        "http://index.docker.io/v1/",
        "https://index.docker.io:8443/v1/",
        "https://index.docker.io/v1/refresh-token",
        "https://index.docker.io/v1//access-token",
        "index.docker.io/library/ubuntu",
        "docker.io.evil.example",
        "evil.example/docker.io",
        "xdocker.io",
        "docker.io:5000",
    ] {
        assert!(!answers(DOCKER_HUB, other), "{other}");
        assert!(!answers(other, DOCKER_HUB), "{other}");
    }
}

#[test]
fn a_host_is_the_same_with_its_default_port_and_api_root() {
    for spelling in
        ["ghcr.io", "ghcr.io:443", "https://ghcr.io/v2/", "https://GHCR.io.", "ghcr.io/v1"]
    {
        assert!(answers("ghcr.io", spelling), "{spelling}");
        assert!(answers(spelling, "https://ghcr.io"), "{spelling}");
    }
    assert!(answers("http://h", "http://h:80/"));
    assert!(!answers("http://h", "h:80"));
    assert!(answers("[::1]:5000", "https://[::1]:5000/v2/"));
}

#[test]
fn a_namespace_entry_answers_for_what_lies_below_it() {
    assert!(answers("ghcr.io/org", "ghcr.io/org/image"));
    assert!(answers("ghcr.io/org", "ghcr.io/org"));
    assert!(!answers("ghcr.io/org", "ghcr.io/organic"));
    assert!(!answers("ghcr.io/org", "ghcr.io"));
    assert!(!answers("ghcr.io", "ghcr.io/org"));
    assert!(!answers("ghcr.io/org", "https://ghcr.io/org/image"));
    assert!(!answers("https://ghcr.io/org", "ghcr.io/org/image"));
    assert!(!answers("ghcr.io/v2", "ghcr.io/v2/org"));
}

#[test]
fn what_is_no_address_is_compared_byte_for_byte() {
    for opaque in [
        "https://a b/",
        "ftp://x",
        "http://",
        "//h",
        "::1:8080",
        "h..",
        "https://index.docker.io../v1/",
        "ключ.example",
        "a b",
        "nerdctl-experimental://x:1/host/y:2/v2/",
        "h:0443",
        "h:99999",
        "h:",
        "https://h/#x",
        "[::1",
        "imgsec-internal://pending/ghcr.io",
        ".",
    ] {
        assert_eq!(key(opaque).canonical(), opaque, "{opaque}");
    }
}

#[test]
fn a_control_character_is_refused_and_outer_white_space_is_not() {
    assert_eq!(key("\u{feff}  \tghcr.io \t\r\n").as_str(), "ghcr.io");
    assert_eq!(key("\u{a0}ghcr.io\u{a0}").as_str(), "ghcr.io");
    assert_eq!(ServerKey::parse("https://index.docker\n.io/v1/"), Err(InvalidKey::Control));
    assert_eq!(ServerKey::parse("a\0"), Err(InvalidKey::Control));
    assert_eq!(ServerKey::parse(" \r\n\t"), Err(InvalidKey::Empty));
    assert!(ServerKey::parse(&"a".repeat(65_535)).is_ok());
    assert_eq!(ServerKey::parse(&"a".repeat(65_536)), Err(InvalidKey::TooLong));
}

#[test]
fn a_host_alone_is_what_podman_calls_a_registry() {
    for (stored, host) in [
        (DOCKER_HUB, Some("docker.io")),
        ("registry-1.docker.io", Some("docker.io")),
        ("ghcr.io", Some("ghcr.io")),
        ("GitLab.example:443", Some("GitLab.example:443")),
        ("https://R.example:5000/v2/", Some("r.example:5000")),
        ("r.example/v1", Some("r.example")),
        ("[::1]:5000", Some("[::1]:5000")),
        ("http://r.example", None),
        ("ghcr.io/org", None),
        ("https://ghcr.io/org", None),
        ("https://ghcr.io?x", None),
        ("https://index.docker.io/v1/access-token", None),
        ("imgsec-internal://pending/https://ghcr.io", None),
        ("a b", None),
    ] {
        assert_eq!(key(stored).host(), host, "{stored}");
    }
}

#[test]
fn tokens_of_the_web_login_and_our_own_keys_are_hidden() {
    for hidden in [
        "https://index.docker.io/v1/access-token",
        "https://index.docker.io/v1//refresh-token",
        "imgsec-internal://previous/x",
    ] {
        assert!(key(hidden).is_hidden(), "{hidden}");
    }
    assert!(!key(DOCKER_HUB).is_hidden());
    assert!(!key("https://ghcr.io/v1/access-token").is_hidden());
}

fn any_key() -> impl Strategy<Value = ServerKey> {
    let part = prop::sample::select(vec![
        "https://",
        "http://",
        "HTTPS://",
        "imgsec-internal://",
        "ghcr.io",
        "docker.io",
        "GHCR.IO",
        "index.docker.io",
        "evil.example",
        ":443",
        ":80",
        ":5000",
        "/",
        "/v1/",
        "/v2",
        "/org",
        "/organic",
        "?q",
        "#f",
        "u@",
        "[::1]",
        ".",
        " ",
        "é",
    ]);
    prop_oneof![prop::collection::vec(part, 1..7).prop_map(|parts| parts.concat()), "\\PC{1,20}",]
        .prop_filter_map("a key", |text| ServerKey::parse(&text).ok())
}

proptest! {
    #[test]
    fn a_host_is_another_spelling_of_its_server(k in any_key()) {
        if let Some(host) = k.host() {
            let host_key = key(host);
            prop_assert_eq!(host_key.canonical(), k.canonical());
            prop_assert!(!host.contains("://") && !host.contains('@'));
        }
    }

    #[test]
    fn a_canonical_name_is_its_own_canonical_name(k in any_key()) {
        let canonical = key(k.canonical());
        prop_assert_eq!(canonical.canonical(), k.canonical());
    }

    #[test]
    fn answering_stays_within_one_scheme_host_and_port(a in any_key(), b in any_key()) {
        if a.answers(&b) {
            let origin = |k: &ServerKey| Address::parse(k.canonical()).map(|x| (x.is_http, x.host.clone(), x.port.map(str::to_owned)));
            prop_assert_eq!(origin(&a), origin(&b));
            prop_assert!(a.canonical() == b.canonical() || b.canonical().starts_with(a.canonical()));
        }
    }

    #[test]
    fn a_key_answers_itself(k in any_key()) {
        prop_assert!(k.answers(&k));
    }
}

#[test]
fn what_is_reserved_is_hidden_and_one_for_all_spellings() {
    let pending = key("docker.io").reserved(Reserved::Pending);
    assert_eq!(pending, key(DOCKER_HUB).reserved(Reserved::Pending));
    assert_eq!(pending.as_str(), "imgsec-internal://pending/https://index.docker.io/v1/");
    assert_eq!(key(pending.as_str()), pending);
    assert!(pending.is_hidden());
    assert!(!pending.answers(&key("docker.io")) && !key("docker.io").answers(&pending));
    assert_ne!(pending, key("docker.io").reserved(Reserved::Previous));
}
