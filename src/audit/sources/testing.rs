//! What the tests of sources compare: the findings of a text in their shortest form.

use secrecy::ExposeSecret;

use crate::audit::examine::examine;
use crate::audit::finding::Kind;

/// A finding: rule, registry, user name, secret and line.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::audit) struct Login(&'static str, Option<String>, Option<String>, String, usize);

impl Login {
    /// A finding; `""` is a registry or a user that the file does not name.
    pub(in crate::audit) fn of(
        rule: &'static str,
        registry: &str,
        username: &str,
        secret: &str,
        line: usize,
    ) -> Self {
        let named = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Self(rule, named(registry), named(username), secret.to_owned(), line)
    }

    /// The same on another line.
    pub(in crate::audit) fn at(self, line: usize) -> Self {
        Self(self.0, self.1, self.2, self.3, line)
    }
}

/// All that is found in a text.
pub(in crate::audit) fn logins(path: &str, text: &str) -> Vec<Login> {
    let hits = examine(path, text).into_iter();
    hits.map(|hit| {
        let found = hit.found;
        let secret = found.secret.expose_secret().to_owned();
        Login(hit.rule, found.registry, found.username, secret, found.line)
    })
    .collect()
}

/// That nothing is found in these texts, in a file of this path.
#[track_caller]
pub(in crate::audit) fn clean(path: &str, texts: &[&str]) {
    for text in texts {
        assert_eq!(logins(path, text), [], "{text}");
    }
}

/// Everything that a test asks of a text in a file: rule, registry, user, kind and secret of each.
pub(in crate::audit) fn hits(
    path: &str,
    text: &str,
) -> Vec<(&'static str, String, String, Kind, String)> {
    let hits = examine(path, text).into_iter();
    hits.map(|hit| {
        let found = hit.found;
        let secret = found.secret.expose_secret().to_owned();
        let registry = found.registry.unwrap_or_else(|| "*".to_owned());
        (hit.rule, registry, found.username.unwrap_or_default(), found.kind, secret)
    })
    .collect()
}

/// [`hits`] of these rules, as `registry user kind secret`.
pub(in crate::audit) fn lines_of(rule: &str, path: &str, text: &str) -> Vec<String> {
    let hits = hits(path, text).into_iter().filter(|hit| hit.0 == rule);
    hits.map(|(_, registry, user, kind, secret)| {
        format!("{registry} {user} {} {secret}", kind.name())
    })
    .collect()
}

#[test]
fn hostile_files_end_and_find_no_more_than_they_hold() {
    let many = 10_000;
    let numbered = |form: fn(usize) -> String| (0..many).map(form).collect::<String>();
    for (path, text) in [
        (
            "a.yml",
            numbered(|n| format!("registry_password{n}: s3cret-word\nregistry{n}_token: x{n}\n")),
        ),
        ("a.yml", "registry: {username: a, password: b, image: ghcr.io/x}\n".repeat(many)),
        ("a.tfvars", numbered(|n| format!("r{n}_dockerhub_password = \"x{n}\"\n"))),
        ("a.gradle", numbered(|n| format!("j{n}.to.auth.password = 'x{n}'\n"))),
        ("a.gradle", "auth { to { password = 'x' ".repeat(many)),
        ("a.rb", "docker_registry 'x' do\n".repeat(many)),
        ("config.js", format!("hostRules {}", "{ token: 'x' ".repeat(many))),
        ("a.py", format!("docker.from_env({}", ".login('a', 'b".repeat(many))),
        ("a.ts", format!("password {}", "registry: [{ 'a\\'".repeat(many))),
        ("a.go", "AuthConfig{Password: \"x\", ".repeat(many)),
        ("a.java", ".withRegistryPassword(\"x\")".repeat(many)),
        ("ecs.config", "ECS_ENGINE_AUTH_DATA={".repeat(many)),
        ("docker.service", numbered(|n| format!("HTTP_PROXY=\"\" x{n}_PROXY=http://a:b{n}@c "))),
        ("a.yml", format!("write_files:\n{}", "- content: 'a: {b: docker_login}'\n".repeat(many))),
        (
            "a.xml",
            format!("<servers>{}</servers>", "<server><id>ghcr.io</id></server>".repeat(many)),
        ),
    ] {
        let found = examine(path, &text).len();
        assert!(found <= 2 * many, "{path}: {found}");
    }
}
