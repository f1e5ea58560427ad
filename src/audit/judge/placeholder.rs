//! Placeholders: what people write where a secret is to be put, what programs put where one was,
//! and the passwords of well-known manuals.

use super::words::{self, Class};

/// Prefixes of tokens, behind which manuals go on with a placeholder.
const TOKENS: &[&str] = &[
    "dckr_pat_",
    "dckr_oat_",
    "github_pat_",
    "ghp_",
    "gho_",
    "ghs_",
    "ghu_",
    "ghr_",
    "glpat-",
    "gldt-",
    "glcbt-",
    "glrt-",
    "nvapi-",
    "dop_v1_",
    "doo_v1_",
    "dor_v1_",
    "ya29.",
    "AKIA",
    "ASIA",
    "AKCp",
    "cmVmd",
    "eyJ",
    "npm_",
    "hvs.",
    "pypi-",
    "sk-",
];

/// Signs that stand for the characters of a secret.
const MASK: &str = "xX*.•●#?…_-∗█: ";

/// How many of one sign in a row hide the rest of a secret.
const MASK_RUN: usize = 6;

/// Values of manuals: Amazon's, Kubernetes', GitHub's, jwt.io's, RFC 9562's.
const MANUALS: &[&str] = &[
    "EXAMPLE",
    "1f2d1e2e67df",
    "MWYyZDFlMmU2N2Rm",
    "t0p-Secret",
    "UyFCXCpkJHpEc2I9",
    "16C7e42F292c6912E7710c838347Ae178B4a",
    "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9l",
    "123e4567-e89b-12d3-a456-426614174000",
];

/// Users and passwords that manuals have together: the registry's own, kubectl's, buildah's, and the
/// usual.
const PAIRS: &[(&str, &str)] = &[
    ("testuser", "testpassword"),
    ("tiger", "pass1234"),
    ("foo", "bar"),
    ("test", "test"),
    ("user", "pass"),
    ("id", "pass"), // OpenShift's
    ("username", "pass"),
    ("someone", "sillyness"),
];

/// How prompts to fill something in begin, before a sign between words.
const PROMPTS: &[&str] = &[
    "your",
    "replace",
    "insert",
    "enter",
    "paste",
    "change-me",
    "change_me",
    "change me",
    "change-this",
    "change_this",
    "changeme",
    "todo",
    "fixme",
    "tbd",
    "xxx",
    "add-your",
    "add_your",
    "put-your",
    "put_your",
    "put your",
    "set-your",
    "set_your",
    "use-your",
    "use_your",
    "fill-in",
    "fill_in",
    "enteryour",
    "insertyour",
];

/// How prompts end, after a sign between words.
const ENDS: &[&str] = &["here", "goes-here", "placeholder", "example", "changeme"];

/// What no real secret has in it, in any case.
const PARTS: &[&str] = &[
    "placeholder",
    "redacted",
    "not-a-real",
    "not_a_real",
    "notareal",
    "not-a-secret",
    "not_a_secret",
    "notasecret",
    "sensitive value",
    "goes_here",
    "goeshere",
];

/// Longer texts are no placeholder by their words.
const MAX_WORDS: usize = 120;

/// Whether a text is a placeholder.
pub(super) fn is_placeholder(text: &str, username: Option<&str>) -> bool {
    let is_pair = |(user, password): &(&str, &str)| {
        password.eq_ignore_ascii_case(text)
            && username.is_some_and(|name| name.eq_ignore_ascii_case(user))
    };
    let body = TOKENS.iter().find_map(|prefix| text.strip_prefix(prefix));
    is_bare_placeholder(text)
        || body.is_some_and(|body| body.len() < 2 || is_bare_placeholder(body))
        || PAIRS.iter().any(is_pair)
        || MANUALS.iter().any(|value| text.contains(value))
}

/// Whether a text in the place of a user name is only a word for one.
pub(super) fn is_word_for_a_user(text: &str) -> bool {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    let words = ["user", "username", "login", "email", "my_user", "my_username", "my-username"];
    words.contains(&lower.as_str()) || text.starts_with('<')
}

fn is_bare_placeholder(text: &str) -> bool {
    is_bracketed(text)
        || is_masked(text)
        || text.contains("...")
        || text.contains('…')
        || (text.len() <= MAX_WORDS && is_worded(text))
}

