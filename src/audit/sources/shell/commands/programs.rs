//! The programs that log in to registries, and how each is told to.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::words::Word;

/// What a command does with a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// A login to the registry that it names, or to Docker Hub.
    HubLogin,
    /// A login to the registry that it names.
    Login,
    /// A login with registry, user name and secret as its words.
    Positional,
    /// `helm repo add NAME URL`.
    HelmRepository,
    /// `az acr login --name NAME`.
    AzureLogin,
    /// `kubectl create secret docker-registry`, `flux create secret oci`.
    PullSecret,
    /// `argocd repo add HOST --type helm`.
    ArgoRepository,
    /// A request by hand.
    Request,
    /// Anything else; only options that nobody else has are credentials.
    Other,
}

/// A program, the words that must follow, and what it does then. The first row that fits counts.
const PROGRAMS: &[(&str, &[&str], Shape)] = &[
    ("docker", &["login"], Shape::HubLogin),
    ("podman", &["login"], Shape::HubLogin),
    ("podman-remote", &["login"], Shape::HubLogin),
    ("nerdctl", &["login"], Shape::HubLogin),
    ("nerdctl.lima", &["login"], Shape::HubLogin),
    ("finch", &["login"], Shape::HubLogin),
    ("img", &["login"], Shape::HubLogin),
    ("hauler", &["login"], Shape::Login),
    ("dokku", &["registry:login"], Shape::Positional),
    ("buildah", &["login"], Shape::Login),
    ("skopeo", &["login"], Shape::Login),
    ("oras", &["login"], Shape::Login),
    ("cosign", &["login"], Shape::Login),
    ("notation", &["login"], Shape::Login),
    ("ko", &["login"], Shape::Login),
    ("ctr", &["login"], Shape::Login),
    ("buildctl", &["login"], Shape::Login),
    ("crane", &["auth", "login"], Shape::Login),
    ("gcrane", &["auth", "login"], Shape::Login),
    ("krane", &["auth", "login"], Shape::Login),
    ("ko", &["auth", "login"], Shape::Login),
    ("helm", &["registry", "login"], Shape::Login),
    ("helm3", &["registry", "login"], Shape::Login),
    ("helm", &["repo", "add"], Shape::HelmRepository),
    ("helm3", &["repo", "add"], Shape::HelmRepository),
    ("regctl", &["registry", "login"], Shape::Login),
    ("regctl", &["registry", "set"], Shape::Login),
    ("trivy", &["registry", "login"], Shape::Login),
    ("kamal", &["registry", "login"], Shape::HubLogin),
    ("apptainer", &["registry", "login"], Shape::Login),
    ("apptainer", &["remote", "login"], Shape::Login),
    ("singularity", &["registry", "login"], Shape::Login),
    ("singularity", &["remote", "login"], Shape::Login),
    ("werf", &["cr", "login"], Shape::Login),
    ("oc", &["registry", "login"], Shape::Login),
    ("az", &["acr", "login"], Shape::AzureLogin),
    ("az", &["containerapp", "registry", "set"], Shape::Login),
    ("az", &["acr", "task", "credential", "add"], Shape::Login),
    ("zarf", &["tools", "registry", "login"], Shape::Login),
    ("argocd", &["repo", "add"], Shape::ArgoRepository),
    ("argocd", &["repocreds", "add"], Shape::ArgoRepository),
    ("kubectl", &["create", "secret", "docker-registry"], Shape::PullSecret),
    ("oc", &["create", "secret", "docker-registry"], Shape::PullSecret),
    ("oc", &["secrets", "new-dockercfg"], Shape::PullSecret),
    ("k", &["create", "secret", "docker-registry"], Shape::PullSecret),
    ("k3s", &["create", "secret", "docker-registry"], Shape::PullSecret),
    ("microk8s", &["create", "secret", "docker-registry"], Shape::PullSecret),
    ("microk8s.kubectl", &["create", "secret", "docker-registry"], Shape::PullSecret),
    ("minikube", &["create", "secret", "docker-registry"], Shape::PullSecret),
    ("flux", &["create", "secret", "oci"], Shape::PullSecret),
    ("flux", &["create", "secret", "helm"], Shape::PullSecret),
    ("curl", &[], Shape::Request),
    ("curl.exe", &[], Shape::Request),
    ("wget", &[], Shape::Request),
    ("http", &[], Shape::Request),
    ("https", &[], Shape::Request),
    ("xh", &[], Shape::Request),
    ("docker", &[], Shape::Other),
    ("podman", &[], Shape::Other),
    ("podman-remote", &[], Shape::Other),
    ("buildah", &[], Shape::Other),
    ("skopeo", &[], Shape::Other),
    ("nerdctl", &[], Shape::Other),
    ("oras", &[], Shape::Other),
    ("cosign", &[], Shape::Other),
    ("crictl", &[], Shape::Other),
    ("ctr", &[], Shape::Other),
    ("flux", &[], Shape::Other),
    ("helm", &[], Shape::Other),
    ("helm3", &[], Shape::Other),
    ("trivy", &[], Shape::Other),
    ("kubectl", &[], Shape::Other),
    ("imgpkg", &[], Shape::Other),
    ("zarf", &[], Shape::Other),
    ("oc", &[], Shape::Other),
    ("snyk", &[], Shape::Other),
    ("jib", &[], Shape::Other),
    ("k3d", &[], Shape::Other),
    ("az", &[], Shape::Other),
    ("mvn", &[], Shape::Other),
    ("mvnw", &[], Shape::Other),
    ("gradle", &[], Shape::Other),
    ("gradlew", &[], Shape::Other),
];

