//! Commands that a file does not write as a shell would: what Linux' audit remembers of each that was
//! run (linux-audit/audit-documentation `specs/fields/field-dictionary.csv`), and what units of Podman
//! give to it (podman-systemd.unit(5)).

use memchr::memmem;

use super::Reading;
use crate::audit::prefilter;

/// What begins such a command.
const MARKS: [&str; 4] = ["type=EXECVE", "proctitle=", "PodmanArgs=", "\nCreds="];

/// How many arguments of a command are read.
const MAX_ARGUMENTS: usize = 64;

/// The longest unit, in bytes.
const MAX_UNIT: usize = 256 * 1024;

/// The commands of a file, as a shell has them; nothing for most files.
pub(super) fn of(path: &str, text: &str) -> Option<Reading> {
    if MARKS.iter().all(|mark| memmem::find(text.as_bytes(), mark.as_bytes()).is_none()) {
        return None;
    }
    let mut reading = Reading::of(path);
    for (at, line) in text.lines().enumerate() {
        // Most commands that are run are no logins.
        let words = recorded(line).filter(|w| prefilter::may_hold_credentials(w.as_bytes()));
        // A word of several lines stays on the one that has it.
        words
            .iter()
            .flat_map(|words| words.split('\n'))
            .for_each(|part| reading.push(part, at + 1));
    }
    if reading.lines.is_empty() && text.len() <= MAX_UNIT {
        unit(text, &mut reading);
    }
    Some(reading).filter(|reading| !reading.lines.is_empty())
}

/// The commands of a unit.
fn unit(text: &str, reading: &mut Reading) {
    let (image, mut is_open) = (image(text), false);
    for (at, line) in text.lines().enumerate() {
        let said = match line.trim_start().split_once('=') {
            _ if is_open => line.to_owned(),
            Some(("PodmanArgs", given)) => format!("podman run {given}"),
            Some(("Creds", pair)) if image.is_some() => {
                format!("podman pull --creds={}", quoted(pair.trim()))
            }
            _ => continue,
        };
        is_open = said.ends_with('\\');
        let image = image.filter(|_| !is_open).unwrap_or_default();
        reading.push(format!("{said} {image}").trim_end(), at + 1);
    }
}

/// The image of a unit, where it is none of another unit.
fn image(text: &str) -> Option<&str> {
    let image = text.lines().find_map(|line| line.trim_start().strip_prefix("Image="))?.trim();
    Some(image).filter(|image| ![".image", ".build"].iter().any(|unit| image.ends_with(unit)))
}

/// The command that a line of an audit's log remembers.
fn recorded(line: &str) -> Option<String> {
    let arguments: Vec<String> = if line.contains("type=EXECVE ") {
        let is_raw = line.contains("=\"");
        let given = (0..MAX_ARGUMENTS).map_while(|place| field(line, &format!(" a{place}=")));
        given.map(|value| said(value, is_raw)).collect()
    } else {
        let title = field(line, "proctitle=")?;
        let whole = said(title, true);
        // A log that is shown to people has it as a shell does.
        if whole == title && !title.starts_with('"') {
            return line.split_once("proctitle=").map(|(_, command)| command.to_owned());
        }
        whole.split('\0').take(MAX_ARGUMENTS).map(str::to_owned).collect()
    };
    let words: Vec<String> = arguments.iter().map(|word| quoted(word)).collect();
    Some(words.join(" ")).filter(|words| !words.is_empty())
}

/// The value after a name, in its quotes where it has some.
fn field<'t>(line: &'t str, name: &str) -> Option<&'t str> {
    let (_, value) = line.split_once(name)?;
    let end = match value.strip_prefix('"') {
        Some(inside) => inside.find('"')? + 2,
        None => value.find(' ').unwrap_or(value.len()),
    };
    Some(&value[..end])
}

/// What a value says: without its quotes, or the bytes that its digits are.
fn said(value: &str, is_raw: bool) -> String {
    if let Some(inside) = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return inside.to_owned();
    }
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = value.as_bytes().chunks(2).map(byte).collect();
    let bytes = bytes.filter(|_| is_raw && value.len().is_multiple_of(2));
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| value.to_owned())
}

