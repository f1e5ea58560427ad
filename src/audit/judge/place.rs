//! Places where a secret would be read from, and other texts of a machine: paths, addresses, ports.

/// Folders that paths of a Unix system begin with.
const ROOTS: &[&str] = &[
    "app",
    "bin",
    "builds",
    "config",
    "data",
    "dev",
    "etc",
    "home",
    "kaniko",
    "lib",
    "media",
    "mnt",
    "opt",
    "private",
    "proc",
    "root",
    "run",
    "secrets",
    "srv",
    "sys",
    "tekton",
    "tmp",
    "usr",
    "users",
    "var",
    "vault",
    "volumes",
    "workspace",
];

/// Ends of names of files.
const ENDINGS: &[&str] = &[
    ".json", ".txt", ".pem", ".key", ".yaml", ".yml", ".env", ".crt", ".gpg", ".asc", ".toml",
    ".p12",
];

/// Whether a text is a path, an address without a password, or a map of ports.
pub(super) fn is_place(text: &str) -> bool {
    is_path(text) || is_address(text) || is_port_map(text)
}

/// The user and the password in an address.
pub(super) fn userinfo(text: &str) -> Option<(&str, &str)> {
    let (user, password) = authority(text)?.rsplit_once('@')?.0.split_once(':')?;
    (!password.is_empty()).then_some((user, password))
}

fn is_address(text: &str) -> bool {
    authority(text).is_some() && !text.contains(char::is_whitespace)
}

/// What stands between `://` and the path.
fn authority(text: &str) -> Option<&str> {
    let (scheme, rest) = text.split_once("://")?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+.-".contains(&b));
    is_scheme.then(|| rest.split(['/', '?', '#']).next().unwrap_or(rest))
}

/// A path that begins as paths do, or a name with an ending of files. Base64 may begin with `/` too:
/// a path from the root has a known first folder, or parts that are words.
fn is_path(text: &str) -> bool {
    if text.contains('\n') {
        return false;
    }
    if ["~/", "./", "../", "@/", "@./", "~\\", ".\\", "..\\", "\\\\"]
        .iter()
        .any(|s| text.starts_with(s))
    {
        return true;
    }
    let mut bytes = text.bytes();
    let is_drive = match (bytes.next(), bytes.next(), bytes.next()) {
        (Some(letter), Some(b':'), Some(b'\\')) => letter.is_ascii_alphabetic(),
        (Some(letter), Some(b':'), Some(b'/')) => letter.is_ascii_uppercase(),
        _ => false,
    };
    let is_word = |part: &str| {
        part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-@".contains(&b))
    };
    let from_root = text.strip_prefix('/').is_some_and(|rest| {
        let first = rest.split('/').next().unwrap_or(rest).to_ascii_lowercase();
        let is_known = rest.contains('/') && ROOTS.contains(&first.as_str());
        is_known || (rest.contains('/') && rest.split('/').all(is_word))
    });
    let lower = text.to_ascii_lowercase();
    let is_file = ENDINGS.iter().any(|ending| lower.ends_with(ending))
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/\\".contains(&b));
    is_drive || from_root || is_file
}

/// `80:80`, `127.0.0.1:8080:80/tcp`, `3000-3005:3000-3005`.
fn is_port_map(text: &str) -> bool {
    let ports = text.strip_suffix("/tcp").or_else(|| text.strip_suffix("/udp")).unwrap_or(text);
    let mut parts = ports.split(':').rev();
    let is_port = |part: &str| {
        part.split('-')
            .all(|port| (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit()))
    };
    ports.contains(':')
        && parts.next().is_some_and(is_port)
        && parts.next().is_some_and(is_port)
        && parts.all(|host| host.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
}
