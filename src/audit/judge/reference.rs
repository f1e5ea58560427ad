//! References: texts that say where the secret is, in the languages of shells, templates,
//! pipelines, programs and secret stores.

use super::expression::{is_expression, is_name};

/// Where one of these opens and closes, the text is made by a template or a shell.
const TEMPLATES: &[(&str, &str)] = &[
    ("{{", "}}"),
    ("{%", "%}"),
    ("<%", "%>"),
    ("$(", ")"),
    ("$[", "]"),
    ("#{", "}"),
    ("%{", "}"),
    ("[[", "]]"),
    ("%(", ")s"),
    ("#(", ")"), // CUE
    ("<(", ")"),
    ("<<", ">>"),
];

/// Texts that begin and end so are references as a whole.
const WHOLE: &[(&str, &str)] = &[("`", "`"), ("((", "))"), ("(", ")")];

/// What comes before the name of a secret that is elsewhere.
const PREFIXES: &[&str] = &[
    "env:",
    "secret:",
    "secrets:",
    "pullsecret:",
    "file:",
    "vault:",
    "ssm:",
    "ref+",
    "sops:",
    "op:",
    "ext:",
    "keyring:",
    "keychain:",
    "keyvault:",
    "arn:aws",
    "kms:",
    "sm:",
    "gsm:",
    "awssm:",
    "!vault",
    "!ref ",
    "!sub ",
    "!getatt ",
    "!importvalue ",
    "!env ",
    "!env_var ",
    "!secret ",
    "!reference ",
    "@microsoft.keyvault(",
    "fn::",
];

/// Words before the colon of `${word:rest}` that name a store, and not a variable with a default.
const RESOLVERS: &[&str] = &[
    "env",
    "ssm",
    "secret",
    "secrets",
    "file",
    "vault",
    "aws",
    "cf",
    "s3",
    "self",
    "opt",
    "param",
    "sops",
    "op",
    "ref",
    "var",
    "date",
    "sys",
    "java",
    "kv",
    "keyvault",
    "sm",
    "secretsmanager",
    "credentials",
    "script",
    "oc.env",
    "input",
    "command",
    "config",
    "prompt",
    "key",
    "awssm",
    "gcpsm",
    "azurekv",
];

/// Whether a text is a reference, or holds one so that it is not the whole secret.
pub(super) fn is_reference(text: &str) -> bool {
    has_reference(text)
        || WHOLE.iter().any(|(open, close)| is_between(text, open, close))
        || is_prefixed(text)
        || is_variable_of_windows(text)
        || is_expression(text)
}

/// Whether a shell, a template or a pipeline would put something else in the place of a part of this
/// text.
#[must_use]
pub fn has_reference(text: &str) -> bool {
    let text = text.trim();
    let is_placeholder = text.starts_with('<') && text.ends_with('>');
    // What a shell runs, as far as it was read: it may go on behind a quote, or on the next line.
    let run = text.strip_prefix("$(");
    let is_run = run.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic() || c == '_'));
    is_placeholder
        || is_run
        || has_braces(text)
        || TEMPLATES.iter().any(|(open, close)| has_between(text, open, close))
        || is_only_variables(text)
        || is_variable_of_windows(text)
}

/// The default of `${X:-word}`, where the whole text is that.
pub(super) fn default_of(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("${")?.strip_suffix('}')?;
    let mut depth = 0_usize;
    for byte in inner.bytes() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    let end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'))?;
    let (name, rest) = inner.split_at_checked(end).filter(|(name, _)| !name.is_empty())?;
    // `${docker-password}` is a name with a dash; only shells have the sign without the colon.
    let is_of_shell = !name.contains(|c: char| c.is_ascii_lowercase());
    let bare = || rest.strip_prefix(['-', '=']).filter(|_| is_of_shell);
    let word = [":-", ":="].iter().find_map(|sign| rest.strip_prefix(sign)).or_else(bare);
    let of_spring = || {
        let word = rest.strip_prefix(':')?;
        let is_part = word.bytes().all(|b| b.is_ascii_digit() || b" :-".contains(&b));
        let is_other = word.starts_with(['?', '+', '/', ':']) || is_part;
        (!is_other && !RESOLVERS.contains(&name.to_ascii_lowercase().as_str())).then_some(word)
    };
    word.or_else(of_spring).filter(|_| depth == 0)
}

