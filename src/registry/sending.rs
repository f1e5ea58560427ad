//! What a check does once the secret may be sent: as a password or for a token, once, and with a wrong
//! one beside it where that is wanted.

use secrecy::SecretString;

use super::access::Wanted;
use super::challenge::Challenge;
use super::endpoint::{Origin, Url};
use super::findings;
use super::http::{Client, Login};
use super::policy::{Policy, Realm};
use super::token::{self, Asker, NoToken};
use super::verdict::{Finding, Level, Verdict};
use super::verify::{Asked, Check, Verifier};
use crate::credential::Credential;

/// The user name that marks a secret as an identity token (docker/cli `native_store.go`).
const IDENTITY: &str = "<token>";

impl Verifier<'_> {
    /// Sends the secret in the first way that the registry asks for and we know. Returns how much
    /// that it was accepted says, and the tokens where there are some.
    pub(super) fn present(
        &self,
        check: &mut Check,
        origin: &Origin,
        asked: &Asked,
        credential: &Credential,
        image: Option<&Wanted>,
    ) -> Result<(Level, Option<Tokens>), Finding> {
        match offer(asked, credential)? {
            Challenge::Basic => {
                check.scheme = Some("basic");
                self.basic(&asked.url, credential)?;
                self.control(&asked.url, None, credential)?;
                Ok((Level::Strong, None))
            }
            Challenge::Bearer { realm, service, scope } => {
                let realm = self.realm(origin, realm)?;
                check.scheme = Some("bearer");
                check.realm = Some(realm.origin.authority());
                let scope = image.map(Wanted::scope).or_else(|| scope.clone());
                let bearer = Bearer { realm, service: service.clone(), scope };
                let (level, tokens) = self.bearer(&asked.url, &bearer, credential)?;
                self.control(&asked.url, Some(&bearer), credential)?;
                Ok((level, Some(tokens)))
            }
        }
    }

    fn basic(&self, url: &Url, credential: &Credential) -> Result<(), Finding> {
        let login = Login::Basic(&credential.username, &credential.secret);
        self.accepts(url, login)
    }

    /// Whether the registry is content with this login.
    fn accepts(&self, url: &Url, login: Login<'_>) -> Result<(), Finding> {
        let answer = self.get(url, login)?;
        match answer.status {
            200 => Ok(()),
            // The login is known; whether the image exists is another question.
            404 if url.path != "/v2/" => Ok(()),
            401 => Err(findings::rejected(&url.origin, 401)),
            403 if self.was_verified && answer.raw_header("www-authenticate").next().is_none() => {
                Err(findings::banned(&url.origin))
            }
            403 => Err(findings::rejected(&url.origin, 403)),
            300..=399 => Err(findings::redirected()),
            status => Err(findings::status(&url.origin, status)),
        }
    }

    fn realm(&self, origin: &Origin, realm: &str) -> Result<Url, Finding> {
        match self.policy.check_realm(origin, realm)? {
            Realm::Trusted(url) => Ok(url),
            Realm::Unknown(url) if (self.trusts)(&url.origin.authority()) => Ok(url),
            Realm::Unknown(url) => Err(Policy::untrusted(&url)),
        }
    }

    fn bearer(
        &self,
        url: &Url,
        bearer: &Bearer,
        credential: &Credential,
    ) -> Result<(Level, Tokens), Finding> {
        let anybodys = bearer.token(self.client, Asker::Nobody).ok();
        let is_open = anybodys.as_ref().is_some_and(|token| {
            self.client.get(url, Login::Bearer(token)).is_ok_and(|answer| answer.status == 200)
        });
        let asker = if credential.username == IDENTITY {
            Asker::Identity(&credential.secret)
        } else {
            Asker::Password(&credential.username, &credential.secret)
        };
        let ours = bearer.token(self.client, asker).map_err(|e| self.no_token(bearer, asker, e))?;
        self.accepts(url, Login::Bearer(&ours))?;
        let level = if is_open { Level::Weak } else { Level::Strong };
        Ok((level, Tokens { ours, anybodys }))
    }

    /// A login that is certainly wrong must be refused, or acceptance means nothing. Only where the
    /// person wants to know.
    fn control(
        &self,
        url: &Url,
        bearer: Option<&Bearer>,
        credential: &Credential,
    ) -> Result<(), Finding> {
        if !self.negative_control {
            return Ok(());
        }
        let wrong = random();
        let user = if credential.username == IDENTITY { "imgsec" } else { &credential.username };
        let is_accepted = match bearer {
            None => self.client.get(url, Login::Basic(user, &wrong)).is_ok_and(|a| a.status == 200),
            Some(bearer) => {
                bearer.token(self.client, Asker::Password(user, &wrong)).is_ok_and(|token| {
                    self.client.get(url, Login::Bearer(&token)).is_ok_and(|a| a.status == 200)
                })
            }
        };
        if is_accepted {
            return Err(Finding::new(
                Verdict::Inconclusive,
                "accepts_anything",
                "it accepts a wrong password as well, so it says nothing about this one",
            ));
        }
        Ok(())
    }

    fn no_token(&self, bearer: &Bearer, asker: Asker<'_>, why: NoToken) -> Finding {
        let origin = &bearer.realm.origin;
        match why {
            NoToken::Trouble(trouble) => findings::unreachable(origin, trouble),
            NoToken::Nonsense => Finding::new(
                Verdict::Inconclusive,
                "no_token",
                format!("its token server {} gave no token", origin.authority()),
            ),
            NoToken::Status(404 | 405) if matches!(asker, Asker::Identity(_)) => Finding::new(
                Verdict::Inconclusive,
                "no_oauth",
                format!("its token server {} takes no identity tokens", origin.authority()),
            ),
            NoToken::Status(403) if self.was_verified => findings::banned(origin),
            // OAuth says 400 for a grant that is not valid (RFC 6749 §5.2).
            NoToken::Status(status @ (401 | 403)) => findings::rejected(origin, status),
            NoToken::Status(400) if matches!(asker, Asker::Identity(_)) => {
                findings::rejected(origin, 400)
            }
            NoToken::Status(300..=399) => findings::redirected(),
            NoToken::Status(status) => findings::status(origin, status),
        }
    }
}

