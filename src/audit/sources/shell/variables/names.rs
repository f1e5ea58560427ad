//! What the name of a variable says: whether it holds a registry's password, and of which registry.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder};

use crate::audit::words::Words;

use super::vocabulary::{
    COMPANIONS, ENDINGS, EXACT, HOSTS, NEVER, OTHER_WORDS, PAIR_WORDS, REGISTRY_WORDS, SECRET_WORDS,
};

/// A longer name, in bytes, is no variable's.
const MAX_NAME: usize = 80;

/// Parts of which one is in every name of a secret: most names have none.
static PARTS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let parts = ["PAS", "PAT", "PSW", "PW", "TOKEN", "CRED", "KEY", "SECRET", "AUTH", "CONFIG"];
    AhoCorasickBuilder::new().ascii_case_insensitive(true).build(parts).ok()
});

/// Parts of which one is in those names as well; most texts have none of them beside the others.
static REGISTRY_PARTS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let parts = REGISTRY_WORDS.iter().chain(&OTHER_PARTS);
    AhoCorasickBuilder::new().ascii_case_insensitive(true).build(parts).ok()
});

/// What stands in a text wherever such a name does: the registry's word with what parts it from the
/// others, or fused with them.
static MARKS: LazyLock<Option<Words>> = LazyLock::new(|| {
    let fused = FUSED.iter().map(|word| (*word).to_owned());
    let parted = REGISTRY_WORDS.iter().flat_map(|word| [format!("{word}_"), format!("_{word}")]);
    Words::new(fused.chain(parted).chain(OTHER_PARTS.map(str::to_owned)))
});

/// Words that may be one with that of a password: `DOCKERPASSWORD`, `REGISTRYTOKEN`.
const FUSED: [&str; 7] =
    ["DOCKER", "REGISTRY", "GHCR", "QUAY", "CONTAINERREGISTRY", "DOCKERREGISTRY", "IMAGEREGISTRY"];

/// Parts of names that have none of the words.
const OTHER_PARTS: [&str; 6] = ["CI_", "REPO_", "DEVCONTAINERS", "TRIVY_", "QUARKUS_", "HUB_PAT_"];

/// The words of a name, in capitals and without what tools put before it.
pub(super) fn words(name: &str) -> Vec<String> {
    let name = ["TF_VAR_", "INPUT_", "BUILDKITE_PLUGIN_"]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name);
    name.split('_').filter(|w| !w.is_empty()).map(str::to_ascii_uppercase).collect()
}

/// How a variable holds a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It is the password.
    Password,
    /// `user:password`.
    Pair,
    /// Docker's settings as JSON.
    Settings,
    /// `host|user|token`, several with commas between
    /// (devcontainers/cli `src/spec-configuration/httpOCIRegistry.ts`).
    Triples,
}

/// What a variable of this name holds, where it is a secret for a registry.
pub(super) fn role(name: &str) -> Option<Role> {
    if name.len() > MAX_NAME || NEVER.contains(&name) || !PARTS.as_ref()?.is_match(name) {
        return None;
    }
    if !REGISTRY_PARTS.as_ref()?.is_match(name) {
        return None;
    }
    let words = words(name);
    let joined = words.join("_");
    if joined == "DEVCONTAINERS_OCI_AUTH" {
        return Some(Role::Triples);
    }
    let is_settings = joined.contains("DOCKER") || joined.contains("REGISTRY");
    if is_settings
        && ["AUTH_CONFIG", "CONFIG_JSON", "CONFIGJSON", "AUTH", "AUTHS", "BASIC_AUTH_TOKEN"]
            .iter()
            .any(|end| joined.ends_with(end))
    {
        return Some(Role::Settings);
    }
    if EXACT.contains(&joined.as_str()) {
        return Some(Role::Password);
    }
    let is = |list: &[&str], word: &String| list.contains(&word.as_str());
    let is_other = words.iter().any(|word| is(OTHER_WORDS, word));
    if is_other || !words.iter().any(|word| is(REGISTRY_WORDS, word) || is_fused(word)) {
        return None;
    }
    let stem = &words[..stem_length(&words)];
    let (last, before) = (stem.last()?, stem.iter().rev().nth(1).map(String::as_str));
    let is_key = matches!(
        (last.as_str(), before),
        ("KEY", Some("API" | "JSON" | "ACCESS"))
            | ("APIKEY", _)
            | ("SECRET", Some("CLIENT" | "ROBOT"))
    );
    if is_key || is(SECRET_WORDS, last) || is_fused(last) {
        return Some(Role::Password);
    }
    is(PAIR_WORDS, last).then_some(Role::Pair)
}