/// `${NAME…}` or `${{ … }}` anywhere.
fn has_braces(text: &str) -> bool {
    text.split("${").skip(1).any(|rest| {
        rest.starts_with(|c: char| c.is_alphanumeric() || "_ {!#.".contains(c))
            && rest.contains('}')
    })
}

/// Whether something opens and closes; what is inside begins as code does, not with any sign.
fn has_between(text: &str, open: &str, close: &str) -> bool {
    let is_code = |c: char| c.is_alphabetic() || " _@<.$\"'{!-/:".contains(c);
    text.split_once(open).is_some_and(|(_, rest)| {
        (open.starts_with('{') || rest.starts_with(is_code)) && rest.contains(close)
    })
}

/// Whether the whole text is words between these.
fn is_between(text: &str, open: &str, close: &str) -> bool {
    let inner = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    inner.is_some_and(|inner| {
        // One letter in one bracket is rather a password's.
        inner.len() + open.len() > 2
            && inner.starts_with(|c: char| c.is_alphabetic() || "_./$ ".contains(c))
            && inner.chars().all(|c| c.is_alphanumeric() || " _-./'\":|$=@~\\(,)[]".contains(c))
    })
}

/// `$NAME`, `$USER:$PASS`, `$env:NAME`, `$secret.Password`: variables with nothing but signs
/// between them. `pa$word` is a password.
fn is_only_variables(text: &str) -> bool {
    /// What stands between variables.
    const BETWEEN: &str = "\"':/@ ;,-=_";
    let mut parts = text.split('$');
    if parts.next().is_none_or(|before| !before.chars().all(|c| BETWEEN.contains(c))) {
        return false;
    }
    // `$$NAME` is how Compose and make escape it.
    let mut names = parts.filter(|part| !part.is_empty()).peekable();
    names.peek().is_some()
        && names.all(|part| is_variable(part.trim_end_matches(|c: char| BETWEEN.contains(c))))
}

/// `NAME`, `name`, `camelCase`, a number; also with parts (`env:NAME`, `x.Password`, `x['y']`) and a
/// path behind it. `HuLgqWv` is rather a password.
fn is_variable(name: &str) -> bool {
    let end = name.find(['[', '(', '/']).unwrap_or(name.len());
    let (name, rest) = name.split_at_checked(end).unwrap_or((name, ""));
    let is_number = matches!(name.len(), 1 | 2) && name.bytes().all(|b| b.is_ascii_digit());
    let is_path = |c: char| c.is_ascii_alphanumeric() || "._/-".contains(c);
    let is_rest = rest.is_empty()
        || (rest.starts_with('/') && rest.chars().all(is_path))
        || (!rest.starts_with('/') && rest.ends_with([']', ')']));
    let mut parts = name.split(['.', ':', '_']).filter(|part| !part.is_empty()).peekable();
    is_rest && (is_number || (is_name(name) && parts.peek().is_some() && parts.all(is_word)))
}

/// Whether letters and digits are of one case, or in words of two letters at least with digits at
/// the end only.
fn is_word(text: &str) -> bool {
    let has_lower = text.bytes().any(|b| b.is_ascii_lowercase());
    let has_upper = text.bytes().any(|b| b.is_ascii_uppercase());
    if !(has_lower && has_upper) {
        return true;
    }
    let letters = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let mut runs = letters.split(|c: char| c.is_ascii_uppercase()).filter(|run| !run.is_empty());
    letters.bytes().all(|b| b.is_ascii_alphabetic()) && runs.all(|run| run.len() >= 2)
}

/// `%NAME%`, `%env.NAME%`, and `!NAME!` in capitals.
fn is_variable_of_windows(text: &str) -> bool {
    let inside = |sign: char| text.strip_prefix(sign).and_then(|rest| rest.strip_suffix(sign));
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:-".contains(&b))
    };
    inside('%').is_some_and(is_name)
        || inside('!').is_some_and(|name| is_name(name) && name == name.to_ascii_uppercase())
}

fn is_prefixed(text: &str) -> bool {
    let prefix = PREFIXES.iter().find(|prefix| {
        text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    });
    let Some(rest) = prefix.and_then(|prefix| text.get(prefix.len()..)) else { return false };
    text.starts_with(['!', '@'])
        || (!rest.is_empty()
            && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"_./#:@-+?=&%~\\".contains(&b)))
}
