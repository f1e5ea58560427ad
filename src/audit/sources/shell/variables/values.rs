//! Where a value ends, and what it says without its quotes.

/// Where a value begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) at: usize,
    /// The quote around name and value.
    pub(super) around: Option<u8>,
    /// Whether it is the field of a map, not an assignment of a shell.
    pub(super) is_field: bool,
    /// Whether blanks may stand before it.
    pub(super) is_spaced: bool,
}

impl Place {
    /// Whether the value of this name is in quotes, or behind the sign of a shell: `NAME=value`.
    pub(super) fn is_text(self, bytes: &[u8], name: &str) -> bool {
        let rest = bytes.get(self.at..).unwrap_or_default().trim_ascii_start();
        let is_quoted = self.around.is_some()
            || rest.starts_with(b"\"")
            || rest.starts_with(b"'")
            || rest.starts_with(b"\\\"");
        let is_of_shell = !self.is_field
            && !self.is_spaced
            && !bytes.get(self.at).is_some_and(u8::is_ascii_whitespace)
            && !name.bytes().any(|b| b.is_ascii_lowercase());
        is_quoted || is_of_shell
    }
}

/// What earlier values learned of the text: where the line ends, and which quotes are known not to
/// be closed before the end of the text.
#[derive(Debug, Default)]
pub(super) struct Missing {
    quotes: [bool; 2],
    line: Option<(usize, usize)>,
}

impl Missing {
    fn line_end(&mut self, text: &str, at: usize) -> usize {
        if let Some((begin, end)) = self.line
            && (begin..=end).contains(&at)
        {
            return end;
        }
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        let end = memchr::memchr(b'\n', rest).map_or(text.len(), |length| at + length);
        self.line = Some((at, end));
        end
    }
}

/// A value that is longer is none; only JSON in quotes may have several lines.
const MAX_VALUE: usize = 1 << 20;

/// How far a line is read for one value, so that many names on a long one take no longer.
const MAX_LINE: usize = 16 * 1024;

/// How far a plain value of YAML reaches.
const MAX_FIELD: usize = 4096;

/// How far `{{ x }}` reaches.
const MAX_EXPRESSION: usize = 200;

/// The value at a place, and where the text goes on.
pub(super) fn read(text: &str, place: Place, missing: &mut Missing) -> Option<(String, usize)> {
    let bytes = text.as_bytes();
    let blanks = bytes[place.at..].iter().take_while(|b| b" \t".contains(b)).count();
    let at = place.at + blanks;
    let at = at + secure(text.get(at..missing.line_end(text, at))?)?;
    let rest = text.get(at..)?;
    let line = text.get(at..missing.line_end(text, at))?;
    let end = (0..=line.len().min(MAX_LINE)).rfind(|end| line.is_char_boundary(*end));
    let line = &line[..end.unwrap_or(0)];
    if let Some(quote) = place.around {
        let close = close_in(line.as_bytes(), quote)?;
        let said = said(&line[..close], quote);
        let value = if said.starts_with('{') { said.as_str() } else { one_word(&said) };
        return (!value.is_empty()).then(|| (value.to_owned(), at + close));
    }
    let first = *line.as_bytes().first()?;
    if let Some(escaped) = line.strip_prefix("\\\"") {
        let close = escaped.find("\\\"")?;
        return Some((said(&escaped[..close], b'"'), at + 2 + close));
    }
    if first == b'"' || first == b'\'' {
        return quoted(rest, line.len(), missing, place).map(|(value, end)| (value, at + end));
    }
    // `X= command` sets nothing.
    if blanks > 0 && !place.is_field && !place.is_spaced {
        return None;
    }
    let value = bare(line, place.is_field);
    (!value.is_empty()).then(|| (unescaped(value, place.is_field), at + value.len()))
}

/// Where on a line the text begins that PowerShell makes a secure one of; 0 on all others, and nothing
/// where the text is one already.
fn secure(line: &str) -> Option<usize> {
    const CALL: &str = "ConvertTo-SecureString";
    let inside = line.trim_start_matches('(');
    if inside.get(..CALL.len()).is_none_or(|begin| !begin.eq_ignore_ascii_case(CALL)) {
        return Some(0);
    }
    let is_plain = line.to_ascii_lowercase().contains("-asplaintext");
    line.find(['"', '\'']).filter(|_| is_plain)
}

fn close_in(bytes: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b if *b == quote => return Some(at),
            b'\\' if quote == b'"' => at += 2,
            _ => at += 1,
        }
    }
    None
}

/// A value in quotes, at the begin of a text of which `line` bytes are on its line, and its length.
fn quoted(rest: &str, line: usize, missing: &mut Missing, place: Place) -> Option<(String, usize)> {
    let (quote, inside) = (*rest.as_bytes().first()?, &rest[1..]);
    let slot = usize::from(quote == b'"');
    let is_json = inside.trim_start().starts_with('{');
    let close = match close_in(rest.as_bytes().get(1..line)?, quote) {
        Some(close) => close,
        None if is_json && !missing.quotes[slot] => {
            let bytes = inside.as_bytes();
            let found = close_in(&bytes[..bytes.len().min(MAX_VALUE)], quote);
            missing.quotes[slot] = found.is_none();
            found?
        }
        None => return None,
    };
    let inside = inside.get(..close)?;
    // YAML doubles a single quote.
    if quote == b'\'' && place.is_field && rest.as_bytes().get(close + 2) == Some(&quote) {
        return doubled(&rest[1..line]);
    }
    Some((said(inside, quote), close + 2))
}

