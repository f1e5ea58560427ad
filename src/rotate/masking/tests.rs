//! All usual encodings of any secret, and what is beside a secret.

use base64ct::{Base64, Base64Url};
use proptest::prelude::*;

use super::*;

fn shown(said: &str, secret: &str) -> String {
    masked(said.as_bytes(), &[&SecretString::from(secret)]).join("\n")
}

/// Each byte by `write`, where `is_chosen`; the rest as it is.
fn escaped(text: &str, is_chosen: impl Fn(u8) -> bool, write: impl Fn(u8) -> String) -> String {
    let bytes = text.bytes().flat_map(|b| match is_chosen(b) || !b.is_ascii() {
        true => write(b).into_bytes(),
        false => vec![b],
    });
    String::from_utf8(bytes.collect()).unwrap()
}

type Write = Box<dyn Fn(&str) -> String>;

/// All the ways in which a program may write a text, letter by letter.
fn letter_by_letter() -> Vec<(&'static str, Write)> {
    let is_special = |b: u8| !b.is_ascii_alphanumeric();
    let percent = |b: u8| format!("%{b:02X}");
    let json = |text: &str| {
        let json = serde_json::Value::from(text).to_string();
        json[1..json.len() - 1].to_owned()
    };
    let hex = |with: &'static str| -> Write {
        Box::new(move |text| {
            text.bytes().map(|b| format!("{with}{b:02x}")).collect::<String>()[with.len()..].into()
        })
    };
    let unicode = |text: &str| text.encode_utf16().map(|u| format!("\\u{u:04x}")).collect();
    vec![
        ("plain", Box::new(str::to_owned)),
        ("reversed", Box::new(|text| text.chars().rev().collect())),
        ("hex", hex("")),
        ("HEX", Box::new(|text| crate::files::hex(text.as_bytes()).to_ascii_uppercase())),
        ("hex with colons", hex(":")),
        ("hex in words", hex(" ")),
        ("hex of C", hex("\\x")),
        ("hex of a list", hex(", 0x")),
        ("URL", Box::new(move |text| escaped(text, is_special, percent))),
        ("url", Box::new(move |text| escaped(text, is_special, |b| format!("%{b:02x}")))),
        ("URL, all of it", Box::new(move |text| escaped(text, |_| true, percent))),
        ("form", Box::new(move |text| escaped(text, is_special, percent).replace("%20", "+"))),
        ("JSON", Box::new(json)),
        ("JSON with slashes", Box::new(move |text| json(text).replace('/', "\\/"))),
        (
            "JSON of Go",
            Box::new(move |text| json(text).replace('<', "\\u003c").replace('&', "\\u0026")),
        ),
        ("JSON in ASCII", Box::new(unicode)),
        (
            "shell",
            Box::new(move |text| {
                let write = |b: u8| match b.is_ascii() {
                    true => format!("\\{}", char::from(b)),
                    false => format!("\\x{b:02x}"),
                };
                escaped(text, is_special, write)
            }),
        ),
    ]
}

/// The ways to write `user:secret` of which each word is masked whole.
fn in_base64(user: &str, secret: &str) -> Vec<(&'static str, String)> {
    let pair = format!("{user}:{secret}");
    let code = Base64::encode_string(pair.as_bytes());
    let json = serde_json::json!({"username": user, "password": secret}).to_string();
    let lines: Vec<_> = code.as_bytes().chunks(16).map(String::from_utf8_lossy).collect();
    vec![
        ("standard", code.clone()),
        ("of the secret", Base64::encode_string(secret.as_bytes())),
        ("URL-safe", Base64Url::encode_string(pair.as_bytes())),
        ("in lines", lines.join("\n")),
        ("of JSON", Base64::encode_string(json.as_bytes())),
        ("URL-encoded", escaped(&code, |b| !b.is_ascii_alphanumeric(), |b| format!("%{b:02X}"))),
        ("in JSON of PHP", code.replace('/', "\\/")),
    ]
}

