//! `audit --verify`: whether what lies open still works. Each secret goes to the registry it is for,
//! as `verify` sends it, and to nobody else; nobody is asked about a new token server.

use std::collections::BTreeMap;

use imgsec_cred::audit::finding::{Finding, Kind, Severity};
use imgsec_cred::audit::scan::Scan;
use imgsec_cred::credential::Credential;
use imgsec_cred::machine::Machine;
use imgsec_cred::registry::verdict::Verdict;
use imgsec_cred::server::ServerKey;

use crate::args::{Asking, Shared};
use crate::registries::Registries;

/// Asks about every finding that names a registry and a user, once for each secret.
pub(super) fn ask(scan: &mut Scan, shared: &Shared, machine: &Machine) -> anyhow::Result<()> {
    let asking = Asking::default();
    let unasked = Shared { no_input: true, ..shared.clone() };
    let registries = Registries::new(&asking, &unasked, machine)?;
    let mut credentials: Vec<Credential> = Vec::new();
    let mut asked: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, finding) in scan.findings.iter().enumerate() {
        let Some(credential) = credential(finding) else { continue };
        let same = credentials.iter().position(|other| {
            other.server.canonical() == credential.server.canonical()
                && other.same_login(&credential)
        });
        asked.insert(at, same.unwrap_or(credentials.len()));
        if same.is_none() {
            credentials.push(credential);
        }
    }
    let checks = registries.check_all(&credentials, None);
    for (at, check) in asked {
        let Ok(check) = &checks[check] else { continue };
        let finding = &mut scan.findings[at];
        finding.verdict = Some(check.finding.verdict.word());
        if check.finding.verdict == Verdict::Rejected {
            // As a secret that has expired.
            finding.severity = Severity::Info;
        }
    }
    Ok(())
}

/// What can be sent to a registry; `None` for what is no login, or says not whose it is.
fn credential(finding: &Finding) -> Option<Credential> {
    let username = match finding.kind {
        Kind::IdentityToken => "<token>",
        Kind::RegistryToken | Kind::HttpHeader | Kind::ProxyUserinfo => return None,
        Kind::OauthAccess | Kind::OauthRefresh => return None,
        _ => finding.username.as_deref()?,
    };
    if finding.registry == "*" {
        return None;
    }
    let server = ServerKey::parse(&finding.registry).ok()?;
    Some(Credential::new(server, username.to_owned(), finding.secret.clone()))
}
