//! Two of GitLab's access tokens that take turns (class B): the idle one is rotated, and the other
//! goes on working until its grace is over; then it is rotated as well, and nobody keeps the answer.
//!
//! A rotated token keeps its name (gitlabhq/gitlabhq `app/services/personal_access_tokens/rotate_service.rb`),
//! so two names are two families: what ends one of them leaves the other alone. By its number a token
//! is rotated only where the list, read right before, says that it is active.

use secrecy::SecretString;

use super::api::{Api, Call, PAGE, json, segment};
use super::gitlab::{Gitlab, HEADER, Rotated, Token};
use super::options::{Gitlab as Options, Kind};
use super::{Admin, Settings, times};
use crate::credential::Credential;
use crate::registry::http::{Answer, Body, Client, Login};
use crate::rotate::provider::{Class, Facts, Failure, Issued, Provider};
use crate::store::{Error, ErrorKind};

/// Two tokens, by their names.
pub(super) struct Pair {
    one: Gitlab,
    admin: Admin,
    names: [String; 2],
    is_personal: bool,
}

/// Whose turn it is.
struct Turn {
    used: Token,
    idle: Token,
}

impl Pair {
    pub(super) fn open(
        settings: &Settings,
        options: &Options,
        client: &Client,
    ) -> Result<Self, Error> {
        let refused = |words: &str, hint: &str| {
            Err(Error::new(ErrorKind::Refused, words).with_hint(hint.to_owned()))
        };
        if options.kind == Kind::Deploy {
            let words = "a deploy token needs no pair: a new one is made beside the old one";
            return refused(words, "leave pair out");
        }
        let names = match &options.pair[..] {
            [first, second] if first != second => [first.clone(), second.clone()],
            _ => return refused("a pair is two names of tokens", "pair=NAME,OTHER"),
        };
        let is_personal = options.kind == Kind::Personal;
        let one = Gitlab::open(settings, options, client)?;
        Ok(Self { one, admin: settings.admin()?, names, is_personal })
    }

    fn login(&self) -> Login<'_> {
        Login::Header(HEADER, &self.admin.secret)
    }

    /// The active tokens of the pair that the stronger login sees, of one user where that is known.
    fn active(&self, api: &Api, user: Option<u64>) -> Result<Vec<Token>, Error> {
        let (size, user) = (PAGE.to_string(), user.filter(|_| self.is_personal));
        let user = user.map(|id| id.to_string());
        let all: Vec<Token> = api.pages(|page| {
            let mut query = vec![("state", "active"), ("per_page", size.as_str()), ("page", page)];
            query.extend(user.as_deref().map(|id| ("user_id", id)));
            let url = api.at(&format!("/api/v4{}", self.one.tokens)).with_query(&query);
            api.get(url, self.login())
        })?;
        Ok(all.into_iter().filter(|t| t.is_active() && self.names.contains(&t.name)).collect())
    }

    /// Which one is in use, as it says itself, and which is idle. Where that is not clear, nothing is
    /// rotated.
    fn turn(&self, api: &Api, current: &Credential) -> Result<Turn, Error> {
        let used = self.one.about(api, current)?;
        let refused = |words: String| api.error(ErrorKind::Refused, &words);
        let [first, second] = &self.names;
        let idle = match &used.name {
            name if name == first => second,
            name if name == second => first,
            _ => {
                return Err(refused("says that the token in use is none of the pair".to_owned())
                    .with_hint(
                        "pair=NAME,OTHER are the names of the one in use and of the other",
                    ));
            }
        };
        let mut found = self.active(api, used.user_id)?;
        found.retain(|token| token.name == *idle && token.id != used.id);
        let (Some(other), true) = (found.pop(), found.is_empty()) else {
            let words = "has not exactly one active token of the other name of the pair".to_owned();
            return Err(refused(words).with_hint("make one in GitLab, or revoke all but one"));
        };
        if let Some(scope) = used.scopes.iter().find(|scope| !other.scopes.contains(scope)) {
            let words = format!("has given the other token no scope {}", crate::text::plain(scope));
            return Err(refused(words).with_hint("make it anew, with the scopes of the one in use"));
        }
        Ok(Turn { used, idle: other })
    }

    /// The request that rotates a token, which must be active.
    fn rotation(&self, api: &Api, token: &Token) -> Result<Call<'_>, Error> {
        let end = times::date(self.one.end(token));
        Ok(Call {
            method: "POST",
            url: api.at(&format!("/api/v4{}/{}/rotate", self.one.tokens, token.id)),
            login: self.login(),
            body: json(&serde_json::json!({ "expires_at": end }))?,
        })
    }

    /// The token of this number, if it is active.
    fn still_active(&self, api: &Api, id: &str) -> Result<Option<Token>, Error> {
        let url = api.at(&format!("/api/v4{}/{}", self.one.tokens, segment(id)?));
        let call = Call { method: "GET", url, login: self.login(), body: Body::Empty };
        let answer: Answer = api.ask(&call)?;
        match answer.status {
            200 => Ok(Some(api.read::<Token>(&answer)?).filter(Token::is_active)),
            // Also what a login gets that may not see it: then it sees none of the pair. Who is no
            // administrator gets a 401 for a number that is nobody's.
            401 | 404 if !self.active(api, None)?.is_empty() => Ok(None),
            status => Err(api.refused(status)),
        }
    }
}

impl Provider for Pair {
    fn name(&self) -> &str {
        "gitlab"
    }

    fn class(&self) -> Class {
        Class::Additive
    }

    fn preflight(&self, current: &Credential) -> Result<Facts, Error> {
        let Turn { used, idle } = self.turn(&self.one.api.anew(), current)?;
        let name = crate::text::plain(&idle.name);
        let mut warnings =
            vec![format!("{name} is taken to be idle; whatever still uses it stops working")];
        warnings.extend(self.one.ends_earlier(&used, &idle));
        let expires = times::expiry_of(used.expires_at.as_deref());
        Ok(Facts { handle: Some(used.id.to_string()), expires, warnings, trace: None })
    }

    fn create(
        &self,
        _: &str,
        current: &Credential,
        _: Option<&SecretString>,
    ) -> Result<Issued, Failure> {
        let api = self.one.api.anew();
        let turn = self.turn(&api, current).map_err(Failure::Unchanged)?;
        let call = self.rotation(&api, &turn.idle).map_err(Failure::Unchanged)?;
        let answer = api.act(&call, &[200, 201])?;
        let new: Rotated = api.read(&answer).map_err(Failure::Unknown)?;
        Ok(new.issued())
    }

    /// Its secret ends; the token stays the idle one of the pair, with a secret that nobody has.
    fn revoke(&self, handle: &str) -> Result<(), Error> {
        let api = self.one.api.anew();
        let Some(token) = self.still_active(&api, handle)? else { return Ok(()) };
        if !self.names.contains(&token.name) {
            let words = "gives the token that is to end a name that is none of the pair";
            return Err(api.error(ErrorKind::Refused, words));
        }
        // Where the answer is lost, the next try finds it inactive.
        api.end(&self.rotation(&api, &token)?, &[200, 201])?;
        match self.still_active(&api, handle)? {
            None => Ok(()),
            Some(_) => Err(api.error(ErrorKind::Failed, "still has the token that was to end")),
        }
    }
}
