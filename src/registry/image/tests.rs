//! The tables of distribution/reference (`reference_test.go`, `normalize_test.go`), and laws.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;

fn sha256() -> String {
    format!("sha256:{}", "f".repeat(64))
}

fn parse(text: &str) -> Image {
    Image::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"))
}

#[test]
fn a_familiar_name_is_the_full_one() {
    for (written, full) in [
        ("nginx", "docker.io/library/nginx:latest"),
        ("nginx:1.27", "docker.io/library/nginx:1.27"),
        ("fooo/bar", "docker.io/fooo/bar:latest"),
        ("index.docker.io/fooo/bar", "docker.io/fooo/bar:latest"),
        ("index.docker.io/ubuntu", "docker.io/library/ubuntu:latest"),
        ("library/ubuntu", "docker.io/library/ubuntu:latest"),
        ("nonlibrary/ubuntu", "docker.io/nonlibrary/ubuntu:latest"),
        ("other/library", "docker.io/other/library:latest"),
        ("docker.io/foo", "docker.io/library/foo:latest"),
        ("library/foo/bar", "docker.io/library/foo/bar:latest"),
        ("store/foo/bar", "docker.io/store/foo/bar:latest"),
        ("localhost/fooo", "localhost/fooo:latest"),
        ("LOCALDOMAIN/fooo/bar", "LOCALDOMAIN/fooo/bar:latest"),
        ("Foo/bar", "Foo/bar:latest"),
        ("127.0.0.1:8000/private/moonbase", "127.0.0.1:8000/private/moonbase:latest"),
        ("example.com:8000/privatebase", "example.com:8000/privatebase:latest"),
        ("test.com:5000", "docker.io/library/test.com:5000"),
        ("192.168.0.1", "docker.io/library/192.168.0.1:latest"),
        ("localhost", "docker.io/library/localhost:latest"),
    ] {
        assert_eq!(parse(written).to_string(), full, "{written}");
    }
}

#[test]
fn the_parts_of_a_reference_are_told() {
    let sha = sha256();
    let long = "a/".repeat(127) + "a";
    for (written, registry, repository, tag, digest) in [
        ("test.com/repo:tag", "test.com", "repo", Some("tag"), None),
        ("test:5000/repo", "test:5000", "repo", Some("latest"), None),
        (&format!("test:5000/repo@{sha}"), "test:5000", "repo", None, Some(&*sha)),
        (&format!("test:5000/repo:tag@{sha}"), "test:5000", "repo", Some("tag"), Some(&*sha)),
        (
            "sub-dom1.foo.com/bar/baz/quux:some-long-tag",
            "sub-dom1.foo.com",
            "bar/baz/quux",
            Some("some-long-tag"),
            None,
        ),
        (
            "b.gcr.io/test.example.com/my-app:test.example.com",
            "b.gcr.io",
            "test.example.com/my-app",
            Some("test.example.com"),
            None,
        ),
        ("xn--n3h.com/myimage:xn--n3h.com", "xn--n3h.com", "myimage", Some("xn--n3h.com"), None),
        ("foo/foo_bar.com:8080", "docker.io", "foo/foo_bar.com", Some("8080"), None),
        ("192.168.1.1:5000/repo:5050", "192.168.1.1:5000", "repo", Some("5050"), None),
        ("[2001:db8::1]/repo", "[2001:db8::1]", "repo", Some("latest"), None),
        ("[2001:db8:1:2:3:4:5:6]/repo:tag", "[2001:db8:1:2:3:4:5:6]", "repo", Some("tag"), None),
        ("[::1]:5000/repo", "[::1]:5000", "repo", Some("latest"), None),
        ("lowercase:Uppercase", "docker.io", "library/lowercase", Some("Uppercase"), None),
        (&format!("a.io/{long}:over"), "a.io", &*long, Some("over"), None),
    ] {
        let image = parse(written);
        assert_eq!((image.registry(), image.repository()), (registry, repository), "{written}");
        assert_eq!((image.tag(), image.digest()), (tag, digest), "{written}");
    }
    let image = parse("[::1]:5000/a/b/c");
    assert_eq!((image.host(), image.port()), ("[::1]", Some("5000")));
    assert_eq!((image.namespace(), &*image.name()), (Some("a/b"), "[::1]:5000/a/b/c"));
    assert_eq!((parse("[::1]/a").port(), parse("[::1]/a").namespace()), (None, None));
    assert_eq!(parse("docker.io/nginx").docker_key(), DOCKER_HUB);
    assert_eq!(parse("Docker.io/nginx").docker_key(), "Docker.io");
}

#[test]
fn names_that_upstream_takes_are_taken() {
    let hex = "1a3f5e7d9c1b3a5f7e9d1c3b5a7f9e1d3c5b7a9f1e3d5d7c9b1a3f5e7d9c1b3a";
    for written in [
        "docker/docker",
        "LOCALDOMAIN/library/debian",
        "127.0.0.1:5000/library/debian",
        "192.168.0.1:8/debian",
        "192.168.0.2:25000/debian",
        "thisisthesongthatneverendsitgoesonandonandonthisisthesongthatnev",
        "[fc00::1]:5000/docker/docker",
        "[fc00:1:2:3:4:5:6:7]:5000/library/debian",
        &format!("docker.io/{hex}"),
        "DOCKER/docker",
        "docker-rules/docker",
        "docker---rules/docker",
        "d/docker",
        "jess/t",
        "dock__er/docker",
        &format!("example.com/{}:tag", "a".repeat(255)),
    ] {
        parse(written);
    }
}

