//! How bad a finding is: what its secret opens, and who can get at it.

use super::finding::{Kind, Severity, State};
use crate::tokens::Token;

/// What makes a finding better or worse: the stable words of reports.
pub mod signal {
    /// Others in the file's group may read it.
    pub const GROUP_READABLE: &str = "group-readable";
    /// Everybody on the machine may read it.
    pub const WORLD_READABLE: &str = "world-readable";
    /// Others can put another file in its place.
    pub const FOLDER_OPEN: &str = "folder-open";
    /// Git has the file in its index.
    pub const TRACKED_BY_GIT: &str = "tracked-by-git";
    /// The file is in a work tree and no rule keeps it out.
    pub const NOT_IGNORED_BY_GIT: &str = "not-ignored-by-git";
    /// A build of an image would send the file along.
    pub const IN_BUILD_CONTEXT: &str = "in-build-context";
    /// A service copies the folder to other machines.
    pub const SYNCED_FOLDER: &str = "synced-folder";
    /// The file belongs to somebody else than its home folder does.
    pub const OTHER_OWNER: &str = "other-owner";
    /// The file is a copy or a leftover of another.
    pub const BACKUP: &str = "backup";
    /// A credential helper answers for the registry, so that Docker never reads this entry.
    pub const SHADOWED_BY_HELPER: &str = "shadowed-by-helper";
    /// `DOCKER_AUTH_CONFIG` is set, which Docker prefers.
    pub const OVERRIDDEN_BY_ENV: &str = "overridden-by-env";
    /// A helper without a name keeps the entry in the file on purpose.
    pub const EMPTY_HELPER: &str = "empty-helper";
    /// The registry is written with `http://`.
    pub const PLAIN_HTTP: &str = "plain-http";
    /// The daemon takes the registry without a certificate.
    pub const INSECURE_REGISTRY: &str = "insecure-registry";
    /// The secret lies in other places too.
    pub const SAME_SECRET_ELSEWHERE: &str = "same-secret-elsewhere";
    /// One secret opens several registries.
    pub const SAME_SECRET_OTHER_REGISTRY: &str = "same-secret-other-registry";
    /// The user name is a secret itself.
    pub const USERNAME_IS_SECRET: &str = "username-is-secret";
    /// A refresh token for the same registry lies beside it.
    pub const REFRESH_TOKEN_NEAR: &str = "refresh-token-near";
    /// It lies where it is served to everybody, or mounted into containers.
    pub const PUBLIC_PLACE: &str = "public-place";

    /// All of them.
    pub const ALL: &[&str] = &[
        GROUP_READABLE,
        WORLD_READABLE,
        FOLDER_OPEN,
        TRACKED_BY_GIT,
        NOT_IGNORED_BY_GIT,
        IN_BUILD_CONTEXT,
        SYNCED_FOLDER,
        OTHER_OWNER,
        BACKUP,
        SHADOWED_BY_HELPER,
        OVERRIDDEN_BY_ENV,
        EMPTY_HELPER,
        PLAIN_HTTP,
        INSECURE_REGISTRY,
        SAME_SECRET_ELSEWHERE,
        SAME_SECRET_OTHER_REGISTRY,
        USERNAME_IS_SECRET,
        REFRESH_TOKEN_NEAR,
        PUBLIC_PLACE,
    ];
}

/// Types that open more than a registry: keys of a cloud, tokens that make new tokens.
const CRITICAL: &[&str] = &[
    "aws-access-key",
    "azure-acr-refresh-token",
    "azure-client-secret",
    "digitalocean-token",
    "docker-oauth-refresh",
    "gcp-refresh-token",
    "gcp-service-account-key",
    "github-refresh",
    "ibm-api-key",
    "scaleway-key",
];

/// Types that open little by themselves.
const MEDIUM: &[&str] = &["gitlab-runner-token"];

/// Signals that make a finding one step worse; those of one group only once.
const WORSE: &[&[&str]] = &[
    &[signal::GROUP_READABLE, signal::WORLD_READABLE],
    &[signal::TRACKED_BY_GIT],
    &[signal::IN_BUILD_CONTEXT],
    &[signal::SYNCED_FOLDER],
];

