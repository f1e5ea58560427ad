//! A login of every provider with the real shape of its token (audit catalogue, §2).

use std::time::{SystemTime, UNIX_EPOCH};

use imgsec_cred::audit::finding::Kind;

use super::case::{Expected, Lasts};
use super::generate::{ALNUM, Dice, LETTERS, UPPER, WORDY, base64};

/// A login: what a program writes into files, and what must be said of it.
#[derive(Debug, Clone)]
pub(crate) struct Login {
    /// The registry as a file writes it.
    pub(crate) host: String,
    /// The registry in its one spelling.
    pub(crate) name: String,
    pub(crate) user: String,
    pub(crate) secret: String,
    /// The type by its looks; several where the catalogue allows more than one, by spaces.
    pub(crate) token: &'static str,
    pub(crate) lasts: Lasts,
}

/// All types of tokens that stand on one line and need no quotes.
pub(crate) const TYPES: &[&str] = &[
    "docker-pat",
    "docker-oat",
    "github-pat",
    "github-fine-grained-pat",
    "github-actions-token",
    "github-oauth",
    "github-app-user",
    "github-refresh",
    "gitlab-pat",
    "gitlab-pat-routable",
    "gitlab-deploy-token",
    "gitlab-job-token",
    "gitlab-runner-token",
    "aws-ecr",
    "aws-ecr-expired",
    "aws-access-key",
    "gcp-access-token",
    "azure-acr-password",
    "azure-client-secret",
    "quay-robot",
    "quay-oauth",
    "quay-app-token",
    "harbor-robot",
    "nvidia-api-key",
    "nvidia-legacy",
    "jfrog-reference-token",
    "jfrog-api-key",
    "jfrog-access-token",
    "digitalocean-token",
    "redhat-registry-token",
    "scaleway-key",
    "ibm-api-key",
    "ibm-bearer",
    "chainguard-pull-token",
    "chainguard-expired",
    "jwt",
    "uuid",
    "docker-uuid",
    "password",
];

/// Seconds since 1970, now.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

impl Login {
    pub(crate) fn new(host: &str, user: &str, secret: String, token: &'static str) -> Self {
        let name = if host.contains("docker.io") { "docker.io" } else { host };
        let (host, name, user) = (host.to_owned(), name.to_owned(), user.to_owned());
        Self { host, name, user, secret, token, lasts: Lasts::Unsaid }
    }

    pub(crate) fn until(mut self, seconds: u64) -> Self {
        self.lasts = Lasts::Until(seconds);
        self
    }

    pub(crate) fn never(mut self) -> Self {
        self.lasts = Lasts::Never;
        self
    }

    /// The same login at another address of a registry.
    pub(crate) fn at(&self, host: &str, name: &str) -> Self {
        Self { host: host.to_owned(), name: name.to_owned(), ..self.clone() }
    }

    /// Its `auth`.
    pub(crate) fn auth(&self) -> String {
        base64(&format!("{}:{}", self.user, self.secret))
    }

    /// The entry of `auths` that `docker login` writes.
    pub(crate) fn entry(&self) -> String {
        format!("\"{}\": {{\"auth\": \"{}\"}}", self.host, self.auth())
    }

    /// `{"auths": …}` on one line, as variables hold it.
    pub(crate) fn config(&self) -> String {
        format!("{{\"auths\":{{\"{}\":{{\"auth\":\"{}\"}}}}}}", self.host, self.auth())
    }

    /// What must be found where it is written in this way.
    pub(crate) fn is(&self, kind: Kind) -> Expected {
        let written = if kind == Kind::Auth { self.auth() } else { self.secret.clone() };
        let user = if self.user == self.secret { "-" } else { &self.user };
        Expected::new(&self.name, user, kind, self.token, self.lasts, &self.secret, &written)
    }
}

impl Dice {
    /// A login with a human password at a registry of one's own.
    pub(crate) fn person(&mut self) -> Login {
        let (host, user, secret) = (self.host(), self.user(), self.password());
        Login::new(&host, &user, secret, "password")
    }

    /// A login with a human password at Docker Hub, as `docker login` without a registry stores it.
    pub(crate) fn hub(&mut self) -> Login {
        self.person().at("https://index.docker.io/v1/", "docker.io")
    }