/// `<password>`, `[token]`, `{password}`, `__TOKEN__`, `@TOKEN@`, `%%TOKEN%%`.
fn is_bracketed(text: &str) -> bool {
    let between = |open: &str, close: &str| {
        let inner = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        inner.filter(|inner| inner.chars().nth(1).is_some())
    };
    let is_words = |inner: &str| {
        inner.starts_with(|c: char| c.is_alphabetic() || "_ $".contains(c))
            && inner.chars().all(|c| c.is_alphanumeric() || "_-. '/:$".contains(c))
    };
    // `f"{p}"`
    let is_letter_in_braces =
        matches!(text.as_bytes(), [b'{', letter, b'}'] if letter.is_ascii_alphabetic());
    let is_in_other_letters = ["<i>", "<em>", "<var>"].iter().any(|mark| text.starts_with(mark));
    is_in_other_letters
        || between("<", ">").is_some()
        || is_letter_in_braces
        || matches!(text, "{}" | "%s" | "%v" | "%q" | "{0}" | "{1}" | "<>" | "[]")
        || [("[", "]"), ("{", "}"), ("__", "__"), ("@", "@"), ("@@", "@@"), ("%%", "%%")]
            .iter()
            .any(|(open, close)| between(open, close).is_some_and(is_words))
}

/// `xxxx`, `****`, `ghp_abc***`, `••••`, `000000`, a UUID of one digit.
fn is_masked(text: &str) -> bool {
    let is_zeros = || text.len() >= MASK_RUN && text.bytes().all(|b| b == b'0');
    let is_mask = text.chars().all(|c| MASK.contains(c)) || is_zeros();
    if is_mask || text.contains("***") || text.contains("••") {
        return true;
    }
    let mut digits = text.chars().filter(|c| *c != '-');
    let first = digits.next();
    if text.len() == 36 && text.matches('-').count() == 4 && digits.all(|c| Some(c) == first) {
        return true;
    }
    let mut run = 0;
    let mut before = '\0';
    text.chars().any(|c| {
        run = if c == before && matches!(c, 'x' | 'X') { run + 1 } else { 1 };
        before = c;
        run >= MASK_RUN && matches!(c, 'x' | 'X')
    })
}

fn is_prompt(lower: &str) -> bool {
    let is_end = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric());
    PROMPTS.iter().any(|start| lower.strip_prefix(start).is_some_and(is_end))
        || ENDS.iter().any(|end| {
            lower.strip_suffix(end).is_some_and(|rest| rest.ends_with(['-', '_', ' ', '.']))
        })
}

fn is_worded(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    if is_prompt(&lower) || PARTS.iter().any(|part| lower.contains(part)) {
        return true;
    }
    let mut parts = lower.split(|c: char| !c.is_alphanumeric());
    if parts.any(|part| matches!(part, "example" | "changeme" | "changeit")) {
        return true;
    }
    is_name_of_a_variable(text) || words::of(&lower).is_some_and(|words| is_of_words(&words))
}

/// `DOCKER_PASSWORD`, `ACME_REGISTRY_TOKEN`: a name in capitals with a word for a secret in it.
fn is_name_of_a_variable(text: &str) -> bool {
    let is_capitals = text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    let mut parts = text.split('_');
    is_capitals
        && text.contains('_')
        && parts.any(|part| {
            let class = words::class(&part.to_ascii_lowercase());
            matches!(class, Some(Class::Noun | Class::Weak))
        })
}

/// Whether words that are all known make a placeholder: a prompt, a bare word for a secret, or such
/// a word with what it is for.
fn is_of_words(words: &[(&str, Class)]) -> bool {
    let is = |class: Class| words.iter().any(|(_, c)| *c == class);
    let has = |word: &str| words.iter().any(|(w, _)| *w == word);
    let is_noun = matches!(words.last(), Some((_, Class::Noun)));
    let is_plain = words.iter().all(|(word, _)| *word != "admin" && *word != "super");
    is(Class::Prompt)
        || (is_noun && words.len() == 1)
        || (["my", "the", "some", "this"].into_iter().any(has)
            && (is(Class::Noun) || is(Class::Weak)))
        || (is_noun && is_plain && words.last().is_none_or(|(word, _)| *word != "secret"))
}
