//! Requests to a registry or to its token server as they went out: files of REST clients (`.http`),
//! what `curl -v` and `curl --trace-ascii` show, and what a browser's tools save (HAR).

use crate::audit::auths;
use crate::audit::document::Here;
use crate::audit::finding::{Found, Kind, MAX_IN_FILE};
use crate::audit::hosts;
use crate::audit::sources::shell::commands::requests;
use crate::audit::sources::{File, Find, Source};

pub(crate) const TEXT: Source = Source {
    id: "http-request",
    about: "a login in a request to a registry",
    reference: "https://www.jetbrains.com/help/idea/exploring-http-syntax.html",
    places: |_| Vec::new(),
    words: &["authorization: basic "],
    find: Find::Text(in_text),
};

pub(crate) const HAR: Source = Source {
    id: "http-archive",
    about: "a login in a saved request to a registry",
    reference: "https://w3c.github.io/web-performance/specs/HAR/Overview.html",
    places: |_| Vec::new(),
    words: &[
        "\"value\":\"basic ",
        "\"value\": \"basic ",
        "authorization\":\"basic ",
        "authorization\": \"basic ",
    ],
    find: Find::Map(in_archive),
};

const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// A request as far as it was read.
#[derive(Default)]
struct Request<'t> {
    address: &'t str,
    host: &'t str,
    /// What `Basic` is followed by, and its line.
    login: Option<(&'t str, usize)>,
}

impl Request<'_> {
    fn found(&self) -> Option<Found> {
        let (login, line) = self.login?;
        let whole = match self.address.starts_with('/') {
            true => format!("https://{}{}", self.host, self.address),
            false => self.address.to_owned(),
        };
        let registry = registry(&whole)?;
        let (user, secret) = auths::decode(login).or_else(|| plain(login))?;
        let header = Found::on_line(line, Kind::HttpHeader, secret);
        Some(header.of(Some(&registry), Some(&user).filter(|user| !user.is_empty()).map(|u| &**u)))
    }
}

/// The end of the header's name, as it is spelled; nearly all files have none.
const HEADER: [&[u8]; 2] = [b"uthorization", b"UTHORIZATION"];

fn in_text(file: &File<'_>, found: &mut Vec<Found>) {
    if !HEADER
        .iter()
        .any(|word| memchr::memmem::find(file.document.text.as_bytes(), word).is_some())
    {
        return;
    }
    let mut request = Request::default();
    for (number, line) in file.document.text.lines().enumerate() {
        let line = shown(line);
        if let Some(address) = address(line) {
            found.extend(std::mem::take(&mut request).found());
            request.address = address;
        } else if line.starts_with("###") {
            found.extend(std::mem::take(&mut request).found());
        } else if let Some((name, value)) = line.split_once(':') {
            let (scheme, login) = value.trim().split_once(' ').unwrap_or_default();
            let is_basic = scheme.eq_ignore_ascii_case("basic");
            if name.eq_ignore_ascii_case("host") {
                request.host = value.trim();
            } else if name.eq_ignore_ascii_case("authorization") && is_basic {
                request.login = Some((login.trim(), number + 1));
            }
        }
        if found.len() >= MAX_IN_FILE {
            return;
        }
    }
    found.extend(request.found());
}

/// A line without what curl puts before those that it sends.
fn shown(line: &str) -> &str {
    let line = line.trim();
    if let Some(sent) = line.strip_prefix("> ") {
        return sent;
    }
    match line.split_once(": ") {
        Some((at, rest)) if at.len() == 4 && at.bytes().all(|b| b.is_ascii_hexdigit()) => rest,
        _ => line,
    }
}

/// Where a request goes whose first line this is.
fn address(line: &str) -> Option<&str> {
    let mut words = line.split_ascii_whitespace();
    let first = words.next()?;
    let address = if METHODS.contains(&first) { words.next()? } else { first };
    let is_address = ["http://", "https://"].iter().any(|scheme| address.starts_with(scheme));
    (is_address || address.starts_with('/') && address != first).then_some(address)
}

/// `Basic ada word` and `Basic ada:word`, which REST clients encode.
fn plain(login: &str) -> Option<(String, String)> {
    let (user, word) = login.split_once([' ', ':'])?;
    let word = word.trim();
    (!user.is_empty() && !word.is_empty() && !word.contains(' '))
        .then(|| (user.to_owned(), word.to_owned()))
}

/// The registry that is asked at an address, or to which a token of it is for.
pub(super) fn registry(address: &str) -> Option<String> {
    let of_address = requests::registry_of_address(address);
    if requests::is_registry_address(address) || of_address == "docker.io" {
        return Some(of_address);
    }
    let (path, query) = address.split_once('?')?;
    let service = query.split('&').find_map(|part| part.strip_prefix("service="))?;
    let is_token = ["/token", "/auth"].iter().any(|name| path.contains(name));
    let is_host = hosts::looks_like_host(hosts::host(service));
    is_token.then(|| if is_host { service.to_owned() } else { of_address })
}

