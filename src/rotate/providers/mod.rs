//! The registries whose own API makes a new secret: their table, what each must be told, and how one
//! is opened. Each file names the published description that it was written from.

mod acr;
mod api;
mod docker_hub;
mod gitea;
mod gitlab;
mod gitlab_deploy;
mod gitlab_pair;
mod harbor;
mod options;
mod quay;
mod times;

use secrecy::SecretString;

use super::provider::{Class, Provider};
use crate::credential::Credential;
use crate::registry::endpoint::{Origin, Url};
use crate::registry::http::Client;
use crate::server::ServerKey;
use crate::store::{Error, ErrorKind};

pub use options::{Kind, Options, Owner, Recipe};

/// What is known of a provider without asking it.
#[derive(Debug)]
pub struct Entry {
    /// Its name in `--provider` and in JSON.
    pub name: &'static str,
    /// What it promises; GitLab's deploy tokens and its pairs are of class B.
    pub class: Class,
    /// What [`Recipe::new`] takes for it, beside `token-id`.
    pub keys: &'static [&'static str],
    /// The login that makes the secret, for texts.
    pub needs: &'static str,
}

/// The providers. A new one has a row here, a variant in [`Options`] and an arm in [`open`].
pub const TABLE: &[Entry] = &[
    Entry {
        name: "gitlab",
        class: Class::Destructive,
        keys: &["kind", "project", "group", "expires-in-days", "pair"],
        needs: "nothing more where the token has the scope self_rotate or api; else, and for deploy tokens and pairs, a token with the scope api",
    },
    Entry {
        name: "harbor",
        class: Class::Chosen,
        keys: &["project"],
        needs: "the login of a user who may update robots",
    },
    Entry {
        name: "docker-hub",
        class: Class::Additive,
        keys: &["scopes", "expires-in-days"],
        needs: "the account's password; Docker Hub refuses an access token",
    },
    Entry {
        name: "quay",
        class: Class::Destructive,
        keys: &["owner"],
        needs: "an OAuth token with org:admin (user:admin for a person's own robot)",
    },
    Entry {
        name: "gitea",
        class: Class::Additive,
        keys: &["scopes"],
        needs: "the account's password",
    },
    Entry {
        name: "acr",
        class: Class::Additive,
        keys: &["subscription", "resource-group", "registry", "expires-in-days"],
        needs: "an Azure access token with a role on the registry",
    },
];

/// The row of a provider; `forgejo` is a name of `gitea`.
#[must_use]
pub fn entry(name: &str) -> Option<&'static Entry> {
    let name = if name == "forgejo" { "gitea" } else { name };
    TABLE.iter().find(|entry| entry.name == name)
}

/// Everything a provider needs.
#[derive(Debug)]
pub struct Settings {
    /// What the ledger keeps of it; nothing in it is secret.
    pub recipe: Recipe,
    /// The registry.
    pub server: ServerKey,
    /// The user name of the credential that is rotated.
    pub username: String,
    /// The stronger login, as it is kept under [`crate::server::Reserved::Admin`].
    pub admin: Option<Credential>,
}

/// Makes a provider. Nothing is sent.
///
/// # Errors
/// Where the settings are not enough, or where the API is at a place that no login is sent to.
pub fn open(settings: &Settings, client: &Client) -> Result<Box<dyn Provider>, Error> {
    Ok(match &settings.recipe.options {
        Options::Gitlab(options) if !options.pair.is_empty() => {
            Box::new(gitlab_pair::Pair::open(settings, options, client)?)
        }
        Options::Gitlab(options) if options.kind == Kind::Deploy => {
            Box::new(gitlab_deploy::DeployToken::open(settings, options, client)?)
        }
        Options::Gitlab(options) => Box::new(gitlab::Gitlab::open(settings, options, client)?),
        Options::Harbor(options) => Box::new(harbor::Harbor::open(settings, options, client)?),
        Options::DockerHub(options) => {
            Box::new(docker_hub::DockerHub::open(settings, options, client)?)
        }
        Options::Quay(options) => Box::new(quay::Quay::open(settings, options, client)?),
        Options::Gitea(options) => Box::new(gitea::Gitea::open(settings, options, client)?),
        Options::Acr(options) => Box::new(acr::Acr::open(settings, options, client)?),
    })
}

/// A login that may make secrets.
struct Admin {
    username: String,
    secret: SecretString,
}

impl Settings {
    /// The stronger login; without one, an error that says what it is.
    fn admin(&self) -> Result<Admin, Error> {
        let name = self.recipe.options.name();
        let admin = self.admin.as_ref().ok_or_else(|| {
            let needs = entry(name).map_or("", |entry| entry.needs);
            Error::new(ErrorKind::Refused, format!("{name} needs a second login to make a secret"))
                .with_hint(format!("it needs {needs}"))
        })?;
        Ok(Admin { username: admin.username.clone(), secret: admin.secret.clone() })
    }

    /// Where the API is: as the recipe says, else `default`, else at the registry itself.
    fn origin(&self, default: Option<&str>) -> Result<Origin, Error> {
        let text = self.recipe.api.as_deref().or(default);
        let origin = match text {
            Some(text) => Url::parse(text).filter(|url| url.path == "/").map(|url| url.origin),
            None => Origin::of(&self.server),
        };
        let origin = origin.ok_or_else(|| {
            Error::new(ErrorKind::Refused, "the address of the provider's API is not known")
                .with_hint("give it: --set api=https://HOST")
        })?;
        if origin.is_https || origin.is_loopback() {
            return Ok(origin);
        }
        let what = format!("{} is not https, so no login is sent there", origin.authority());
        Err(Error::new(ErrorKind::Refused, what).with_hint("give another: --set api=https://HOST"))
    }
}

/// The label of what the rotation `operation` makes.
fn label(operation: &str) -> String {
    format!("imgsec-{operation}")
}
