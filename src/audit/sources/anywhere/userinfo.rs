//! Logins in addresses: `docker://user:password@host`, as Airflow has its connections, and
//! `https://user:password@host` of a registry.

use memchr::memmem;

use crate::audit::document::Lines;
use crate::audit::finding::{Found, Kind, MAX_IN_FILE};
use crate::audit::hosts;
use crate::audit::sources::docker::proxies;
use crate::audit::sources::host_words::with_hosts;
use crate::audit::sources::shell::commands::{kind, requests};
use crate::audit::sources::{File, Find, Source};

const WORDS: [&str; 27] = with_hosts([
    "docker://",
    "oci://",
    "/v2/_catalog",
    "/tags/list",
    "/manifests/",
    "@registry",
    "@harbor",
    "@docker",
    "@reg.",
    "@cr.",
]);

pub(crate) const SOURCE: Source = Source {
    id: "registry-userinfo",
    about: "a password in the address of a registry",
    reference: "https://airflow.apache.org/docs/apache-airflow-providers-docker/stable/connections/docker.html",
    places: |_| Vec::new(),
    words: &WORDS,
    find: Find::Text(find),
};

/// How long the part of an address before its path may be.
const MAX_AUTHORITY: usize = 2_048;

fn find(file: &File<'_>, found: &mut Vec<Found>) {
    let text = file.document.text;
    let mut all = memmem::find_iter(text.as_bytes(), "://").filter_map(|at| of(text, at));
    let Some(first) = all.next() else { return };
    let lines = Lines::of(text);
    let kind = match kind::of(file.path, text) {
        Kind::Script => Kind::UserPass,
        other => other,
    };
    for (begin, login) in std::iter::once(first).chain(all).take(MAX_IN_FILE + 1) {
        let Login { registry, user, password } = login;
        let secret = Found::on_line(lines.line(begin), kind, password);
        found.push(secret.of(Some(&registry), Some(user.as_str()).filter(|user| !user.is_empty())));
    }
}

/// What an address says.
struct Login {
    registry: String,
    user: String,
    password: String,
}

/// The login of the registry's address around this `://`, and where the address begins.
fn of(text: &str, at: usize) -> Option<(usize, Login)> {
    let scheme = ["docker", "oci", "https", "http"].iter().find(|s| text[..at].ends_with(**s))?;
    let begin = at - scheme.len();
    if text[..begin].ends_with(|c: char| c.is_ascii_alphanumeric() || "+-._".contains(c)) {
        return None;
    }
    let rest = &text.as_bytes()[at + 3..];
    let near = &rest[..rest.len().min(MAX_AUTHORITY)];
    let ends = |b: &u8| b.is_ascii_whitespace() || b"/?#\"'`<>\\,;)]}|".contains(b);
    let length = near.iter().position(ends).unwrap_or(near.len());
    memchr::memchr(b'@', &near[..length])?;
    let end = near[length..].iter().position(|b| ends(b) && !b"/?#".contains(b));
    let end = end.map_or(near.len(), |more| length + more);
    let address = text.get(begin..at + 3 + end)?;
    let (user, password) = proxies::userinfo(address)?;
    let (_, after) = address.get(..at + 3 + length - begin)?.rsplit_once('@')?;
    let registry = proxies::decoded(after);
    let is_host = hosts::looks_like_host(hosts::host(&registry)) || registry.contains("://");
    let is_registry = ["docker", "oci"].contains(scheme) || requests::is_registry_address(address);
    (is_host && is_registry).then_some((begin, Login { registry, user, password }))
}

#[cfg(test)]
mod tests {
    use crate::audit::finding::Kind;
    use crate::audit::sources::testing::{clean, hits, lines_of};

    const RULE: &str = "registry-userinfo";

    #[test]
    fn addresses_of_registries_are_found() {
        for (address, registry, secret) in [
            ("docker://ada:s3cret-word@r.lan:5000/org?reauth=False", "r.lan:5000", "s3cret-word"),
            ("docker://ada:w%40rd@https%3A%2F%2Fr.lan%2Fv1?x", "https://r.lan/v1", "w@rd"),
            ("oci://ada:s3cret-word@r.lan/charts", "r.lan", "s3cret-word"),
            ("https://ada:s3cret-word@ghcr.io", "ghcr.io", "s3cret-word"),
            ("https://ada:s3cret-word@cgr.dev/acme", "cgr.dev", "s3cret-word"),
            ("http://ada:s3cret-word@r.lan/v2/a/tags/list", "r.lan", "s3cret-word"),
        ] {
            for text in [format!("X={address}\n"), format!("x: '{address}'\n")] {
                let expected = format!("{registry} ada userpass {secret}");
                assert_eq!(lines_of(RULE, "x.conf", &text), [expected], "{text}");
            }
        }
        let text = "pulling docker://ada:s3cret-word@r.lan/a\n";
        assert_eq!(hits("job.log", text)[0].3, Kind::Log);
    }

    #[test]
    fn other_addresses_are_clean() {
        clean(
            "x.conf",
            &[
                "https://ada:s3cret-word@shop.lan/cart\npostgres://ada:s3cret-word@r.lan/v2/\n",
                "docker://ghcr.io/a\ndocker://ada@r.lan\noci://ada:@r.lan\n",
                "https://ada:s3cret-word@npm.lan/v2/users\nxdocker://ada:s3cret-word@r.lan\n",
                "see https://r.lan/a for ada:s3cret-word@ghcr.io\n",
            ],
        );
        let long = format!("docker://{}", "a:b".repeat(5_000));
        clean("x.conf", &[&long, &"docker://@".repeat(5_000), "docker://é:é@é"]);
    }
}