#[test]
fn what_upstream_refuses_is_refused_with_its_reason() {
    use InvalidImage::{
        Capital, Digest, Empty, Identifier, Registry, Repository, Scheme, Tag, TooLong,
    };
    let (hex, long) = ("a".repeat(64), "a".repeat(256));
    for (written, why) in [
        ("", Empty),
        (":justtag", Repository),
        (&*format!("@{}", sha256()), Repository),
        ("repo@sha256:ffffffffffffffffffffffffffffffffff", Digest),
        (&*format!("validname@invaliddigest:{hex}"), Digest),
        (&*format!("x@sha256:{}", "F".repeat(64)), Digest),
        ("x@", Digest),
        ("Uppercase:tag", Capital),
        ("test:5000/Uppercase/lowercase:tag", Capital),
        (&*format!("domain/{long}:tag"), TooLong),
        ("aa/asdf$$^/aa", Repository),
        ("[2001:db8::1]", Repository),
        ("[2001:db8::1]:5000", Repository),
        ("[fe80::1%eth0]:5000/repo", Registry),
        ("[fe80::1%@invalidzone]:5000/repo", Registry),
        ("[2001:db8:3:4::192.0.2.33]:5000/debian", Registry),
        ("fc00::1:5000/debian", Registry),
        ("https://github.com/docker/docker", Scheme),
        ("docker://nginx", Scheme),
        ("docker/Docker", Capital),
        ("-docker", Repository),
        ("-docker/docker", Repository),
        ("-docker.io/docker/docker", Registry),
        ("docker///docker", Repository),
        ("docker.io/docker///docker", Repository),
        (&*hex, Identifier),
        ("docker-/docker", Repository),
        ("____/____", Repository),
        ("_docker/_docker", Repository),
        ("dock..er/docker", Registry),
        ("dock..er/docker", Registry),
        ("dock..er/docker", Registry),
        ("docker/", Repository),
        ("a.b/", Repository),
        ("/x", Repository),
        ("x:", Tag),
        ("x:-foo", Tag),
        (&*format!("x:{}", "t".repeat(129)), Tag),
        ("foo_bar.com/x", Registry),
        ("a.b:/x", Registry),
        ("a.b:80x/y", Registry),
        ("nginx\nevil", Repository),
        ("ada@ghcr.io/x", Registry),
        ("x y", Repository),
        ("é", Repository),
        ("É", Capital),
        ("a.b\u{202e}/x", Registry),
    ] {
        assert_eq!(Image::parse(written), Err(why), "{written}");
        assert_eq!(why.to_string().lines().count(), 1);
    }
}

#[test]
fn a_short_name_has_no_registry_for_podman() {
    for short in ["nginx", "library/nginx", "Foo/bar", "test.com:5000"] {
        assert!(is_short_name(short), "{short}");
    }
    for long in ["quay.io/x", "localhost/x", "h:5000/x", "[::1]/x"] {
        assert!(!is_short_name(long), "{long}");
    }
}

fn almost_a_reference() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "docker.io",
        "index.docker.io",
        "localhost",
        "Foo",
        "ghcr.io",
        "[::1]",
        ":5000",
        "/",
        "/",
        "library",
        "a",
        "b-c",
        "__",
        ".",
        "-",
        ":",
        ":tag",
        "@",
        "@sha256:",
        "é",
        "\n",
        "[",
        "]",
        "%",
    ]);
    let digest = "[0-9a-f]{64}".prop_map(|hex| format!("@sha256:{hex}"));
    (prop::collection::vec(part, 1..8), prop::option::of(digest))
        .prop_map(|(parts, digest)| parts.concat() + &digest.unwrap_or_default())
}

proptest! {
    #[test]
    fn any_text_is_an_image_or_a_reason(text in prop_oneof!["\\PC{0,40}", almost_a_reference()]) {
        if let Ok(image) = Image::parse(&text) {
            let full = image.to_string();
            prop_assert_eq!(Image::parse(&full), Ok(image.clone()));
            prop_assert_eq!(format!("{}/{}", image.registry(), image.repository()), image.name());
            prop_assert!(full.chars().all(|c| c.is_ascii_graphic()));
            let _ = (image.host(), image.port(), image.namespace());
        }
    }

    #[test]
    fn what_is_well_formed_is_taken(
        text in "([a-z0-9]([a-z0-9-]{0,5}[a-z0-9])?(\\.[a-z0-9]{1,5}){1,2}(:[0-9]{1,5})?/|docker\\.io/)[a-z0-9]{1,5}((\\.|_|__|-{1,3})[a-z0-9]{1,4}){0,2}(/[a-z0-9]{1,5}){0,3}(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,20})?(@sha256:[0-9a-f]{64})?",
    ) {
        prop_assert!(Image::parse(&text).is_ok());
    }
}