fn in_archive(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    let Some(registry) = here.text(&["url", "uri"]).and_then(registry) else { return };
    let headers = here.field("headers");
    for map in [Some(here), headers.as_ref()].into_iter().flatten() {
        let Some(at) = map.field("authorization") else { continue };
        let login = at.node.text().filter(|text| is_basic(text));
        if let Some((user, secret)) = login.and_then(auths::header) {
            let header = Found::at(&at, Kind::HttpHeader, secret);
            found.push(header.of(Some(&registry), user.as_deref()));
        }
    }
    let Some(headers) = headers else { return };
    for header in headers.items().take(MAX_IN_FILE) {
        let is_login =
            header.text(&["name"]).is_some_and(|n| n.eq_ignore_ascii_case("authorization"));
        let Some(value) = header.field("value").filter(|_| is_login) else { continue };
        let (scheme, login) = value.node.text().and_then(|t| t.split_once(' ')).unwrap_or_default();
        let Some((user, secret)) = auths::decode(login) else { continue };
        if scheme.eq_ignore_ascii_case("basic") && !secret.is_empty() {
            let login = Found::at(&value, Kind::HttpHeader, secret);
            found.push(login.of(Some(&registry), Some(user.as_str()).filter(|u| !u.is_empty())));
        }
    }
}

fn is_basic(value: &str) -> bool {
    value.split_once(' ').is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    const AUTH: &str = "YWRhOnMzY3JldC13b3Jk";

    fn found(path: &str, text: &str, registry: &str, line: usize) {
        let login = Login::of("http-request", registry, "ada", "s3cret-word", line);
        assert_eq!(logins(path, text), [login], "{text}");
    }

    #[test]
    fn requests_of_rest_clients_are_found() {
        for login in [AUTH, "ada s3cret-word", "ada:s3cret-word"] {
            let text = format!(
                "### tags\nGET https://r.lan/v2/a/tags/list\nAccept: */*\nAuthorization: Basic {login}\n\n###\nGET https://other.lan/\n"
            );
            found("a.http", &text, "r.lan", 4);
        }
        let text =
            format!("GET /v2/_catalog HTTP/1.1\nHost: r.lan:5000\nauthorization: basic {AUTH}\n");
        found("a.rest", &text, "r.lan:5000", 3);
        let text =
            format!("https://auth.lan/token?scope=x&service=r.lan\nAuthorization: Basic {AUTH}\n");
        found("a.http", &text, "r.lan", 2);
        let text = format!("POST https://auth.docker.io/token\nAuthorization: Basic {AUTH}\n");
        found("a.http", &text, "docker.io", 2);
    }

    #[test]
    fn what_curl_shows_is_found() {
        let text = format!(
            "* Connected\n> GET /v2/ HTTP/1.1\n> Host: r.lan\n> Authorization: Basic {AUTH}\n>\n< HTTP/1.1 200 OK\n"
        );
        found("log.txt", &text, "r.lan", 4);
        let text = format!(
            "=> Send header, 99 bytes (0x63)\n0000: GET /v2/ HTTP/1.1\n0013: Host: r.lan\n0020: Authorization: Basic {AUTH}\n"
        );
        found("trace", &text, "r.lan", 4);
    }

    #[test]
    fn saved_requests_are_found() {
        let har = |url: &str| {
            format!(
                "{{\"log\":{{\"entries\":[{{\"request\":{{\"url\":\"{url}\",\n\"headers\":[{{\"name\":\"authorization\",\"value\":\"Basic {AUTH}\"}}]}}}}]}}}}"
            )
        };
        let login = Login::of("http-archive", "r.lan", "ada", "s3cret-word", 2);
        assert_eq!(logins("a.har", &har("https://r.lan/v2/")), [login]);
        let object = |url: &str| {
            format!("{{\"uri\":\"{url}\",\"headers\":{{\n\"Authorization\":\"Basic {AUTH}\"}}}}")
        };
        let login = Login::of("http-archive", "r.lan", "ada", "s3cret-word", 2);
        assert_eq!(logins("a.json", &object("https://r.lan/v2/")), [login]);
        clean("a.json", &[&object("https://shop.lan/cart")]);
        clean("a.har", &[&har("https://shop.lan/cart"), &har("https://r.lan/v2/")[..60]]);
    }

    #[test]
    fn other_requests_are_clean() {
        for text in [
            "GET https://shop.lan/cart\nAuthorization: Basic AUTH\n",
            "GET https://r.lan/v2/\n\n###\nGET https://shop.lan/\nAuthorization: Basic AUTH\n",
            "GET https://r.lan/v2/\nAuthorization: Bearer AUTH\n",
            "Authorization: Basic AUTH\n",
            "> GET /v2/ HTTP/1.1\n> Authorization: Basic",
        ] {
            clean("a.http", &[&text.replace("AUTH", AUTH)]);
        }
    }
}
