//! Tokens with an inside: signed ones, passwords of AWS, keys of service accounts.

use serde_json::json;

use super::generate::{ALNUM, Dice, base64, jwt};
use super::logins::{Login, now};

impl Dice {
    pub(crate) fn of_jwt(&mut self, token: &'static str) -> Option<Login> {
        let (later, before) = (now() + 20 * 24 * 3600, now() - 3 * 24 * 3600);
        let mut signed = |host: &str, user: &str, token, claims, exp: Option<u64>| {
            let mut claims: serde_json::Value = claims;
            exp.inspect(|exp| claims["exp"] = (*exp).into());
            let login = Login::new(host, user, jwt(self, &claims), token);
            Some(match exp {
                Some(exp) => login.until(exp),
                None => login,
            })
        };
        let acr = || {
            json!({"jti": "7f", "sub": "mira@acme-corp.net", "iss": "Azure Container Registry",
                "aud": "acmeprod.azurecr.io", "grant_type": "refresh_token", "version": "1.0",
                "permissions": {"actions": ["read", "write"]}})
        };
        let (null, pull) = ("00000000-0000-0000-0000-000000000000", "chainguard-pull-token");
        let seal = || json!({"iss": "https://issuer.enforce.dev", "aud": "https://cgr.dev"});
        match token {
            "docker-oauth-access" => {
                let claims = json!({"iss": "https://login.docker.com/", "sub": "auth0|5e1f",
                    "aud": ["https://hub.docker.com"], "scope": "openid offline_access"});
                signed(
                    "https://index.docker.io/v1/access-token",
                    "mira",
                    token,
                    claims,
                    Some(later),
                )
            }
            "azure-acr-refresh-token" => {
                signed("acmeprod.azurecr.io", null, token, acr(), Some(now() + 2 * 3600))
            }
            "azure-acr-expired" => {
                signed("acmeprod.azurecr.io", null, "azure-acr-refresh-token", acr(), Some(before))
            }
            "jfrog-access-token" => {
                let claims = json!({"iss": "jfac@01fx", "sub": "jfac@01fx/users/jnovak",
                    "scp": "applied-permissions/user", "aud": "*@*"});
                signed("acme.jfrog.io", "jnovak", token, claims, None)
            }
            "redhat-registry-token" => {
                let claims = json!({"sub": "8f3e1c", "iss": "registry"});
                signed("registry.redhat.io", "7654321|acme-pull", token, claims, None)
            }
            "ibm-bearer" => {
                let claims =
                    json!({"iam_id": "IBMid-55", "iss": "https://iam.cloud.ibm.com/identity"});
                signed("de.icr.io", "iambearer", token, claims, Some(now() + 3000))
            }
            "chainguard-pull-token" => {
                signed("cgr.dev", "720909c9f5279097d847ad02120851cb", pull, seal(), Some(later))
            }
            "chainguard-expired" => {
                signed("cgr.dev", "720909c9f5279097d847ad02120851cb", pull, seal(), Some(before))
            }
            "jwt" => {
                let claims = json!({"iss": "https://sso.kovar.io", "sub": "mira"});
                signed("docker.kovar.io", "mira", token, claims, Some(later))
            }
            _ => None,
        }
    }

    pub(crate) fn ecr(&mut self, host: &str, expiration: u64) -> Login {
        let (payload, datakey) = (self.text(ALNUM, 1180), self.text(ALNUM, 240));
        let secret = base64(&format!(
            "{{\"payload\":\"{payload}\",\"datakey\":\"{datakey}\",\"version\":\"2\",\
             \"type\":\"DATA_KEY\",\"expiration\":{expiration}}}"
        ));
        Login::new(host, "AWS", secret, "aws-ecr").until(expiration)
    }

    pub(crate) fn service_account(&mut self) -> String {
        let (begin, end) = (format!("-----BEGIN {} KEY-----", "PRIVATE"), "PRIVATE KEY");
        let lines: String = (0..26).map(|_| format!("{}\n", self.text(ALNUM, 64))).collect();
        let key = json!({"type": "service_account", "project_id": "acme-prod-4711",
            "private_key_id": self.hex(40), "private_key": format!("{begin}\n{lines}-----END {end}-----\n"),
            "client_email": "puller@acme-prod-4711.iam.gserviceaccount.com",
            "client_id": self.text("0123456789", 21), "token_uri": "https://oauth2.googleapis.com/token"});
        serde_json::to_string_pretty(&key).unwrap()
    }
}