/// Whether a variable of this name holds a secret for a registry.
pub(in crate::audit::sources) fn is_secret(name: &str) -> bool {
    role(name).is_some()
}

/// Whether a text has the name of a secret for a registry.
pub(super) fn has_secret(text: &str) -> bool {
    let Some(marks) = MARKS.as_ref() else { return true };
    let is_part = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
    let (bytes, longest) = (text.as_bytes(), MAX_NAME + 1);
    // `_CR` of `_CREATE` is no word of its own.
    let is_word = |end: usize| {
        let is_fused = |word: &str| {
            let begin = end.checked_sub(word.len());
            begin.is_some_and(|at| bytes[at..end].eq_ignore_ascii_case(word.as_bytes()))
        };
        bytes[end - 1] == b'_'
            || bytes.get(end).is_none_or(|b| !b.is_ascii_alphanumeric())
            || FUSED.iter().any(|word| is_fused(word))
    };
    marks.any(bytes, |end| {
        if !is_word(end) {
            return false;
        }
        let begin = end - bytes[..end].iter().rev().take(longest).take_while(is_part).count();
        let end = end + bytes[end..].iter().take(longest).take_while(is_part).count();
        let name = text.get(begin..end).unwrap_or_default();
        is_secret(name.trim_start_matches(|c: char| c.is_ascii_digit()))
    })
}

fn is_fused(word: &str) -> bool {
    FUSED.iter().chain(&["DOCKERHUB"]).any(|begin| {
        word.strip_prefix(begin).is_some_and(|end| SECRET_WORDS.contains(&end) && end.len() > 2)
    })
}

/// How many words are left without those that say which one of several it is.
fn stem_length(words: &[String]) -> usize {
    let is_ending = |word: &String| {
        ENDINGS.contains(&word.as_str()) || word.bytes().all(|b| b.is_ascii_digit())
    };
    words.len() - words.iter().rev().take_while(|word| is_ending(word)).count()
}

/// The words of a name that say which one of several it is.
pub(super) fn ending(name: &str) -> Option<String> {
    let words = words(name);
    let length = stem_length(&words);
    (length > 0 && length < words.len()).then(|| words[length..].join("_"))
}

/// The name without the words that say it is a password, longest first, to which those of the user
/// and of the registry may be added.
pub(in crate::audit::sources) fn stems(name: &str) -> Vec<String> {
    let words = words(name);
    let length = stem_length(&words).saturating_sub(1).max(1).min(words.len());
    (1..=length).rev().map(|count| words[..count].join("_")).collect()
}

/// The registry that a name says by itself.
pub(in crate::audit::sources) fn host(name: &str) -> Option<&'static str> {
    let joined = format!("_{}_", words(name).join("_"));
    HOSTS.iter().find(|(word, _)| joined.contains(&format!("_{word}"))).map(|(_, host)| *host)
}

/// Whether a variable of this name may say a registry or a user for others.
pub(super) fn is_companion(name: &str) -> bool {
    let name = without_ending(name);
    let ends = |end: &&str| {
        let begin = name.len().checked_sub(end.len());
        begin.and_then(|at| name.get(at..)).is_some_and(|last| last.eq_ignore_ascii_case(end))
    };
    name.len() <= MAX_NAME && COMPANIONS.iter().any(ends)
}

/// A name without the last word, where that says which one of several it is.
fn without_ending(name: &str) -> &str {
    let Some((before, last)) = name.rsplit_once('_') else { return name };
    let is_number = !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit());
    let is_ending = ENDINGS.iter().any(|ending| last.eq_ignore_ascii_case(ending));
    if is_number || is_ending { before } else { name }
}