    /// A login with any type of token that needs no quotes.
    pub(crate) fn any(&mut self) -> Login {
        const PLAIN: &[&str] =
            &["docker-pat", "github-pat", "gitlab-deploy-token", "password", "azure-acr-password"];
        let token = self.pick(PLAIN);
        self.login(token)
    }

    /// A login with this type of token.
    pub(crate) fn login(&mut self, token: &'static str) -> Login {
        self.of_hub_and_code_hosts(token)
            .or_else(|| self.of_clouds(token))
            .or_else(|| self.of_registries(token))
            .or_else(|| self.of_jwt(token))
            .unwrap_or_else(|| match token {
                "password" => self.person(),
                "uuid" => {
                    let (host, user, uuid) = (self.host(), self.user(), self.uuid());
                    Login::new(&host, &user, uuid, "uuid")
                }
                _ => panic!("no such token type: {token}"),
            })
    }

    fn of_hub_and_code_hosts(&mut self, token: &'static str) -> Option<Login> {
        const HUB: &str = "https://index.docker.io/v1/";
        const LAB: &str = "registry.gitlab.com";
        let user = self.user();
        let mut tail = |alphabet, length| self.text(alphabet, length);
        let (host, user, secret) = match token {
            "docker-pat" => (HUB, user, format!("dckr_{}_{}", "pat", tail(WORDY, 27))),
            "docker-oat" => (HUB, "acmecorp".into(), format!("dckr_{}_{}", "oat", tail(WORDY, 32))),
            "docker-uuid" => {
                return Some(Login::new(HUB, &user, self.uuid(), "docker-pat uuid"));
            }
            "docker-oauth-refresh" => {
                (HUB, user, format!("v1.{}..{}", tail(WORDY, 51), tail(ALNUM, 32)))
            }
            "github-pat" => ("ghcr.io", user, format!("gh{}_{}", 'p', tail(ALNUM, 36))),
            "github-actions-token" => ("ghcr.io", user, format!("gh{}_{}", 's', tail(ALNUM, 36))),
            "github-oauth" => ("ghcr.io", user, format!("gh{}_{}", 'o', tail(ALNUM, 36))),
            "github-app-user" => ("ghcr.io", user, format!("gh{}_{}", 'u', tail(ALNUM, 36))),
            "github-refresh" => ("ghcr.io", user, format!("gh{}_{}", 'r', tail(ALNUM, 36))),
            "github-fine-grained-pat" => {
                let secret = format!("github_{}_{}_{}", "pat", tail(ALNUM, 22), tail(ALNUM, 59));
                ("ghcr.io", user, secret)
            }
            "gitlab-pat" => (LAB, user, format!("gl{}-{}", "pat", tail(WORDY, 20))),
            "gitlab-pat-routable" => {
                let ends = (tail(WORDY, 27), tail(ALNUM, 2), tail(ALNUM, 9));
                let secret = format!("gl{}-{}.{}.{}", "pat", ends.0, ends.1, ends.2);
                return Some(Login::new(LAB, &user, secret, "gitlab-pat"));
            }
            "gitlab-deploy-token" => {
                (LAB, "gitlab+deploy-token-4711".into(), format!("gl{}-{}", "dt", tail(WORDY, 20)))
            }
            "gitlab-job-token" => {
                (LAB, "gitlab-ci-token".into(), format!("gl{}-64_{}", "cbt", tail(WORDY, 20)))
            }
            "gitlab-runner-token" => (LAB, user, format!("gl{}-{}", "rt", tail(WORDY, 20))),
            _ => return None,
        };
        Some(Login::new(host, &user, secret, token))
    }

