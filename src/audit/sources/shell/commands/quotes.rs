//! Where quotes and substitutions end, and what they say. Each search that finds nothing is done
//! once for a line, so that a line of open quotes costs no more than any other.

/// Whose rules hold for escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Shells of Unix, and all that looks like them.
    Posix,
    /// PowerShell: the escape is a backtick.
    PowerShell,
    /// Windows' command prompt: the escape is a caret.
    Cmd,
}

impl Dialect {
    /// The byte that takes the meaning from the next one, and joins lines.
    pub(super) fn escape(self) -> u8 {
        match self {
            Self::Posix => b'\\',
            Self::PowerShell => b'`',
            Self::Cmd => b'^',
        }
    }
}

/// How many bytes of a line may be looked at in vain for the ends of substitutions.
const MAX_VAIN: usize = 1 << 20;

/// What is known not to be in the rest of a line.
#[derive(Debug, Default)]
pub(super) struct Quotes {
    missing: Vec<&'static str>,
    vain: usize,
}

impl Quotes {
    fn once<T>(&mut self, what: &'static str, find: impl FnOnce() -> Option<T>) -> Option<T> {
        if self.missing.contains(&what) {
            return None;
        }
        let found = find();
        if found.is_none() {
            self.missing.push(what);
        }
        found
    }

    /// Where a text that opened before `open` is closed.
    pub(super) fn close(
        &mut self,
        text: &str,
        open: usize,
        quote: u8,
        dialect: Dialect,
    ) -> Option<usize> {
        let rest = text.as_bytes().get(open..)?;
        match quote {
            b'\'' => self.once("'", || memchr::memchr(b'\'', rest)),
            b'"' if !self.missing.contains(&"\"") => {
                let close = close_double(rest, dialect, &mut self.vain);
                self.once("\"", || close)
            }
            b'"' => None,
            _ => self.once("`", || memchr::memchr(b'`', rest)),
        }
        .map(|at| open + at)
    }

    /// Where a text in escaped quotes is closed.
    pub(super) fn escaped(&mut self, text: &str, open: usize, quote: u8) -> Option<usize> {
        let rest = text.as_bytes().get(open..)?;
        let (what, mark): (_, &[u8]) =
            if quote == b'"' { ("\\\"", b"\\\"") } else { ("\\'", b"\\'") };
        self.once(what, || memchr::memmem::find(rest, mark)).map(|at| open + at)
    }

    /// Begin and end of what is inside, and the end of the whole, of what a shell or a template
    /// fills in.
    pub(super) fn filled_in(&mut self, text: &str, at: usize) -> Option<(usize, usize, usize)> {
        let rest = text.as_bytes().get(at..)?;
        let mut until = |open: usize, what: &'static str| {
            let inside = rest.get(open..)?;
            let close = self.once(what, || memchr::memmem::find(inside, what.as_bytes()))?;
            Some((at + open, at + open + close, at + open + close + what.len()))
        };
        match rest {
            [b'$', b'{', b'{', ..] => until(3, "}}"),
            [b'{', b'{', ..] => until(2, "}}"),
            [b'$', b'{', ..] => until(2, "}"),
            [b'<', b'%', ..] => until(2, "%>"),
            [b'$', b'(', ..] => {
                let close = self.once(")", || close_paren(rest.get(2..)?))?;
                Some((at + 2, at + 2 + close, at + 3 + close))
            }
            [b'<', first, ..] if first.is_ascii_alphabetic() => {
                let close = placeholder(rest)?;
                Some((at + 1, at + close, at + close + 1))
            }
            _ => None,
        }
    }
}

/// `<your password>`: letters and blanks, and no blank before its end.
fn placeholder(rest: &[u8]) -> Option<usize> {
    let is_part = |b: &u8| b.is_ascii_alphanumeric() || b" _-.".contains(b);
    let close = 1 + rest.iter().skip(1).take(60).take_while(|b| is_part(b)).count();
    (rest.get(close) == Some(&b'>') && rest.get(close - 1) != Some(&b' ')).then_some(close)
}

fn close_double(rest: &[u8], dialect: Dialect, vain: &mut usize) -> Option<usize> {
    // JSON and C escape with a backslash wherever they are written.
    let escape = if dialect == Dialect::Cmd { b'\\' } else { dialect.escape() };
    let mut at = 0;
    while let Some(byte) = rest.get(at) {
        match byte {
            b'"' => return Some(at),
            b if *b == escape => at += 2,
            b'$' if rest.get(at + 1) == Some(&b'(') && *vain < MAX_VAIN => {
                let inside = &rest[at + 2..];
                match close_paren(inside).filter(|close| is_whole(&inside[..*close])) {
                    Some(close) => at += close + 3,
                    None => {
                        *vain += inside.len();
                        at += 2;
                    }
                }
            }
            _ => at += 1,
        }
    }
    None
}

/// Whether the quotes in a substitution come in pairs: else the quote around it ends in it.
fn is_whole(inside: &[u8]) -> bool {
    inside.iter().filter(|b| **b == b'"').count() % 2 == 0
}

/// Whether no escape in a text means a character: those at the ends of lines join them.
pub(super) fn is_plain(text: &str) -> bool {
    text.split('\\').skip(1).all(|rest| rest.starts_with('\n') || rest.starts_with("\r\n"))
}

fn close_paren(rest: &[u8]) -> Option<usize> {
    let mut depth = 1_usize;
    for at in memchr::memchr2_iter(b'(', b')', rest) {
        if rest[at] == b'(' {
            depth += 1;
        } else {
            depth -= 1;
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// What double quotes of a shell say; substitutions stay.
pub(super) fn unescape_double(text: &str, dialect: Dialect, into: &mut String) {
    let escape = char::from(dialect.escape());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let is_escape = c == escape
            && chars.peek().is_some_and(|next| {
                dialect != Dialect::Posix || ['"', '\\', '$', '`', '\n'].contains(next)
            });
        match (is_escape, chars.peek()) {
            (true, Some('\n')) => {
                chars.next();
            }
            (true, _) => into.extend(chars.next()),
            _ => into.push(c),
        }
    }
}

/// What a string of JSON, C, Python or Groovy says.
pub(super) fn unescape_c(text: &str) -> String {
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        said.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(c) = rest.chars().next() else { break };
        rest = &rest[c.len_utf8()..];
        match c {
            'n' | 'r' => said.push('\n'),
            't' => said.push('\t'),
            'e' => said.push('\u{1b}'),
            'u' => rest = unicode(rest, &mut said),
            // A joined line stays one: the next reader knows.
            '\n' => said.push_str("\\\n"),
            '"' | '\'' | '\\' | '/' | '$' | '`' => said.push(c),
            _ => {
                said.push('\\');
                said.push(c);
            }
        }
    }
    said.push_str(rest);
    said
}

/// Four digits of hexadecimal, and four more where they are half a character.
fn unicode<'t>(rest: &'t str, said: &mut String) -> &'t str {
    let unit = |text: &str| text.get(..4).and_then(|digits| u16::from_str_radix(digits, 16).ok());
    let Some(first) = unit(rest) else {
        said.push_str("\\u");
        return rest;
    };
    let mut units = vec![first];
    let mut rest = &rest[4..];
    if (0xd800..0xdc00).contains(&first)
        && let Some(second) = rest.strip_prefix("\\u").and_then(unit)
    {
        units.push(second);
        rest = &rest[6..];
    }
    said.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    rest
}
