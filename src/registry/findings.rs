//! What is said of each ending of a check.

use super::endpoint::Origin;
use super::trouble::Trouble;
use super::verdict::{Finding, Level, Verdict};

pub(super) fn accepted(level: Level, origin: &Origin) -> Finding {
    let host = origin.authority();
    match level {
        Level::Strong => Finding::new(
            Verdict::Verified(level),
            "accepted",
            format!("{host} accepts it, and nobody without it"),
        ),
        Level::Weak => Finding::new(
            Verdict::Verified(level),
            "accepted",
            format!("{host} accepts it (and lets everybody read)"),
        ),
    }
}

pub(super) fn rejected(origin: &Origin, status: u16) -> Finding {
    Finding::new(
        Verdict::Rejected,
        "rejected",
        format!("{} refused it ({status})", origin.authority()),
    )
}

pub(super) fn banned(origin: &Origin) -> Finding {
    let words = format!(
        "{} answers with 403 to a login that worked before: this address may be banned for a while",
        origin.authority()
    );
    Finding::new(Verdict::Unreachable, "maybe_banned", words)
}

pub(super) fn redirected() -> Finding {
    Finding::new(
        Verdict::Refused,
        "redirected",
        "it sends us to another address; the secret was not sent there",
    )
}

pub(super) fn unreachable(origin: &Origin, trouble: Trouble) -> Finding {
    let words = format!("{}: {}", origin.authority(), trouble.words());
    let finding = Finding::new(Verdict::Unreachable, trouble.reason(), words);
    match trouble {
        Trouble::Certificate => finding.with_hint(format!(
            "give its authority: --ca-file FILE, or /etc/docker/certs.d/{}/ca.crt",
            origin.authority()
        )),
        _ => finding,
    }
}

/// A status that is neither yes nor no.
pub(super) fn status(origin: &Origin, status: u16) -> Finding {
    let host = origin.authority();
    match status {
        429 => Finding::new(
            Verdict::Unreachable,
            "too_many_requests",
            format!("{host} says that it was asked too often (429)"),
        ),
        500..=599 => Finding::new(
            Verdict::Unreachable,
            "server_error",
            format!("{host} has a fault ({status})"),
        ),
        _ => Finding::new(
            Verdict::Inconclusive,
            "unexpected_status",
            format!("{host} answered with {status}, which says nothing about the login"),
        ),
    }
}
