//! What a command says of a login: registry, user name and secret, as they are written.

use super::images::{is_address, trimmed, with_registry};
use super::options::Options;
use super::programs::{self, Shape};
use super::words::Word;
use super::{charts, requests};
use crate::audit::auths;

/// A login as a command line says it. The secret may be a variable or a placeholder.
pub(super) struct Login {
    pub(super) registry: Option<String>,
    pub(super) username: Option<String>,
    pub(super) secret: Word,
}

/// How many names of programs there may be before the one that logs in.
const MAX_PROGRAMS: usize = 16;

pub(super) const USERNAME: &[&str] = &["u", "username", "user"];
const PASSWORD: &[&str] = &["p", "password", "pass"];
const FROM_STDIN: &[&str] = &["password-stdin", "pass-stdin", "identity-token-stdin"];

/// Options that are a user name and a secret in one, and which of the images they are for.
const PAIRS: &[(&[&str], End)] = &[
    (&["creds"], End::Any),
    (&["src-creds", "screds"], End::First),
    (&["dest-creds", "dcreds"], End::Last),
];

/// Options that are a secret, the one that is its user name, and which of the images they are for.
const SECRETS: &[(&str, &str, End)] = &[
    ("registry-token", "", End::Any),
    ("src-registry-token", "", End::First),
    ("dest-registry-token", "", End::Last),
    ("identity-token", "", End::Any),
    ("from-identity-token", "", End::First),
    ("to-identity-token", "", End::Last),
    ("registry-password", "registry-username", End::Any),
    ("registry-push-password", "registry-push-username", End::Any),
    ("registry-pull-password", "registry-pull-username", End::Any),
    ("src-password", "src-username", End::First),
    ("dest-password", "dest-username", End::Last),
    ("from-password", "from-username", End::First),
    ("to-password", "to-username", End::Last),
    ("docker-registry-server-password", "docker-registry-server-user", End::Any),
    ("container-registry-password", "container-registry-user", End::Any),
    ("proxy-password", "proxy-username", End::Any),
    ("Ddocker.password", "Ddocker.username", End::Any),
    ("Dregistry.password", "Dregistry.username", End::Any),
    ("Ddockerfile.password", "Ddockerfile.username", End::Any),
    ("Djib.from.auth.password", "Djib.from.auth.username", End::Any),
    ("Djib.to.auth.password", "Djib.to.auth.username", End::Any),
    ("Dquarkus.container-image.password", "Dquarkus.container-image.username", End::Any),
];

/// Options that name the registry of such a secret, or an image in it.
const SERVERS: &[&str] = &[
    "docker-registry-server-url",
    "container-registry-url",
    "registry-login-server",
    "registry-server",
    "registry-url",
    "proxy-remote-url",
    "target",
    "Djib.to.image",
    "Dimage",
    "Dquarkus.container-image.registry",
];

/// Which of the images that a command names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    First,
    Last,
    Any,
}

/// The logins of a command; `stdin` is what it is given to read, where the text says it.
pub(super) fn find(words: &[Word], stdin: Option<&Word>) -> Vec<Login> {
    let programs = words.iter().enumerate().filter_map(|(at, word)| {
        let program = programs::name(&word.text)?;
        Some((at, program))
    });
    for (at, program) in programs.take(MAX_PROGRAMS) {
        let rest = &words[at + 1..];
        let texts: Vec<&str> = rest.iter().map(|word| word.text.as_str()).collect();
        let (shape, begin) = programs::shape(program, &texts);
        let command = Command {
            program,
            shape,
            options: Options::read(&rest[begin..], shape == Shape::Request),
            stdin,
        };
        let mut logins = command.logins();
        if begin > 0 && shape != Shape::Other {
            // `docker --config DIR login`: what is before counts as well for the other options.
            logins.retain(|login| !login.secret.text.is_empty());
            return logins;
        }
        if !logins.is_empty() {
            return logins;
        }
    }
    Vec::new()
}

struct Command<'w> {
    program: &'static str,
    shape: Shape,
    options: Options<'w>,
    stdin: Option<&'w Word>,
}