/// The first part of a code, so many letters long, that is left.
fn left(shown: &str, code: &str, part: usize) -> Option<String> {
    let letters: Vec<char> = code.chars().collect();
    let mut parts = letters.windows(part.min(letters.len())).map(|w| w.iter().collect::<String>());
    parts.find(|part| shown.contains(part))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn in_no_usual_encoding_a_part_of_a_secret_is_left(
        user in "[a-z0-9$+._-]{0,12}",
        secret in r"[!-~][!-~ äß€😀]{6,78}[!-~]",
        before in "[a-zA-Z ]{0,20}",
    ) {
        let letters: Vec<char> = secret.chars().collect();
        for (name, write) in letter_by_letter() {
            let shown = shown(&format!("{before} {} after\n", write(&format!("{user}:{secret}"))), &secret);
            prop_assert!(shown.contains("****"), "{name}: {shown:?}");
            for part in letters.windows(PART) {
                let part = write(&part.iter().collect::<String>());
                prop_assert!(!shown.contains(&part), "{name}: {part:?} in {shown:?}");
            }
        }
        for (name, code) in in_base64(&user, &secret) {
            let shown = shown(&format!("{before} {code} after\n"), &secret);
            prop_assert!(shown.contains("****"), "{name}: {shown:?}");
            // Of more words than one, the name may be left.
            let is_one_word = !["of JSON", "in lines"].contains(&name);
            let found = if is_one_word { left(&shown, &code, 6) } else { None };
            prop_assert_eq!(found, None, "{}: {:?}", name, shown);
            let digits = super::base64(secret.as_bytes(), user.len() + 1);
            let shown: String = shown.split_whitespace().collect();
            let found = left(&shown, std::str::from_utf8(&digits).unwrap(), 6);
            prop_assert_eq!(found, None, "{}: {:?}", name, shown);
        }
    }

    #[test]
    fn what_holds_no_secret_is_shown_as_it_is(text in "[a-z \n]{0,200}") {
        let shown = shown(&text, "0123456789ABCDEF");
        prop_assert_eq!(shown, text.lines().collect::<Vec<_>>().join("\n"));
    }
}

#[test]
fn what_is_beside_a_secret_can_be_read() {
    let secret = "hun\"ter2 und mehr";
    for (said, expected) in [
        ("is hun\"ter2 und mehr.", "is ****."),
        ("in JSON \"hun\\\"ter2 und mehr\"", "in JSON \"****\""),
        (
            "Authorization: Basic YWRhOmh1biJ0ZXIyIHVuZCBtZWhy\r\n> GET",
            "Authorization: Basic ****\n> GET",
        ),
        ("hex 68756e22746572322 0756e64206d656872", "hex ****"),
        ("?p=hun%22ter2+und+mehr&x", "?p=****&x"),
        ("rhem dnu 2ret\"nuh", "****"),
        ("the first half is hun\"ter2 un.", "the first half is ****."),
    ] {
        assert_eq!(shown(said, secret), expected);
    }
    assert_eq!(shown("a: b", "b"), "a: ****");
    assert_eq!(shown("nothing", ""), "nothing");
}

#[test]
fn a_secret_that_is_cut_off_is_masked_as_far_as_it_goes() {
    let secret = "s3cret-".repeat(20);
    for kept in 1..30 {
        let mut said = "x ".repeat(MAX_ANSWER_BYTES / 2 + 1);
        said.truncate(MAX_ANSWER_BYTES + 1 - kept);
        said.push_str(&secret[..kept]);
        assert!(!shown(&said, &secret).contains("s3"), "{kept}");
    }
}

/// A secret on its way through `xxd`.
#[test]
fn of_a_dump_in_lines_no_more_than_a_few_letters_are_left() {
    let secret = "abcdefghijklmnopqrstuvwxyz0123456789ABCD";
    let dump: String = secret
        .as_bytes()
        .chunks(16)
        .map(|line| format!("00: {}  {}\n", crate::files::hex(line), String::from_utf8_lossy(line)))
        .collect();
    let shown = shown(&dump, secret);
    assert_eq!(left(&shown, secret, PART), None, "{shown}");
}
