//! User names that go with one type of secret only: the words that registries ask for in the place
//! of a name.

use super::{Looks, provider, shape};

/// Such names, in any case, and what the secret beside them is.
const NAMES: &[(&str, &str, &str)] = &[
    ("AWS", "aws-ecr", "aws"),
    ("_json_key", "gcp-service-account-key", "google"),
    ("_json_key_base64", "gcp-service-account-key", "google"),
    ("json_key", "yandex-service-account-key", "yandex"),
    ("oauth2accesstoken", "gcp-access-token", "google"),
    ("_dcgcloud_token", "gcp-access-token", "google"),
    ("iamapikey", "ibm-api-key", "ibm"),
    ("iambearer", "ibm-bearer", "ibm"),
    ("gitlab-ci-token", "gitlab-job-token", "gitlab"),
    ("$app", "quay-app-token", "quay"),
    ("$token", "quay-oauth", "quay"),
    ("nologin", "scaleway-key", "scaleway"),
    ("00000000-0000-0000-0000-000000000000", "azure-acr-refresh-token", "azure"),
];

/// What a secret is, by the user name beside it.
pub(super) fn of(username: &str, secret: &str, registry: &str) -> Option<Looks> {
    let at = provider::of(registry);
    if let Some((_, token_type, of)) =
        NAMES.iter().find(|(name, ..)| name.eq_ignore_ascii_case(username))
    {
        return Some((token_type, Some(of)));
    }
    let starts = |start: &str| username.starts_with(start);
    if username.eq_ignore_ascii_case("$oauthtoken") {
        let is_quay = at == Some("quay") || (at != Some("nvidia") && secret.len() == 40);
        return Some(match is_quay {
            true => ("quay-oauth", Some("quay")),
            false => ("nvidia-api-key", Some("nvidia")),
        });
    }
    if starts("gitlab+deploy-token") {
        Some(("gitlab-deploy-token", Some("gitlab")))
    } else if starts("robot$") {
        Some(("harbor-robot", Some("harbor")))
    } else if shape::is_access_key_id(username) {
        Some(("aws-access-key", Some("aws")))
    } else {
        // Some take a token in the place of the name.
        shape::of(username).or_else(|| at_registry(username, at?))
    }
}

/// What a secret is, by a form of user name that only this provider has.
fn at_registry(username: &str, at: &'static str) -> Option<Looks> {
    let token_type = match at {
        "azure" if shape::is_uuid(username) => "azure-client-secret",
        "redhat" if username.contains('|') => "redhat-registry-token",
        "oracle" if username.contains('/') => "oracle-auth-token",
        "chainguard" if username.contains('/') => "chainguard-pull-token",
        _ => return None,
    };
    Some((token_type, Some(at)))
}
