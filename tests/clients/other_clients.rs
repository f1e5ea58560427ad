//! Clients that cannot run here, call by call as their sources have it: crane, ORAS, Helm, nerdctl,
//! Jib, Bazel's rules_oci, Docker's MCP gateway. All find one another's logins.
#![cfg(target_os = "linux")]

use crate::support::person::{Login, Person, Store};

const HUB: &str = "https://index.docker.io/v1/";

/// What a client asks for until it has an answer, for an image of some registry.
type Asks = &'static [&'static str];

const GHCR: [(&str, Asks); 8] = [
    ("docker", &["ghcr.io"]),
    ("podman", &["ghcr.io"]),
    ("crane", &["ghcr.io/amy/app", "ghcr.io"]),
    ("oras, helm", &["ghcr.io"]),
    ("nerdctl", &["ghcr.io:443", "https://ghcr.io:443", "http://ghcr.io:443", "ghcr.io"]),
    ("testcontainers for Node", &["ghcr.io\n"]),
    ("testcontainers for .NET on Windows", &["ghcr.io\r\n"]),
    ("rules_oci on Windows", &["ghcr.io \r\n"]),
];

const DOCKER_HUB: [(&str, Asks); 6] = [
    ("docker, oras, helm, nerdctl", &[HUB]),
    ("podman", &["docker.io"]),
    ("crane", &["index.docker.io/library/nginx", HUB]),
    ("docker-py, told index.docker.io", &["index.docker.io"]),
    ("jib", &["registry.hub.docker.com", "index.docker.io", "registry-1.docker.io", "docker.io"]),
    ("buildkit", &["https://index.docker.io/v1/\n"]),
];

/// The first answer that is no "not found"; any other failure would end the client.
fn find(me: &Person, asks: Asks) -> Option<Login> {
    asks.iter().find_map(|ask| {
        let answer = me.helper("get", ask);
        if answer.stdout == "credentials not found in native keychain\n" {
            return None;
        }
        let answer: serde_json::Value = serde_json::from_str(&answer.ok().stdout).unwrap();
        assert_eq!(answer["ServerURL"], ask.trim());
        let text = |key: &str| answer[key].as_str().unwrap().to_owned();
        Some(Login { user: text("Username"), password: text("Secret") })
    })
}

fn play(store: Store) {
    let me = Person::new(store);
    let keys = [
        (&GHCR[..], vec!["ghcr.io", "https://ghcr.io", "ghcr.io:443", "https://ghcr.io/v2/"]),
        (&DOCKER_HUB[..], vec![HUB, "docker.io", "index.docker.io", "registry-1.docker.io"]),
    ];
    for (clients, written_as) in keys {
        for (number, key) in written_as.into_iter().enumerate() {
            me.keep(key, "amy", &format!("secret {number}"));
            let expected = Login { user: "amy".into(), password: format!("secret {number}") };
            for (client, asks) in clients {
                assert_eq!(find(&me, asks).as_ref(), Some(&expected), "{client}, stored as {key}");
            }
            assert_eq!(me.listed().len(), 1, "{key}");
        }
        let (_, asks) = clients[0];
        me.helper("erase", asks[0]).ok();
        for (client, asks) in clients {
            assert_eq!(find(&me, asks), None, "{client}");
        }
    }
    nerdctl_logs_in_and_out(&me);
    the_mcp_gateway_keeps_its_own(&me);
}

fn nerdctl_logs_in_and_out(me: &Person) {
    me.keep("ghcr.io:443", "amy", "one");
    me.keep("ghcr.io", "amy", "one");
    assert_eq!(me.listed().len(), 1);
    for key in ["ghcr.io:443", "https://ghcr.io:443", "http://ghcr.io:443", "ghcr.io"] {
        me.helper("erase", key).ok();
    }
    assert!(me.listed().is_empty());
    let odd = "nerdctl-experimental://ghcr.io:443/host/mirror.example:443/v2/";
    assert_eq!(find(me, &["nerdctl-experimental://x:1/host/y:2/v2/"]), None);
    me.keep(odd, "amy", "of the mirror");
    assert_eq!(me.login_for(odd).unwrap().password, "of the mirror");
    assert_eq!(me.login_for("mirror.example"), None);
    me.helper("erase", odd).ok();
}

/// Secrets of other programs under a registry's name are no logins for it.
fn the_mcp_gateway_keeps_its_own(me: &Person) {
    let oauth = "https://ghcr.io/oauth/authorize/github";
    let registered = "https://github.mcp-dcr";
    me.keep(oauth, "oauth2_github", "of the gateway");
    me.keep(registered, "dcr_client", &"long ".repeat(1500));
    assert_eq!(me.login_for("ghcr.io"), None);
    me.keep("ghcr.io", "amy", "of the registry");
    assert_eq!(me.login_for(oauth).unwrap().password, "of the gateway");
    assert_eq!(me.login_for("ghcr.io").unwrap().password, "of the registry");
    for key in ["ghcr.io", "ghcr.io", "http://ghcr.io", "https://ghcr.io"] {
        me.helper("erase", key).ok();
    }
    assert_eq!(me.login_for("ghcr.io"), None);
    assert_eq!(me.login_for(oauth).unwrap().user, "oauth2_github");
    assert_eq!(me.login_for(registered).unwrap().user, "dcr_client");
}

#[test]
fn every_client_finds_every_login_in_the_sealed_store() {
    play(Store::Sealed);
}

#[test]
#[ignore = "needs gnome-keyring; run tests/run"]
fn every_client_finds_every_login_in_the_keychain() {
    play(Store::Keychain);
}
