//! What a registry asks for: the challenges of `WWW-Authenticate` (RFC 9110 §11.6.1; distribution
//! `docs/content/spec/auth/token.md`). The header may come more than once, with several in each.

use http_auth::parse_challenges;

/// A way to log in that a registry offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Challenge {
    /// The password itself, to the registry.
    Basic,
    /// A token, from the server at `realm`.
    Bearer {
        /// The address of the token server, as it was written.
        realm: String,
        /// The name by which the token server knows the registry.
        service: Option<String>,
        /// What the token must be good for.
        scope: Option<String>,
    },
}

/// The challenges that we know, in the order they are offered. A header that is not one is left out.
pub fn known<'a>(headers: impl Iterator<Item = &'a str>) -> Vec<Challenge> {
    let mut found = Vec::new();
    for header in headers {
        for challenge in parse_challenges(header).unwrap_or_default() {
            let value = |name: &str| {
                let parameter = challenge.params.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
                parameter.map(|(_, value)| value.to_unescaped())
            };
            if challenge.scheme.eq_ignore_ascii_case("basic") {
                found.push(Challenge::Basic);
            } else if challenge.scheme.eq_ignore_ascii_case("bearer")
                && let Some(realm) = value("realm")
            {
                found.push(Challenge::Bearer {
                    realm,
                    service: value("service"),
                    scope: value("scope"),
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Challenge {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Challenge::Bearer { realm: realm.to_owned(), service: owned(service), scope: owned(scope) }
    }

    #[test]
    fn challenges_are_read_in_every_form_that_registries_use() {
        let all = |headers: &[&str]| known(headers.iter().copied());
        assert_eq!(
            all(&[r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io""#]),
            [bearer("https://auth.docker.io/token", Some("registry.docker.io"), None)]
        );
        assert_eq!(
            all(&[
                r#"BASIC realm="x", bearer Realm="https://a/t",scope="repository:a/b:pull,push""#
            ]),
            [Challenge::Basic, bearer("https://a/t", None, Some("repository:a/b:pull,push"))]
        );
        assert_eq!(all(&[r#"Negotiate"#, r#"Basic realm="Harbor \"1\"""#, ""]), [Challenge::Basic]);
        assert_eq!(all(&["Bearer", "Bearer service=\"x\"", "\u{7f}", "Basic realm=\"open"]), []);
    }
}
