//! Text from outside, made safe for a terminal and a log line.

use std::fmt::Write;

/// `text` on one line, with everything a terminal could act on written as `\xNN` or `\u{NNNN}`:
/// control characters (C0, DEL, C1), those that change the direction of writing, and those that
/// nobody sees.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        // Writing to a String does not fail.
        let _ = match c {
            _ if c.is_control() => write!(out, "\\x{:02x}", u32::from(c)),
            _ if deceives(c) => write!(out, "\\u{{{:x}}}", u32::from(c)),
            _ => out.write_char(c),
        };
    }
    out
}

/// A JSON document with everything [`plain`] escapes written as JSON's `\u`, but for its line ends.
#[must_use]
pub fn plain_json(document: &str) -> String {
    let mut out = String::with_capacity(document.len());
    for c in document.chars() {
        if c != '\n' && (c.is_control() || deceives(c)) {
            // Writing to a String does not fail; none of these is beyond the first plane.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// Characters that change the direction of writing, that have no width, or that a terminal may take
/// for a line end.
fn deceives(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{061c}' | '\u{2028}' | '\u{2029}' | '\u{feff}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

/// A field's name as Go's `encoding/json` compares it (`foldName` in `encoding/json/fold.go`): ASCII in
/// any case, and the two letters beyond ASCII that are a case of one in it, U+017F and U+212A.
#[must_use]
pub fn folded(name: &str) -> String {
    let letter = |c| match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        c => c.to_ascii_lowercase(),
    };
    name.chars().map(letter).collect()
}

/// `text` as one word of a POSIX shell, quoted only where it must be; escaped as [`plain`].
#[must_use]
pub fn shell_word(text: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:@%+=,~".contains(&b);
    if !text.is_empty() && text.bytes().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", plain(text).replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_terminal_could_act_on_is_left() {
        assert_eq!(
            plain("a\u{1b}[2K\r\nb\u{9b}\u{7f}\u{202e}\u{200b}ü€"),
            r"a\x1b[2K\x0d\x0ab\x9b\x7f\u{202e}\u{200b}ü€"
        );
    }

    #[test]
    fn a_document_means_the_same_without_them() {
        let document = serde_json::json!({"a": "\u{1b}\u{9b}\u{7f}\u{202e}ü"});
        let shown = plain_json(&format!("{document:#}"));
        assert!(shown.lines().count() == 3 && !shown.contains(['\u{9b}', '\u{7f}', '\u{202e}']));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), document);
    }

    #[test]
    fn the_names_of_fields_are_compared_as_go_does_it() {
        for name in ["credsStore", "credSstore", "CREDSSTORE", "cred\u{17f}\u{17f}tore"] {
            assert_eq!(folded(name), "credsstore");
        }
        assert_eq!(folded("\u{212a}ind"), "kind");
        assert_ne!(folded("É"), folded("é"));
    }

    #[test]
    fn a_path_is_quoted_only_where_it_must_be() {
        assert_eq!(shell_word("/home/a/.docker"), "/home/a/.docker");
        assert_eq!(shell_word("/a b/it's"), r"'/a b/it'\''s'");
    }
}