impl Command<'_> {
    fn logins(&self) -> Vec<Login> {
        let mut logins = Vec::new();
        match self.shape {
            Shape::HubLogin | Shape::Login => logins.extend(self.login()),
            Shape::Positional => logins.extend(self.positional()),
            Shape::HelmRepository => logins.extend(self.named(self.address())),
            Shape::AzureLogin => logins.extend(self.named(self.azure())),
            Shape::PullSecret => logins.extend(self.pull_secret()),
            Shape::ArgoRepository => logins.extend(self.chart_repository()),
            Shape::Request => logins.extend(requests::login(&self.options)),
            Shape::Other => {
                logins.extend(self.other());
                logins.extend(charts::logins(&self.options));
            }
        }
        logins.extend(self.pairs());
        logins.extend(self.secrets());
        logins
    }

    fn login(&self) -> Option<Login> {
        let written = self.options.get(PASSWORD).filter(|word| word.text != "-");
        let secret = match written {
            Some(word) => word.clone(),
            None if self.reads_stdin() => self.stdin?.clone(),
            None => match self.options.get(&["auth-basic"]) {
                Some(pair) => return pair_of(pair, self.host()),
                None => return None,
            },
        };
        Some(Login { registry: self.host(), username: self.user(USERNAME), secret })
    }

    /// `dokku registry:login SERVER USER PASSWORD`.
    fn positional(&self) -> Option<Login> {
        let mut words = self.options.others.iter().copied();
        let (registry, user) = (words.next()?, words.next()?);
        let secret = words.next().or(self.stdin.filter(|_| self.reads_stdin()))?.clone();
        let (registry, username) = (Some(registry.text.clone()), Some(user.text.clone()));
        Some(Login { registry, username, secret })
    }

    fn reads_stdin(&self) -> bool {
        self.options.has(FROM_STDIN)
            || self.options.get(PASSWORD).is_some_and(|word| word.text == "-")
    }

    fn named(&self, registry: Option<String>) -> Option<Login> {
        let secret = self.options.get(PASSWORD).or(self.stdin.filter(|_| self.reads_stdin()))?;
        Some(Login { registry, username: self.user(USERNAME), secret: secret.clone() })
    }

    fn user(&self, names: &[&str]) -> Option<String> {
        self.options.get(names).map(|word| word.text.clone())
    }

    /// The registry of a login: the word that is no option.
    fn host(&self) -> Option<String> {
        let option = self.options.get(&["registry", "server", "login-server"]);
        let others = &self.options.others;
        let named = others.iter().find(|word| is_address(trimmed(&word.text)));
        // In prose the words after a login are no registry; at the end of a command a bare one is,
        // and a variable is wherever it stands.
        let is_variable = |word: &&&Word| word.text.starts_with(['$', '{', '<', '%']);
        let bare = others.first().filter(|word| others.len() == 1 || is_variable(word));
        match option.or(named.copied()).or(bare.copied()) {
            Some(word) => Some(trimmed(&word.text).to_owned()),
            None if self.shape == Shape::HubLogin => Some("docker.io".to_owned()),
            None => None,
        }
    }

    /// The address of a repository of charts.
    fn address(&self) -> Option<String> {
        let option = self.options.get(&["repo", "url"]);
        let others = self.options.others.iter().find(|word| word.text.contains("://"));
        option.or(others.copied()).map(|word| trimmed(&word.text).to_owned())
    }

    /// `argocd repo add HOST --type helm`; those of Git are no registry.
    fn chart_repository(&self) -> Option<Login> {
        let address = self.options.others.iter().find(|word| is_address(trimmed(&word.text)))?;
        let kind = self.options.get(&["type"]).map_or("", |word| word.text.as_str());
        let is_registry = ["helm", "oci"].contains(&kind)
            || self.options.has(&["enable-oci"])
            || address.text.starts_with("oci://");
        self.named(Some(trimmed(&address.text).to_owned())).filter(|_| is_registry)
    }

    fn azure(&self) -> Option<String> {
        let name = &self.options.get(&["n", "name"])?.text;
        let is_short = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        Some(if is_short { format!("{name}.azurecr.io") } else { name.clone() })
    }

    fn pull_secret(&self) -> Option<Login> {
        let secret = self.options.get(&["docker-password", "password"])?.clone();
        let server = self.options.get(&["docker-server"]).map(|word| word.text.clone());
        let default = (self.program != "flux").then(|| "docker.io".to_owned());
        let username = self.user(&["docker-username", "username", "u"]);
        Some(Login { registry: server.or_else(|| self.address()).or(default), username, secret })
    }

    /// Passwords of programs whose every `--password` is one for a registry.
    fn other(&self) -> Option<Login> {
        let names: &[&str] = match self.program {
            "oras" => PASSWORD,
            "crictl" if self.options.has(&["auth"]) => {
                let auth = self.options.get(&["auth"])?;
                let (user, secret) = auths::decode(&auth.text)?;
                let secret = Word { text: secret, ..auth.clone() };
                let registry = self.image(End::Any);
                return Some(Login { registry, username: Some(user), secret });
            }
            "helm" | "helm3" | "skopeo" | "crictl" | "trivy" | "snyk" => &["password"],
            "ctr" => {
                let pair = self.options.get(&["u", "user"])?;
                return pair_of(pair, self.image(End::Any));
            }
            _ if self.options.has(&["docker-password"]) => return self.pull_secret(),
            _ => return None,
        };
        let secret = self.options.get(names)?.clone();
        let registry = self.address().or_else(|| self.image(End::Any));
        Some(Login { registry, username: self.user(USERNAME), secret })
    }

    fn pairs(&self) -> impl Iterator<Item = Login> {
        PAIRS.iter().filter_map(|(names, end)| pair_of(self.options.get(names)?, self.image(*end)))
    }

    fn secrets(&self) -> impl Iterator<Item = Login> {
        SECRETS.iter().filter_map(|(name, username, end)| {
            let secret = self.options.get(&[name])?.clone();
            let registry = match self.shape {
                Shape::HubLogin | Shape::Login => self.host(),
                _ => {
                    let said = self.options.get(SERVERS).map(|word| with_registry(&word.text));
                    said.or_else(|| self.image(*end))
                }
            };
            let username = self.user(&[username]).or_else(|| self.user(USERNAME));
            Some(Login { registry, username, secret })
        })
    }

    /// The image that a command pulls, pushes or looks at.
    fn image(&self, end: End) -> Option<String> {
        let others = &self.options.others;
        let texts = || others.iter().map(|word| trimmed(&word.text));
        let remote = |text: &&str| {
            ["docker://", "oci://", "oras://", "https://", "http://"]
                .iter()
                .any(|scheme| text.starts_with(scheme))
        };
        let named = |text: &&str| is_address(text) && !text.contains("localhost/");
        let mut found: Vec<&str> = texts().filter(remote).collect();
        if found.is_empty() {
            found = texts().filter(named).collect();
        }
        // A file, or a registry alone, is not what is copied where an image is named.
        if found.iter().any(|text| text.contains('/')) {
            found.retain(|text| text.contains('/'));
        }
        let is_push = self.program != "oras" && texts().any(|word| word == "push");
        let image = match end {
            End::Last => found.last(),
            End::Any if is_push => found.last(),
            End::First | End::Any => found.first(),
        };
        image.map(|image| with_registry(image)).or_else(|| {
            // `podman pull app:1`
            let last = texts().next_back().filter(|text| text.contains([':', '/']))?;
            (!last.starts_with(['$', '<', '{', '.', '/'])).then(|| "docker.io".to_owned())
        })
    }
}

pub(super) fn pair_of(word: &Word, registry: Option<String>) -> Option<Login> {
    let (user, secret) = word.text.split_once(':')?;
    let secret = Word { text: secret.to_owned(), ..word.clone() };
    Some(Login { registry, username: Some(user.to_owned()), secret })
}
