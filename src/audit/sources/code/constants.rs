//! Constants of a program: texts that it gives a name once, at the begin of a line, and then hands to
//! a login by that name.

use std::cell::RefCell;
use std::collections::HashMap;

use memchr::memmem;

use super::arguments::Arguments;
use super::literal::{self, Text};

/// How often a name is looked at.
const MAX_NAMES: usize = 100;

/// The longest line before an assignment, in bytes.
const MAX_BEFORE: usize = 100;

/// How many names of a program are looked up.
const MAX_LOOKED_UP: usize = 200;

/// The constants of a program, as far as they were asked for.
pub(in crate::audit::sources) struct Constants<'t> {
    program: &'t str,
    known: RefCell<HashMap<String, Option<Text>>>,
}

impl<'t> Constants<'t> {
    pub(in crate::audit::sources) fn of(program: &'t str) -> Self {
        Self { program, known: RefCell::default() }
    }

    /// The text of an argument of one of these names, or in this place, or of the constant that is
    /// given for it.
    pub(in crate::audit::sources) fn text(
        &self,
        given: &Arguments,
        names: &[&str],
        place: usize,
    ) -> Option<Text> {
        let written = given.text(names).or_else(|| given.place(place)).cloned();
        written.or_else(|| self.get(given.constant(names, place)?))
    }

    /// The text that a name stands for; nothing where it is given several.
    fn get(&self, name: &str) -> Option<Text> {
        let mut known = self.known.borrow_mut();
        if let Some(text) = known.get(name) {
            return text.clone();
        }
        if known.len() == MAX_LOOKED_UP {
            return None;
        }
        let named = memmem::find_iter(self.program.as_bytes(), name).take(MAX_NAMES);
        let mut all = named.filter_map(|at| assigned(self.program, at, at + name.len()));
        let text = all.next().filter(|_| all.next().is_none());
        known.insert(name.to_owned(), text.clone());
        text
    }
}

/// The text that the name between two bytes is given: `NAME = "…"`, `const name: string = "…"`.
fn assigned(program: &str, begin: usize, end: usize) -> Option<Text> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    // A line may be as long as the program: no more of it is looked at than may stand before a name.
    let near = begin.saturating_sub(MAX_BEFORE + 1);
    let line = match memchr::memrchr(b'\n', &program.as_bytes()[near..begin]) {
        Some(at) => near + at + 1,
        None if near == 0 => 0,
        None => return None,
    };
    let before = &program[line..begin];
    let is_declared = before.chars().all(|c| is_part(c) || c == ' ' || c == '\t');
    if !is_declared || before.ends_with(is_part) || program[end..].starts_with(is_part) {
        return None;
    }
    let rest = program[end..].lines().next()?;
    let (kind, value) = rest.split_once('=')?;
    let is_kind = kind.chars().all(|c| is_part(c) || " \t:".contains(c));
    let value = program.len() - program[end..].len() + (rest.len() - value.len());
    literal::on_line(program, value).filter(|_| is_kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_for_the_text_that_it_is_given_once() {
        for program in [
            "WORD = \"x\"\n",
            "import a\n\nWORD: str = 'x'  # here\n",
            "  const WORD = 'x';\n",
            "var WORD string = \"x\"\n",
            "private static final String WORD = \"x\"; // a\n",
        ] {
            let program = format!("{program}f(WORD, MY_WORD)\n");
            assert_eq!(
                Constants::of(&program).get("WORD").map(|text| text.said).as_deref(),
                Some("x"),
                "{program}"
            );
        }
        for program in [
            "WORD = os.environ[\"X\"]\n",
            "WORD = \"x\"\nWORD = \"y\"\n",
            "MY_WORD = \"x\"\n",
            "f(WORD=\"x\")\n",
            "WORD == \"x\"\n",
            "WORD += \"x\"\n",
            "",
        ] {
            assert!(Constants::of(program).get("WORD").is_none(), "{program}");
        }
        for length in [MAX_BEFORE - 1, MAX_BEFORE + 1] {
            let program = format!("é\n{} WORD = \"x\"\n", "é".repeat(length / 2));
            let is_near = length <= MAX_BEFORE;
            assert_eq!(Constants::of(&program).get("WORD").is_some(), is_near, "{length}");
        }
    }
}
