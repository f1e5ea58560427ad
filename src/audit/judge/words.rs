//! The words that placeholders are made of, apart or run together.

/// What a word does in a placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// It asks somebody to put something in.
    Prompt,
    /// A word for a secret.
    Noun,
    /// A word that real passwords have in them too.
    Weak,
    /// Anything else that stands with these.
    Other,
}

/// Words that ask somebody to put something in, or say that there was something.
const PROMPTS: &[&str] = &[
    "your",
    "example",
    "sample",
    "change",
    "changeme",
    "changeit",
    "replace",
    "placeholder",
    "here",
    "insert",
    "enter",
    "paste",
    "todo",
    "fixme",
    "tbd",
    "redacted",
    "masked",
    "hidden",
    "removed",
    "omitted",
    "dummy",
    "fill",
    "specify",
    "provide",
    "supply",
    "unknown",
    "obfuscated",
    "sanitized",
    "censored",
];

/// Words for a secret.
const NOUNS: &[&str] = &[
    "password",
    "passwd",
    "passwort",
    "token",
    "tokens",
    "secret",
    "apikey",
    "credential",
    "credentials",
    "pword",
    "passphrase",
    "passw",
    "pat",
];

/// Words for a secret, or for a user, that real passwords are made of too.
const WEAK: &[&str] = &["pass", "pw", "pwd", "user", "username", "login", "key"];

/// What else stands in placeholders.
const OTHERS: &[&str] = &[
    "me",
    "this",
    "it",
    "the",
    "a",
    "an",
    "with",
    "by",
    "to",
    "in",
    "of",
    "is",
    "for",
    "and",
    "or",
    "be",
    "set",
    "use",
    "as",
    "at",
    "from",
    "goes",
    "please",
    "before",
    "after",
    "my",
    "own",
    "real",
    "actual",
    "some",
    "new",
    "secure",
    "strong",
    "awesome",
    "super",
    "very",
    "long",
    "random",
    "generated",
    "docker",
    "hub",
    "dockerhub",
    "github",
    "gitlab",
    "ghcr",
    "registry",
    "container",
    "image",
    "pull",
    "push",
    "access",
    "personal",
    "api",
    "account",
    "auth",
    "oauth",
    "basic",
    "ci",
    "cd",
    "job",
    "deploy",
    "client",
    "private",
    "public",
    "app",
    "application",
    "azure",
    "acr",
    "aws",
    "ecr",
    "gcr",
    "google",
    "gcp",
    "quay",
    "harbor",
    "nexus",
    "artifactory",
    "jfrog",
    "nvidia",
    "ngc",
    "redhat",
    "ibm",
    "oracle",
    "scaleway",
    "digitalocean",
    "org",
    "organization",
    "company",
    "value",
    "string",
    "text",
    "encoded",
    "env",
    "var",
    "variable",
    "http",
    "https",
    "proxy",
    "admin",
    "json",
    "email",
    "url",
    "host",
    "hostname",
    "id",
    "name",
    "identity",
    "refresh",
    "bearer",
    "put",
    "robot",
    "base",
    "read",
    "write",
    "value",
    "default",
];

/// No word is longer.
const MAX_WORD: usize = 14;

/// The longest run of letters that is taken apart.
const MAX_RUN: usize = 48;

/// The class of a word in lower case.
pub(super) fn class(word: &str) -> Option<Class> {
    let lists = [
        (PROMPTS, Class::Prompt),
        (NOUNS, Class::Noun),
        (WEAK, Class::Weak),
        (OTHERS, Class::Other),
    ];
    lists.iter().find(|(list, _)| list.contains(&word)).map(|(_, class)| *class)
}

/// The words of a text in lower case, where it is made of known words only; they may be run
/// together, as in `yourpassword`.
pub(super) fn of(lower: &str) -> Option<Vec<(&str, Class)>> {
    if !lower.bytes().all(|b| b.is_ascii_lowercase() || b"-_ .,:/'!".contains(&b)) {
        return None;
    }
    let mut words = Vec::new();
    for run in lower.split(|c: char| !c.is_ascii_lowercase()).filter(|run| !run.is_empty()) {
        words.extend(apart(run)?);
    }
    (!words.is_empty()).then_some(words)
}

/// The fewest known words that a run of letters is made of.
fn apart(run: &str) -> Option<Vec<(&str, Class)>> {
    if run.len() > MAX_RUN {
        return None;
    }
    // For each end: how many words lead there, and where the last of them begins.
    let mut best: Vec<Option<(usize, usize)>> = vec![None; run.len() + 1];
    *best.first_mut()? = Some((0, 0));
    for end in 1..=run.len() {
        let known = |start: &usize| run.get(*start..end).is_some_and(|word| class(word).is_some());
        let ways = (end.saturating_sub(MAX_WORD)..end).filter(known).filter_map(|start| {
            best.get(start).copied().flatten().map(|(count, _)| (count + 1, start))
        });
        let shortest = ways.min();
        *best.get_mut(end)? = shortest;
    }
    let mut words = Vec::new();
    let mut end = run.len();
    while end > 0 {
        let (_, start) = best.get(end).copied().flatten()?;
        let word = run.get(start..end)?;
        words.push((word, class(word)?));
        end = start;
    }
    words.reverse();
    Some(words)
}
