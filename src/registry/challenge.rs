//! What a registry asks for: the challenges of `WWW-Authenticate` (RFC 9110 §11.6.1; distribution
//! `docs/content/spec/auth/token.md`). The header may come more than once, with several in each.

use http_auth::{ChallengeParser, ChallengeRef};

/// Stands for what is not ASCII in a value, of which nobody says how it is encoded
/// (RFC 9110 §5.5). No address and no name of a service may have one.
const UNREADABLE: char = '\t';

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

/// The challenges that we know, in the order they are offered. What is no challenge is left out.
pub fn known<'a>(headers: impl Iterator<Item = &'a [u8]>) -> Vec<Challenge> {
    let mut found = Vec::new();
    for header in headers {
        let text = |&b: &u8| if b.is_ascii() { char::from(b) } else { UNREADABLE };
        let header: String = header.iter().map(text).collect();
        let challenges = ChallengeParser::new(&header).map_while(Result::ok);
        found.extend(challenges.filter_map(|challenge| one(&challenge)));
    }
    found
}

fn one(challenge: &ChallengeRef) -> Option<Challenge> {
    let value = |name: &str| {
        let parameter = challenge.params.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        parameter.map(|(_, value)| value.to_unescaped())
    };
    if challenge.scheme.eq_ignore_ascii_case("basic") {
        return Some(Challenge::Basic);
    }
    let (service, scope) = (value("service"), value("scope"));
    let is_unreadable = |text: &Option<String>| text.iter().any(|text| text.contains(UNREADABLE));
    if !challenge.scheme.eq_ignore_ascii_case("bearer")
        || is_unreadable(&service)
        || is_unreadable(&scope)
    {
        return None;
    }
    Some(Challenge::Bearer { realm: value("realm")?, service, scope })
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
        let all = |headers: &[&str]| known(headers.iter().map(|header| header.as_bytes()));
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
        assert_eq!(all(&[r#"Basic realm="x", Negotiate dG9rZW4="#]), [Challenge::Basic]);
    }
    #[test]
    fn what_is_not_ascii_is_no_reason_to_know_no_challenge() {
        let all = |header: &[u8]| known([header].into_iter());
        for header in ["Basic realm=\"Düsseldorf\"".as_bytes(), b"Basic realm=\"D\xfcsseldorf\""] {
            assert_eq!(all(header), [Challenge::Basic]);
        }
        // An address of that kind is one for the policy to refuse, and a name is none to ask for.
        let Some(Challenge::Bearer { realm, .. }) =
            all("Bearer realm=\"https://mü.example/t\"".as_bytes()).pop()
        else {
            panic!("no challenge")
        };
        assert_eq!(crate::registry::endpoint::Url::parse(&realm), None);
        assert_eq!(all("Bearer realm=\"https://a/t\",service=\"ü\"".as_bytes()), []);
    }
}
