//! What can be done about a finding: moved, replaced by a reference, or removed; and the command.

use super::finding::{Finding, Kind};
use super::severity::signal;

/// What to do, in words and as a command to copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// The kind of remedy.
    pub class: Class,
    /// In words.
    pub words: String,
    /// A command that does it, or begins it.
    pub command: Option<String>,
}

/// The kinds of remedies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The program that reads it can ask a credential helper instead.
    Move,
    /// The program can read it from elsewhere: a variable, a secret store.
    Reference,
    /// It has to go, and the secret has to be replaced at the registry.
    Remove,
}

impl Class {
    /// Its stable name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Move => "yes",
            Self::Reference => "reference",
            Self::Remove => "no",
        }
    }
}

/// What to do about a finding.
#[must_use]
pub fn of(finding: &Finding) -> Remedy {
    let remedy = |class, words: &str, command: Option<String>| Remedy {
        class,
        words: words.to_owned(),
        command,
    };
    if finding.signals.contains(&signal::BACKUP) {
        return remedy(
            Class::Remove,
            "delete this copy, and rotate the secret at the registry",
            None,
        );
    }
    if finding.kind == Kind::RegistryToken {
        return remedy(Class::Remove, "no helper can keep a registry token: remove it", None);
    }
    let registry = match finding.registry.as_str() {
        "*" => "REGISTRY",
        registry => registry,
    };
    match finding.kind {
        Kind::History | Kind::Log => remedy(
            Class::Remove,
            "delete the line, and rotate the secret at the registry",
            Some(format!("docker login {registry}")),
        ),
        Kind::Script | Kind::Env => remedy(
            Class::Reference,
            "read it from a secret of the CI system, or let a helper answer",
            Some(format!("docker login --username USER --password-stdin {registry}")),
        ),
        _ => by_rule(finding.rule, registry),
    }
}

fn by_rule(rule: &str, registry: &str) -> Remedy {
    let (class, words, command) = match rule {
        "docker-config" => {
            (Class::Move, "move it into the keychain", Some("imgsec-cred setup".to_owned()))
        }
        _ if rule.starts_with("kubernetes") || rule.starts_with("helm-values") => (
            Class::Reference,
            "seal it (SealedSecret, SOPS) or let External Secrets fetch it",
            None,
        ),
        _ if ["containers-auth", "helm-registry", "buildx"].iter().any(|r| rule.starts_with(r)) => {
            (
                Class::Move,
                "let the helper answer for this registry in its credHelpers",
                Some(format!("{{\"credHelpers\":{{\"{registry}\":\"imgsec\"}}}}")),
            )
        }
        _ => (
            Class::Reference,
            "take it out of the file: a secret of the system that runs it, or a helper",
            None,
        ),
    };
    Remedy { class, words: words.to_owned(), command }
}
