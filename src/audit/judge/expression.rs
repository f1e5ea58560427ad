//! Expressions of programs and of Terraform that stand where a secret would be.

/// What comes before a dot and a name, in Terraform, in pipelines, in programs.
const ROOTS: &[&str] = &[
    "var",
    "local",
    "data",
    "module",
    "each",
    "self",
    "path",
    "env",
    "secrets",
    "params",
    "vars",
    "inputs",
    "steps",
    "needs",
    "github.token",
    "process.env",
    "os.environ",
    "import.meta.env",
    ".Values",
    "Values",
    "$Values",
    "values",
    "config",
    "settings",
    "matrix",
    "variables",
    "parameters",
    "credentials",
    "args",
    "opts",
    "options",
    "props",
    "terraform",
];

/// Functions that fetch a secret, whatever stands between their parentheses.
const FUNCTIONS: &[&str] = &[
    "credentials",
    "file",
    "getenv",
    "env",
    "secret",
    "lookup",
    "trimspace",
    "base64decode",
    "base64encode",
    "sensitive",
    "nonsensitive",
    "jsondecode",
    "templatefile",
    "get-content",
    "findproperty",
    "property",
    "input",
    "getpass",
    "password",
    "password_env_var",
    "vault",
];

/// Whether a text is an expression that fetches a secret.
pub(super) fn is_expression(text: &str) -> bool {
    let text = text.trim_end_matches(';');
    is_dotted(text) || is_call(text) || is_index(text) || is_of_azure(text)
}

/// `[parameters('password')]`, `[concat(…)]`: what Azure's templates work out.
fn is_of_azure(text: &str) -> bool {
    let inside = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let call = inside.and_then(|inside| inside.split_once('('));
    call.is_some_and(|(name, rest)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphabetic()) && rest.contains(')')
    })
}

/// A variable's name, with the names of its parts.
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:[]()'\"-/".contains(&b))
}

/// `var.password`, `data.x.y.z`, `random_password.x.result`, `process.env.TOKEN`.
fn is_dotted(text: &str) -> bool {
    let is_step = |step: &str| {
        let name = step.split('[').next().unwrap_or(step);
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && step.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-[]\"'*".contains(&b))
    };
    let has_root = |root: &str| {
        text.strip_prefix(root)
            .and_then(|rest| rest.strip_prefix('.'))
            .is_some_and(|rest| rest.split('.').all(is_step))
    };
    if ROOTS.iter().any(|root| has_root(root)) || text == "github.token" {
        return true;
    }
    let mut steps = text.split('.');
    let is_resource = steps.next().is_some_and(|kind| {
        kind.contains('_')
            && kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit())
    });
    is_resource && text.matches('.').count() >= 2 && steps.all(is_step)
}

/// `credentials('id')`, `System.getenv("X")`, `file("key.json")`, `(Get-Secret x).Password`,
/// `acr.listCredentials().passwords[0].value`.
fn is_call(text: &str) -> bool {
    let Some((name, rest)) = text.split_once('(') else { return false };
    let name = name.trim_end();
    let is_path = is_name(name.trim_start_matches(['$', '@'])) && !name.contains(['/', ':', '\'']);
    if !is_path || !rest.contains(')') {
        return name.is_empty() && rest.contains(").");
    }
    let last = name.rsplit(['.', ':']).next().unwrap_or(name);
    FUNCTIONS.iter().any(|function| function.eq_ignore_ascii_case(last))
        || (rest.starts_with(['"', '\'', '$']) && rest.trim_end().ends_with(')'))
        || (name.contains('.') && rest.ends_with(')'))
        || rest.rsplit_once(").").is_some_and(|(_, field)| is_name(field))
}

/// `ENV['X']`, `os.environ["X"]`, `secrets["x"]`.
fn is_index(text: &str) -> bool {
    text.split_once('[').is_some_and(|(name, rest)| {
        is_name(name) && rest.starts_with(['"', '\'']) && rest.ends_with(']')
    })
}
