//! The options and the other words of a command of a container tool.

use super::words::Word;

/// Options whose next word is their value. Those that hold credentials come first.
const WITH_VALUE: &[&str] = &[
    "p",
    "password",
    "pass",
    "u",
    "username",
    "user",
    "creds",
    "src-creds",
    "dest-creds",
    "screds",
    "dcreds",
    "src-password",
    "dest-password",
    "src-username",
    "dest-username",
    "from-username",
    "from-password",
    "to-username",
    "to-password",
    "identity-token",
    "from-identity-token",
    "to-identity-token",
    "registry-token",
    "src-registry-token",
    "dest-registry-token",
    "registry-username",
    "registry-password",
    "docker-server",
    "docker-username",
    "docker-password",
    "docker-email",
    "auth-basic",
    "auth",
    "url",
    "authfile",
    "compat-auth-file",
    "cert-dir",
    "config",
    "secret",
    "ca-file",
    "cert-file",
    "key-file",
    "registry-config",
    "repository-config",
    "email",
    "e",
    "log-level",
    "l",
    "context",
    "c",
    "host",
    "kube-context",
    "namespace",
    "n",
    "address",
    "a",
    "format",
    "f",
    "file",
    "output",
    "o",
    "tag",
    "t",
    "platform",
    "arch",
    "os",
    "name",
    "src",
    "dest",
    "repo",
    "version",
    "server",
    "registry",
    "kubeconfig",
    "resource-group",
    "g",
    "subscription",
    "provider",
    "interval",
    "source",
    "path",
    "revision",
    "storage-driver",
    "root",
    "runroot",
    "hosts-dir",
    "snapshotter",
    "tlscacert",
    "tlscert",
    "tlskey",
    "timeout",
    "max-time",
    "m",
    "w",
    "set",
    "set-string",
    "type",
    "project",
    "target",
    "login-server",
    "http-user",
    "http-password",
    "proxy-remote-url",
    "proxy-username",
    "proxy-password",
    "registry-server",
    "registry-login-server",
    "docker-registry-server-url",
    "docker-registry-server-user",
    "docker-registry-server-password",
    "container-registry-url",
    "container-registry-user",
    "container-registry-password",
];

/// The same for requests by hand. Containers and images have `-d` without a value.
const OF_REQUESTS: &[&str] = &["d", "data", "data-raw", "json", "H", "header", "X", "request", "E"];

/// The options of a command, by name and without dashes, and the words that are none.
#[derive(Default)]
pub(super) struct Options<'w> {
    options: Vec<(&'w str, Word)>,
    pub(super) others: Vec<&'w Word>,
}

impl<'w> Options<'w> {
    /// Reads `--name value`, `--name=value`, `-p value`, `-p=value` and `-pvalue`.
    pub(super) fn read(words: &'w [Word], is_request: bool) -> Self {
        let has_value =
            |name| WITH_VALUE.contains(&name) || (is_request && OF_REQUESTS.contains(&name));
        let mut options = Self::default();
        let mut words = words.iter().peekable();
        while let Some(word) = words.next() {
            let Some((name, value)) = name_and_value(word) else {
                options.others.push(word);
                continue;
            };
            let value = match value {
                Some(value) => Some(value),
                None if has_value(name) => {
                    words.next_if(|next| !next.text.starts_with("--")).cloned()
                }
                None => None,
            };
            options.options.push((name, value.unwrap_or_default()));
        }
        options
    }

    /// The value of the first of these options that has one.
    pub(super) fn get(&self, names: &[&str]) -> Option<&Word> {
        let options = self.options.iter().filter(|(name, _)| names.contains(name));
        options.map(|(_, value)| value).find(|value| !value.text.is_empty())
    }

    /// The values of all of these options.
    pub(super) fn all(&self, names: &'static [&str]) -> impl Iterator<Item = &Word> {
        let options = self.options.iter().filter(|(name, _)| names.contains(name));
        options.map(|(_, value)| value)
    }

    /// Whether an option is there, with or without a value.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.options.iter().any(|(name, _)| names.contains(name))
    }
}

fn name_and_value(word: &Word) -> Option<(&str, Option<Word>)> {
    let text = word.text.as_str();
    let value = |text: &str| Word { text: text.to_owned(), ..word.clone() };
    if let Some(long) = text.strip_prefix("--") {
        return match long.split_once('=') {
            Some((name, given)) => Some((name, Some(value(given)))),
            None => Some((long, None)),
        };
    }
    let short = text.strip_prefix('-').filter(|short| !short.is_empty())?;
    let first = short.chars().next()?.len_utf8();
    let (name, rest) = short.split_at(first);
    if rest.is_empty() {
        return Some((name, None));
    }
    // `-pSECRET` and `-uNAME`; other letters may be several options in one, as in `-it`, or a long
    // name after one dash.
    let given = rest.strip_prefix('=').unwrap_or(rest);
    match name {
        "p" | "u" if !is_long(short) => Some((name, Some(value(given)))),
        _ => match short.split_once('=') {
            Some((name, given)) => Some((name, Some(value(given)))),
            None => Some((short, None)),
        },
    }
}

/// PowerShell and some old tools write long names after one dash.
fn is_long(short: &str) -> bool {
    let name = short.split('=').next().unwrap_or(short);
    matches!(name, "password" | "username" | "user" | "pass" | "password-stdin")
}