    fn of_clouds(&mut self, token: &'static str) -> Option<Login> {
        const ECR: &str = "471112345678.dkr.ecr.eu-central-1.amazonaws.com";
        match token {
            "aws-ecr" => Some(self.ecr(ECR, now() + 9 * 3600)),
            "aws-ecr-expired" => Some(self.ecr(ECR, now() - 40 * 24 * 3600)),
            "aws-access-key" => {
                let user =
                    format!("AK{}{}", "IA", self.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16));
                Some(Login::new(ECR, &user, self.text(ALNUM, 40), token))
            }
            "gcp-service-account-key" => {
                let key = self.service_account();
                Some(Login::new("eu.gcr.io", "_json_key", key, token).never())
            }
            "gcp-service-account-key-base64" => {
                let (host, key) = ("europe-west3-docker.pkg.dev", base64(&self.service_account()));
                let token = "gcp-service-account-key";
                Some(Login::new(host, "_json_key_base64", key, token).never())
            }
            "gcp-access-token" => {
                let secret = format!("ya{}.a0{}", 29, self.text(WORDY, 160));
                Some(Login::new("gcr.io", "oauth2accesstoken", secret, token))
            }
            "azure-acr-password" => {
                let secret = format!("{}+A{}{}", self.text(ALNUM, 42), "CR", self.text(ALNUM, 6));
                Some(Login::new("acmeprod.azurecr.io", "acmeprod", secret, token))
            }
            "azure-client-secret" => {
                let (user, rest) = (self.uuid(), self.text(ALNUM, 34));
                let secret = format!("{}8Q~{rest}", self.text(LETTERS, 3));
                Some(Login::new("acmeprod.azurecr.io", &user, secret, token))
            }
            "scaleway-key" => {
                Some(Login::new("rg.fr-par.scw.cloud", "nologin", self.uuid(), token))
            }
            "ibm-api-key" => {
                Some(Login::new("de.icr.io", "iamapikey", self.text(WORDY, 44), token))
            }
            "oracle-auth-token" => {
                let secret = format!("{}>;k{}[q", self.text(ALNUM, 9), self.text(ALNUM, 6));
                Some(Login::new("fra.ocir.io", "axq7acme/mira", secret, token))
            }
            "digitalocean-token" => {
                let secret = format!("do{}_v1_{}", 'p', self.hex(64));
                Some(Login::new("registry.digitalocean.com", &secret.clone(), secret, token))
            }
            _ => None,
        }
    }

    fn of_registries(&mut self, token: &'static str) -> Option<Login> {
        let mut tail = |alphabet, length| self.text(alphabet, length);
        let login = match token {
            "quay-robot" => Login::new("quay.io", "acme+puller", tail(UPPER, 64), token).never(),
            "quay-oauth" => Login::new("quay.io", "$oauthtoken", tail(ALNUM, 40), token),
            "quay-app-token" => Login::new("quay.io", "$app", tail(UPPER, 120), token),
            "harbor-robot" => {
                Login::new("harbor.praha-labs.cz", "robot$ci+push", tail(ALNUM, 32), token)
            }
            "nvidia-api-key" => {
                let secret = format!("nv{}-{}", "api", tail(WORDY, 64));
                Login::new("nvcr.io", "$oauthtoken", secret, token)
            }
            "nvidia-legacy" => {
                Login::new("nvcr.io", "$oauthtoken", tail(ALNUM, 84), "nvidia-api-key")
            }
            "jfrog-reference-token" => {
                let secret = format!("cm{}{}", "Vmd", tail(ALNUM, 59));
                Login::new("acme.jfrog.io", "jnovak", secret, token)
            }
            "jfrog-api-key" => {
                let secret = format!("AK{}{}", "Cp", tail(ALNUM, 69));
                Login::new("acme.jfrog.io", "jnovak", secret, token)
            }
            _ => return None,
        };
        Some(login)
    }
}

mod tests {
    use super::*;
    use base64ct::{Base64, Encoding};

    #[test]
    fn every_type_can_be_made_and_needs_no_second_line() {
        let mut dice = Dice::of("types");
        for token in TYPES {
            let login = dice.login(token);
            assert!(token.starts_with(login.token.split('-').next().unwrap()), "{token}");
            assert!(!login.secret.contains(char::is_whitespace), "{token}");
        }
    }

    #[test]
    fn the_expiry_of_an_ecr_password_can_be_read() {
        let login = Dice::of("ecr").login("aws-ecr");
        let json = Base64::decode_vec(&login.secret).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(Lasts::Until(json["expiration"].as_u64().unwrap()), login.lasts);
        assert!(login.auth().starts_with(&base64("AWS:eyJwYX")[..10]));
    }
}
