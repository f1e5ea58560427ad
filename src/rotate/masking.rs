//! What a command printed, without the secrets in play, in whatever form it printed them: as they
//! are, in base64 (also of `user:secret`, and broken into lines), in hex, URL-encoded, escaped as in
//! JSON, backwards, or only a part of them.

use std::collections::HashMap;

use base64ct::{Base64Unpadded, Encoding};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::command::MAX_ANSWER_BYTES;

const MASK: &str = "****";

/// So many bytes of a secret in a row are masked, of shorter secrets all.
const PART: usize = 8;

/// As many digits of base64, and of hex, as hold that part of a secret at any alignment.
const BASE64_PART: usize = 10;
const HEX_PART: usize = 2 * PART;

/// Fewer digits stand in other words by chance.
const SHORTEST_CODE: usize = 3;

/// What was said in lines, without these secrets.
#[must_use]
pub fn masked(said: &[u8], secrets: &[&SecretString]) -> Vec<String> {
    let text = Zeroizing::new(String::from_utf8_lossy(said).into_owned());
    let mut marks = vec![false; text.len()];
    let forms: Vec<_> = secrets.iter().map(|secret| Forms::of(secret.expose_secret())).collect();
    for view in views(text.as_bytes()) {
        let plain = forms.iter().flat_map(|forms| &forms.plain);
        mark(&view, plain, PART, &mut marks);
        let hex = forms.iter().flat_map(|forms| &forms.hex);
        mark(&view.hex(), hex, HEX_PART, &mut marks);
        let mut found = vec![false; text.len()];
        let base64 = forms.iter().flat_map(|forms| &forms.base64);
        mark(&view.base64(), base64, BASE64_PART, &mut found);
        spread(&view, &mut found);
        marks.iter_mut().zip(found).for_each(|(mark, found)| *mark |= found);
    }
    // Where it was cut off, it may end in the beginning of a secret.
    let is_cut = said.len() > MAX_ANSWER_BYTES;
    let end =
        if is_cut { text.trim_end_matches(|c: char| !c.is_whitespace()).len() } else { text.len() };
    written(&text, &marks, end).lines().map(str::to_owned).collect()
}

/// The text with one mask for all marked characters in a row.
fn written(text: &str, marks: &[bool], end: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut was_marked = false;
    for (at, c) in text.char_indices().take_while(|(at, _)| *at < end) {
        let is_marked = marks[at..at + c.len_utf8()].contains(&true);
        match (is_marked, was_marked) {
            (false, _) => out.push(c),
            (true, false) => out.push_str(MASK),
            (true, true) => {}
        }
        was_marked = is_marked;
    }
    out
}

/// The ways to read a text.
fn views(text: &[u8]) -> Vec<View> {
    let as_said = View::of(text);
    let mut views = Vec::new();
    if text.contains(&b'%') {
        views.push(as_said.percent_decoded());
    }
    if text.contains(&b'\\') {
        views.push(as_said.unescaped());
    }
    views.push(as_said);
    views
}

/// Marks each part of these forms that a view holds.
fn mark<'a>(view: &View, forms: impl Iterator<Item = &'a Form>, part: usize, marks: &mut [bool]) {
    let (short, long): (Vec<_>, Vec<_>) =
        forms.filter(|form| !form.is_empty()).partition(|form| form.len() < part);
    mark_parts(view, &long, part, marks);
    short.iter().for_each(|form| mark_parts(view, &[form], form.len(), marks));
}

fn mark_parts(view: &View, forms: &[&Form], part: usize, marks: &mut [bool]) {
    let mut places: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (at, window) in view.bytes.windows(part).enumerate().filter(|_| !forms.is_empty()) {
        places.entry(window).or_default().push(at);
    }
    for window in forms.iter().flat_map(|form| form.windows(part)) {
        for at in places.remove(window).into_iter().flatten() {
            marks[view.begins[at]..view.ends[at + part - 1]].fill(true);
        }
    }
}

/// Marks the whole of each word of base64 of which some is marked: the digits beside it hold the
/// rest of the first and the last letter.
fn spread(view: &View, marks: &mut [bool]) {
    let is_digit = |b: u8| b.is_ascii_alphanumeric() || b"+/-_".contains(&b);
    for at in 1..view.bytes.len() {
        let byte = view.bytes[at];
        if marks[view.begins[at - 1]] && (is_digit(byte) || byte == b'=') {
            marks[view.begins[at]..view.ends[at]].fill(true);
        }
    }
    for at in (1..view.bytes.len()).rev() {
        if marks[view.begins[at]] && is_digit(view.bytes[at - 1]) {
            marks[view.begins[at - 1]..view.ends[at - 1]].fill(true);
        }
    }
}

/// A secret in one form.
type Form = Zeroizing<Vec<u8>>;

/// How a secret may be written.
struct Forms {
    plain: Vec<Form>,
    base64: Vec<Form>,
    hex: Vec<Form>,
}

impl Forms {
    fn of(secret: &str) -> Self {
        let backwards: Zeroizing<String> = Zeroizing::new(secret.chars().rev().collect());
        let in_form = Zeroizing::new(secret.replace(' ', "+"));
        let in_json = Zeroizing::new(serde_json::Value::from(secret).to_string());
        let in_json = in_json.get(1..in_json.len() - 1).unwrap_or_default();
        let bytes = |text: &str| Zeroizing::new(text.as_bytes().to_vec());
        let mut written = vec![bytes(secret)];
        written.extend((in_json != secret).then(|| bytes(in_json)));
        let base64 = written.iter().flat_map(|one| (0..3).map(|before| base64(one, before)));
        let base64 = base64.filter(|code| code.len() >= SHORTEST_CODE).collect();
        let hex = [bytes(secret), bytes(&backwards)].map(|one| hex(&one));
        let hex = hex.into_iter().filter(|code| code.len() >= SHORTEST_CODE).collect();
        Self { plain: vec![bytes(secret), bytes(&backwards), bytes(&in_form)], base64, hex }
    }
}

