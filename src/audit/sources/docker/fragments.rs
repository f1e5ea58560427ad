//! Parts of Docker's settings: entries of `auths` whose begin is cut off, as a log, a dump or the end
//! of a file has them, logins for its interface in a program, and the lines that Docker wrote before
//! its settings were JSON.

use std::cell::LazyCell;

use memchr::memmem;

use crate::audit::auths;
use crate::audit::document::{self, Format, Here, Lines, Node};
use crate::audit::finding::{Found, Kind, MAX_IN_FILE};
use crate::audit::hosts;
use crate::audit::sources::images::HUB;

/// The longest entry, and the longest name of a registry, in bytes.
const MAX_ENTRY: usize = 16 * 1024;
const MAX_NAME: usize = 512;

/// The logins of entries in a text, each by its name and its first field.
pub(super) fn entries(text: &str, found: &mut Vec<Found>) {
    let lines = LazyCell::new(|| Lines::of(text)); // most texts need none
    for at in memmem::find_iter(text.as_bytes(), "\"auth\"").take(MAX_IN_FILE) {
        let Some((registry, begin)) = name_before(&text[..at]) else { continue };
        let Some(entry) = entry(&text[begin..]) else { continue };
        let line = lines.line(begin);
        let entry = entry.placed(&|n| line + n - 1);
        auths::entry_of(registry, &Here::root(&entry), found);
    }
}

/// The logins that say their registry themselves, as Docker's interface takes them.
pub(super) fn of_interface(text: &str, found: &mut Vec<Found>) {
    let lines = LazyCell::new(|| Lines::of(text));
    for at in memmem::find_iter(text.as_bytes(), "\"serveraddress\"").take(MAX_IN_FILE) {
        let from = (at.saturating_sub(MAX_NAME)..at).find(|from| text.is_char_boundary(*from));
        let Some(begin) = from.and_then(|from| Some(from + text[from..at].rfind('{')?)) else {
            continue;
        };
        let Some(entry) = entry(&text[begin..]) else { continue };
        let line = lines.line(begin);
        let entry = entry.placed(&|n| line + n - 1);
        let here = Here::root(&entry);
        if let Some(registry) = here.text(&["serveraddress"]) {
            auths::entry_of(registry, &here, found);
        }
    }
}

/// The registry whose entry is open at the end of a text, and where its bracket is.
fn name_before(before: &str) -> Option<(&str, usize)> {
    let to_bracket = before.trim_end().strip_suffix('{')?;
    let quoted = to_bracket.trim_end().strip_suffix(':')?.trim_end().strip_suffix('"')?;
    let is_part = |b: &u8| b.is_ascii_alphanumeric() || b"-._:/[]*".contains(b);
    let length = quoted.bytes().rev().take(MAX_NAME).take_while(is_part).count();
    let (above, name) = quoted.split_at(quoted.len() - length);
    // The quote before the name may be cut off as well.
    let is_whole = above.ends_with('"') || above.trim().is_empty();
    (is_whole && hosts::is_address(name)).then_some((name, to_bracket.len()))
}

/// The object that begins a text.
fn entry(text: &str) -> Option<Node> {
    let near = &text.as_bytes()[..text.len().min(MAX_ENTRY)];
    let end = memchr::memchr(b'}', near)? + 1;
    document::parse(Format::Json, text.get(..end)?)?.pop()
}

/// The login of the first settings (docker/cli `cli/config/configfile/file.go`,
/// `LegacyLoadFromReader`).
pub(super) fn oldest(text: &str, found: &mut Vec<Found>) {
    for (at, line) in text.lines().enumerate().take(2) {
        let value = line.split_once('=').filter(|(name, _)| name.trim() == "auth");
        if let Some((user, secret)) = value.and_then(|(_, value)| auths::decode(value.trim())) {
            found.push(Found::on_line(at + 1, Kind::Auth, secret).of(Some(HUB), Some(&user)));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    const AUTH: &str = "YWRhOnMzY3JldC13b3Jk"; // ada:s3cret-word

    fn login(registry: &str, line: usize) -> Login {
        Login::of("docker-config-text", registry, "ada", "s3cret-word", line)
    }

    #[test]
    fn entries_are_found_where_their_begin_is_cut_off() {
        let two = format!(
            "\"ghcr.io\": {{\n  \"auth\": \"{AUTH}\"\n}},\n\"https://index.docker.io/v1/\": {{\"auth\": \"{AUTH}\", \"email\": \"a@b.c\"}}\n}},\n\"credsStore\": \"\"\n}}\n"
        );
        let expected = || [login("ghcr.io", 2), login("https://index.docker.io/v1/", 4)];
        assert_eq!(logins("a.txt", &two), expected());
        assert_eq!(logins("config.json", &two[1..]), expected());
        let text = format!("some words\n{two}");
        let [one, two] = expected();
        assert_eq!(logins("a.log", &text), [one.at(3), two.at(5)]);
    }

    #[test]
    fn other_objects_and_hostile_texts_are_clean() {
        clean(
            "a.txt",
            &[
                &format!("x \"basic\": {{\"auth\": \"{AUTH}\"}}\n"),
                &format!("x y.io\": {{\"auth\": \"{AUTH}\"}}\n"),
                "x \"ghcr.io\": {\"auth\": \"Og==\"}\n",
                "x \"ghcr.io\": {\"auth\": \"",
                &"\"a.b\": {\"auth\"".repeat(20_000),
            ],
        );
    }

    #[test]
    fn logins_for_dockers_interface_are_found_in_programs() {
        let object = r#"{"username":"ada","password":"s3cret-word","serveraddress":"r.lan"}"#;
        assert_eq!(logins("a.go", &format!("a\nb := `{object}`\n")), [login("r.lan", 2)]);
        clean("a.go", &[&"{\"serveraddress\"".repeat(20_000), "\"serveraddress\": \"r.lan\"}"]);
    }

    #[test]
    fn the_first_settings_are_lines() {
        let text = format!("auth = {AUTH}\nemail = ada@example.com\n");
        assert_eq!(logins("/h/.dockercfg", &text), [login("docker.io", 1)]);
        clean("/h/.dockercfg", &["auth = Og==\nemail = \n", "auth = ${AUTH}\nemail = a@b.c\n"]);
        clean("/h/settings", &[&text]);
    }
}