/// How bad it is that a secret of this kind and type lies where these signals were seen.
///
/// What has expired is [`Severity::Info`], or [`Severity::Low`] beside a token that brings a new
/// one; everything else is at least [`Severity::Low`]. A registry on this machine only takes one
/// step off a password, which opens nothing else.
#[must_use]
pub fn of(kind: Kind, token: &Token, registry: &str, signals: &[&'static str]) -> Severity {
    if token.state == State::Expired {
        let is_renewed = signals.contains(&signal::REFRESH_TOKEN_NEAR);
        return if is_renewed { Severity::Low } else { Severity::Info };
    }
    let base = base(kind, token, registry);
    let has = |group: &&&[&str]| group.iter().any(|word| signals.contains(word));
    (0..WORSE.iter().filter(has).count()).fold(base, |severity, _| worse(severity))
}

fn base(kind: Kind, token: &Token, registry: &str) -> Severity {
    let is_refresh = matches!(kind, Kind::IdentityToken | Kind::OauthRefresh);
    if is_refresh || CRITICAL.contains(&token.token_type) {
        Severity::Critical
    } else if kind == Kind::ProxyUserinfo
        || MEDIUM.contains(&token.token_type)
        || (token.token_type == "password" && is_this_machine(registry))
    {
        Severity::Medium
    } else {
        Severity::High
    }
}

fn is_this_machine(registry: &str) -> bool {
    let host = match registry.strip_prefix('[') {
        Some(ip) => ip.split(']').next(),
        None => registry.split(':').next(),
    };
    matches!(host, Some("localhost" | "127.0.0.1" | "::1"))
}

fn worse(severity: Severity) -> Severity {
    match severity {
        Severity::Info => Severity::Low,
        Severity::Low => Severity::Medium,
        Severity::Medium => Severity::High,
        Severity::High | Severity::Critical => Severity::Critical,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(token_type: &'static str, state: State) -> Token {
        Token { token_type, provider: None, state, expires_at: None }
    }

    fn live(kind: Kind, token_type: &'static str, signals: &[&'static str]) -> Severity {
        of(kind, &token(token_type, State::Unknown), "r.example", signals)
    }

    #[test]
    fn keys_of_clouds_and_refresh_tokens_are_critical() {
        for token_type in CRITICAL {
            assert_eq!(live(Kind::Auth, token_type, &[]), Severity::Critical, "{token_type}");
        }
        assert_eq!(live(Kind::IdentityToken, "jwt", &[]), Severity::Critical);
        assert_eq!(live(Kind::OauthRefresh, "password", &[]), Severity::Critical);
    }

    #[test]
    fn personal_tokens_robots_and_passwords_are_high_and_proxies_medium() {
        for token_type in ["docker-pat", "github-pat", "quay-robot", "aws-ecr", "password", "jwt"] {
            assert_eq!(live(Kind::Auth, token_type, &[]), Severity::High, "{token_type}");
        }
        assert_eq!(live(Kind::ProxyUserinfo, "password", &[]), Severity::Medium);
    }

    #[test]
    fn each_way_out_of_the_file_makes_it_one_step_worse() {
        for word in [
            signal::GROUP_READABLE,
            signal::WORLD_READABLE,
            signal::TRACKED_BY_GIT,
            signal::IN_BUILD_CONTEXT,
            signal::SYNCED_FOLDER,
        ] {
            assert_eq!(live(Kind::Auth, "password", &[word]), Severity::Critical, "{word}");
            assert_eq!(live(Kind::ProxyUserinfo, "password", &[word]), Severity::High, "{word}");
        }
        let readable = [signal::GROUP_READABLE, signal::WORLD_READABLE];
        assert_eq!(live(Kind::ProxyUserinfo, "password", &readable), Severity::High);
        let two = [signal::WORLD_READABLE, signal::TRACKED_BY_GIT];
        assert_eq!(live(Kind::ProxyUserinfo, "password", &two), Severity::Critical);
        assert_eq!(live(Kind::Auth, "password", signal::ALL), Severity::Critical);
        assert_eq!(live(Kind::Auth, "password", &[signal::BACKUP]), Severity::High);
    }

    #[test]
    fn what_has_expired_is_worth_knowing_only() {
        let expired = token("aws-ecr", State::Expired);
        let open = [signal::WORLD_READABLE];
        assert_eq!(of(Kind::Auth, &expired, "r.example", &open), Severity::Info);
        let near = [signal::REFRESH_TOKEN_NEAR];
        assert_eq!(of(Kind::OauthAccess, &expired, "docker.io", &near), Severity::Low);
    }

    #[test]
    fn a_password_of_a_registry_on_this_machine_is_medium() {
        let password = token("password", State::Unknown);
        for registry in ["localhost:5000", "127.0.0.1", "[::1]:5000"] {
            assert_eq!(of(Kind::Auth, &password, registry, &[]), Severity::Medium, "{registry}");
        }
        let pat = token("docker-pat", State::Unknown);
        assert_eq!(of(Kind::Auth, &pat, "localhost:5000", &[]), Severity::High);
    }

    #[test]
    fn signal_words_are_stable_and_each_there_once() {
        let mut seen = std::collections::HashSet::new();
        for word in signal::ALL {
            assert!(word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{word}");
            assert!(seen.insert(word), "{word}");
        }
    }
}
