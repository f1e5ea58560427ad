//! GitLab's personal, project and group access tokens (class C): a token rotates itself, and the old
//! one dies at once. Rotating one that is already revoked ends its whole family, so it is asked about
//! first and rotated once. From gitlabhq/gitlabhq `doc/api/{personal,project,group}_access_tokens.md`,
//! `lib/api/personal_access_tokens/self_information.rb`, `app/services/personal_access_tokens/rotate_service.rb`.

use std::time::SystemTime;

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;

use super::api::{Api, Call, Sealed, json, segment};
use super::options::{Gitlab as Options, Kind};
use super::{Admin, Settings, times};
use crate::credential::Credential;
use crate::registry::endpoint::Origin;
use crate::registry::http::{Client, Login};
use crate::rotate::provider::{Class, Facts, Failure, Issued, Provider};
use crate::store::{Error, ErrorKind};

/// The header of a token.
pub(super) const HEADER: &str = "private-token";

/// Given where nothing else is known: GitLab's own default is one week.
const DAYS: u32 = 90;

/// A life this short is GitLab's default for a rotation without an end, not somebody's choice.
const SHORT: u32 = 8;

/// GitLab gives no more without a setting of its own.
const MAX_DAYS: u32 = 364;

pub(super) const HINTS: &[(u16, &str)] = &[
    (
        400,
        "the end may be later than this GitLab allows: set expires-in-days; do not rotate again by hand before you looked at the token",
    ),
    (
        401,
        "the token is not known, is over or was revoked: make a new one in GitLab, then `imgsec-cred rotate --password-stdin`",
    ),
    (403, "a token may rotate itself with the scope self_rotate or api"),
    (404, "is this GitLab older than 16.0, or the project or group another?"),
    (405, "it is a token of another kind: set kind to personal, project or group"),
];

/// A token that can rotate itself.
pub(super) struct Gitlab {
    pub(super) api: Api,
    admin: Option<Admin>,
    /// Behind `/api/v4`, before the id.
    pub(super) tokens: String,
    days: Option<u32>,
}

/// What GitLab says of a token.
#[derive(Deserialize)]
pub(super) struct Token {
    pub(super) id: u64,
    #[serde(default)]
    pub(super) name: String,
    pub(super) user_id: Option<u64>,
    #[serde(default)]
    pub(super) scopes: Vec<String>,
    active: bool,
    #[serde(default)]
    revoked: bool,
    created_at: Option<String>,
    pub(super) expires_at: Option<String>,
}

impl Token {
    pub(super) fn is_active(&self) -> bool {
        self.active && !self.revoked
    }
}

#[derive(Deserialize)]
pub(super) struct Rotated {
    token: Sealed,
    expires_at: Option<String>,
    id: u64,
}

impl Rotated {
    pub(super) fn issued(self) -> Issued {
        Issued {
            username: None,
            secret: self.token.0,
            expires: times::expiry_of(self.expires_at.as_deref()),
            handle: Some(self.id.to_string()),
        }
    }
}

impl Gitlab {
    pub(super) fn open(
        settings: &Settings,
        options: &Options,
        client: &Client,
    ) -> Result<Self, Error> {
        let tokens = match options.kind {
            Kind::Personal => "/personal_access_tokens".to_owned(),
            _ => format!("{}/access_tokens", owner(options)?),
        };
        Ok(Self {
            api: open_api(settings, client)?,
            admin: settings.admin.as_ref().and_then(|_| settings.admin().ok()),
            tokens,
            days: options.expires_in_days,
        })
    }

    /// What GitLab says of the token; any token may ask about itself.
    pub(super) fn about(&self, api: &Api, current: &Credential) -> Result<Token, Error> {
        let url = api.at("/api/v4/personal_access_tokens/self");
        let token: Token = api.get(url, Login::Header(HEADER, &current.secret))?;
        if token.is_active() {
            return Ok(token);
        }
        Err(api
            .error(ErrorKind::Refused, "says that the token is not active any more")
            .with_hint("make a new one in GitLab, then `imgsec-cred rotate --password-stdin`"))
    }

