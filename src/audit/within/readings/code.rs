//! Parts of a text in a language of programs: blocks of code in manuals, and texts that a program
//! puts together of several lines.

use memchr::memmem;

use super::{Reading, comments};
use crate::audit::within::snippets;

/// The blocks of code of a manual that are no documents, and what was commented out in those.
pub(super) fn of_manual(path: &str, text: &str) -> Vec<Reading> {
    let folder = path.rfind('/').map_or("", |at| &path[..=at]);
    let blocks = snippets::of_manual(text).into_iter();
    let read = blocks.filter_map(|block| {
        let path = format!("{folder}{}", block.name()?);
        if block.is_document() {
            return Some(comments::without(&path, block.body)?.below(block.above));
        }
        let mut reading = Reading::of(&path);
        for (line, part) in block.body.lines().enumerate() {
            reading.push(part, block.above + line + 1);
        }
        Some(reading)
    });
    read.collect()
}

/// A program in which a text of several lines is one, each line of it continued as a shell's is;
/// nothing where none is.
pub(super) fn joined(path: &str, text: &str) -> Option<Reading> {
    if !goes_on(text) {
        return None;
    }
    let lines: Vec<&str> = text.lines().collect();
    let (mut reading, mut is_joined, mut is_any) = (Reading::of(path), false, false);
    for (at, line) in lines.iter().enumerate() {
        let begins = if is_joined { begin(line).map_or(*line, |(_, rest)| rest) } else { line };
        let open = lines.get(at + 1).and_then(|next| begin(next));
        let end = end(begins).filter(|(quote, _)| open.is_some_and(|(next, _)| next == *quote));
        is_joined = end.is_some();
        is_any |= is_joined;
        match end {
            Some((_, said)) => reading.push(&format!("{said} \\"), at + 1),
            None => reading.push(begins, at + 1),
        }
    }
    Some(reading).filter(|_| is_any)
}

/// Whether a line may end with a quote with which the next one begins: most do not, and that is soon
/// seen.
fn goes_on(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = ["\"\n", "'\n", "+\n", "\\\n", " \n", "\t\n"];
    if ends.iter().all(|end| memmem::find(bytes, end.as_bytes()).is_none()) {
        return false;
    }
    memchr::memchr_iter(b'\n', bytes).any(|end| {
        let is_between = |b: &&u8| matches!(b, b'+' | b'\\' | b' ' | b'\t' | b'\r');
        let quote = bytes[..end].iter().rev().find(|b| !is_between(b));
        let Some(quote) = quote.filter(|b| matches!(b, b'"' | b'\'')) else { return false };
        let mut next = bytes[end + 1..].iter().filter(|b| !is_between(b) && **b != b'f');
        next.next() == Some(quote)
    })
}

/// The quote with which a line ends that goes on, and what is before it.
fn end(line: &str) -> Option<(char, &str)> {
    let said = line.trim_end().trim_end_matches(['+', '\\']).trim_end();
    let quote = said.chars().next_back().filter(|c| "\"'".contains(*c))?;
    let said = said.strip_suffix(quote)?;
    (!said.ends_with(quote) && !said.ends_with('\\')).then_some((quote, said))
}

/// The quote with which a line begins that goes on, and what is behind it.
fn begin(line: &str) -> Option<(char, &str)> {
    let said = line.trim_start().trim_start_matches(['+', ' ']);
    let said = said.strip_prefix('f').filter(|rest| rest.starts_with(['"', '\''])).unwrap_or(said);
    let quote = said.chars().next().filter(|c| "\"'".contains(*c))?;
    let rest = said.strip_prefix(quote)?;
    (!rest.starts_with(quote)).then_some((quote, rest))
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, logins};

    #[test]
    fn blocks_of_code_are_read_as_files_of_their_language() {
        let gradle = "# Jib\n\n```groovy\njib {\n  to {\n    image = 'r.example.com/app'\n    auth {\n      username = 'ada'\n      password = 's3cret-word'\n    }\n  }\n}\n```\n";
        let expected = [Login::of("gradle", "r.example.com/app", "ada", "s3cret-word", 9)];
        assert_eq!(logins("docs/README.md", gradle), expected);
        let puppet = "== Puppet\n\n[source,puppet]\n----\ndocker::registry { 'r.lan:5000':\n  username => 'ada',\n  password => 's3cret-word',\n}\n----\n";
        let expected = [Login::of("chef-puppet", "r.lan:5000", "ada", "s3cret-word", 7)];
        assert_eq!(logins("docs/a.adoc", puppet), expected);
    }

    #[test]
    fn a_text_that_is_put_together_is_one() {
        let expected = |line| [Login::of("command", "r.example.com", "ada", "s3cret-word", line)];
        let groovy =
            "  sh \"docker login \" +\n    \"-u ada \" +\n    \"-p s3cret-word r.example.com\"\n";
        assert_eq!(logins("Jenkinsfile", groovy), expected(3));
        let python = "run(\n    'skopeo copy '\n    '--dest-creds ada:s3cret-word '\n    'docker://a/b docker://r.example.com/b'\n)\n";
        assert_eq!(
            logins("push.py", python),
            [Login::of("command", "r.example.com/b", "ada", "s3cret-word", 3)]
        );
        let go = "cmd := \"docker login -u ada\"\n\t+ \" -p s3cret-word r.example.com\"\n";
        assert_eq!(logins("push.go", go), expected(2));
    }
}
