//! Whether a registry accepts a credential: it is asked without the secret first, the secret goes
//! only where the [`Policy`] allows, once, and nothing is tried again.

use secrecy::SecretString;

use super::access::{self, Access, Wanted};
use super::challenge::{self, Challenge};
use super::endpoint::{Origin, Url};
use super::findings;
use super::http::{Answer, Client, Login, Trouble};
use super::policy::{Policy, Realm};
use super::tls::Trust;
use super::token::{self, Asker, NoToken};
use super::verdict::{Finding, Level, Verdict};
use crate::credential::Credential;

/// The user name that marks a secret as an identity token (docker/cli `native_store.go`).
const IDENTITY: &str = "<token>";

/// How often the way to `/v2/` may go on to another path of the same registry.
const MAX_REDIRECTS: usize = 3;

/// Checks credentials with their registries.
pub struct Verifier<'a> {
    /// Asks them.
    pub client: &'a Client,
    /// Where secrets may go.
    pub policy: &'a Policy,
    /// Asked whether a token server's host, seen for the first time, may have the secret.
    pub trusts: &'a dyn Fn(&str) -> bool,
    /// Look whether the registry refuses a login that is certainly wrong. It is a failed login, and
    /// counts as one.
    pub negative_control: bool,
    /// The last check went well: a 403 without a challenge may then be a ban.
    pub was_verified: bool,
}

/// What a check came to.
#[derive(Debug)]
pub struct Check {
    /// The verdict.
    pub finding: Finding,
    /// Where the registry was asked.
    pub origin: Option<Origin>,
    /// `basic` or `bearer`, where the secret was sent.
    pub scheme: Option<&'static str>,
    /// The host of the token server that the secret was sent to.
    pub realm: Option<String>,
    /// The certificates that were trusted beside the system's.
    pub trust: Trust,
    /// What the credential may do with the image asked about.
    pub access: Option<Access>,
}

/// What the registry said to nobody.
struct Asked {
    url: Url,
    challenges: Vec<Challenge>,
}

