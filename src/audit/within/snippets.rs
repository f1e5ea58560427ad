//! Where parts of a text begin and end that are in another language than the text: blocks of code in
//! manuals (Markdown, AsciiDoc, reStructuredText), and texts of several lines in programs.

use std::fmt;

use memchr::memmem;

use crate::audit::document::Format;

/// How many parts are looked at.
const MAX_SNIPPETS: usize = 10_000;

/// What begins and ends a block of code in Markdown.
const FENCES: [&str; 2] = ["```", "~~~"];

/// What does in AsciiDoc, below a line that says that it is code.
const LISTING: &str = "----";

/// What begins one in reStructuredText.
const DIRECTIVES: [&str; 2] = [".. code-block::", ".. sourcecode::"];

/// What begins and ends a text of several lines in a program.
const QUOTES: [&str; 3] = ["\"\"\"", "'''", "`"];

/// A part of a text; `Debug` shows nothing of it: it may be a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Snippet<'t> {
    /// What it says that it is; nothing where it does not say.
    pub(super) language: &'t str,
    pub(super) body: &'t str,
    /// How many lines stand above it.
    pub(super) above: usize,
}

impl fmt::Debug for Snippet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Snippet({} bytes below line {})", self.body.len(), self.above)
    }
}

impl Snippet<'_> {
    /// A name for a file of its kind. A block of a program is not named: most are read in any text.
    pub(super) fn name(&self) -> Option<&'static str> {
        let language = self.language.split([' ', '{', ',', ':']).next().unwrap_or_default();
        Some(match language.to_ascii_lowercase().as_str() {
            "" | "yaml" | "yml" => "block.yaml",
            "json" | "json5" | "jsonc" => "block.json",
            "toml" => "block.toml",
            "hcl" | "terraform" | "tf" | "nomad" => "block.tf",
            "xml" => "block.xml",
            "groovy" | "gradle" => "build.gradle",
            "kotlin" | "kts" => "build.gradle.kts",
            "puppet" | "pp" => "block.pp",
            "ruby" | "rb" => "block.rb",
            "js" | "javascript" => "block.js",
            "ts" | "typescript" => "block.ts",
            "bicep" => "block.bicep",
            "ini" => "block.ini",
            "properties" => "block.properties",
            _ => return None,
        })
    }

    /// Whether it is a document, which is a tree.
    pub(super) fn is_document(&self) -> bool {
        self.name().is_some_and(|name| {
            crate::audit::document::named(name).is_some_and(|format| format != Format::Properties)
        })
    }
}

/// A line, where it begins in its text, and its number from 0.
#[derive(Clone, Copy)]
struct Line<'t> {
    text: &'t str,
    at: usize,
    number: usize,
}

/// The lines of a text.
fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let begin = move |line: &str| line.as_ptr() as usize - text.as_ptr() as usize;
    text.lines().enumerate().map(move |(number, text)| Line { text, at: begin(text), number })
}

/// The blocks of code of a manual.
pub(super) fn of_manual(text: &str) -> Vec<Snippet<'_>> {
    let has = |part: &str| begins_line(text, part);
    let has_listing = || has("[source") && has(LISTING);
    if !(FENCES.into_iter().any(has) || DIRECTIVES.into_iter().any(has) || has_listing()) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let (mut open, mut before): (Option<Open<'_>>, &str) = (None, "");
    for line in lines(text) {
        if found.len() == MAX_SNIPPETS {
            break;
        }
        if let Some(begun) = open.filter(|begun| begun.ends_with(line)) {
            found.push(begun.until(text, line.at));
            open = None;
            before = "";
            if !begun.is_indented() {
                continue;
            }
        }
        if open.is_none() {
            open = Open::at(line, before);
            before = line.text.trim();
        }
    }
    // What is indented ends with the text as well.
    found.extend(open.filter(Open::is_indented).map(|begun| begun.until(text, text.len())));
    found
}

/// Whether a line begins so, but for blanks: the manuals in the comments of programs do not.
fn begins_line(text: &str, part: &str) -> bool {
    memmem::find_iter(text.as_bytes(), part.as_bytes()).any(|at| {
        let mut before = text.as_bytes()[..at].iter().rev();
        before.find(|b| !matches!(b, b' ' | b'\t')).is_none_or(|b| *b == b'\n')
    })
}

/// A block that has begun.
#[derive(Clone, Copy)]
struct Open<'t> {
    /// What ends it; nothing where less indent does.
    fence: &'static str,
    language: &'t str,
    begin: Line<'t>,
}

