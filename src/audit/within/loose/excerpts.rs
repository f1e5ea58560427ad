//! Documents in the middle of other text: blocks of code in Markdown, and JSON that begins and ends
//! on lines of its own, as manuals, tickets and logs show it.

use crate::audit::document::{self, Document, Format, Node};
use crate::audit::prefilter;
use crate::audit::within::snippets;
use crate::audit::within::snippets::Snippet;

/// How many documents are read of a text.
const MAX_DOCUMENTS: usize = 2_000;

/// The most lines of one document that begins with a bracket.
const MAX_LINES: usize = 2_000;

/// How many lines of a text are looked at for the ends of those, one after the other.
const MAX_LOOKED_AT: usize = 200_000;

/// The trees of the documents in a text, with the lines of the text.
pub(super) fn documents(text: &str) -> Vec<Node> {
    let mut found = parts(&snippets::of_manual(text));
    found.extend(objects(text));
    found
}

/// The trees of the texts of several lines in a program.
pub(super) fn of_program(text: &str) -> Vec<Node> {
    parts(&snippets::of_program(text))
}

/// A line, where it begins in its text, and its number from 0.
#[derive(Clone, Copy)]
struct Line<'t> {
    text: &'t str,
    at: usize,
    number: usize,
}

/// The lines of a text.
fn lines(text: &str) -> impl Iterator<Item = Line<'_>> + Clone {
    let begin = move |line: &str| line.as_ptr() as usize - text.as_ptr() as usize;
    text.lines().enumerate().map(move |(number, text)| Line { text, at: begin(text), number })
}

/// The trees of these parts.
fn parts(snippets: &[Snippet<'_>]) -> Vec<Node> {
    let may_hold = |snippet: &&Snippet<'_>| {
        snippet.is_document() && prefilter::may_hold_credentials(snippet.body.as_bytes())
    };
    let mut found = Vec::new();
    for snippet in snippets.iter().filter(may_hold).take(MAX_DOCUMENTS) {
        let trees = Document::read(snippet.name().unwrap_or_default(), snippet.body).trees;
        found.extend(trees.into_iter().map(|tree| below(tree, snippet.above)));
    }
    found
}

/// The trees of JSON whose first and last brackets stand alone, equally far from the margin.
fn objects(text: &str) -> Vec<Node> {
    let mut found = Vec::new();
    let (mut lines_left, mut bytes_left) = (MAX_LOOKED_AT, 2 * text.len());
    let (mut next, mut numbers) = (0, Numbers { text, at: 0, number: 0 });
    while let Some((at, close)) = begin(text, next) {
        if found.len() > MAX_DOCUMENTS || lines_left == 0 {
            break;
        }
        next = at + close.len();
        let mut near = lines(&text[at..]).skip(1).take(MAX_LINES.min(lines_left));
        let end = near.find(|line| line.text.trim_end() == close);
        lines_left -= end.map_or(MAX_LINES, |line| line.number).min(lines_left);
        let Some(body) = end.and_then(|end| text.get(at..at + end.at + end.text.len())) else {
            continue;
        };
        if body.len() > bytes_left {
            break;
        }
        bytes_left -= body.len();
        if prefilter::may_hold_credentials(body.as_bytes())
            && let Some(trees) = document::parse(Format::Json, body)
        {
            let above = numbers.of(at);
            found.extend(trees.into_iter().map(|tree| below(tree, above)));
            next = at + body.len();
        }
    }
    found
}

/// Where the next line begins, from a place on, that is nothing but a bracket, and the line that
/// closes it. Nearly all lines end otherwise.
fn begin(text: &str, from: usize) -> Option<(usize, String)> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'\n', &bytes[from..]).find_map(|end| {
        let end = from + end - usize::from(bytes[..from + end].ends_with(b"\r"));
        let close = match bytes[..end].last()? {
            b'{' => '}',
            b'[' => ']',
            _ => return None,
        };
        let bracket = end - 1;
        let indent = bytes[..bracket].iter().rev().take_while(|b| b" \t".contains(b)).count();
        let begin = bracket - indent;
        let is_line = begin >= from && (begin == 0 || bytes[begin - 1] == b'\n');
        is_line.then(|| (begin, format!("{}{close}", &text[begin..bracket])))
    })
}

/// Counts the lines above places that are asked for in their order.
struct Numbers<'t> {
    text: &'t str,
    at: usize,
    number: usize,
}

impl Numbers<'_> {
    fn of(&mut self, at: usize) -> usize {
        let passed = self.text.as_bytes().get(self.at..at).unwrap_or_default();
        self.number += memchr::memchr_iter(b'\n', passed).count();
        self.at = at;
        self.number
    }
}

/// A tree whose text begins below so many lines.
fn below(tree: Node, lines: usize) -> Node {
    tree.placed(&|line| line + lines)
}

#[cfg(test)]
mod tests {
    use crate::audit::examine::examine;

    /// Registry, user and line of each finding.
    fn found(path: &str, text: &str) -> Vec<(String, String, usize)> {
        let hits = examine(path, text).into_iter().map(|hit| hit.found);
        hits.map(|found| {
            assert_eq!(found.pointer, "");
            let (registry, user) = (found.registry, found.username);
            (registry.unwrap_or_default(), user.unwrap_or_default(), found.line)
        })
        .collect()
    }

    fn login(registry: &str, user: &str, line: usize) -> [(String, String, usize); 1] {
        [(registry.to_owned(), user.to_owned(), line)]
    }

    #[test]
    fn blocks_of_code_are_read_as_what_they_say_they_are() {
        let yaml = "imageCredentials:\n  registry: r.example.com\n  username: ada\n  password: s3cret-word\n";
        for (open, close) in [("```yaml", "```"), ("~~~ yml", "~~~"), ("```", "```")] {
            let text = format!("# Registry\n\n{open}\n{yaml}{close}\n\nmore\n");
            assert_eq!(found("a.md", &text), login("r.example.com", "ada", 7), "{open}");
        }
        for text in [&format!("```diff2html\n{yaml}```\n"), "```yaml\na: [\n```\n"] {
            assert!(found("a.md", text).is_empty(), "{text}");
        }
    }

    #[test]
    fn json_on_lines_of_its_own_is_read_in_any_text() {
        let text = "$ aws ecr get-authorization-token\n  {\n    \"authorizationData\": [{\n      \"authorizationToken\": \"QVdTOnMzY3JldC13b3Jk\",\n      \"proxyEndpoint\": \"https://1.dkr.ecr.eu-west-1.amazonaws.com\"\n    }]\n  }\n$ ls\n";
        let expected = login("https://1.dkr.ecr.eu-west-1.amazonaws.com", "AWS", 4);
        assert_eq!(found("notes.txt", text), expected);
        for part in ["{\n", "{\n}\n", "[\n"] {
            assert!(found("notes.txt", &format!("dckr_{}", part.repeat(20_000))).is_empty());
        }
    }
}