    /// Who rotates it: itself, or the stronger login by its id.
    fn rotator<'a>(
        &'a self,
        token: &Token,
        current: &'a Credential,
    ) -> Result<(String, &'a SecretString), Error> {
        let can = |scope: &String| scope == "api" || scope == "self_rotate";
        match &self.admin {
            _ if token.scopes.iter().any(can) => Ok(("self".to_owned(), &current.secret)),
            Some(admin) => Ok((token.id.to_string(), &admin.secret)),
            None => {
                let words = "lets this token not rotate itself: it has no scope self_rotate or api";
                Err(self.api.error(ErrorKind::Refused, words).with_hint(
                    "make a token with self_rotate beside read_registry and write_registry",
                ))
            }
        }
    }

    /// The end of the new one. It is always given.
    pub(super) fn end(&self, token: &Token) -> SystemTime {
        // Whole days, as GitLab itself counts a token's life.
        let day = |text: &Option<String>| text.as_deref()?.get(..10).and_then(times::parse);
        let old = match (day(&token.created_at), day(&token.expires_at)) {
            (Some(from), Some(to)) => times::days_between(from, to),
            _ => None,
        };
        let days = old.filter(|&days| days > SHORT).unwrap_or(DAYS).min(MAX_DAYS);
        times::in_days(self.days.unwrap_or(days))
    }

    /// A warning where what follows from `rotated` ends earlier than the token in use.
    pub(super) fn ends_earlier(&self, used: &Token, rotated: &Token) -> Option<String> {
        let new = times::date(self.end(rotated));
        let is_earlier = used.expires_at.as_deref().is_some_and(|old| old > new.as_str());
        is_earlier.then(|| format!("the new token ends on {new}, earlier than the one in use"))
    }
}

impl Provider for Gitlab {
    fn name(&self) -> &str {
        "gitlab"
    }

    fn class(&self) -> Class {
        Class::Destructive
    }

    fn preflight(&self, current: &Credential) -> Result<Facts, Error> {
        let token = self.about(&self.api.anew(), current)?;
        self.rotator(&token, current)?;
        let warnings = self.ends_earlier(&token, &token).into_iter().collect();
        let expires = times::expiry_of(token.expires_at.as_deref());
        Ok(Facts { handle: Some(token.id.to_string()), expires, warnings, trace: None })
    }

    fn create(
        &self,
        _: &str,
        current: &Credential,
        _: Option<&SecretString>,
    ) -> Result<Issued, Failure> {
        let api = self.api.anew();
        let token = self.about(&api, current).map_err(Failure::Unchanged)?;
        let (id, secret) = self.rotator(&token, current).map_err(Failure::Unchanged)?;
        let body = json(&json!({ "expires_at": times::date(self.end(&token)) }));
        let call = Call {
            method: "POST",
            url: api.at(&format!("/api/v4{}/{id}/rotate", self.tokens)),
            login: Login::Header(HEADER, secret),
            body: body.map_err(Failure::Unchanged)?,
        };
        let answer = api.act(&call, &[200, 201])?;
        let new: Rotated = api.read(&answer).map_err(Failure::Unknown)?;
        Ok(new.issued())
    }

    /// The old one died when the new one was made.
    fn revoke(&self, _: &str) -> Result<(), Error> {
        Ok(())
    }
}

/// `/projects/ID` or `/groups/ID`.
pub(super) fn owner(options: &Options) -> Result<String, Error> {
    match (options.kind, &options.project, &options.group) {
        (Kind::Project | Kind::Deploy, Some(id), None) => Ok(format!("/projects/{}", segment(id)?)),
        (Kind::Group | Kind::Deploy, None, Some(id)) => Ok(format!("/groups/{}", segment(id)?)),
        _ => Err(Error::new(ErrorKind::Refused, "GitLab must be told whose token it is")
            .with_hint(
                "set kind=project with project, or kind=group with group; both their numbers",
            )),
    }
}

/// The registry of gitlab.com has a host of its own; one of a person's GitLab is mostly at another
/// port of the same host (5050), or at a host that nothing can be derived from.
pub(super) fn open_api(settings: &Settings, client: &Client) -> Result<Api, Error> {
    let at_registry = Origin::of(&settings.server);
    let default = at_registry.and_then(|origin| match origin.host.as_str() {
        "registry.gitlab.com" => Some("https://gitlab.com".to_owned()),
        host if host.starts_with("registry.") => Some(String::new()),
        host if origin.port == Some(5050) && origin.is_https => Some(format!("https://{host}")),
        _ => None,
    });
    let origin = settings.origin(default.as_deref())?;
    Ok(Api::new(client, origin, "GitLab", HINTS))
}