/// The first kind of login that the registry takes and the credential is good for.
fn offer<'a>(asked: &'a Asked, credential: &Credential) -> Result<&'a Challenge, Finding> {
    let is_identity = credential.username == IDENTITY;
    let mut offers = asked.challenges.iter();
    let offer = offers.find(|offer| !is_identity || matches!(offer, Challenge::Bearer { .. }));
    offer.ok_or_else(|| match asked.challenges.as_slice() {
        [_, ..] if is_identity => Finding::new(
            Verdict::Inconclusive,
            "identity_token",
            "an identity token is kept, and it asks for a password",
        ),
        _ => Finding::new(
            Verdict::Inconclusive,
            "unknown_scheme",
            "it asks for a kind of login that is not known here",
        ),
    })
}

/// A token server and what it is asked for.
struct Bearer {
    realm: Url,
    service: Option<String>,
    scope: Option<String>,
}

impl Bearer {
    fn token(&self, client: &Client, asker: Asker<'_>) -> Result<SecretString, NoToken> {
        token::ask(client, &self.realm, self.service.as_deref(), self.scope.as_deref(), asker)
    }
}

/// What a token server gave.
pub(super) struct Tokens {
    /// To the credential.
    pub(super) ours: SecretString,
    /// To nobody.
    pub(super) anybodys: Option<SecretString>,
}

/// A password that nobody has.
fn random() -> SecretString {
    let mut bytes = [0; 16];
    // Without random numbers it is still wrong.
    let _ = getrandom::fill(&mut bytes);
    SecretString::from(bytes.iter().map(|b| format!("{b:02x}")).collect::<String>())
}
