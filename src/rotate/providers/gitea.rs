//! Access tokens of Gitea and Forgejo (class B), made with the account's password. The token in use
//! is known by its last eight characters. From go-gitea/gitea `routers/api/v1/user/app.go`,
//! `modules/structs/user_app.go`.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::api::{Api, Call, PAGE, Sealed, json, segment};
use super::options::Gitea as Options;
use super::{Admin, Settings, label};
use crate::credential::Credential;
use crate::registry::http::{Body, Client, Login};
use crate::rotate::provider::{Class, Facts, Failure, Issued, Provider};
use crate::store::{Error, ErrorKind};

const HINTS: &[(u16, &str)] = &[
    (
        400,
        "the scopes may not be ones that this server knows: set scopes=read:package,write:package",
    ),
    (
        401,
        "the second login must be the account's user name and password; with a second factor there is no API for it",
    ),
    (403, "the second login must be the account's own password: a token may not make tokens"),
    (404, "is it the same account's user name?"),
];

/// The tokens of one account.
pub(super) struct Gitea {
    api: Api,
    admin: Admin,
    /// `/api/v1/users/NAME/tokens`.
    tokens: String,
    scopes: Vec<String>,
}

#[derive(Deserialize)]
struct Token {
    id: i64,
    name: String,
    #[serde(default)]
    token_last_eight: String,
    /// Missing, or null, on servers before 1.19.
    scopes: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Made {
    id: i64,
    sha1: Sealed,
}

impl Gitea {
    pub(super) fn open(
        settings: &Settings,
        options: &Options,
        client: &Client,
    ) -> Result<Self, Error> {
        Ok(Self {
            api: Api::new(client, settings.origin(None)?, "Gitea", HINTS),
            admin: settings.admin()?,
            tokens: format!("/api/v1/users/{}/tokens", segment(&settings.username)?),
            scopes: options.scopes.clone(),
        })
    }

    fn login(&self) -> Login<'_> {
        Login::Basic(&self.admin.username, &self.admin.secret)
    }

    fn list(&self, api: &Api) -> Result<Vec<Token>, Error> {
        let size = PAGE.to_string();
        api.pages(|page| {
            let query = [("page", page), ("limit", size.as_str())];
            api.get(api.at(&self.tokens).with_query(&query), self.login())
        })
    }

    /// The token in use, if it is one and not the password.
    fn current(&self, api: &Api, current: &Credential) -> Result<Option<Token>, Error> {
        let secret = current.secret.expose_secret();
        let mut found = self.list(api)?;
        found.retain(|token| {
            token.token_last_eight.len() == 8 && secret.ends_with(&token.token_last_eight)
        });
        // Two with the same end cannot be told apart.
        Ok(if found.len() == 1 { found.pop() } else { None })
    }

    /// The rights of the new one: those of the old one, or those that were set.
    fn scopes(&self, old: Option<&Token>) -> Result<Vec<String>, Error> {
        let known = old.and_then(|token| token.scopes.clone()).unwrap_or_default();
        let scopes = if self.scopes.is_empty() { known } else { self.scopes.clone() };
        if !scopes.is_empty() {
            return Ok(scopes);
        }
        Err(self
            .api
            .error(ErrorKind::Refused, "does not say which rights the new token needs")
            .with_hint("set scopes=read:package,write:package"))
    }
}

impl Provider for Gitea {
    fn name(&self) -> &str {
        "gitea"
    }

    fn class(&self) -> Class {
        Class::Additive
    }

    fn preflight(&self, current: &Credential) -> Result<Facts, Error> {
        let old = self.current(&self.api.anew(), current)?;
        let scopes = self.scopes(old.as_ref())?;
        let mut facts = Facts::default();
        let Some(old) = old else {
            let warning = "the secret in use is none of the account's access tokens, so it is not \
                           ended: is it the password?";
            facts.warnings.push(warning.to_owned());
            return Ok(facts);
        };
        let missing = |scope: &&String| !scopes.contains(scope);
        let missing: Vec<_> = old.scopes.iter().flatten().filter(missing).collect();
        if !missing.is_empty() {
            let names = missing.iter().map(|scope| crate::text::plain(scope)).collect::<Vec<_>>();
            facts.warnings.push(format!("the new token will not have {}", names.join(", ")));
        }
        facts.handle = Some(old.id.to_string());
        Ok(facts)
    }

    fn create(
        &self,
        operation: &str,
        current: &Credential,
        _: Option<&SecretString>,
    ) -> Result<Issued, Failure> {
        let api = self.api.anew();
        let old = self.current(&api, current).map_err(Failure::Unchanged)?;
        let scopes = self.scopes(old.as_ref()).map_err(Failure::Unchanged)?;
        let body = json(&json!({ "name": label(operation), "scopes": scopes }));
        let call = Call {
            method: "POST",
            url: api.at(&self.tokens),
            login: self.login(),
            body: body.map_err(Failure::Unchanged)?,
        };
        let answer = api.act(&call, &[201])?;
        let made: Made = api.read(&answer).map_err(Failure::Unknown)?;
        let handle = Some(made.id.to_string());
        Ok(Issued { username: None, secret: made.sha1.0, expires: None, handle })
    }

    fn revoke(&self, handle: &str) -> Result<(), Error> {
        let api = self.api.anew();
        // A text that is no number would be taken for a name.
        if handle.parse::<i64>().is_err() {
            return Err(api.error(ErrorKind::Refused, "names tokens by numbers"));
        }
        let url = api.at(&format!("{}/{handle}", self.tokens));
        let call = Call { method: "DELETE", url, login: self.login(), body: Body::Empty };
        let status = api.end(&call, &[204, 404])?.status;
        // 404 is also what an administrator gets for the token of somebody else.
        if status == 404 && self.list(&api)?.iter().any(|token| token.id.to_string() == handle) {
            return Err(api.refused(404));
        }
        Ok(())
    }

    fn orphans(&self, operation: &str) -> Result<Vec<String>, Error> {
        let mut found = self.list(&self.api.anew())?;
        found.retain(|token| token.name == label(operation));
        Ok(found.iter().map(|token| token.id.to_string()).collect())
    }
}
