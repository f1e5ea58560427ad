//! Whether a registry accepts a credential: it is asked without the secret first, the secret goes
//! only where the [`Policy`] allows, once, and nothing is tried again.

use super::access::{self, Access, Wanted};
use super::challenge::{self, Challenge};
use super::endpoint::{Origin, Url};
use super::findings;
use super::http::{Answer, Client, Login};
use super::policy::Policy;
use super::sending::Tokens;
use super::tls::Trust;
use super::trouble::Trouble;
use super::verdict::{Finding, Level, Verdict};
use crate::credential::Credential;

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
pub(super) struct Asked {
    /// Where.
    pub(super) url: Url,
    /// The kinds of login it takes.
    pub(super) challenges: Vec<Challenge>,
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
        let (mut level, tokens) = self.present(check, &origin, &asked, credential, image)?;
        if let Some(image) = image {
            let access = match &tokens {
                Some(Tokens { ours, anybodys }) => {
                    access::of_token(self.client, &origin, image, ours, anybodys.as_ref())
                }
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
    /// plain HTTP, as Docker has it; but a forwarded port that spoke TLS once leads to another machine.
    fn reach(&self, origin: Origin, may_lack_tls: bool) -> Result<(Origin, Answer), Finding> {
        match self.client.get(&origin.at("/v2/"), Login::Nobody) {
            Err(Trouble::NoTls | Trouble::Broken)
                if may_lack_tls
                    && !self.policy.speaks_tls
                    && (origin.is_loopback() || self.policy.insecure_http) =>
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
        let challenges = challenge::known(answer.raw_header("www-authenticate"));
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

    pub(super) fn get(&self, url: &Url, login: Login<'_>) -> Result<Answer, Finding> {
        self.client.get(url, login).map_err(|trouble| findings::unreachable(&url.origin, trouble))
    }
}
