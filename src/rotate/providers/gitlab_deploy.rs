//! GitLab's deploy tokens (class B): a new one is made beside the old one, with the same user name
//! and scopes. From gitlabhq/gitlabhq `doc/api/deploy_tokens.md`, `app/models/deploy_token.rb` (user
//! names need not be unique).

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;

use super::api::{Api, Call, PAGE, Sealed, json, segment};
use super::gitlab::{HEADER, open_api, owner};
use super::options::Gitlab as Options;
use super::{Admin, Settings, label, times};
use crate::credential::Credential;
use crate::ledger::time;
use crate::registry::http::{Body, Client, Login};
use crate::rotate::provider::{Class, Facts, Failure, Issued, Provider};
use crate::store::{Error, ErrorKind};

/// How long a new one lives where the old one had an end.
const DAYS: u32 = 90;

/// A deploy token of a project or a group.
pub(super) struct DeployToken {
    api: Api,
    admin: Admin,
    /// `/api/v4/projects/ID/deploy_tokens`.
    tokens: String,
    days: Option<u32>,
    handle: Option<String>,
}

#[derive(Deserialize)]
struct Token {
    id: u64,
    name: String,
    username: String,
    expires_at: Option<String>,
    #[serde(default)]
    revoked: bool,
    #[serde(default)]
    expired: bool,
    scopes: Vec<String>,
}

#[derive(Deserialize)]
struct Made {
    id: u64,
    username: Option<String>,
    expires_at: Option<String>,
    token: Sealed,
}

impl DeployToken {
    pub(super) fn open(
        settings: &Settings,
        options: &Options,
        client: &Client,
    ) -> Result<Self, Error> {
        Ok(Self {
            api: open_api(settings, client)?,
            admin: settings.admin()?,
            tokens: format!("/api/v4{}/deploy_tokens", owner(options)?),
            days: options.expires_in_days,
            handle: settings.recipe.handle.clone(),
        })
    }

    fn login(&self) -> Login<'_> {
        Login::Header(HEADER, &self.admin.secret)
    }

    fn list(&self, api: &Api) -> Result<Vec<Token>, Error> {
        let size = PAGE.to_string();
        let all: Vec<Token> = api.pages(|page| {
            let query = [("per_page", size.as_str()), ("page", page)];
            api.get(api.at(&self.tokens).with_query(&query), self.login())
        })?;
        Ok(all.into_iter().filter(|token| !token.revoked && !token.expired).collect())
    }

    /// The token in use: the one with its user name, or of several the one that the recipe names.
    fn current(&self, api: &Api, current: &Credential) -> Result<Token, Error> {
        let mut found = self.list(api)?;
        found.retain(|token| token.username == current.username);
        if found.len() > 1 {
            found.retain(|token| Some(token.id.to_string()) == self.handle);
        }
        found.pop().ok_or_else(|| {
            api.error(ErrorKind::Refused, "has not exactly one deploy token of this user name")
                .with_hint("name the one in use: token-id=NUMBER; or is it of another project?")
        })
    }
}

impl Provider for DeployToken {
    fn name(&self) -> &str {
        "gitlab"
    }

    fn class(&self) -> Class {
        Class::Additive
    }

    fn preflight(&self, current: &Credential) -> Result<Facts, Error> {
        let token = self.current(&self.api.anew(), current)?;
        let expires = times::expiry_of(token.expires_at.as_deref());
        Ok(Facts { handle: Some(token.id.to_string()), expires, ..Facts::default() })
    }

    fn create(
        &self,
        operation: &str,
        current: &Credential,
        _: Option<&SecretString>,
    ) -> Result<Issued, Failure> {
        let api = self.api.anew();
        let old = self.current(&api, current).map_err(Failure::Unchanged)?;
        let mut body = json!({
            "name": label(operation), "scopes": old.scopes, "username": old.username,
        });
        if let Some(days) = self.days.or(old.expires_at.as_ref().map(|_| DAYS)) {
            body["expires_at"] = time(times::in_days(days)).into();
        }
        let call = Call {
            method: "POST",
            url: api.at(&self.tokens),
            login: self.login(),
            body: json(&body).map_err(Failure::Unchanged)?,
        };
        let answer = api.act(&call, &[201])?;
        let made: Made = api.read(&answer).map_err(Failure::Unknown)?;
        Ok(Issued {
            username: made.username,
            secret: made.token.0,
            expires: times::expiry_of(made.expires_at.as_deref()),
            handle: Some(made.id.to_string()),
        })
    }

    fn revoke(&self, handle: &str) -> Result<(), Error> {
        let api = self.api.anew();
        let url = api.at(&format!("{}/{}", self.tokens, segment(handle)?));
        let call = Call { method: "DELETE", url, login: self.login(), body: Body::Empty };
        api.end(&call, &[200, 204, 404]).map(drop)?;
        // 404 is also what a login gets that may not see it.
        if self.list(&api)?.iter().any(|token| token.id.to_string() == handle) {
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