static NAMES: LazyLock<HashSet<&str>> =
    LazyLock::new(|| PROGRAMS.iter().map(|(program, ..)| *program).collect());

/// How many words may stand between a program and what it is told to do: its own options.
const MAX_BEFORE: usize = 12;

/// The program a word names: without its folder, `.exe`, and what a recipe, a log or a notebook
/// puts before it.
/// A variable that is called like a program is one.
pub(super) fn name(word: &str) -> Option<&'static str> {
    if word.len() > 256 {
        return None;
    }
    let last = word.rsplit(['/', '\\', ']', '@']).next().unwrap_or(word);
    let last = last.strip_suffix(".exe").unwrap_or(last);
    // `ExecStartPre=podman`, of a unit of systemd; `_CMDLINE=podman`, of its journal.
    let is_systemds = |key: &str| key.starts_with("Exec") || key == "_CMDLINE";
    let last = last.split_once('=').filter(|(key, _)| is_systemds(key)).map_or(last, |x| x.1);
    let last = last.trim_start_matches(['@', '-', '+', '>', '"', '\'', '[', '!']);
    let plain = last.strip_prefix('$').map(|name| name.trim_matches(['(', ')', '{', '}']));
    let name = match plain {
        Some(
            "CONTAINER_TOOL" | "CONTAINER_ENGINE" | "CONTAINER_RUNTIME" | "DOCKER_CMD"
            | "DOCKER_BIN" | "CONTAINER_CLI" | "DOCKER",
        ) => "docker",
        Some("PODMAN") => "podman",
        Some("HELM") => "helm",
        Some("KUBECTL") => "kubectl",
        Some("SKOPEO") => "skopeo",
        Some(_) => return None,
        None => last,
    };
    NAMES.get(name).copied()
}

/// Whether a word names a program of the table.
pub(super) fn is_program(word: &str) -> bool {
    name(word).is_some()
}

/// Programs, and what they are told, whose arguments are prose; nothing for all they are told.
const PROSE: &[(&str, &[&str])] = &[
    ("git", &["commit", "tag", "notes", "merge", "stash", "log", "revert", "grep"]),
    ("hg", &["commit", "ci", "tag"]),
    ("svn", &["commit", "ci"]),
    ("gh", &["pr", "issue", "release", "search"]),
    ("glab", &["mr", "issue", "release"]),
    ("grep", &[]),
    ("egrep", &[]),
    ("zgrep", &[]),
    ("rg", &[]),
    ("ag", &[]),
    ("ack", &[]),
    ("notify-send", &[]),
];

/// How many words may stand before the program of a command: what a shell or a file puts there.
const MAX_AHEAD: usize = 6;

/// Whether what is quoted next in a command that begins with these words is prose, or looked for:
/// `git commit -m "docker login -p is gone"`.
pub(super) fn takes_prose(words: &[Word]) -> bool {
    let ahead = words.iter().take(MAX_AHEAD).enumerate();
    let program = ahead.filter(|(_, word)| !word.is_quoted).find_map(|(at, word)| {
        let last = word.text.rsplit('/').next().unwrap_or(&word.text);
        PROSE.iter().find(|(name, _)| *name == last).map(|(_, verbs)| (at, *verbs))
    });
    program.is_some_and(|(at, verbs)| {
        let mut told = words[at + 1..].iter().take(MAX_AHEAD);
        verbs.is_empty() || told.any(|word| verbs.contains(&word.text.as_str()))
    })
}

/// What a program is told by the words after it, and where the words that matter begin.
pub(super) fn shape(program: &str, words: &[&str]) -> (Shape, usize) {
    let rows = PROGRAMS.iter().filter(|(name, ..)| *name == program);
    rows.map(|(_, verbs, shape)| (*shape, after(words, verbs)))
        .find_map(|(shape, begin)| Some((shape, begin?)))
        .unwrap_or((Shape::Other, 0))
}

/// The place after these words, with nothing but options and their values before and between.
fn after(words: &[&str], verbs: &[&str]) -> Option<usize> {
    let mut at = 0;
    let mut is_value = false;
    for verb in verbs {
        loop {
            let word = words.get(at).filter(|_| at < MAX_BEFORE)?;
            at += 1;
            if word == verb {
                break;
            }
            // `k3s kubectl`, `lima -- nerdctl`
            let is_wrapped = matches!(*word, "kubectl" | "--");
            let is_option = word.starts_with('-') || is_wrapped;
            if !is_option && !is_value {
                return None;
            }
            is_value = is_option && !word.contains('=') && !is_wrapped;
        }
    }
    Some(at)
}
