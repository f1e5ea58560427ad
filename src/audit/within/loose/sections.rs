//! Sections of INI files: `[docker]`, and below it names and values. Many programs have them, and no
//! two read them alike; only sections with a password count, the others are nobody's login.

use memchr::memmem;

use crate::audit::document::{Node, Value};

/// How many names and values of a text are read.
const MAX_FIELDS: usize = 20_000;

/// How many sections of a text are read.
const MAX_SECTIONS: usize = 2_000;

/// How long the name of a section may be.
const MAX_NAME: usize = 128;

/// Names of fields with a password.
const SECRETS: &[&str] = &["password", "passwd", "pass", "token"];

/// Sections that are the login of the one before them, or of the one whose name they go on.
const LOGINS: &[&str] = &["auth", "credentials", "credential", "login"];

/// A section: its name, of one part or two, and what is below it.
struct Section<'t> {
    names: Vec<&'t str>,
    fields: Vec<(String, Node)>,
    line: usize,
}

/// Whether a line begins as that of a section's name does; none, in most texts.
pub(super) fn may_be_in(text: &str) -> bool {
    text.trim_start().starts_with('[') || memmem::find(text.as_bytes(), b"\n[").is_some()
}

/// The sections of a text that have a password, as one tree.
pub(super) fn tree(text: &str) -> Option<Node> {
    let mut root = Vec::new();
    for section in sections(text) {
        put(&mut root, section);
    }
    root.retain(|(_, node)| has_secret(node));
    let line = root.first()?.1.line;
    Some(Node { value: Value::Map(root), line })
}

fn sections(text: &str) -> Vec<Section<'_>> {
    let mut all: Vec<Section<'_>> = Vec::new();
    let (mut is_open, mut count) = (false, 0);
    for (number, line) in text.lines().enumerate() {
        let said = line.trim();
        if said.is_empty() || said.starts_with([';', '#']) {
            continue;
        }
        if said.starts_with('[') {
            let names = names(said);
            is_open = names.is_some();
            let above = all.last().map(|section| section.names.as_slice()).unwrap_or_default();
            if let Some(names) = names.map(|names| below(above, names)) {
                all.push(Section { names, fields: Vec::new(), line: number + 1 });
            }
        } else if let Some((name, value)) = assignment(said) {
            let node = Node { value: Value::Text(value.to_owned()), line: number + 1 };
            if let Some(section) = all.last_mut().filter(|_| is_open) {
                section.fields.push((name.to_owned(), node));
                count += 1;
            }
        } else if !line.starts_with([' ', '\t']) {
            // No line of such a file: what follows is none either, up to the next section.
            is_open = false;
        }
        if count >= MAX_FIELDS || all.len() >= MAX_SECTIONS {
            break;
        }
    }
    all
}

/// The name in brackets: `[docker]`, `[docker.auth]`, `[registry "r.lan"]`.
fn names(line: &str) -> Option<Vec<&str>> {
    let (name, after) = line.strip_prefix('[')?.split_once(']')?;
    let is_end = after.trim_start().is_empty() || after.trim_start().starts_with(['#', ';']);
    let is_of_name = |c: char| c.is_alphanumeric() || " ._-:/@".contains(c);
    let name = name.trim();
    let names = match name.split_once([' ', '\t']) {
        Some((name, own)) if own.trim().starts_with('"') => {
            vec![name, own.trim().strip_prefix('"')?.strip_suffix('"')?]
        }
        _ => match name.rsplit_once('.') {
            Some((name, own)) if LOGINS.contains(&own) => vec![name, own],
            _ => vec![name],
        },
    };
    let is_name =
        |name: &&str| !name.is_empty() && name.len() <= MAX_NAME && name.chars().all(is_of_name);
    (is_end && names.iter().all(is_name)).then_some(names)
}

