//! Who says whether a registry accepts a secret: the registry, asked as `verify` asks it.

use imgsec_cred::credential::Credential;
use imgsec_cred::registry::verdict::{Finding, Verdict};

use crate::registries::Registries;

/// Asks the registry of a credential, which need not be the one in use: of what comes of it, only
/// the token server is noted.
pub(super) fn ask(registries: &Registries<'_>, credential: &Credential) -> Finding {
    let check = match registries.check(credential, None) {
        Ok(check) => check,
        Err(e) => return Finding::new(Verdict::Unreachable, "our_ledger", e.to_string()),
    };
    if let Some(realm) = check.realm.filter(|_| check.finding.verdict.is_verified()) {
        let (server, username) = (&credential.server, credential.open_username());
        let noted = registries.ledger().of(server).is_ok_and(|known| {
            let is_of_another = !known.username.is_empty() && known.username != username;
            known.realm.as_ref() == Some(&realm) || is_of_another
        });
        if !noted {
            // The next check may ask about the token server again; nothing else is lost.
            let _ = registries.ledger().change(credential, |r| r.realm = Some(realm));
        }
    }
    check.finding
}
