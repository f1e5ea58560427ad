//! The text in a file's bytes: UTF-8 or UTF-16, with or without a byte order mark, and what an
//! editor's swap file or a database holds between its NULs.

use std::borrow::Cow;

/// The text of a file; line ends are `\n`, and what is no text is a replacement character or a line
/// end.
#[must_use]
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest),
        _ => match order(bytes) {
            Some(Order { mark, read }) => utf16(&bytes[mark..], read).into(),
            None => utf8(bytes),
        },
    };
    if memchr::memchr2(0, b'\r', text.as_bytes()).is_none() {
        return text;
    }
    let mut lines = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = memchr::memchr2(0, b'\r', rest.as_bytes()) {
        lines.push_str(&rest[..at]);
        lines.push('\n');
        rest = rest[at..].strip_prefix("\r\n").unwrap_or(&rest[at + 1..]);
    }
    lines.push_str(rest);
    Cow::Owned(lines)
}

/// Nearly all texts are what they should be, and that is soon seen.
fn utf8(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(
        |_| of_zsh(bytes).map_or_else(|| String::from_utf8_lossy(bytes), Cow::Owned),
        Cow::Borrowed,
    )
}

/// A history of zsh, in bytes that are no UTF-8 as they are: it writes some bytes as 0x83 and the byte
/// with another bit 5 (zsh `Src/utils.c`, `unmetafy`).
fn of_zsh(bytes: &[u8]) -> Option<String> {
    const META: u8 = 0x83;
    memchr::memchr(META, bytes)?;
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(&byte) = rest.next() {
        plain.push(if byte == META { rest.next()? ^ 0x20 } else { byte });
    }
    String::from_utf8(plain).ok()
}

fn utf16(bytes: &[u8], read: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| read([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// How UTF-16 is written: how long its mark is, and in which order its bytes are.
struct Order {
    mark: usize,
    read: fn([u8; 2]) -> u16,
}

/// Whether bytes are a text in UTF-16.
#[must_use]
pub fn is_utf16(bytes: &[u8]) -> bool {
    order(bytes).is_some()
}

/// The order of UTF-16: the one that the mark says; without a mark, the one in which the begin of the
/// text is ASCII, but for a letter here and there.
fn order(bytes: &[u8]) -> Option<Order> {
    let begin = &bytes[..bytes.len().min(64) & !1];
    let is_ascii = |zero: usize| {
        let wide = begin.chunks_exact(2).filter(|pair| pair[zero] == 0 && pair[1 - zero] != 0);
        begin.len() >= 4 && wide.count() * 8 >= begin.len() / 2 * 7
    };
    let (mark, read): (usize, fn([u8; 2]) -> u16) = match bytes {
        [0xff, 0xfe, ..] => (2, u16::from_le_bytes),
        [0xfe, 0xff, ..] => (2, u16::from_be_bytes),
        _ if is_ascii(1) => (0, u16::from_le_bytes),
        _ if is_ascii(0) => (0, u16::from_be_bytes),
        _ => return None,
    };
    Some(Order { mark, read })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_of_a_text_is_the_text() {
        let wide = |read: fn(u16) -> [u8; 2], mark: &[u8]| {
            let units = "{\"a\":1}\r\n".encode_utf16().flat_map(read);
            mark.iter().copied().chain(units).collect::<Vec<u8>>()
        };
        for bytes in [
            b"{\"a\":1}\r\n".to_vec(),
            b"\xef\xbb\xbf{\"a\":1}\n".to_vec(),
            wide(u16::to_le_bytes, b"\xff\xfe"),
            wide(u16::to_be_bytes, b"\xfe\xff"),
            wide(u16::to_le_bytes, b""),
        ] {
            assert_eq!(decode(&bytes), "{\"a\":1}\n");
        }
        assert_eq!(decode(b"b0VIM\0\0\"auths\": {\0}"), "b0VIM\n\n\"auths\": {\n}");
        assert_eq!(decode(b""), "");
        let one_letter: Vec<u8> =
            "# zaměstnanec".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&one_letter), "# zaměstnanec");
    }

    #[test]
    fn what_zsh_writes_in_its_own_way_is_read_as_it_was_typed() {
        // Each of these has bytes from 0x83 to 0xa2.
        let history = b": 1:0;echo \xc3\x83\xbf \xe2\x83\xb8\x83\xa3\n";
        assert_eq!(decode(history), ": 1:0;echo \u{df} \u{2603}\n");
        // UTF-8 stays, though it has the same byte, and so does what is neither.
        assert_eq!(decode("a\u{c3}b".as_bytes()), "a\u{c3}b");
        assert_eq!(decode(b"a\xff\x83"), "a\u{fffd}\u{fffd}");
    }
}