/// The names of a section after another one: `[auth]` is the login of the one before it.
fn below<'t>(above: &[&'t str], names: Vec<&'t str>) -> Vec<&'t str> {
    match (above, names.as_slice()) {
        ([before, ..], [own]) if LOGINS.contains(own) && !LOGINS.contains(before) => {
            vec![before, own]
        }
        _ => names,
    }
}

/// Name and value, without quotes and what is said of it behind `#` or `;`.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_at(line.find(['=', ':'])?);
    let (name, value) = (name.trim(), value[1..].trim());
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
    if name.is_empty() || !name.bytes().all(is_name) {
        return None;
    }
    for quote in ['"', '\''] {
        if let Some((said, _)) = value.strip_prefix(quote).and_then(|rest| rest.split_once(quote)) {
            return Some((name, said));
        }
    }
    let end = [" #", " ;"].iter().filter_map(|mark| value.find(mark)).min();
    Some((name, value[..end.unwrap_or(value.len())].trim_end()))
}

/// Puts a section under its names; one that is there already goes on.
fn put(root: &mut Vec<(String, Node)>, section: Section<'_>) {
    let mut entries = root;
    for name in &section.names {
        let at = entries.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            let node = Node { value: Value::Map(Vec::new()), line: section.line };
            entries.push(((*name).to_owned(), node));
            entries.len() - 1
        });
        let Value::Map(inside) = &mut entries[at].1.value else { return };
        entries = inside;
    }
    entries.extend(section.fields);
}

fn has_secret(node: &Node) -> bool {
    let Value::Map(entries) = &node.value else { return false };
    let is_secret = |name: &str| SECRETS.iter().any(|word| name.eq_ignore_ascii_case(word));
    entries.iter().any(|(name, node)| is_secret(name) || has_secret(node))
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    fn login(registry: &str, line: usize) -> [Login; 1] {
        [Login::of("registry-login", registry, "ada", "s3cret-word", line)]
    }

    #[test]
    fn sections_of_registries_are_found() {
        let fields = "username = ada\npassword = s3cret-word ; his\n";
        let text = format!("; ours\n[app]\nport = 1\n\n[docker]\nregistry = ghcr.io\n{fields}");
        assert_eq!(logins("app.ini", &text), login("ghcr.io", 8));
        let text = "[registry]\nurl: https://r.lan\nuser: ada\npassword: \"s3cret-word\"\n";
        assert_eq!(logins("app.cfg", text), login("https://r.lan", 4));
        let text = format!("[core]\n\tx = y\n[registry \"r.lan\"]\n{fields}");
        assert_eq!(logins("config", &text), login("r.lan", 5));
        for name in ["auth", "docker.auth"] {
            let text = format!("[docker]\nregistry = r.lan\n[{name}]\n{fields}");
            assert_eq!(logins("app.conf", &text), login("r.lan", 5), "{name}");
        }
        let text = format!("[ghcr.io]\n{fields}");
        assert_eq!(logins("logins", &text), login("ghcr.io", 3));
    }

    #[test]
    fn other_sections_and_texts_are_clean() {
        let fields = "username = ada\npassword = s3cret-word\n";
        clean(
            "app.ini",
            &[
                &format!("[database]\nhost = db.lan\n{fields}[docker]\nregistry = ghcr.io\n"),
                &format!("[registry]\nurl = https://registry.npmjs.org\n{fields}"),
                &format!("[docker]\nregistry = ghcr.io\n\nSome words of prose here.\n{fields}"),
                &format!("[a, b]\nregistry = ghcr.io\n{fields}"),
                &format!("registry = ghcr.io\n{fields}"),
                "[docker]\nregistry = ghcr.io\nusername = ada\n; password = s3cret-word\n",
            ],
        );
    }

    #[test]
    fn hostile_texts_end_soon() {
        for unit in ["[a]\npass=x\n", "[", "[a \"", "=\n", "[a.auth]\n", "[é]\né=é\npass=\"\n"] {
            let _ = super::tree(&format!("pass\n{}", unit.repeat(20_000)));
        }
    }
}