/// A word as a shell has it.
fn quoted(word: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:@=,+".contains(&b);
    if word.bytes().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    fn hex(text: &str) -> String {
        text.bytes().map(|byte| format!("{byte:02X}")).collect()
    }

    fn found(path: &str, text: &str, secret: &str, line: usize) {
        let registry = if text.contains("ghcr.io/a/b:1") { "ghcr.io/a/b:1" } else { "ghcr.io" };
        let login = Login::of("command", registry, "ada", secret, line);
        assert_eq!(logins(path, text), [login], "{text}");
    }

    #[test]
    fn commands_that_an_audit_remembers_are_found() {
        let head = "type=SYSCALL msg=audit(1700000000.1:7): arch=c000003e comm=\"docker\"\ntype=";
        for (record, secret) in [
            (
                "EXECVE msg=audit(1700000000.1:7): argc=7 a0=\"docker\" a1=\"login\" a2=\"-u\" a3=\"ada\" a4=\"-p\" a5=\"s3cret-word\" a6=\"ghcr.io\"".to_owned(),
                "s3cret-word",
            ),
            (
                format!("EXECVE msg=audit(1:7): argc=7 a0=\"docker\" a1=\"login\" a2=\"-u\" a3=\"ada\" a4=\"-p\" a5={} a6=\"ghcr.io\"", hex("s3cret it's")),
                "s3cret it's",
            ),
            (
                format!("EXECVE msg=audit(1:7): argc=3 a0=\"sh\" a1=\"-c\" a2={}", hex("echo s3cret-word | docker login -u ada --password-stdin ghcr.io")),
                "s3cret-word",
            ),
            (
                "EXECVE msg=audit(01/01/2026 10:00:00.1:7) : argc=7 a0=docker a1=login a2=-u a3=ada a4=-p a5=s3cret-word a6=ghcr.io".to_owned(),
                "s3cret-word",
            ),
            (
                format!("PROCTITLE msg=audit(1:7): proctitle={}", hex("docker\0login\0-u\0ada\0-p\0s3cret-word\0ghcr.io")),
                "s3cret-word",
            ),
            (
                "PROCTITLE msg=audit(01/01/2026 10:00:00.1:7) : proctitle=docker login -u ada -p s3cret-word ghcr.io".to_owned(),
                "s3cret-word",
            ),
        ] {
            found("audit.log", &format!("{head}{record}\n"), secret, 2);
        }
    }

    #[test]
    fn commands_in_a_journal_are_found() {
        let text = "_COMM=docker\n_CMDLINE=docker login -u ada -p s3cret-word ghcr.io\n";
        found("a.journal", text, "s3cret-word", 2);
    }

    #[test]
    fn what_units_give_to_podman_is_found() {
        for (name, settings, line) in [
            (
                "a.container",
                "[Container]\nImage=ghcr.io/a/b:1\nPodmanArgs=--creds=ada:s3cret-word\n",
                3,
            ),
            (
                "a.container",
                "[Container]\nPodmanArgs=--tls-verify \\\n  --creds ada:s3cret-word\nImage=ghcr.io/a/b:1\n",
                3,
            ),
            ("a.image", "[Image]\nImage=ghcr.io/a/b:1\nCreds=ada:s3cret-word\n", 3),
        ] {
            found(name, settings, "s3cret-word", line);
        }
        let text = "[Container]\nImage=b.image\nPodmanArgs=--creds=ada:s3cret-word\n";
        assert_eq!(
            logins("a.container", text),
            [Login::of("command", "", "ada", "s3cret-word", 3)]
        );
    }

    #[test]
    fn other_records_and_units_are_clean() {
        clean(
            "audit.log",
            &[
                "type=EXECVE msg=audit(1:7): argc=3 a0=\"docker\" a1=\"login\" a2=\"ghcr.io\"\n",
                "type=EXECVE msg=audit(1:7): argc=6 a0=\"mysql\" a1=\"login\" a2=\"-u\" a3=\"ada\" a4=\"-p\" a5=\"s3cret-word\"\n",
                "type=PROCTITLE msg=audit(1:7): proctitle=646F636B6572006C6F67696E00\n",
                "type=EXECVE a0=\"docker",
                "proctitle=6\nproctitle=\n",
            ],
        );
        clean("a.image", &["[Image]\nImage=ghcr.io/a/b\nCreds=ada\n", "Creds=ada:s3cret-word\n"]);
    }
}
