//! Docker Hub's personal access tokens (class B), made with the account's password: a session that
//! was opened with such a token may not make others (403, docker/hub-feedback#2478). An old one is
//! disabled, then deleted. From docker/docs `content/reference/api/hub/latest.yaml`
//! (`AuthCreateAccessToken`, `/v2/access-tokens`).

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::api::{Api, Call, PAGE, Sealed, json, segment};
use super::options::DockerHub as Options;
use super::{Admin, Settings, label, times};
use crate::credential::Credential;
use crate::ledger::time;
use crate::registry::http::{Body, Client, Login};
use crate::rotate::provider::{Class, Facts, Failure, Issued, Provider};
use crate::store::{Error, ErrorKind};

const API: &str = "https://hub.docker.com";

const TOKENS: &str = "/v2/access-tokens";

const HINTS: &[(u16, &str)] = &[
    (
        401,
        "the second login must be the account's password; with single sign-on there is none, and tokens are made at https://app.docker.com/settings/personal-access-tokens",
    ),
    (
        403,
        "the second login must be the account's password: Docker Hub lets no access token make another",
    ),
    (404, "name the token in use: token-id=UUID"),
];

/// The scopes, each of which holds those behind it.
const SCOPES: &[&str] = &["repo:admin", "repo:write", "repo:read", "repo:public_read"];

/// The tokens of one account.
pub(super) struct DockerHub {
    api: Api,
    admin: Admin,
    scopes: Vec<String>,
    days: Option<u32>,
    handle: Option<String>,
}

#[derive(Serialize)]
struct Enter<'a> {
    identifier: &'a str,
    secret: &'a str,
}

#[derive(Deserialize)]
struct Session {
    access_token: Sealed,
}

/// A token as it is listed; the secret is not.
#[derive(Deserialize)]
struct Token {
    uuid: String,
    token_label: String,
    #[serde(default)]
    scopes: Vec<String>,
    is_active: bool,
    expires_at: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    results: Vec<Token>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Made {
    uuid: String,
    token: Sealed,
    expires_at: Option<String>,
}

impl DockerHub {
    pub(super) fn open(
        settings: &Settings,
        options: &Options,
        client: &Client,
    ) -> Result<Self, Error> {
        let api = Api::new(client, settings.origin(Some(API))?, "Docker Hub", HINTS);
        let admin = settings.admin()?;
        if !admin.username.eq_ignore_ascii_case(&settings.username) {
            let words = "needs the password of the same account that the token is of";
            return Err(api.error(ErrorKind::Refused, words));
        }
        if let Some(wrong) = options.scopes.iter().find(|s| !SCOPES.contains(&s.as_str())) {
            let words = format!("has no scope {}", crate::text::plain(wrong));
            let hint = format!("its scopes are {}", SCOPES.join(", "));
            return Err(api.error(ErrorKind::Refused, &words).with_hint(hint));
        }
        let handle = settings.recipe.handle.clone();
        let (scopes, days) = (options.scopes.clone(), options.expires_in_days);
        Ok(Self { api, admin, scopes, days, handle })
    }

    /// A session of ten minutes.
    fn enter(&self, api: &Api) -> Result<SecretString, Error> {
        let (identifier, secret) = (&self.admin.username, self.admin.secret.expose_secret());
        let url = api.at("/v2/auth/token");
        let body = json(&Enter { identifier, secret })?;
        let answer = api.ask(&Call { method: "POST", url, login: Login::Nobody, body })?;
        if answer.status != 200 {
            return Err(api.refused(answer.status));
        }
        Ok(api.read::<Session>(&answer)?.access_token.0)
    }

    /// The token in use, where it is known which that is: its secret does not tell.
    fn current(&self, api: &Api, session: &SecretString) -> Result<Option<Token>, Error> {
        let Some(uuid) = &self.handle else { return Ok(None) };
        let url = api.at(&format!("{TOKENS}/{}", segment(uuid)?));
        let token: Token = api.get(url, Login::Bearer(session))?;
        if token.is_active {
            return Ok(Some(token));
        }
        Err(api.error(ErrorKind::Refused, "has disabled the token that is said to be in use"))
    }

