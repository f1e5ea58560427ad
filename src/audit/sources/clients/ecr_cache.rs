//! The cache of Amazon's helper, and what `aws ecr get-authorization-token` prints: tokens of twelve
//! hours, encoded as `auth` is.

use crate::audit::auths;
use crate::audit::document::Here;
use crate::audit::finding::{Found, Kind};
use crate::audit::hosts;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "ecr-cache",
    about: "a token in the cache of Amazon's helper",
    reference: "https://github.com/awslabs/amazon-ecr-credential-helper/blob/main/ecr-login/cache/file.go",
    places: |places| {
        let mut all = vec![places.home.join(".ecr/cache.json")];
        all.extend(places.named("AWS_ECR_CACHE_DIR").map(|folder| folder.join("cache.json")));
        all
    },
    words: &["authorizationtoken"],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if let Some(registries) = here.field("Registries") {
        for (key, entry) in registries.fields() {
            take(&entry, || host(key), found);
        }
    }
    if let Some(printed) = here.field("authorizationData") {
        take(&printed, || None, found); // of public registries
        printed.items().for_each(|entry| take(&entry, || None, found));
    }
}

/// Takes the token of an entry, for the registry that it names, or else for another one.
fn take<'t>(entry: &Here<'t>, other: impl Fn() -> Option<&'t str>, found: &mut Vec<Found>) {
    let Some(at) = entry.field("AuthorizationToken") else { return };
    let Some((user, password)) = at.node.text().and_then(auths::decode) else { return };
    if !password.is_empty() {
        let registry = entry.text(&["ProxyEndpoint"]).or_else(other);
        let expiry = entry.text(&["ExpiresAt"]).map(str::to_owned);
        let token = Found::at(&at, Kind::Auth, password).of(registry, Some(&user));
        found.push(Found { expiry, ..token });
    }
}

/// The registry in a key of the cache, where it has one: `REGION-HASH-HOST`.
fn host(key: &str) -> Option<&str> {
    if key.starts_with("ecr-public-") || key.ends_with("public.ecr.aws") {
        return Some("public.ecr.aws");
    }
    let suffixes = key.match_indices('-').map(|(at, _)| &key[at + 1..]);
    let is_account = |text: &&str| {
        text.split_once(".dkr.ecr").is_some_and(|(n, _)| n.bytes().all(|b| b.is_ascii_digit()))
    };
    let mut hosts = std::iter::once(key).chain(suffixes).take(100);
    hosts.find(is_account).or_else(|| {
        let last = key.rsplit('-').next()?;
        hosts::is_address(last).then_some(last)
    })
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Encoding};
    use secrecy::ExposeSecret;

    use super::host;
    use crate::audit::examine::examine;
    use crate::audit::sources::testing::{clean, lines_of};

    const PATH: &str = "/h/.ecr/cache.json";
    const HOST: &str = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";

    #[test]
    fn a_token_has_its_registry_and_its_expiry() {
        let token = Base64::encode_string(b"AWS:t0ken");
        let text = format!(
            r#"{{"Registries":{{"eu-central-1-1B2M==-123456789012":{{"AuthorizationToken":"{token}",
            "ProxyEndpoint":"https://{HOST}","RequestedAt":"2024-01-14T22:00:00Z","ExpiresAt":"2024-01-15T10:00:00Z","Service":"ecr"}}}},"Version":"1.0"}}"#
        );
        let hits = examine(PATH, &text);
        assert_eq!(hits.len(), 1);
        let found = &hits[0].found;
        assert_eq!(found.registry.as_deref(), Some(format!("https://{HOST}").as_str()));
        assert_eq!(
            (found.username.as_deref(), found.secret.expose_secret()),
            (Some("AWS"), "t0ken")
        );
        assert_eq!(found.expiry.as_deref(), Some("2024-01-15T10:00:00Z"));
        let short =
            format!(r#"{{"Registries":{{"ab12-{HOST}":{{"AuthorizationToken":"{token}"}}}}}}"#);
        assert_eq!(lines_of("ecr-cache", PATH, &short), [format!("{HOST} AWS auth t0ken")]);
    }

    #[test]
    fn keys_tell_a_host_or_nothing() {
        assert_eq!(host(HOST), Some(HOST));
        assert_eq!(host("ecr-public-1B2M=="), Some("public.ecr.aws"));
        assert_eq!(host("eu-west-1-1B2M==-123456789012"), None);
        assert_eq!(host(""), None);
    }

    #[test]
    fn caches_without_a_token_are_clean() {
        clean(
            PATH,
            &[
                r#"{"Registries":{},"Version":"1.0"}"#,
                r#"{"Registries":{"x":{"AuthorizationToken":"QVdTOg=="}}}"#,
                r#"{"Registries":{"x":{"AuthorizationToken":"not base64"}}}"#,
                r#"{"Registries":{"x":{"AuthorizationToken":"#,
            ],
        );
    }
}