/// The digits of base64 that hold nothing but these bytes, with so many others before them.
fn base64(bytes: &[u8], before: usize) -> Form {
    let mut whole = Zeroizing::new(vec![0; before]);
    whole.extend_from_slice(bytes);
    let code = Zeroizing::new(Base64Unpadded::encode_string(&whole));
    let first = [0, 2, 3][before % 3];
    let last = code.len() - usize::from(!whole.len().is_multiple_of(3));
    Zeroizing::new(code.as_bytes().get(first..last).unwrap_or_default().to_vec())
}

fn hex(bytes: &[u8]) -> Form {
    Zeroizing::new(crate::files::hex(bytes).into_bytes())
}

/// A text read in one way, with the place in it that each byte comes from.
#[derive(Default)]
struct View {
    bytes: Zeroizing<Vec<u8>>,
    begins: Vec<usize>,
    ends: Vec<usize>,
}

impl View {
    fn of(text: &[u8]) -> Self {
        let mut view = Self::default();
        text.iter().enumerate().for_each(|(at, &byte)| view.push(byte, at, at + 1));
        view
    }

    fn push(&mut self, byte: u8, begin: usize, end: usize) {
        self.bytes.push(byte);
        self.begins.push(begin);
        self.ends.push(end);
    }

    /// With each escape replaced by what `read` says it stands for, and its length.
    fn decoded(&self, read: impl Fn(&[u8]) -> Option<(char, usize)>) -> Self {
        let mut view = Self::default();
        let mut at = 0;
        while at < self.bytes.len() {
            let Some((c, length)) = read(&self.bytes[at..]) else {
                view.push(self.bytes[at], self.begins[at], self.ends[at]);
                at += 1;
                continue;
            };
            let mut buffer = [0; 4];
            let (begin, end) = (self.begins[at], self.ends[at + length - 1]);
            // A number below 256 is a byte, most often one of several of a letter.
            match u8::try_from(u32::from(c)) {
                Ok(byte) if length != UNICODE_ESCAPE => view.push(byte, begin, end),
                _ => c.encode_utf8(&mut buffer).bytes().for_each(|b| view.push(b, begin, end)),
            }
            at += length;
        }
        view
    }

    fn percent_decoded(&self) -> Self {
        self.decoded(|text| match text {
            [b'%', high, low, ..] => Some((char::from(number(&[*high, *low])? as u8), 3)),
            _ => None,
        })
    }

    /// Without the backslashes of JSON, of C and of a shell.
    fn unescaped(&self) -> Self {
        self.decoded(|text| match text {
            [b'\\', b'u', digits @ ..] if digits.len() >= 4 => surrogates(digits),
            [b'\\', b'x', high, low, ..] => Some((char::from(number(&[*high, *low])? as u8), 4)),
            [b'\\', b'n', ..] => Some(('\n', 2)),
            [b'\\', b'r', ..] => Some(('\r', 2)),
            [b'\\', b't', ..] => Some(('\t', 2)),
            [b'\\', b'b', ..] => Some(('\u{8}', 2)),
            [b'\\', b'f', ..] => Some(('\u{c}', 2)),
            [b'\\', other, ..] if other.is_ascii_punctuation() || *other == b' ' => {
                Some((char::from(*other), 2))
            }
            _ => None,
        })
    }

    fn only(&self, keep: impl Fn(&[u8], usize) -> Option<u8>) -> Self {
        let mut view = Self::default();
        for at in 0..self.bytes.len() {
            if let Some(byte) = keep(&self.bytes, at) {
                view.push(byte, self.begins[at], self.ends[at]);
            }
        }
        view
    }

    /// In the standard alphabet, and without line ends.
    fn base64(&self) -> Self {
        self.only(|bytes, at| match bytes[at] {
            b'-' => Some(b'+'),
            b'_' => Some(b'/'),
            byte => (!byte.is_ascii_whitespace()).then_some(byte),
        })
    }

    /// In lower case, and without what programs put between two bytes.
    fn hex(&self) -> Self {
        self.only(|bytes, at| match bytes[at] {
            b':' | b'-' | b',' | b'\\' | b'x' | b'X' | b'%' => None,
            // Of 0x41.
            b'0' if matches!(bytes.get(at + 1), Some(b'x' | b'X')) => None,
            byte => (!byte.is_ascii_whitespace()).then_some(byte.to_ascii_lowercase()),
        })
    }
}

/// The bytes of `\u0041`.
const UNICODE_ESCAPE: usize = 6;

fn surrogates(digits: &[u8]) -> Option<(char, usize)> {
    let first = number(&digits[..4])?;
    if let Some(c) = char::from_u32(first) {
        return Some((c, UNICODE_ESCAPE));
    }
    let second = digits[4..].strip_prefix(b"\\u").and_then(|rest| number(rest.get(..4)?))?;
    let both = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
    let c = char::decode_utf16(both).next()?.ok()?;
    Some((c, 2 * UNICODE_ESCAPE))
}

fn number(digits: &[u8]) -> Option<u32> {
    let digits = std::str::from_utf8(digits).ok()?;
    // `from_str_radix` would take a sign.
    let is_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    is_hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}

#[cfg(test)]
mod tests;
