//! Other readings of a text, in which sources find what they know: the two sides of a patch, a page
//! of HTML without its marks, numbered lines without their numbers, commands that are no shell's, blocks
//! of code, settings that are commented out, and the texts of JSON that are files themselves (what an
//! agent wrote or saw, what a notebook printed).

use crate::audit::document::{self, Document, Format};
use crate::audit::{prefilter, program};

mod code;
mod commands;
mod comments;
mod marks;
mod patch;
mod values;

/// How many readings a text may have, and how long all of them may be to its own length.
const MAX_READINGS: usize = 2_000;
const MAX_TIMES: usize = 4;

/// The longest text of which another one is made, in bytes.
const MAX_TEXT: usize = 2 * 1024 * 1024;

/// A text, and on which lines of the file its lines are.
#[derive(Default)]
pub(in crate::audit) struct Reading {
    /// Whose text it is: of the file itself, or of one that a patch changes.
    pub(in crate::audit) path: String,
    pub(in crate::audit) text: String,
    /// 0 for those that are only around what it shows.
    lines: Vec<usize>,
}

impl Reading {
    fn of(path: &str) -> Self {
        Self { path: path.to_owned(), ..Self::default() }
    }

    /// Puts a line at its end.
    fn push(&mut self, text: &str, line: usize) {
        self.text.push_str(text);
        self.text.push('\n');
        self.lines.push(line);
    }

    /// The line of the file on which a line is; 0 where that is only around what it shows.
    pub(in crate::audit) fn line(&self, line: usize) -> usize {
        let at = line.saturating_sub(1).min(self.lines.len().saturating_sub(1));
        self.lines.get(at).copied().unwrap_or(line)
    }

    /// The same, so many lines further down in the file.
    fn below(mut self, lines: usize) -> Self {
        self.lines.iter_mut().filter(|line| **line > 0).for_each(|line| *line += lines);
        self
    }
}

/// The other readings of a file that may hold a credential; none, for most files.
pub(in crate::audit) fn of(path: &str, document: &Document<'_>) -> Vec<Reading> {
    let mut all = match document.format {
        Format::Json => values::of_trees(path, &document.trees),
        Format::Lines if document.trees.is_empty() => of_lines(path, document.text),
        Format::Xml => {
            let plain = marks::without(path, document.text);
            plain.into_iter().chain(comments::of_markup(path, document.text)).collect()
        }
        Format::Yaml | Format::Toml | Format::Hcl | Format::Properties
            if document.text.len() <= MAX_TEXT =>
        {
            comments::without(path, document.text).into_iter().collect()
        }
        _ => Vec::new(),
    };
    all.truncate(MAX_READINGS);
    let mut left = document.text.len().saturating_mul(MAX_TIMES);
    all.retain(|reading| {
        let is_short = reading.text.len() <= left;
        left = left.saturating_sub(reading.text.len());
        is_short && prefilter::may_hold_credentials(reading.text.as_bytes())
    });
    all
}

fn of_lines(path: &str, text: &str) -> Vec<Reading> {
    let sides = patch::sides(path, text);
    if !sides.is_empty() {
        return sides;
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_program = program::is_one(name);
    let plain = marks::without(path, text).or_else(|| unnumbered(path, text));
    let plain = plain.or_else(|| if is_program { None } else { commands::of(path, text) });
    if let Some(plain) = plain {
        return vec![plain];
    }
    let mut all = values::of_lines(path, text);
    if text.len() > MAX_TEXT {
        return all;
    }
    if is_program || name.starts_with("Jenkinsfile") {
        all.extend(code::joined(path, text));
        return all;
    }
    if matches!(document::named(name), Some(Format::Yaml | Format::Toml)) {
        all.extend(comments::without(path, text));
    }
    all.extend(code::of_manual(path, text));
    all
}

/// A text without the numbers that `cat -n` and the tools of agents put before its lines.
fn unnumbered(path: &str, text: &str) -> Option<Reading> {
    let mut reading = Reading::of(path);
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let rest = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
        if rest.len() == line.trim_start().len() {
            return None;
        }
        reading.push(rest.strip_prefix(['\t', '→'])?, at + 1);
    }
    Some(reading).filter(|reading| reading.lines.len() > 1)
}

#[cfg(test)]
mod tests {
    use crate::audit::examine::examine;
    use secrecy::ExposeSecret;

    /// Registry, user, secret and line of each finding.
    fn found(path: &str, text: &str) -> Vec<String> {
        let hits = examine(path, text).into_iter().map(|hit| {
            let of = |text: Option<String>| text.unwrap_or_default();
            let found = hit.found;
            let secret = found.secret.expose_secret().to_owned();
            format!("{} {} {secret} {}", of(found.registry), of(found.username), found.line)
        });
        hits.collect()
    }

