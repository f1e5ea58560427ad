//! The two sides of a patch: what the file was before it and what it is behind it, as far as each
//! part of the patch shows.

use super::Reading;

/// What begins the name of the file that a patch makes, and of the one that it changes.
const NAMES: [&str; 2] = ["+++ ", "--- "];

/// Both sides of each part of a patch; none of a text that is no patch.
pub(super) fn sides(path: &str, text: &str) -> Vec<Reading> {
    if !text.starts_with("@@ ") && memchr::memmem::find(text.as_bytes(), b"\n@@ ").is_none() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut name = path.to_owned();
    let mut part: Option<[Reading; 2]> = None;
    for (at, line) in text.lines().enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.starts_with("@@ ") {
            found.extend(part.take().into_iter().flatten());
            part = Some([Reading::of(&name), Reading::of(&name)]);
        } else if line.starts_with("diff ") || NAMES.iter().any(|begin| line.starts_with(begin)) {
            found.extend(part.take().into_iter().flatten());
            name = named(line).unwrap_or(&name).to_owned();
        } else if let Some([before, after]) = &mut part {
            put(line, at + 1, before, after);
        }
    }
    found.extend(part.into_iter().flatten());
    found
}

/// The file that a line names, without the folder that git puts before it.
fn named(line: &str) -> Option<&str> {
    let name = NAMES.iter().find_map(|begin| line.strip_prefix(begin))?;
    let name = name.split('\t').next().filter(|name| *name != "/dev/null")?;
    Some(name.strip_prefix("a/").or_else(|| name.strip_prefix("b/")).unwrap_or(name))
}

fn put(line: &str, number: usize, before: &mut Reading, after: &mut Reading) {
    match line.split_at_checked(1) {
        Some(("-", line)) => before.push(line, number),
        Some(("+", line)) => after.push(line, number),
        Some((" ", line)) => {
            before.push(line, number);
            after.push(line, number);
        }
        _ => {}
    }
}
