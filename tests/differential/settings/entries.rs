//! Keys and entries of `auths`, spelled in every way.

use serde_json::{Map, Value, json};

use super::Maker;
use crate::differential::scene::{HUB, label};

impl Maker {
    /// A login for a server that nobody else in this scene has.
    pub(super) fn pair(&mut self, label: &str) -> String {
        self.logins += 1;
        format!("{label}-{0}:canary-{label}-{0}", self.logins)
    }

    /// A key that somebody may have written for a server, with the label of the server it means.
    pub(super) fn spelling(&mut self, server: &'static str) -> (String, String) {
        if server == HUB {
            let often = ["https://index.docker.io/v1/"; 5];
            let all = [
                "index.docker.io",
                "docker.io",
                "https://docker.io",
                "registry-1.docker.io",
                "https://index.docker.io/v1",
                "https://index.docker.io/",
                "docker.io/team",
                "https://registry.hub.docker.com/v1/",
            ];
            return ((*self.draw.of(&[&often[..], &all].concat())).to_owned(), label(HUB));
        }
        let upper = match server {
            "$2" => "$U2".to_owned(),
            named if named.starts_with('$') => format!("https://{named}/v2/"),
            named => named.to_uppercase(),
        };
        let host = server.split(':').next().unwrap();
        let without_port =
            server.strip_prefix('$').map_or(host.to_owned(), |number| format!("$bare{number}"));
        let of_other = match host {
            "quay.example" => (host.to_owned(), label(host)),
            _ => (without_port, "bare".to_owned()),
        };
        let own = |key: String| (key, label(server));
        match self.draw.below(18) {
            0..6 => own(server.to_owned()),
            6 | 7 => own(format!("https://{server}")),
            8 => own(format!("https://{server}/v1/")),
            9 => own(format!("http://{server}")),
            10 => own(format!("{server}/")),
            11 => own(upper),
            12 | 13 => own(format!("{server}/team")),
            14 => own(format!("https://{server}/team/")),
            15 => own(format!("oci://{server}")),
            16 => own(format!("HTTPS://{server}")),
            _ if server != "quay.example" => of_other,
            _ => own(format!("{server}/v2/")),
        }
    }

    /// What stands under a key in `auths`.
    pub(super) fn entry(&mut self, label: &str) -> Value {
        let pair = self.pair(label);
        let (user, password) = pair.split_once(':').unwrap();
        let auth = format!("login({pair})");
        let token = password;
        match self.draw.below(16) {
            0 | 1 => json!({}),
            2 => json!({ "username": user, "password": password }),
            3 => json!({ "auth": auth, "email": "me@example.test" }),
            4 => json!({ "auth": auth, "username": user, "password": password }),
            5 => json!({ "auth": format!("login({user}:)"), "identitytoken": token }),
            6 => json!({ "identitytoken": token }),
            7 => json!({ "registrytoken": token }),
            8 => json!({ "auth": "" }),
            _ => json!({ "auth": auth }),
        }
    }

    pub(super) fn auths(&mut self, share: u64) -> Map<String, Value> {
        let mut auths = Map::new();
        for server in self.servers.clone() {
            while self.draw.percent(share) {
                let (key, label) = self.spelling(server);
                let entry = self.entry(&label);
                auths.insert(key, entry);
                if self.draw.percent(70) {
                    break;
                }
            }
        }
        without_chance(auths)
    }
}

/// Of several keys with the host of a registry, and none that is exact, Docker takes any: then only the
/// first is there.
fn without_chance(auths: Map<String, Value>) -> Map<String, Value> {
    let host = |key: &str| {
        let rest = key.split_once("://").map_or(key, |(_, rest)| rest).to_owned();
        rest.split('/').next().unwrap_or_default().to_owned()
    };
    let is_exact = |key: &str| key == host(key) && key != "index.docker.io";
    let is_hub = |key: &str| key == "https://index.docker.io/v1/";
    let exact: Vec<_> =
        auths.keys().filter(|key| is_exact(key) || is_hub(key)).map(|key| host(key)).collect();
    let mut seen = Vec::new();
    let mut left = auths.clone();
    for key in auths.keys().filter(|key| !exact.contains(&host(key))) {
        if seen.contains(&host(key)) {
            left.shift_remove(key);
        }
        seen.push(host(key));
    }
    left
}