    #[test]
    fn both_sides_of_a_patch_are_read_as_the_file_that_it_changes() {
        let text = "diff --git a/values.yaml b/values.yaml\n--- a/values.yaml\n+++ b/values.yaml\n@@ -1,4 +1,4 @@\n imageCredentials:\n   registry: r.example.com\n   username: ada\n-  password: s3cret-word\n+  password: 0ther-word\n@@ -9 +9 @@\n+a: b\ndiff --git a/c.json b/c.json\n--- a/c.json\n+++ b/c.json\n@@ -1,3 +1,3 @@\n {\"auths\": {\n+  \"ghcr.io\": {\"auth\": \"YWRhOnMzY3JldC13b3Jk\"}\n }}\n";
        let mut all = found("a.patch", text);
        all.sort();
        let expected = [
            "ghcr.io ada s3cret-word 17",
            "r.example.com ada 0ther-word 9",
            "r.example.com ada s3cret-word 8",
        ];
        assert_eq!(all, expected);
        assert!(found("a.patch", "@@ -1 +1 @@\n").is_empty());
        assert!(found("a.patch", &"+@@ -1 +1 @@\n".repeat(1000)).is_empty());
    }

    #[test]
    fn a_page_is_read_without_its_marks() {
        let text = "<html>\n<pre>docker login -u ada -p s3cret-word r.example.com</pre><p>or\n<code><span>docker</span> login -u &lt;you&gt; -p &quot;0ther-word&quot; ghcr.io</code>";
        let expected = ["r.example.com ada s3cret-word 2", "ghcr.io  0ther-word 3"];
        assert_eq!(found("a.html", text), expected);
        let manual = "<code>docker login -u ada -p <i>cli_secret</i> r.example.com</code>\n";
        assert_eq!(found("a.md", manual), ["r.example.com ada <cli_secret> 1"]);
        for part in ["<", "<p", "<p>", "&lt;", "<html>docker login ", "</"] {
            let _ = found("a.html", &part.repeat(10_000));
        }
        for (count, expected) in [(1, 1), (3 * 1024 * 1024, 0)] {
            let page = "<h1>a</h1><pre>docker login -u ada -p s3cret-word r.example.com</pre>";
            let page = format!("{page}{}", " ".repeat(count));
            assert_eq!(found("a.html", &page).len(), expected, "{count}");
        }
    }

    #[test]
    fn texts_of_sessions_and_notebooks_are_read_as_files() {
        let env = r#"{"content":"DOCKERHUB_USERNAME=ada\nDOCKERHUB_TOKEN=s3cret-word\n"}"#;
        assert_eq!(found("a.jsonl", &format!("{{}}\n{env}\n")), ["docker.io ada s3cret-word 2"]);
        let words = r#"{"arguments":"{\"command\":[\"docker\",\"login\",\"-u\",\"ada\",\"-p\",\"s3cret-word\",\"r.example.com\"]}"}"#;
        assert_eq!(
            found("a.jsonl", &format!("{words}\n{{}}\n")),
            ["r.example.com ada s3cret-word 1"]
        );
        let netrc =
            r#"{"output":"{\"output\":\"machine ghcr.io login ada password s3cret-word\\n\"}"}"#;
        assert_eq!(found("a.jsonl", &format!("{netrc}\n{{}}\n")), ["ghcr.io ada s3cret-word 1"]);
        let numbered = r#"{"content":"     1\t{\"auths\": {\n     2\t  \"ghcr.io\": {\n     3\t   \"auth\": \"YWRhOnMzY3JldC13b3Jk\"\n     4\t}}}"}"#;
        assert_eq!(found("a.json", numbered), ["ghcr.io ada s3cret-word 1"]);
        let printed = "{\"cells\": [{\"outputs\": [{\"text\": [\n\"{\\n\",\n\" \\\"auths\\\": {\\n\",\n\"  \\\"ghcr.io\\\": {\\n\",\n\"  \\\"auth\\\": \\\"YWRhOnMzY3JldC13b3Jk\\\"\\n\",\n\"}}}\"]}]}]}";
        assert_eq!(found("a.ipynb", printed), ["ghcr.io ada s3cret-word 5"]);
    }

    #[test]
    fn what_the_file_shows_already_is_not_found_again() {
        let text = "{\n \"a\": \"docker login -u ada -p s3cret-word ghcr.io\\nls\\n\"\n}\n";
        assert_eq!(found("a.json", text), ["ghcr.io ada s3cret-word 2"]);
        let cell = "{\"cells\": [{\"source\": [\n\"ls\\n\",\n\"!docker login -u ada -p s3cret-word ghcr.io\\n\",\n\"ls\"]}]}";
        assert_eq!(found("a.ipynb", cell), ["ghcr.io ada s3cret-word 3"]);
    }
}
