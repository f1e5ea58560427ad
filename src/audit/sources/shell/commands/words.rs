//! The words of a command line, in one pass and without a shell: quotes and escapes are taken away,
//! what a shell would fill in stays as it is written, and what is quoted is kept to be read as
//! commands of its own.

use super::programs;
use super::quotes::{self, Dialect};

/// More words than that are no login; the rest is read as another command.
const MAX_WORDS: usize = 512;

/// A word as the program would get it, and where it begins.
#[derive(Clone, Default)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) at: usize,
    pub(super) is_quoted: bool,
}

/// A command: its words, what `<<<` gives it, and the word that ends what `<<` gives it.
#[derive(Clone, Default)]
pub(super) struct Command {
    pub(super) words: Vec<Word>,
    pub(super) here: Option<Word>,
    pub(super) end: Option<Word>,
}

/// What stands in quotes or in a substitution.
pub(super) struct Inner {
    pub(super) text: String,
    pub(super) at: usize,
    /// Whether each of its bytes is the one in the line, from `at` on.
    pub(super) is_raw: bool,
}

/// A line's pipelines, each a list of commands, and what is inside of them.
#[derive(Default)]
pub(super) struct Line {
    pub(super) pipelines: Vec<Vec<Command>>,
    pub(super) inner: Vec<Inner>,
}

/// What a redirection does with the word after it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Word,
    Skip,
    Here,
    End,
}

struct Reader<'t> {
    text: &'t str,
    dialect: Dialect,
    at: usize,
    word: Option<Word>,
    next: Next,
    command: Command,
    pipeline: Vec<Command>,
    line: Line,
    quotes: quotes::Quotes,
    /// Whether what is quoted may hold commands.
    may_hold: fn(&str) -> bool,
    /// Whether a word names a program whose redirections count.
    is_program: fn(&str) -> bool,
}

/// Reads one line, or several that are joined by escapes.
pub(super) fn read(
    text: &str,
    dialect: Dialect,
    may_hold: fn(&str) -> bool,
    is_program: fn(&str) -> bool,
) -> Line {
    let mut reader = Reader {
        text,
        dialect,
        at: 0,
        word: None,
        next: Next::Word,
        command: Command::default(),
        pipeline: Vec::new(),
        line: Line::default(),
        quotes: quotes::Quotes::default(),
        may_hold,
        is_program,
    };
    while reader.at < text.len() {
        reader.step();
    }
    reader.end_pipeline();
    reader.line
}