impl Verifier<'_> {
    /// Asks the registry of this credential.
    #[must_use]
    pub fn check(&self, credential: &Credential, image: Option<&Wanted>) -> Check {
        let origin = Origin::of(&credential.server);
        let mut check = Check {
            finding: Finding::new(Verdict::Inconclusive, "no_registry", "it is no registry's key"),
            origin: origin.clone(),
            scheme: None,
            realm: None,
            trust: Trust::default(),
            access: None,
        };
        if let Some(origin) = origin {
            let may_lack_tls = !credential.server.as_str().contains("://");
            let done = self.ask(&mut check, origin, may_lack_tls, credential, image);
            check.finding = done.unwrap_or_else(|finding| finding);
        }
        check
    }

    fn ask(
        &self,
        check: &mut Check,
        origin: Origin,
        may_lack_tls: bool,
        credential: &Credential,
        image: Option<&Wanted>,
    ) -> Result<Finding, Finding> {
        self.policy.check_origin(&origin)?;
        check.trust =
            self.client.places().trust(&origin).map_err(|e| {
                Finding::new(Verdict::Unreachable, "our_certificates", e.to_string())
            })?;
        let (origin, answer) = self.reach(origin, may_lack_tls)?;
        check.origin = Some(origin.clone());
        let asked = self.ping(&origin, answer, image)?;
        let is_identity = credential.username == IDENTITY;
        let offer = asked
            .challenges
            .iter()
            .find(|offer| !is_identity || matches!(offer, Challenge::Bearer { .. }));
        let (level, tokens) = match offer {
            None if is_identity && !asked.challenges.is_empty() => {
                return Err(Finding::new(
                    Verdict::Inconclusive,
                    "identity_token",
                    "an identity token is kept, and it asks for a password",
                ));
            }
            None => {
                return Err(Finding::new(
                    Verdict::Inconclusive,
                    "unknown_scheme",
                    "it asks for a kind of login that is not known here",
                ));
            }
            Some(Challenge::Basic) => {
                check.scheme = Some("basic");
                self.basic(&asked.url, credential)?;
                (Level::Strong, None)
            }
            Some(Challenge::Bearer { realm, service, scope }) => {
                let realm = self.realm(&origin, realm)?;
                check.scheme = Some("bearer");
                check.realm = Some(realm.origin.authority());
                let scope = image.map(|image| image.scope()).or_else(|| scope.clone());
                let bearer = Bearer { realm, service: service.clone(), scope };
                let (level, tokens) = self.bearer(&asked.url, &bearer, credential)?;
                if self.negative_control {
                    self.control(&asked.url, Some(&bearer), credential)?;
                }
                (level, Some(tokens))
            }
        };
        if self.negative_control && tokens.is_none() {
            self.control(&asked.url, None, credential)?;
        }
        let mut level = level;
        if let Some(image) = image {
            let access = match &tokens {
                Some(tokens) => access::of_token(
                    self.client,
                    &origin,
                    image,
                    &tokens.ours,
                    tokens.anybodys.as_ref(),
                ),
                None => access::of_password(self.client, &origin, image, credential),
            };
            if access.is_only_for_us {
                level = Level::Strong;
            }
            check.access = Some(access);
        }
        Ok(findings::accepted(level, &origin))
    }

    /// The first answer to nobody. A registry on this machine, named without a scheme, may speak
    /// plain HTTP, as Docker has it.
    fn reach(&self, origin: Origin, may_lack_tls: bool) -> Result<(Origin, Answer), Finding> {
        match self.client.get(&origin.at("/v2/"), Login::Nobody) {
            Err(Trouble::NoTls | Trouble::Broken)
                if may_lack_tls && (origin.is_loopback() || self.policy.insecure_http) =>
            {
                let origin = origin.without_tls();
                let answer = self.client.get(&origin.at("/v2/"), Login::Nobody);
                answer.map_err(|t| findings::unreachable(&origin, t)).map(|answer| (origin, answer))
            }
            answer => {
                answer.map_err(|t| findings::unreachable(&origin, t)).map(|answer| (origin, answer))
            }
        }
    }

    /// What it wants of those who ask, and where: `/v2/`, or a path of the same registry to which
    /// that leads, or the image where everybody may see `/v2/`.
    fn ping(
        &self,
        origin: &Origin,
        first: Answer,
        image: Option<&Wanted>,
    ) -> Result<Asked, Finding> {
        let mut url = origin.at("/v2/");
        let mut answer = first;
        for _ in 0..MAX_REDIRECTS {
            if !(300..=399).contains(&answer.status) {
                break;
            }
            let next = answer.header("location").next().and_then(|l| url.join(l));
            url = next.filter(|next| next.origin == *origin).ok_or_else(findings::redirected)?;
            answer = self.get(&url, Login::Nobody)?;
        }
        if let (200, Some(image)) = (answer.status, image) {
            url = origin.at(&image.path());
            answer = self.get(&url, Login::Nobody)?;
        }
        let challenges = challenge::known(answer.header("www-authenticate"));
        match answer.status {
            401 => Ok(Asked { url, challenges }),
            200 => Err(Finding::new(
                Verdict::Inconclusive,
                "no_challenge",
                "it lets everybody in without a login, so it says nothing about this one",
            )),
            404 => Err(Finding::new(
                Verdict::Inconclusive,
                "no_registry_api",
                "there is no registry (404 for /v2/)",
            )),
            300..=399 => Err(findings::redirected()),
            status => Err(findings::status(origin, status)),
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
            403 if self.was_verified && answer.header("www-authenticate").next().is_none() => {
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

    /// A login that is certainly wrong must be refused, or acceptance means nothing.
    fn control(
        &self,
        url: &Url,
        bearer: Option<&Bearer>,
        credential: &Credential,
    ) -> Result<(), Finding> {
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

    fn get(&self, url: &Url, login: Login<'_>) -> Result<Answer, Finding> {
        self.client.get(url, login).map_err(|trouble| findings::unreachable(&url.origin, trouble))
    }
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

struct Tokens {
    ours: SecretString,
    anybodys: Option<SecretString>,
}

/// A password that nobody has.
fn random() -> SecretString {
    let mut bytes = [0; 16];
    // Without random numbers it is still wrong.
    let _ = getrandom::fill(&mut bytes);
    SecretString::from(bytes.iter().map(|b| format!("{b:02x}")).collect::<String>())
}
