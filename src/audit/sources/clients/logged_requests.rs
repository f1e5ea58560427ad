//! Requests to a registry that a program tells of on one line: `Authorization="Basic …"`, and beside it
//! the address that was asked.

use std::cell::LazyCell;

use memchr::{memchr, memmem, memrchr};

use super::http_requests::registry;
use crate::audit::auths;
use crate::audit::document::Lines;
use crate::audit::finding::{Found, Kind, MAX_IN_FILE};
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "logged-request",
    about: "a login in what a program says of a request to a registry",
    reference: "https://www.rfc-editor.org/rfc/rfc7617",
    places: |_| Vec::new(),
    words: &[
        "authorization=basic ",
        "authorization=\"basic ",
        "authorization:basic ",
        "authorization: basic ",
        "authorization:[basic ",
        "authorization\":\"basic ",
        "authorization\": \"basic ",
        "authorization\":[\"basic ",
        "authorization\\\":\\\"basic ",
    ],
    find: Find::Text(find),
};

/// How far the address may stand from the header.
const MAX_LINE: usize = 4_096;

/// How many headers of a text are looked at.
const MAX_HEADERS: usize = 20_000;

fn find(file: &File<'_>, found: &mut Vec<Found>) {
    let text = file.document.text;
    let ends = |end| memmem::find_iter(text.as_bytes(), end);
    let all = ends("asic ").chain(ends("ASIC "));
    let lines = LazyCell::new(|| Lines::of(text));
    let headers = all.filter_map(|at| Some((at, login(text, at)?))).take(MAX_HEADERS);
    for (at, login) in headers {
        let Some(registry) = addresses(around(text, at)).find_map(registry) else { continue };
        let Some((user, secret)) = auths::decode(login).filter(|(_, s)| !s.is_empty()) else {
            continue;
        };
        let header = Found::on_line(lines.line(at), Kind::HttpHeader, secret);
        found.push(header.of(Some(&registry), Some(user.as_str()).filter(|user| !user.is_empty())));
        if found.len() > MAX_IN_FILE {
            return;
        }
    }
}

/// What follows `Basic `, where the name of the header stands before it.
fn login(text: &str, at: usize) -> Option<&str> {
    let before =
        text.get(..at.checked_sub(1)?)?.trim_end_matches([' ', '"', '\'', '\\', '=', ':', '[']);
    let name = before.get(before.len().checked_sub("authorization".len())?..)?;
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=_-".contains(c);
    let login = &text[at + "asic ".len()..];
    let end = login.find(|c| !is_base64(c)).unwrap_or(login.len());
    (name.eq_ignore_ascii_case("authorization") && end > 0).then_some(&login[..end])
}

/// The line around a place, as far as it is near.
fn around(text: &str, at: usize) -> &str {
    let bytes = text.as_bytes();
    let (from, to) = (at.saturating_sub(MAX_LINE), text.len().min(at + MAX_LINE));
    let begin = memrchr(b'\n', &bytes[from..at]).map_or(from, |end| from + end + 1);
    let end = memchr(b'\n', &bytes[at..to]).map_or(to, |length| at + length);
    let is_whole = |at: &usize| text.is_char_boundary(*at);
    let begin = (begin..=at).find(is_whole).unwrap_or(at);
    let end = (at..=end).rev().find(is_whole).unwrap_or(at);
    &text[begin..end]
}

/// The addresses in a line.
fn addresses(line: &str) -> impl Iterator<Item = &str> {
    let ends = |c: char| c.is_whitespace() || "\"'`<>\\,;)]}|".contains(c);
    memmem::find_iter(line.as_bytes(), "://").filter_map(move |at| {
        let scheme = ["https", "http"].iter().find(|scheme| line[..at].ends_with(**scheme))?;
        let address = &line[at - scheme.len()..];
        Some(&address[..address.find(ends).unwrap_or(address.len())])
    })
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    const AUTH: &str = "YWRhOnMzY3JldC13b3Jk";

    #[test]
    fn headers_beside_an_address_of_a_registry_are_found() {
        for line in [
            "level=debug url=\"https://r.lan/v2/\" Authorization=\"Basic AUTH\" status=200",
            "DEBUG Authorization: Basic AUTH sent to https://r.lan/v2/a/manifests/1",
            "GET https://r.lan/v2/ map[Accept:[*/*] Authorization:[Basic AUTH]]",
            "{\"level\":\"debug\",\"headers\":{\"authorization\":\"Basic AUTH\"},\"uri\":\"https://r.lan/v2/\"}",
            "msg=\"{\\\"Authorization\\\":\\\"Basic AUTH\\\"}\" url=https://auth.lan/token?service=r.lan",
        ] {
            let text = format!("start\n{}\n", line.replace("AUTH", AUTH));
            let login = Login::of("logged-request", "r.lan", "ada", "s3cret-word", 2);
            assert_eq!(logins("job.log", &text), [login], "{line}");
        }
    }

    #[test]
    fn headers_for_others_are_clean() {
        for text in [
            "url=https://shop.lan/cart Authorization=\"Basic AUTH\"\n",
            "url=https://r.lan/v2/\nAuthorization=\"Basic AUTH\"\n",
            "url=https://r.lan/v2/ X-Author=\"Basic AUTH\"\n",
            "url=https://r.lan/v2/ Authorization=\"Basic \"\n",
            "url=https://r.lan/v2/ Authorization=\"Basic ***\"\n",
        ] {
            clean("job.log", &[&text.replace("AUTH", AUTH)]);
        }
        let many = "é authorization=basic é https://é".repeat(20_000);
        clean("job.log", &[&many, "asic ", "Basic x", "authorization=basic "]);
    }
}
