//! `.netrc`: logins of any server, of which those of registries count (`ftp(1)`,
//! <https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html>).

use std::path::PathBuf;

use crate::audit::document::Lines;
use crate::audit::finding::{Found, Kind, MAX_IN_FILE};
use crate::audit::hosts;
use crate::audit::places::Places;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "netrc",
    about: "a login in .netrc",
    reference: "https://everything.curl.dev/usingcurl/netrc.html",
    places,
    words: &["machine "],
    find: Find::Text(find),
};

fn places(places: &Places) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> =
        [".netrc", "_netrc"].iter().map(|name| places.home.join(name)).collect();
    all.extend(places.named("NETRC"));
    all
}

fn find(file: &File<'_>, found: &mut Vec<Found>) {
    let text = file.document.text;
    let has = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    if !has("machine") || !has("passw") {
        return;
    }
    let is_netrc = file.name().contains("netrc");
    let lines = Lines::of(text);
    let mut words = Words { text, at: 0, is_netrc };
    let mut entry: Option<Entry> = None;
    loop {
        // In a text of another kind nothing counts before an entry begins.
        if !is_netrc && entry.is_none() {
            words.skip_to("machine");
        }
        let Some(word) = words.next().filter(|_| found.len() <= MAX_IN_FILE) else { break };
        match word.text.as_str() {
            "machine" => entry = words.next().and_then(|host| Entry::of(host.text)),
            "default" if is_netrc => entry = None,
            "macdef" if is_netrc => words.skip_macro(),
            "login" | "user" => {
                if let Some(entry) = &mut entry {
                    entry.login = words.next().map(|word| word.text);
                    entry.tell(&lines, found);
                }
            }
            "account" => drop(words.next()),
            "password" | "passwd" => {
                if let Some(entry) = &mut entry {
                    entry.password = words.next().map(|word| (word.text, word.at));
                    entry.tell(&lines, found);
                }
            }
            // Outside of such a file an entry is one run of words.
            _ if !is_netrc => entry = None,
            _ => {}
        }
    }
}

/// The entry that is read, of a host that is a registry.
struct Entry {
    host: String,
    login: Option<String>,
    password: Option<(String, usize)>,
    told: Option<usize>,
}

impl Entry {
    fn of(host: String) -> Option<Self> {
        let is_registry = hosts::is_registry(&host);
        is_registry.then_some(Self { host, login: None, password: None, told: None })
    }

    /// Tells of the password once; a login that comes after it is added.
    fn tell(&mut self, lines: &Lines, found: &mut Vec<Found>) {
        if let Some(finding) = self.told.and_then(|at| found.get_mut(at)) {
            finding.username.clone_from(&self.login);
            return;
        }
        let Some((password, at)) = &self.password else { return };
        self.told = Some(found.len());
        let password = Found::on_line(lines.line(*at), Kind::Netrc, password);
        found.push(password.of(Some(&self.host), self.login.as_deref()));
    }
}

struct Word {
    text: String,
    at: usize,
}

/// The words of the file: with blanks or line ends between, quoted or not.
struct Words<'t> {
    text: &'t str,
    at: usize,
    is_netrc: bool,
}

