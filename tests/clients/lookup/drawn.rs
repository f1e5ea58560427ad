//! Settings that are drawn, the same ones for the same seed.

use super::settings::Setting;

const KEYS: &[&str] = &[
    "HOST",
    "HOST",
    "https://HOST",
    "https://HOST/v1/",
    "http://HOST",
    "HTTPS://HOST/",
    "oci://HOST",
    "HOST/",
    "HOST/team",
    "HOST/team/app",
    "127.0.0.1",
    "other.example",
    "https://index.docker.io/v1/",
];

const ENTRIES: &[&str] = &[
    "{auth ada}",
    "{auth ada}",
    "{auth eve}",
    "{auth bob}",
    "{}",
    r#"{"username":"fay","password":"x"}"#,
    r#"{"auth":"YWRhOng=","email":"a@b"}"#,
    r#"{"auth":"","username":"gil","password":"x"}"#,
    r#"{"identitytoken":"t"}"#,
    r#"{"auth":"YWRhOg==","identitytoken":"t"}"#,
    r#"{"auth":"YWRh"}"#,
    r#"{"auth":"!"}"#,
    r#"{"auth":5}"#,
    "null",
];

const HELPERS: &[&str] = &["kept", "kept", "none", "fails", "gone", "token", ""];

const FILES: &[&str] = &[
    "home/.docker/config.json",
    "run/containers/auth.json",
    "home/.config/containers/auth.json",
    "home/.config/helm/registry/config.json",
];

/// Numbers from a seed (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn one_in(&mut self, limit: usize) -> bool {
        self.below(limit) == 0
    }

    fn of(&mut self, all: &[&'static str]) -> &'static str {
        all[self.below(all.len())]
    }
}

/// This many settings.
pub(super) fn settings(seed: u64, count: usize) -> Vec<Setting> {
    let mut numbers = Numbers(seed | 1);
    (0..count).map(|_| setting(&mut numbers)).collect()
}

fn setting(numbers: &mut Numbers) -> Setting {
    let mut setting = Setting::new("");
    for (number, path) in FILES.iter().enumerate() {
        if number == 0 && !numbers.one_in(8) || numbers.one_in(3) {
            setting.files.push(((*path).to_owned(), config(numbers)));
        }
    }
    if numbers.one_in(6) {
        setting.files.push(("home/.dockercfg".to_owned(), format!("{{{}}}", auths(numbers))));
    }
    for name in ["registries.conf", "registries.conf.d/a.conf", "registries.conf.d/b.conf"] {
        if numbers.one_in(6) {
            let list: Vec<_> = (0..numbers.below(3)).map(|_| numbers.of(HELPERS)).collect();
            let files = if numbers.one_in(2) { vec!["containers-auth.json"] } else { Vec::new() };
            let text = format!("credential-helpers = {:?}\n", [list, files].concat());
            setting.files.push((format!("home/.config/containers/{name}"), text));
        }
    }
    if numbers.one_in(8) {
        setting.variables.push(("DOCKER_CONFIG", "./else"));
        setting.files.push(("else/config.json".to_owned(), config(numbers)));
    }
    if numbers.one_in(8) {
        let value = r#"{"auths":{"HOST":{auth env},"https://HOST":{auth url}}}"#;
        setting.variables.push(("DOCKER_AUTH_CONFIG", value));
    }
    if numbers.one_in(8) {
        setting.variables.push(("REGISTRY_AUTH_FILE", "./named.json"));
        setting.files.push(("named.json".to_owned(), config(numbers)));
    }
    setting
}

fn config(numbers: &mut Numbers) -> String {
    if numbers.one_in(25) {
        return ["", "x", "[]", "null"][numbers.below(4)].to_owned();
    }
    let mut parts = vec![format!(r#""auths":{{{}}}"#, auths(numbers))];
    if numbers.one_in(3) {
        parts.push(format!(r#""credsStore":"{}""#, numbers.of(HELPERS)));
    }
    if numbers.one_in(3) {
        let helper =
            |numbers: &mut Numbers| format!(r#""{}":"{}""#, numbers.of(KEYS), numbers.of(HELPERS));
        let helpers: Vec<_> = (0..numbers.below(3)).map(|_| helper(numbers)).collect();
        parts.push(format!(r#""credHelpers":{{{}}}"#, helpers.join(",")));
    }
    if numbers.one_in(2) {
        parts.reverse();
    }
    format!("{{{}}}", parts.join(","))
}

fn auths(numbers: &mut Numbers) -> String {
    let entry =
        |numbers: &mut Numbers| format!(r#""{}":{}"#, numbers.of(KEYS), numbers.of(ENTRIES));
    let entries: Vec<_> = (0..numbers.below(4)).map(|_| entry(numbers)).collect();
    entries.join(",")
}
