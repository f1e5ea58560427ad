//! `HttpHeaders` of Docker's `config.json`: sent to the daemon with every request.

use base64ct::{Base64Url, Encoding};

use super::config;
use crate::audit::auths;
use crate::audit::document::{Format, Here, Node, parse};
use crate::audit::finding::{Found, Kind};
use crate::audit::places::Places;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "docker-headers",
    about: "a secret in a header that Docker sends",
    reference: "https://docs.docker.com/reference/cli/docker/",
    places: |places| Places::below(&places.docker, "config.json"),
    words: &["httpheaders"],
    find: Find::Map(find),
};

/// Parts of names of headers that carry a secret.
const NAMES: &[&str] = &[
    "authorization",
    "token",
    "secret",
    "password",
    "cookie",
    "credential",
    "api-key",
    "apikey",
    "access-key",
    "x-auth",
    "registry-auth",
    "art-api",
];

fn find(file: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    let Some(headers) = here.field("HttpHeaders") else { return };
    if config::is_settings(file, here) {
        find_in(&headers, None, found);
    }
}

/// The secrets in a map of headers, or in lists of values below their names.
pub(crate) fn find_in(headers: &Here<'_>, registry: Option<&str>, found: &mut Vec<Found>) {
    for (name, header) in headers.fields() {
        find_header(name, &header, registry, found);
        header.items().for_each(|item| find_header(name, &item, registry, found));
    }
}

fn find_header(name: &str, at: &Here<'_>, registry: Option<&str>, found: &mut Vec<Found>) {
    let Some(value) = at.node.text() else { return };
    if name.eq_ignore_ascii_case("x-registry-auth")
        && let Some(login) = registry_auth(value)
    {
        let login = at.inner(&login);
        let written = login.text(&["serveraddress"]).or(registry).unwrap_or("docker.io");
        auths::entry_of(written, &login, found);
        return;
    }
    if let Some((username, secret)) = secret(name, value) {
        found.push(Found::at(at, Kind::HttpHeader, secret).of(registry, username.as_deref()));
    }
}

/// User and secret in a header, without the scheme: `Basic`'s are decoded.
fn secret(name: &str, value: &str) -> Option<(Option<String>, String)> {
    let value = value.trim();
    let scheme = value.split_once(' ').map_or("", |(scheme, _)| scheme);
    if ["basic", "bearer", "token"].iter().any(|word| scheme.eq_ignore_ascii_case(word)) {
        return auths::header(value);
    }
    let name = name.to_ascii_lowercase();
    NAMES.iter().any(|part| name.contains(part)).then(|| (None, value.to_owned()))
}

/// The login in an `X-Registry-Auth` header: base64 of JSON.
fn registry_auth(value: &str) -> Option<Node> {
    let padded = format!("{value}{}", "=".repeat(value.len().wrapping_neg() % 4));
    let json = String::from_utf8(Base64Url::decode_vec(&padded).ok()?).ok()?;
    parse(Format::Json, &json)?.pop()
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64Url, Encoding};

    use crate::audit::sources::testing::lines_of;

    fn found(headers: &str) -> Vec<String> {
        let text = format!(r#"{{"HttpHeaders":{{{headers}}}}}"#);
        lines_of("docker-headers", "/h/.docker/config.json", &text)
    }

    #[test]
    fn headers_with_a_secret_are_found_without_their_scheme() {
        assert_eq!(found(r#""X-Meta-Authorization":"Bearer t0ken""#), ["*  http-header t0ken"]);
        assert_eq!(
            found(r#""Authorization":"Basic YWRhOnMzY3JldC13b3Jk""#),
            ["* ada http-header s3cret-word"]
        );
        assert_eq!(found(r#""X-JFrog-Art-Api":"k3y""#), ["*  http-header k3y"]);
        assert_eq!(found(r#""X-Auth-Token":"t0ken","Cookie":"s=1""#).len(), 2);
        let login = Base64Url::encode_string(
            br#"{"username":"ada","password":"s3cret-word","serveraddress":"r.lan"}"#,
        );
        assert_eq!(
            found(&format!(r#""X-Registry-Auth":"{login}""#)),
            ["r.lan ada userpass s3cret-word"]
        );
    }

    #[test]
    fn headers_without_a_secret_are_clean() {
        for clean in [
            r#""User-Agent":"Docker-Client/20.10 (linux)""#,
            r#""MyHeader":"MyValue","Author":"Ada""#,
            r#""Authorization":"Basic Og==""#,
            r#""Authorization":"Basic YWRhOg==""#,
            r#""Authorization":"""#,
            r#""X-Auth-Token":null"#,
        ] {
            assert!(found(clean).is_empty(), "{clean}");
        }
        let probe = "livenessProbe:\n  httpGet:\n    httpHeaders:\n    - name: Authorization\n      value: Bearer x\n";
        assert!(lines_of("docker-headers", "deploy.yaml", probe).is_empty());
    }
}