impl Words<'_> {
    fn next(&mut self) -> Option<Word> {
        let bytes = self.text.as_bytes();
        loop {
            self.at += bytes.get(self.at..)?.iter().take_while(|b| b.is_ascii_whitespace()).count();
            match bytes.get(self.at)? {
                b'#' if self.is_netrc && self.begins_line() => self.skip_line(),
                b'"' if self.is_netrc => return Some(self.quoted()),
                _ => return Some(self.bare()),
            }
        }
    }

    /// Goes on where this word is next: behind a blank, a quote or an escape.
    fn skip_to(&mut self, word: &str) {
        let bytes = self.text.as_bytes();
        while let Some(next) = memchr::memmem::find(&bytes[self.at..], word.as_bytes()) {
            let begin = self.at + next;
            let ends_word = |b: u8| b.is_ascii_whitespace() || b"\"'\\`".contains(&b);
            if bytes[..begin].last().is_none_or(|b| ends_word(*b))
                || bytes[..begin].ends_with(b"\\n")
            {
                self.at = begin;
                return;
            }
            self.at = begin + word.len();
        }
        self.at = bytes.len();
    }

    fn begins_line(&self) -> bool {
        let before = self.text[..self.at].trim_end_matches([' ', '\t']);
        before.is_empty() || before.ends_with('\n')
    }

    fn skip_line(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at += memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
    }

    /// A macro ends with an empty line.
    fn skip_macro(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at += rest.find("\n\n").unwrap_or(rest.len());
    }

    fn bare(&mut self) -> Word {
        let at = self.at;
        let rest = self.text.get(at..).unwrap_or_default();
        // `echo "machine … password X" > ~/.netrc`, and its line end in a text in quotes.
        let is_end = |c: char| {
            c.is_ascii_whitespace() || (!self.is_netrc && matches!(c, '"' | '\'' | '\\' | '`'))
        };
        let length = rest.find(is_end).unwrap_or(rest.len());
        let text = rest[..length].to_owned();
        self.at += length.max(1);
        if length == 0 && rest.starts_with("\\n") {
            self.at += 1;
        }
        self.at = self.at.min(self.text.len());
        Word { text, at }
    }

    fn quoted(&mut self) -> Word {
        let at = self.at;
        let mut text = String::new();
        let mut chars = self.text.get(at + 1..).unwrap_or_default().chars();
        let mut length = 1;
        while let Some(c) = chars.next() {
            length += c.len_utf8();
            match c {
                '"' => break,
                '\\' => {
                    let next = chars.next();
                    length += next.map_or(0, char::len_utf8);
                    text.extend(next);
                }
                _ => text.push(c),
            }
        }
        self.at += length;
        Word { text, at }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::audit::document::Document;

    type Row = (String, String, String, usize);

    fn rows(path: &str, text: &str) -> Vec<Row> {
        let document = Document::read(path, text);
        let mut found = Vec::new();
        find(&File { path, document: &document }, &mut found);
        let row = |found: Found| {
            let secret = found.secret.expose_secret().to_owned();
            let text = Option::unwrap_or_default;
            (text(found.registry), text(found.username), secret, found.line)
        };
        found.into_iter().map(row).collect()
    }

    #[test]
    fn entries_of_registries_are_found_however_they_are_laid_out() {
        for (text, line) in [
            ("machine ghcr.io login ada password s3cret", 1),
            ("machine ghcr.io\n  login ada\n  password s3cret\n", 3),
            ("machine ghcr.io\n\tpassword s3cret\n\tlogin ada\n", 2),
            ("machine ghcr.io login \"ada\" account x password \"s3cret\"\n", 1),
            (
                "# mine\nmachine github.com login bob password x\nmachine ghcr.io login ada password s3cret",
                3,
            ),
            (
                "macdef init\nmachine quay.io login a password b\n\nmachine ghcr.io login ada password s3cret",
                4,
            ),
            ("default login a password b\nmachine ghcr.io login ada password s3cret", 2),
        ] {
            let expected = ("ghcr.io".into(), "ada".into(), "s3cret".into(), line);
            assert_eq!(rows("/h/.netrc", text), [expected], "{text}");
        }
        let script = "RUN echo \"machine ghcr.io login ada password s3cret\" > /root/.netrc";
        assert_eq!(rows("/a/Dockerfile", script).len(), 1);
        let quoted = "machine ghcr.io login ada password \"s3\\\"cret word\"";
        assert_eq!(rows("/h/_netrc", quoted)[0].2, "s3\"cret word");
    }

    #[test]
    fn other_machines_and_broken_entries_are_left_alone() {
        for text in [
            "machine github.com login ada password s3cret",
            "default login ada password s3cret",
            "machine ghcr.io login ada",
            "machine ghcr.io login ada password",
            "machine",
            "machine ghcr.io password \"",
            "# machine ghcr.io login ada password s3cret",
        ] {
            let found = rows("/h/.netrc", text);
            assert!(found.iter().all(|row| row.2.is_empty()), "{text}: {found:?}");
        }
        let prose = "The machine ghcr.io has a login page. A password is needed.";
        assert!(rows("/a/README", prose).is_empty());
    }
}
