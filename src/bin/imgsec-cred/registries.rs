//! How the verbs ask registries: with the certificates of this machine, a person who may be asked
//! about a new token server, and the ledger, which notes what came of it.

use std::sync::Mutex;
use std::thread;
use std::time::SystemTime;

use imgsec_cred::credential::{Credential, HIDDEN_USERNAME};
use imgsec_cred::ledger::{self, Checked, Expiry, Ledger, Record};
use imgsec_cred::machine::Machine;
use imgsec_cred::registry::about;
use imgsec_cred::registry::access::Wanted;
use imgsec_cred::registry::http::Client;
use imgsec_cred::registry::policy::Policy;
use imgsec_cred::registry::tls::Places;
use imgsec_cred::registry::verdict::Verdict;
use imgsec_cred::registry::verify::{Check, Verifier};
use imgsec_cred::store::{Error, ErrorKind};
use serde_json::{Value, json};

use crate::args::{Asking, Shared};
use crate::list::registry;
use crate::{Outcome, ask, engine, stores};

/// How many registries are asked at the same time.
const AT_ONCE: usize = 8;

/// Registries, as this machine and this person see them.
pub(crate) struct Registries<'a> {
    asking: &'a Asking,
    places: Places,
    ledger: Ledger,
    can_ask: bool,
    /// One question at a time.
    asked: Mutex<()>,
}

