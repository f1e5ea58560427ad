//! Where a registry takes a secret back: its page, and what to do there. To be said after `logout`,
//! which only forgets the secret here.
//!
//! Pages and words are those of each provider's own documentation. Another provider is one more row.

use crate::tokens::Token;

/// What ends a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoke {
    /// The page on which it is done.
    pub page: Option<&'static str>,
    /// What to do, in words, without the page.
    pub how: &'static str,
    /// It ends by itself within hours.
    pub ends_by_itself: bool,
}

/// A type of token, or `*` for every other one of the provider; the provider; a page; what to do.
type Row = (&'static str, &'static str, Option<&'static str>, &'static str);

/// Secrets that end by themselves, and when.
const SHORT_LIVED: &[(&str, &str)] = &[
    ("aws-ecr", "it ends 12 hours after it was made, and cannot be revoked before"),
    ("azure-acr-access-token", "it ends within hours, and cannot be revoked before"),
    ("azure-acr-refresh-token", "it ends within hours, and cannot be revoked before"),
    ("docker-oauth-access", "it ends within the hour"),
    ("gcp-access-token", "it ends an hour after it was made"),
    ("github-actions-token", "it ends with the job that made it"),
    ("gitlab-job-token", "it ends with the job that made it"),
    ("ibm-bearer", "it ends an hour after it was made"),
];

const ROWS: &[Row] = &[
    (
        "docker-oat",
        "docker",
        Some("https://app.docker.com"),
        "delete it among the organization's access tokens",
    ),
    (
        "*",
        "docker",
        Some("https://app.docker.com/settings/personal-access-tokens"),
        "delete the token, or change the password of the account",
    ),
    ("*", "github", Some("https://github.com/settings/tokens"), "delete the token"),
    (
        "gitlab-deploy-token",
        "gitlab",
        None,
        "revoke it in GitLab: the project or group, Settings, Repository, Deploy tokens",
    ),
    (
        "*",
        "gitlab",
        None,
        "revoke it in GitLab: Preferences, Access tokens (or those of the project or group)",
    ),
    ("quay-robot", "quay", None, "regenerate the robot's token in Quay: Robot Accounts"),
    ("*", "quay", None, "revoke it in Quay: the settings of the account, or Robot Accounts"),
    (
        "azure-client-secret",
        "azure",
        Some("https://entra.microsoft.com"),
        "delete the secret of the app: Certificates & secrets",
    ),
    (
        "*",
        "azure",
        Some("https://portal.azure.com"),
        "regenerate it in the registry's Access keys, or Repository permissions, Tokens",
    ),
    ("aws-access-key", "aws", Some("https://console.aws.amazon.com/iam"), "delete the access key"),
    (
        "*",
        "google",
        Some("https://console.cloud.google.com/iam-admin/serviceaccounts"),
        "delete the key of the service account",
    ),
    (
        "*",
        "harbor",
        None,
        "refresh the robot's secret or delete the robot in Harbor: Robot Accounts; a person's is the CLI secret of the profile",
    ),
    ("*", "jfrog", None, "revoke it in JFrog: Administration, User Management, Access Tokens"),
    (
        "*",
        "digitalocean",
        Some("https://cloud.digitalocean.com/account/api/tokens"),
        "delete the token",
    ),
    ("*", "nvidia", Some("https://org.ngc.nvidia.com/setup"), "delete the API key"),
    (
        "*",
        "redhat",
        Some("https://access.redhat.com/terms-based-registry/"),
        "regenerate or delete the service account",
    ),
    ("*", "scaleway", Some("https://console.scaleway.com/iam/api-keys"), "delete the API key"),
    ("*", "ibm", Some("https://cloud.ibm.com/iam/apikeys"), "delete the API key"),
];

/// What ends a secret of this type.
#[must_use]
pub fn of(token: &Token) -> Revoke {
    if let Some((_, how)) = SHORT_LIVED.iter().find(|(of, _)| *of == token.token_type) {
        return Revoke { page: None, how, ends_by_itself: true };
    }
    let rows = || ROWS.iter().filter(|(_, provider, ..)| Some(*provider) == token.provider);
    let row = rows().find(|row| row.0 == token.token_type).or_else(|| rows().find(|r| r.0 == "*"));
    match row {
        Some((_, _, page, how)) => Revoke { page: *page, how, ends_by_itself: false },
        None => Revoke {
            page: None,
            how: "delete the token, or change the password, at the registry",
            ends_by_itself: false,
        },
    }
}

impl Revoke {
    /// One line about a secret that is forgotten here.
    #[must_use]
    pub fn sentence(&self) -> String {
        let how = self.how;
        match self.page {
            _ if self.ends_by_itself => format!("the token itself still works: {how}"),
            Some(page) => format!("the secret itself still works: revoke it at {page} ({how})"),
            None => format!("the secret itself still works: revoke it ({how})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::tokens;

    #[test]
    fn each_kind_of_secret_has_its_place() {
        let of = |secret: &str, user: &str, registry: &str| {
            let token = tokens::look(secret, Some(user), registry, None, SystemTime::now());
            super::of(&token).sentence()
        };
        assert!(of("pw", "ada", "docker.io").contains("https://app.docker.com/settings/"));
        assert!(of("pw", "ada", "ghcr.io").contains("https://github.com/settings/tokens"));
        assert!(of("pw", "gitlab+deploy-token-1", "gitlab.example").contains("Deploy tokens"));
        assert!(of("pw", "AWS", "1.dkr.ecr.eu-west-1.amazonaws.com").contains("12 hours"));
        assert!(of("pw", "acme+ci", "quay.io").contains("robot"));
        assert!(of("pw", "slot", "acme.azurecr.io").contains("portal.azure.com"));
        assert!(of("pw", "oauth2accesstoken", "europe-docker.pkg.dev").contains("an hour"));
        assert!(of("pw", "ada", "r.example").contains("at the registry"));
    }

    #[test]
    fn every_row_can_be_found() {
        for (at, (token_type, provider, ..)) in ROWS.iter().enumerate() {
            let first = ROWS.iter().position(|r| (r.0, r.1) == (*token_type, *provider));
            assert_eq!(first, Some(at), "{provider}");
        }
    }
}