impl Reader<'_> {
    fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(b'\n')
    }

    fn step(&mut self) {
        let byte = self.byte(0);
        if byte == self.dialect.escape() {
            return self.escape();
        }
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => self.over(1, Self::end_word),
            b'\'' if self.is_apostrophe() => self.push_char(),
            b'\'' | b'"' => self.quoted(byte),
            b'`' => self.backticks(),
            b'$' | b'{' | b'<' => self.filled_in(byte),
            b'|' if self.byte(1) == b'|' => self.over(2, Self::end_pipeline),
            b'|' => self.over(1, Self::end_command),
            b'&' if self.byte(1) == b'>' => self.over(1, Self::end_word),
            b'#' if self.word.is_none() && self.has_program() => self.over(1, Self::end_pipeline),
            // PowerShell calls so what has quotes or a blank in its path.
            b'&' if self.dialect == Dialect::PowerShell && self.is_at_begin() => self.at += 1,
            b';' | b'&' | b'(' | b')' => self.over(1, Self::end_pipeline),
            b'>' => self.redirect(),
            _ => self.push_char(),
        }
    }

    fn over(&mut self, bytes: usize, then: fn(&mut Self)) {
        self.at += bytes;
        then(self);
    }

    fn word(&mut self) -> &mut Word {
        let at = self.at;
        self.word.get_or_insert_with(|| Word { at, ..Word::default() })
    }

    fn push_char(&mut self) {
        let Some(c) = self.text.get(self.at..).and_then(|rest| rest.chars().next()) else {
            self.at = self.text.len();
            return;
        };
        self.word().text.push(c);
        self.at += c.len_utf8();
    }

    /// An escape, of a line end or of a character; a quote that is escaped outside of quotes opens
    /// a text that was quoted twice.
    fn escape(&mut self) {
        match self.byte(1) {
            b'\n' => self.over(2, Self::end_word),
            // zsh's history.
            b'\\' if self.byte(2) == b'\n' => self.over(3, Self::end_word),
            quote @ (b'"' | b'\'') if self.word.is_none() => {
                let open = self.at + 2;
                match self.quotes.escaped(self.text, open, quote) {
                    Some(close) => self.take(open, close, close + 2, false),
                    None => self.over(1, Self::push_char),
                }
            }
            _ => self.over(1, Self::push_char),
        }
    }

    /// An apostrophe in prose, as in `don't`.
    fn is_apostrophe(&self) -> bool {
        let is_letters = |word: &Word| {
            !word.is_quoted
                && word.text.len() > 1
                && word.text.bytes().all(|b| b.is_ascii_alphabetic())
        };
        self.word.as_ref().is_some_and(is_letters) && self.byte(1).is_ascii_alphabetic()
    }

    fn quoted(&mut self, quote: u8) {
        let open = self.at + 1;
        match self.quotes.close(self.text, open, quote, self.dialect) {
            Some(close) => self.take(open, close, close + 1, quote == b'\''),
            None => self.push_char(),
        }
    }

    /// Takes a quoted text into the word, and once more to be read by itself.
    fn take(&mut self, open: usize, close: usize, end: usize, is_literal: bool) {
        let text = self.text.get(open..close).unwrap_or_default();
        let (dialect, may_hold) = (self.dialect, self.may_hold);
        let word = self.word();
        word.is_quoted = true;
        match is_literal {
            true => word.text.push_str(text),
            false => quotes::unescape_double(text, dialect, &mut word.text),
        }
        if may_hold(text) && !programs::takes_prose(&self.command.words) {
            let is_raw = is_literal || quotes::is_plain(text);
            let text = if is_raw { text.to_owned() } else { quotes::unescape_c(text) };
            self.line.inner.push(Inner { text, at: open, is_raw });
        }
        self.at = end;
    }

    /// Takes a text into the word as it is written, and its inside to be read by itself.
    fn take_as_written(&mut self, open: usize, close: usize, end: usize) {
        let begin = self.at;
        let (whole, inside) = (self.text.get(begin..end), self.text.get(open..close));
        let (whole, inside) = (whole.unwrap_or_default(), inside.unwrap_or_default());
        self.word().text.push_str(whole);
        if (self.may_hold)(inside) {
            self.line.inner.push(Inner { text: inside.to_owned(), at: open, is_raw: true });
        }
        self.at = end;
    }

    fn backticks(&mut self) {
        let open = self.at + 1;
        match self.quotes.close(self.text, open, b'`', self.dialect) {
            Some(close) => self.take_as_written(open, close, close + 1),
            None => self.over(1, Self::end_pipeline),
        }
    }

    /// `$(cmd)`, `${X}`, `{{ x }}`, `<placeholder>`: whole, as they are written.
    fn filled_in(&mut self, byte: u8) {
        if byte == b'$' && self.byte(1) == b'\'' {
            // The quote of `$'…'` comes next.
            self.at += 1;
            return;
        }
        match self.quotes.filled_in(self.text, self.at) {
            Some((open, close, end)) => self.take_as_written(open, close, end),
            None if byte == b'<' => self.redirect(),
            None => self.push_char(),
        }
    }

    fn redirect(&mut self) {
        let byte = self.byte(0);
        let is_number = |word: &Word| word.text.bytes().all(|b| b.is_ascii_digit());
        if self.word.as_ref().is_some_and(is_number) {
            self.word = None;
        }
        self.end_word();
        let count = (0..3).take_while(|ahead| self.byte(*ahead) == byte).count();
        self.at += count;
        if byte == b'<' && count == 3 {
            self.next = Next::Here;
        } else if self.has_program() {
            // `2>&1`, `<<-EOF`
            if self.byte(0) == b'&' || count == 2 && self.byte(0) == b'-' {
                self.at += 1;
            }
            self.next = if byte == b'<' && count == 2 { Next::End } else { Next::Skip };
        } else {
            self.end_pipeline();
        }
    }

    fn is_at_begin(&self) -> bool {
        self.word.is_none() && self.command.words.is_empty()
    }

    fn has_program(&self) -> bool {
        self.command.words.iter().any(|word| (self.is_program)(&word.text))
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        match std::mem::replace(&mut self.next, Next::Word) {
            Next::Word => self.command.words.push(word),
            Next::Here => self.command.here = Some(word),
            Next::End => self.command.end = Some(word),
            Next::Skip => {}
        }
        if self.command.words.len() >= MAX_WORDS {
            self.end_pipeline();
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        self.next = Next::Word;
        self.pipeline.push(std::mem::take(&mut self.command));
    }

    fn end_pipeline(&mut self) {
        self.end_command();
        let pipeline = std::mem::take(&mut self.pipeline);
        // Most of what is read is no command of ours, and a line may be megabytes.
        let is_ours = |command: &Command| {
            command.here.is_some() || command.words.iter().any(|word| (self.is_program)(&word.text))
        };
        if pipeline.iter().any(is_ours) {
            self.line.pipelines.push(pipeline);
        }
    }
}