impl<'a> Registries<'a> {
    pub(crate) fn new(
        asking: &'a Asking,
        shared: &Shared,
        machine: &Machine,
    ) -> Result<Self, Error> {
        Ok(Self {
            asking,
            places: Places {
                folders: engine::certificate_folders(machine),
                ca_file: asking.ca_file.clone(),
                unchecked: engine::unchecked(machine),
                insecure: engine::insecure(machine),
            },
            ledger: Ledger::new(stores::state(machine)?),
            can_ask: ask::can_ask(shared) && !shared.json,
            asked: Mutex::new(()),
        })
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Asks the APIs beside registries.
    pub(crate) fn client(&self) -> Client {
        Client::new(self.places.clone(), self.asking.timeout)
    }

    /// Asks the registry of this credential.
    pub(crate) fn check(
        &self,
        credential: &Credential,
        wanted: Option<&Wanted>,
    ) -> Result<Check, Error> {
        let known = self.known(credential)?;
        let policy = Policy {
            realms: self.asking.allow_realm.iter().map(|r| r.to_ascii_lowercase()).collect(),
            pinned: known.realm.clone(),
            speaks_tls: known.speaks_tls,
            insecure_http: self.asking.insecure_http,
        };
        let client = self.client();
        let name = registry(credential.server.as_str());
        let trusts = |host: &str| self.can_ask && self.ask_about(name, host);
        let verifier = Verifier {
            client: &client,
            policy: &policy,
            trusts: &trusts,
            negative_control: self.asking.negative_control,
            was_verified: known.checked.is_some_and(|c| c.verdict == "verified"),
        };
        Ok(verifier.check(credential, wanted))
    }

    /// Asks the registries, several at a time; the answers are in the order of the credentials.
    pub(crate) fn check_all(
        &self,
        credentials: &[Credential],
        wanted: Option<&Wanted>,
    ) -> Vec<Result<Check, Error>> {
        let lost = || Error::new(ErrorKind::Failed, "a check ended early");
        let mut checks = Vec::new();
        for batch in credentials.chunks(AT_ONCE) {
            thread::scope(|scope| {
                let running: Vec<_> =
                    batch.iter().map(|c| scope.spawn(move || self.check(c, wanted))).collect();
                let ended = running.into_iter().map(thread::ScopedJoinHandle::join);
                checks.extend(ended.map(|check| check.unwrap_or_else(|_| Err(lost()))));
            });
        }
        checks
    }

    /// Notes what came of a check of a credential that is kept.
    pub(crate) fn note(&self, credential: &Credential, check: &Check) -> Result<(), Error> {
        self.ledger.change(credential, |record| {
            let verdict = check.finding.verdict;
            let level =
                if let Verdict::Verified(level) = verdict { Some(level.word()) } else { None };
            record.checked = Some(Checked {
                at: ledger::time(SystemTime::now()),
                verdict: verdict.word().to_owned(),
                level: level.map(str::to_owned),
            });
            if verdict.is_verified() {
                record.realm.clone_from(&check.realm);
                record.speaks_tls |= check.origin.as_ref().is_some_and(|origin| origin.is_https);
            }
            if let Some(expires) = expiry(credential) {
                record.expires = Some(expires);
            }
        })
    }

    fn known(&self, credential: &Credential) -> Result<Record, Error> {
        let known = self.ledger.of(&credential.server)?;
        // The token server is the registry's, whoever logs in, and so is TLS.
        let (realm, speaks_tls) = (known.realm.clone(), known.speaks_tls);
        let is_same = known.username == credential.open_username();
        Ok(if is_same { known } else { Record { realm, speaks_tls, ..Record::default() } })
    }

    fn ask_about(&self, registry: &str, host: &str) -> bool {
        let _one_at_a_time = self.asked.lock();
        let question = format!("{registry} hands out its tokens at {host}. Send the secret there?");
        ask::yes(&question).unwrap_or(false)
    }
}

/// Until when a secret works, where it says so itself.
pub(crate) fn expiry(credential: &Credential) -> Option<Expiry> {
    let token = about::of(credential, SystemTime::now()).token;
    let source = if token.token_type == "aws-ecr" { "ecr-observed" } else { "jwt" };
    token.expires_at.map(|at| Expiry { at: ledger::time(at), source: source.to_owned() })
}

/// The user name; where that is the secret itself, as some registries have it, not that.
pub(crate) fn username(credential: &Credential) -> &str {
    let is_secret = about::of(credential, SystemTime::now()).is_username_secret;
    if is_secret { HIDDEN_USERNAME } else { &credential.username }
}

/// The verdict as the status that the program ends with.
pub(crate) fn outcome(verdict: Verdict) -> Outcome {
    match verdict {
        Verdict::Verified(_) => Outcome::Done,
        Verdict::Rejected => Outcome::Attention,
        Verdict::Inconclusive | Verdict::Unreachable => Outcome::NoVerdict,
        Verdict::Refused => Outcome::Refused,
    }
}

/// A credential that its registry was not asked about, for programs: the keys of [`document`].
pub(crate) fn unchecked(credential: &Credential) -> Value {
    let expires = expiry(credential);
    json!({
        "registry": registry(credential.server.as_str()), "username": username(credential),
        "verdict": "not-checked", "level": null, "reason": null, "message": null, "hint": null,
        "scheme": null, "realm": null, "tls": null,
        "expires_at": expires.as_ref().map(|e| &e.at),
        "expires_source": expires.as_ref().map(|e| &e.source),
        "access": null,
    })
}

/// What a check came to, for programs.
pub(crate) fn document(credential: &Credential, check: &Check) -> Value {
    let verdict = check.finding.verdict;
    let level = if let Verdict::Verified(level) = verdict { Some(level.word()) } else { None };
    let expires = expiry(credential);
    let access = check.access.as_ref().map(|access| {
        let rights =
            access.rights.iter().map(|(a, right)| (a.word().to_owned(), right.word().into()));
        json!({"role": access.role(), "actions": Value::Object(rights.collect())})
    });
    json!({
        "registry": registry(credential.server.as_str()),
        "username": username(credential),
        "verdict": verdict.word(),
        "level": level,
        "reason": check.finding.reason,
        "message": check.finding.words,
        "hint": check.finding.hint,
        "scheme": check.scheme,
        "realm": check.realm,
        "tls": check.origin.as_ref().map(|origin| json!({
            "https": origin.is_https,
            "trust": if !origin.is_https { "none" } else if check.trust.authorities.is_empty() { "system" } else { "system-and-files" },
            "authorities": check.trust.authorities,
            "client_certificate": check.trust.client,
            "skipped_by": check.trust.skipped_by,
            "skipped_by_podman": check.trust.skipped_by_podman,
        })),
        "expires_at": expires.as_ref().map(|e| &e.at),
        "expires_source": expires.as_ref().map(|e| &e.source),
        "access": access,
    })
}

/// That Docker or Podman would have talked to anybody who says he is the registry, where their
/// settings say so; here the checks are made all the same.
pub(crate) fn skipped(check: &Check) -> impl Iterator<Item = String> {
    let docker = check.trust.skipped_by.as_ref().map(|file| {
        format!("Docker skips the TLS checks for it: insecure-registries in {}", file.display())
    });
    let podman =
        check.trust.skipped_by_podman.as_ref().map(|file| {
            format!("Podman skips the TLS checks for it: insecure in {}", file.display())
        });
    docker.into_iter().chain(podman)
}

/// How the secret went, in a few words, behind what the registry said.
pub(crate) fn transport(check: &Check) -> String {
    let Some(origin) = &check.origin else { return String::new() };
    if !origin.is_https {
        let why = if origin.is_loopback() { "to this machine" } else { "INSECURE" };
        return format!(" [plain http, {why}]");
    }
    match check.trust.authorities.as_slice() {
        [] => String::new(),
        [file] => format!(" [https, trusted by {}]", file.display()),
        files => format!(" [https, trusted by {} files]", files.len()),
    }
}
