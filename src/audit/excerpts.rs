//! Documents in the middle of other text: blocks of code in Markdown, and JSON that begins and ends
//! on lines of its own, as manuals, tickets and logs show it.

use super::document::{self, Document, Format, Node};
use super::embedded::placed;
use super::prefilter;

/// How many documents are read of a text.
const MAX_DOCUMENTS: usize = 2_000;

/// The most lines of one document.
const MAX_LINES: usize = 2_000;

/// What begins and ends a block of code.
const FENCES: [&str; 2] = ["```", "~~~"];

/// The trees of the documents in a text, with the lines of the text.
pub(super) fn documents(text: &str) -> Vec<Node> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = fenced(&lines);
    found.extend(objects(&lines));
    found
}

/// The trees of blocks that say what they are: ```` ```yaml ````.
fn fenced(lines: &[&str]) -> Vec<Node> {
    let mut found = Vec::new();
    let mut open: Option<(&str, &str, usize)> = None;
    for (at, line) in lines.iter().enumerate() {
        let line = line.trim();
        match open {
            Some((fence, language, begin)) if line.starts_with(fence) => {
                let body = lines.get(begin..at).unwrap_or_default().join("\n");
                found.extend(read(language, &body).into_iter().map(|tree| below(tree, begin)));
                open = None;
            }
            Some(_) => {}
            None => {
                open = FENCES.iter().find_map(|fence| {
                    let language = line.strip_prefix(fence)?.trim_start_matches(['`', '~']);
                    Some((*fence, language.trim(), at + 1))
                });
            }
        }
        if found.len() > MAX_DOCUMENTS {
            break;
        }
    }
    found
}

/// The trees of a block in a language.
fn read(language: &str, body: &str) -> Vec<Node> {
    let language = language.split([' ', '{', ',', ':']).next().unwrap_or(language);
    let end = match language.to_ascii_lowercase().as_str() {
        "" | "yaml" | "yml" => "yaml",
        "json" | "json5" | "jsonc" => "json",
        "toml" => "toml",
        "hcl" | "terraform" | "tf" | "nomad" => "tf",
        "xml" => "xml",
        _ => return Vec::new(),
    };
    if !prefilter::may_hold_credentials(body.as_bytes()) {
        return Vec::new();
    }
    Document::read(&format!("block.{end}"), body).trees
}

/// The trees of JSON whose first and last brackets stand alone, equally far from the margin.
fn objects(lines: &[&str]) -> Vec<Node> {
    let mut found = Vec::new();
    let mut next = 0;
    while let Some((begin, close)) = begin(lines, next).filter(|_| found.len() < MAX_DOCUMENTS) {
        next = begin + 1;
        let near = lines.get(next..).unwrap_or_default().iter().take(MAX_LINES);
        let Some(end) = near.map(|line| line.trim_end()).position(|line| line == close) else {
            continue;
        };
        let body = lines.get(begin..=next + end).unwrap_or_default().join("\n");
        if !prefilter::may_hold_credentials(body.as_bytes()) {
            continue;
        }
        if let Some(trees) = document::parse(Format::Json, &body) {
            found.extend(trees.into_iter().map(|tree| below(tree, begin)));
            next += end;
        }
    }
    found
}

/// The next line from one on that is nothing but a bracket, and the line that closes it.
fn begin(lines: &[&str], from: usize) -> Option<(usize, String)> {
    lines.iter().enumerate().skip(from).find_map(|(at, line)| {
        let line = line.trim_end();
        let close = match line.trim_start() {
            "{" => "}",
            "[" => "]",
            _ => return None,
        };
        Some((at, format!("{}{close}", &line[..line.len() - 1])))
    })
}

/// A tree whose text begins below so many lines.
fn below(tree: Node, lines: usize) -> Node {
    placed(tree, &|line| line + lines)
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