impl<'t> Open<'t> {
    fn at(begin: Line<'t>, before: &'t str) -> Option<Self> {
        let said = begin.text.trim();
        if said == LISTING {
            let (_, language) = before.strip_prefix("[source")?.split_once(',')?;
            let language = language.split([',', ']']).next().unwrap_or_default().trim();
            return Some(Self { fence: LISTING, language, begin });
        }
        let indented = || DIRECTIVES.iter().find_map(|begin| said.strip_prefix(begin));
        let fenced = FENCES.iter().find_map(|fence| {
            let language = said.strip_prefix(fence)?.trim_start_matches(['`', '~']).trim();
            Some(Self { fence, language, begin })
        });
        fenced.or_else(|| Some(Self { fence: "", language: indented()?.trim(), begin }))
    }

    fn is_indented(&self) -> bool {
        self.fence.is_empty()
    }

    fn ends_with(&self, line: Line<'_>) -> bool {
        let indent = |text: &str| text.len() - text.trim_start().len();
        let said = line.text.trim();
        match self.fence {
            "" => !said.is_empty() && indent(line.text) <= indent(self.begin.text),
            LISTING => said == LISTING,
            fence => said.starts_with(fence),
        }
    }

    fn until(&self, text: &'t str, end: usize) -> Snippet<'t> {
        let body = text.get(self.begin.at + self.begin.text.len()..end).unwrap_or_default();
        Snippet { language: self.language, body, above: self.begin.number }
    }
}

/// The texts of several lines in a program, each from the line on that it begins behind.
pub(super) fn of_program(text: &str) -> Vec<Snippet<'_>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    for quote in QUOTES {
        let (mut at, mut above, mut counted) = (0, 0, 0);
        while let Some(next) = memmem::find(&bytes[at..], quote.as_bytes()) {
            at += next + quote.len();
            let rest = &text[at..];
            let body = rest.strip_prefix('\\').unwrap_or(rest).trim_start_matches([' ', '\r']);
            let is_open = body.starts_with('\n') && found.len() < MAX_SNIPPETS;
            // Three signs come in pairs; one may stand in any comment.
            let is_paired = quote.len() > 1;
            if !is_open && !is_paired {
                continue;
            }
            let Some(length) = memmem::find(rest.as_bytes(), quote.as_bytes()) else { break };
            let begin = rest.len() - body.len();
            if is_open && begin < length {
                above += memchr::memchr_iter(b'\n', &bytes[counted..at]).count();
                counted = at;
                found.push(Snippet { language: "", body: &rest[begin..length], above });
            }
            at += length + if is_paired { quote.len() } else { 0 };
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snippet<'t>(language: &'t str, body: &'t str, above: usize) -> Snippet<'t> {
        Snippet { language, body, above }
    }

    #[test]
    fn blocks_of_every_markup_are_found() {
        let markdown = "# A\n\n```yaml\na: 1\n```\n\n- b\n\n  ~~~ json\n  {}\n  ~~~\n";
        let expected = [snippet("yaml", "\na: 1\n", 2), snippet("json", "\n  {}\n", 8)];
        assert_eq!(of_manual(markdown), expected);
        let asciidoc = "= A\n\n[source,xml,indent=0]\n----\n<a/>\n----\n\n----\nno\n----\n";
        assert_eq!(of_manual(asciidoc), [snippet("xml", "\n<a/>\n", 3)]);
        let rst = "A\n\n.. code-block:: yaml\n\n   a: 1\n\nb\n\n.. code-block:: toml\n\n   a = 1\n";
        let expected =
            [snippet("yaml", "\n\n   a: 1\n\n", 2), snippet("toml", "\n\n   a = 1\n", 8)];
        assert_eq!(of_manual(rst), expected);
        for text in ["```", "```yaml\na: 1\n", "----\n", "[source,xml]\n----\n"] {
            assert_eq!(of_manual(text), []);
        }
    }

    #[test]
    fn texts_of_several_lines_are_found_in_programs() {
        let python = "\"\"\"Doc.\"\"\"\nA = r\"\"\"\na: 1\n\"\"\"\n";
        assert_eq!(of_program(python), [snippet("", "\na: 1\n", 1)]);
        let go = "x := `a` // b\ny := `\na: 1\n`\n";
        assert_eq!(of_program(go), [snippet("", "\na: 1\n", 1)]);
        for part in ["`\n", "'''\n", "\"\"\"\\\n", "`"] {
            let _ = of_program(&part.repeat(100_000));
        }
    }
}