    /// The rights of the new one: never less than those of the old one, where they are known.
    fn scopes(&self, old: Option<&Token>) -> Result<Vec<String>, Error> {
        let none = Vec::new();
        let old = old.map_or(&none, |token| &token.scopes);
        let wanted = if self.scopes.is_empty() { old } else { &self.scopes };
        let rank = |scopes: &[String]| {
            SCOPES.iter().position(|known| scopes.iter().any(|scope| scope == known))
        };
        let error = |words: &str, hint: &str| {
            Err(self.api.error(ErrorKind::Refused, words).with_hint(hint))
        };
        match (rank(wanted), rank(old)) {
            (None, _) if wanted.is_empty() => error(
                "does not say which rights the new token needs",
                "name the token in use: token-id=UUID; or set scopes=repo:read or repo:write",
            ),
            (Some(new), Some(old)) if new > old => error(
                "would give the new token less rights than the one in use has",
                "leave scopes out to give it the same",
            ),
            _ => Ok(wanted.clone()),
        }
    }

    fn list(&self, api: &Api, session: &SecretString) -> Result<Vec<Token>, Error> {
        let size = PAGE.to_string();
        let mut is_last = false;
        api.pages(|page| {
            if is_last {
                return Ok(Vec::new());
            }
            let url = api.at(TOKENS).with_query(&[("page", page), ("page_size", &size)]);
            let found: Page = api.get(url, Login::Bearer(session))?;
            // Only whether there is a next page counts, not the address it is said to be at.
            is_last = found.next.is_none();
            Ok(found.results)
        })
    }
}

impl Provider for DockerHub {
    fn name(&self) -> &str {
        "docker-hub"
    }

    fn class(&self) -> Class {
        Class::Additive
    }

    fn preflight(&self, _: &Credential) -> Result<Facts, Error> {
        let api = self.api.anew();
        let session = self.enter(&api)?;
        // Says 403 where the session was opened with an access token.
        let url = api.at(TOKENS).with_query(&[("page", "1"), ("page_size", "1")]);
        let _: Page = api.get(url, Login::Bearer(&session))?;
        let token = self.current(&api, &session)?;
        self.scopes(token.as_ref())?;
        let Some(token) = token else {
            let warning = "Docker Hub does not say which access token is in use, so that one is not \
                           ended: name it with token-id=UUID, or delete it by hand";
            return Ok(Facts { warnings: vec![warning.to_owned()], ..Facts::default() });
        };
        let expires = times::expiry_of(token.expires_at.as_deref());
        Ok(Facts { handle: Some(token.uuid), expires, ..Facts::default() })
    }

    fn create(
        &self,
        operation: &str,
        _: &Credential,
        _: Option<&SecretString>,
    ) -> Result<Issued, Failure> {
        let api = self.api.anew();
        let session = self.enter(&api).map_err(Failure::Unchanged)?;
        let old = self.current(&api, &session).map_err(Failure::Unchanged)?;
        let scopes = self.scopes(old.as_ref()).map_err(Failure::Unchanged)?;
        let mut body = json!({ "token_label": label(operation), "scopes": scopes });
        if let Some(days) = self.days {
            body["expires_at"] = time(times::in_days(days)).into();
        }
        let call = Call {
            method: "POST",
            url: api.at(TOKENS),
            login: Login::Bearer(&session),
            body: json(&body).map_err(Failure::Unchanged)?,
        };
        let answer = api.act(&call, &[201])?;
        let made: Made = api.read(&answer).map_err(Failure::Unknown)?;
        let said = times::expiry_of(made.expires_at.as_deref());
        let asked = times::expiry_of(body["expires_at"].as_str());
        Ok(Issued {
            username: None,
            secret: made.token.0,
            expires: said.or(asked),
            handle: Some(made.uuid),
        })
    }

    fn revoke(&self, handle: &str) -> Result<(), Error> {
        let api = self.api.anew();
        let session = self.enter(&api)?;
        let path = format!("{TOKENS}/{}", segment(handle)?);
        let body = json(&json!({ "is_active": false }))?;
        let login = Login::Bearer(&session);
        let disable = Call { method: "PATCH", url: api.at(&path), login, body };
        if api.end(&disable, &[200, 404])?.status == 404 {
            return Ok(());
        }
        let delete = Call { method: "DELETE", url: api.at(&path), login, body: Body::Empty };
        api.end(&delete, &[200, 204, 404]).map(drop)
    }

    fn orphans(&self, operation: &str) -> Result<Vec<String>, Error> {
        let api = self.api.anew();
        let session = self.enter(&api)?;
        let mut found = self.list(&api, &session)?;
        found.retain(|token| token.token_label == label(operation));
        Ok(found.into_iter().map(|token| token.uuid).collect())
    }
}