/// A text of YAML in single quotes, from behind the first one on.
fn doubled(inside: &str) -> Option<(String, usize)> {
    let mut said = String::new();
    let mut at = 0;
    loop {
        let next = at + inside.get(at..)?.find('\'')?;
        said.push_str(&inside[at..next]);
        if inside.as_bytes().get(next + 1) != Some(&b'\'') {
            return Some((said, next + 2));
        }
        said.push('\'');
        at = next + 2;
    }
}

/// What a quoted text says.
fn said(text: &str, quote: u8) -> String {
    if quote != b'"' || !text.contains('\\') {
        return text.to_owned();
    }
    let mut said = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, chars.clone().next()) {
            ('\\', Some(next @ ('"' | '\\' | '$' | '`' | '\'' | '/'))) => {
                said.push(next);
                chars.next();
            }
            ('\\', Some('n')) => {
                said.push('\n');
                chars.next();
            }
            _ => said.push(c),
        }
    }
    said
}

/// The part of a line that is a value without quotes.
fn bare(line: &str, is_field: bool) -> &str {
    let until = |end: &str| line.find(end).map_or(line, |at| &line[..at + end.len()]);
    if line.starts_with("{{") || line.starts_with("${{") {
        return until("}}");
    }
    if line.starts_with("$(") || (line.starts_with('{') && !is_field) {
        return line.trim_end();
    }
    if line.starts_with("${") {
        return until("}");
    }
    if line.starts_with('<') && line.chars().take(80).any(|c| c == '>') {
        return until(">");
    }
    if is_field {
        return field(line);
    }
    one_word(line)
}

/// A plain value of YAML: of one word, else it is prose.
fn field(line: &str) -> &str {
    if line.starts_with(['{', '[', '|', '>', '&', '*', '#', '!']) {
        return "";
    }
    let line = line.get(..MAX_FIELD).unwrap_or(line);
    let line = line.find(" #").map_or(line, |at| &line[..at]).trim_end();
    let line = line.find(", ").map_or(line, |at| &line[..at]);
    let line = without_brace(line);
    if without_expressions(line).contains([' ', '\t']) { "" } else { line }
}

/// A value without the braces that close a map around it: those of `${X}` are its own.
fn without_brace(line: &str) -> &str {
    let mut line = line.trim_end_matches([' ', ',']);
    let mut extra = line.matches('}').count().saturating_sub(line.matches('{').count());
    while extra > 0
        && let Some(rest) = line.strip_suffix('}')
    {
        line = rest.trim_end_matches([' ', ',']);
        extra -= 1;
    }
    line
}

/// What a line says besides `{{ x }}`, `${x}` and `$(cmd)`.
fn without_expressions(line: &str) -> String {
    let (mut said, mut at) = (String::new(), 0);
    while let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) {
        match expression(rest) {
            Some(length) => at += length,
            None => {
                let c = rest.chars().next().unwrap_or_default();
                said.push(c);
                at += c.len_utf8();
            }
        }
    }
    said
}

/// How long the expression is with which a text begins.
fn expression(text: &str) -> Option<usize> {
    let close = match text.as_bytes() {
        [b'{', b'{', ..] | [b'$', b'{', b'{', ..] => "}}",
        [b'$', b'{', ..] => "}",
        [b'$', b'(', ..] => ")",
        _ => return None,
    };
    // A longer one is none: so a line of open ones costs no more than any other.
    let near = &text.as_bytes()[..text.len().min(MAX_EXPRESSION)];
    memchr::memmem::find(near, close.as_bytes()).map(|at| at + close.len())
}

/// A word of a shell: to a blank, a quote or an operator.
fn one_word(line: &str) -> &str {
    let bytes = line.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if let Some(length) = line.get(at..).and_then(expression) {
            at += length;
            continue;
        }
        match (byte, bytes.get(at + 1)) {
            // The end of a line, or of a text, that is quoted.
            (b'\\', Some(b'n' | b'"' | b'r')) => break,
            (b'\\', Some(next)) if next.is_ascii_punctuation() => at += 2,
            // The first argument of a call: `credentials('id')`.
            (b'(', Some(b'\'' | b'"')) if at > 0 && bytes[at - 1].is_ascii_alphanumeric() => {
                at += memchr::memchr(b')', &bytes[at..]).unwrap_or_default() + 1;
            }
            (b' ' | b'\t' | b'"' | b'\'' | b'`', _) => break,
            (b';' | b'&' | b'|' | b')', None | Some(b' ' | b'&' | b'|' | b'"' | b'\'')) => break,
            (b'\\', None) => break,
            _ => at += 1,
        }
    }
    line.get(..at).unwrap_or(line).trim_end_matches(',')
}

fn unescaped(value: &str, is_field: bool) -> String {
    if is_field || !value.contains('\\') {
        return value.to_owned();
    }
    let mut said = String::with_capacity(value.len());
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(next) if c == '\\' && next.is_ascii_punctuation() => said.extend(chars.next()),
            _ => said.push(c),
        }
    }
    said
}
