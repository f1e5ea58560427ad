//! Tokens of every provider, made here: their type, and until when they work.

use std::time::{Duration, UNIX_EPOCH};

use base64ct::{Base64, Base64UrlUnpadded, Encoding};

use super::*;

const NULL_GUID: &str = "00000000-0000-0000-0000-000000000000";
const NOW: u64 = 1_705_312_800; // 2024-01-15T10:00:00Z

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn token(secret: &str, username: &str, registry: &str) -> Token {
    look(secret, Some(username), registry, None, at(NOW))
}

fn jwt(claims: &str) -> String {
    let part = |text: &str| Base64UrlUnpadded::encode_string(text.as_bytes());
    format!("{}.{}.{}", part("{\"alg\":\"RS256\"}"), part(claims), part("not checked"))
}

fn ecr(expiration: u64) -> String {
    let text = format!(
        "{{\"payload\":\"abc\",\"datakey\":\"def\",\"version\":\"2\",\"type\":\"DATA_KEY\",\"expiration\":{expiration}}}"
    );
    Base64::encode_string(text.as_bytes())
}

fn mixed(len: usize) -> String {
    "aB3".chars().cycle().take(len).collect()
}

fn assert_type(secret: &str, username: &str, registry: &str, expected: &str, provider: &str) {
    let token = token(secret, username, registry);
    let place = format!("{expected} {username} {registry}");
    assert_eq!(token.token_type, expected, "{place}");
    assert_eq!(token.provider.unwrap_or(""), provider, "{place}");
}

#[test]
fn a_prefix_says_the_type_whatever_stands_beside_it() {
    for (prefix, len, expected, provider) in [
        ("dckr_pat_", 27, "docker-pat", "docker"),
        ("dckr_oat_", 32, "docker-oat", "docker"),
        ("ghp_", 36, "github-pat", "github"),
        ("github_pat_", 82, "github-fine-grained-pat", "github"),
        ("ghs_", 36, "github-actions-token", "github"),
        ("gho_", 36, "github-oauth", "github"),
        ("ghu_", 36, "github-app-user", "github"),
        ("ghr_", 76, "github-refresh", "github"),
        ("glpat-", 20, "gitlab-pat", "gitlab"),
        ("gldt-", 20, "gitlab-deploy-token", "gitlab"),
        ("glcbt-", 25, "gitlab-job-token", "gitlab"),
        ("glrt-", 20, "gitlab-runner-token", "gitlab"),
        ("ya29.", 60, "gcp-access-token", "google"),
        ("1//", 40, "gcp-refresh-token", "google"),
        ("nvapi-", 64, "nvidia-api-key", "nvidia"),
        ("AKCp", 69, "jfrog-api-key", "jfrog"),
        ("cmVmd", 59, "jfrog-reference-token", "jfrog"),
        ("dop_v1_", 64, "digitalocean-token", "digitalocean"),
        ("doo_v1_", 64, "digitalocean-token", "digitalocean"),
        ("dor_v1_", 64, "digitalocean-token", "digitalocean"),
    ] {
        let secret = format!("{prefix}{}", mixed(len));
        assert_type(&secret, "ada", "*", expected, provider);
        assert_type(&secret, "ada", "r.example:5000", expected, provider);
        assert_type(&format!("Bearer {secret}"), "", "*", expected, provider);
        let basic = Base64::encode_string(format!("ada:{secret}").as_bytes());
        assert_type(&format!("Basic {basic}"), "", "*", expected, provider);
    }
}

#[test]
fn azures_three_kinds_are_told_apart() {
    let acr = format!("{}+ACR{}", mixed(42), mixed(6));
    assert_type(&acr, "acme", "acme.azurecr.io", "azure-acr-password", "azure");
    assert_type(&acr, "token1", "*", "azure-acr-password", "azure");
    let client = format!("{}8Q~{}", "aB3", mixed(34));
    assert_type(&client, "", "*", "azure-client-secret", "azure");
    let app = "1b2c3d4e-0000-4000-8000-123456789abc";
    assert_type("s3cret-word", app, "acme.azurecr.io", "azure-client-secret", "azure");
    let refresh = jwt("{\"iss\":\"Azure Container Registry\",\"grant_type\":\"refresh_token\"}");
    assert_type(&refresh, NULL_GUID, "*", "azure-acr-refresh-token", "azure");
    let bare = jwt("{\"sub\":\"x\"}");
    assert_type(&bare, "", "acme.azurecr.io", "azure-acr-refresh-token", "azure");
    assert_type("opaque", NULL_GUID, "acme.azurecr.io", "azure-acr-refresh-token", "azure");
    let access = jwt("{\"iss\":\"Azure Container Registry\",\"grant_type\":\"access_token\"}");
    assert_type(&access, NULL_GUID, "acme.azurecr.io", "azure-acr-access-token", "azure");
    assert_type("s3cret-word", "acme", "acme.azurecr.io", "password", "azure");
}

#[test]
fn a_json_key_is_known_plain_and_encoded() {
    let key = "{\n  \"type\": \"service_account\",\n  \"private_key\": \"made up\"\n}";
    assert_type(key, "_json_key", "gcr.io", "gcp-service-account-key", "google");
    assert_type(key, "", "*", "gcp-service-account-key", "google");
    let encoded = Base64::encode_string(key.as_bytes());
    assert_type(&encoded, "_json_key_base64", "gcr.io", "gcp-service-account-key", "google");
    assert_type(&encoded, "", "*", "gcp-service-account-key", "google");
    assert_type("anything", "_json_key", "*", "gcp-service-account-key", "google");
    let yandex = "{\"key_algorithm\":\"RSA_2048\",\"private_key\":\"made up\"}";
    assert_type(yandex, "json_key", "cr.yandex", "yandex-service-account-key", "yandex");
    assert_type("opaque", "oauth2accesstoken", "gcr.io", "gcp-access-token", "google");
    let broken = "{\"private_key\": \"made\nup\",}";
    assert_type(broken, "", "*", "gcp-service-account-key", "google");
}

#[test]
fn amazons_passwords_and_keys_are_told_apart() {
    let registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
    assert_type(&ecr(NOW), "AWS", registry, "aws-ecr", "aws");
    assert_type(&ecr(NOW), "", "*", "aws-ecr", "aws");
    let authorization = Base64::encode_string(format!("AWS:{}", ecr(NOW)).as_bytes());
    assert_type(&authorization, "", "*", "aws-ecr", "aws");
    assert_type("opaque", "AWS", registry, "aws-ecr", "aws");
    let key = format!("AKIA{}", "A2B4".repeat(4));
    assert_type(&mixed(40), &key, registry, "aws-access-key", "aws");
    assert_type(&mixed(40), &key.replace("AKIA", "ASIA"), "*", "aws-access-key", "aws");
    assert_type(&key, "", "*", "aws-access-key", "aws");
}

#[test]
fn a_user_name_says_the_type_where_the_secret_has_no_looks() {
    for (username, registry, expected, provider) in [
        ("acme+ci", "quay.io", "quay-robot", "quay"),
        ("acme+ci", "*", "quay-robot", "quay"),
        ("$app", "quay.io", "quay-app-token", "quay"),
        ("$oauthtoken", "quay.io", "quay-oauth", "quay"),
        ("$oauthtoken", "nvcr.io", "nvidia-api-key", "nvidia"),
        ("$oauthtoken", "*", "nvidia-api-key", "nvidia"),
        ("robot$ci", "harbor.example", "harbor-robot", "harbor"),
        ("robot$acme+ci", "r.example", "harbor-robot", "harbor"),
        ("gitlab+deploy-token-42", "r.example", "gitlab-deploy-token", "gitlab"),
        ("gitlab-ci-token", "registry.gitlab.com", "gitlab-job-token", "gitlab"),
        ("iamapikey", "us.icr.io", "ibm-api-key", "ibm"),
        ("iambearer", "us.icr.io", "ibm-bearer", "ibm"),
        ("nologin", "rg.fr-par.scw.cloud", "scaleway-key", "scaleway"),
        ("ns/oracleidentitycloudservice/ada", "iad.ocir.io", "oracle-auth-token", "oracle"),
        ("ns/ada", "ocir.us-ashburn-1.oci.oraclecloud.com", "oracle-auth-token", "oracle"),
        ("1234567|ci", "registry.redhat.io", "redhat-registry-token", "redhat"),
        ("0123abcd/4567", "cgr.dev", "chainguard-pull-token", "chainguard"),
    ] {
        assert_type(&"A1B2".repeat(16), username, registry, expected, provider);
    }
    assert_type(&mixed(40), "$oauthtoken", "*", "quay-oauth", "quay");
    let digitalocean = format!("dop_v1_{}", "0a".repeat(32));
    let registry = "registry.digitalocean.com";
    assert_type("any", &digitalocean, registry, "digitalocean-token", "digitalocean");
}

#[test]
fn a_web_token_is_what_its_issuer_or_its_registry_says() {
    for (claims, username, registry, expected, provider) in [
        ("{\"iss\":\"https://login.docker.com/\"}", "ada", "*", "docker-oauth-access", "docker"),
        ("{}", "ada", "docker.io", "docker-oauth-access", "docker"),
        ("{\"iss\":\"jfac@01abc\"}", "ada", "r.example", "jfrog-access-token", "jfrog"),
        ("{\"sub\":\"jfrt@01abc/users/ada\"}", "ada", "*", "jfrog-access-token", "jfrog"),
        ("{}", "ada", "acme.jfrog.io", "jfrog-access-token", "jfrog"),
        ("{}", "1234|ci", "*", "redhat-registry-token", "redhat"),
        ("{}", "1234|ci", "registry.redhat.io", "redhat-registry-token", "redhat"),
        ("{}", "iambearer", "icr.io", "ibm-bearer", "ibm"),
        (
            "{\"iss\":\"https://issuer.enforce.dev\"}",
            "a/b",
            "*",
            "chainguard-pull-token",
            "chainguard",
        ),
        ("{}", "a/b", "cgr.dev", "chainguard-pull-token", "chainguard"),
        ("{}", "gitlab-ci-token", "*", "gitlab-job-token", "gitlab"),
        ("{}", "ada", "r.example", "jwt", ""),
        ("{}", "ada", "quay.io", "jwt", "quay"),
    ] {
        assert_type(&jwt(claims), username, registry, expected, provider);
    }
    let refresh = format!("v1.{}..{}", mixed(60), mixed(32));
    assert_type(&refresh, "ada", "docker.io", "docker-oauth-refresh", "docker");
}

#[test]
fn a_uuid_is_what_its_registry_hands_out() {
    let uuid = "1b2c3d4e-0000-4000-8000-123456789abc";
    assert_type(uuid, "ada", "docker.io", "docker-pat", "docker");
    assert_type(uuid, "nologin", "*", "scaleway-key", "scaleway");
    assert_type(uuid, "ada", "rg.nl-ams.scw.cloud", "scaleway-key", "scaleway");
    assert_type(uuid, "ada", "r.example", "uuid", "");
}

#[test]
fn what_has_no_looks_is_a_password_of_its_registry() {
    for (registry, provider) in [
        ("docker.io", "docker"),
        ("ghcr.io", "github"),
        ("gitlab.acme.example:5050", "gitlab"),
        ("harbor.acme.example", "harbor"),
        ("acme.jfrog.io", "jfrog"),
        ("europe-docker.pkg.dev", "google"),
        ("eu.gcr.io", "google"),
        ("public.ecr.aws", "aws"),
        ("notquay.example", ""),
        ("r.internal:5000", ""),
        ("*", ""),
    ] {
        assert_type("s3cret-word", "ada", registry, "password", provider);
    }
    assert_type(&"A1B2".repeat(16), "ada", "*", "password", "");
    assert_type("", "", "", "password", "");
    assert_type(&mixed(44), "ada", "us.icr.io", "ibm-api-key", "ibm");
    assert_type(&mixed(84), "ada", "nvcr.io", "nvidia-api-key", "nvidia");
    assert_type(&mixed(32), "robot_acme+ci", "r.example", "harbor-robot", "harbor");
}

#[test]
fn a_token_says_itself_until_when_it_works() {
    let live = token(&jwt(&format!("{{\"exp\":{}}}", NOW + 1)), "ada", "r.example");
    assert_eq!((live.state, live.expires_at), (State::Live, Some(at(NOW + 1))));
    let expired = token(&jwt(&format!("{{\"exp\":{NOW}.5}}")), "ada", "r.example");
    assert_eq!((expired.state, expired.expires_at), (State::Expired, Some(at(NOW))));
    let live = token(&ecr(NOW + 60), "AWS", "*");
    assert_eq!((live.state, live.expires_at), (State::Live, Some(at(NOW + 60))));
    let authorization = Base64::encode_string(format!("AWS:{}", ecr(NOW - 60)).as_bytes());
    let expired = look(&authorization, None, "*", Some("2030-01-01T00:00:00Z"), at(NOW));
    assert_eq!((expired.state, expired.expires_at), (State::Expired, Some(at(NOW - 60))));
    let job = format!("glcbt-{}", jwt(&format!("{{\"exp\":{}}}", NOW + 5)));
    assert_eq!(token(&job, "", "*").expires_at, Some(at(NOW + 5)));
    assert_eq!(token(&job, "", "*").token_type, "gitlab-job-token");
}

#[test]
fn some_types_never_expire_by_themselves() {
    let state =
        |secret: &str, username: &str, registry: &str| token(secret, username, registry).state;
    assert_eq!(state("{\"private_key\":\"x\"}", "_json_key", "gcr.io"), State::NoExpiry);
    assert_eq!(state("A1B2C3", "acme+ci", "quay.io"), State::NoExpiry);
    assert_eq!(state("s3cret-word", "gitlab+deploy-token-1", "*"), State::NoExpiry);
    assert_eq!(state(&jwt("{}"), "1234|ci", "registry.redhat.io"), State::NoExpiry);
    assert_eq!(state(&jwt("{}"), "ada", "acme.jfrog.io"), State::NoExpiry);
    assert_eq!(state(&jwt("{}"), "ada", "r.example"), State::Unknown);
    assert_eq!(state("s3cret-word", "1234|ci", "registry.redhat.io"), State::Unknown);
    assert_eq!(state("s3cret-word", "ada", "r.example"), State::Unknown);
    let deploy = look("x1", Some("gitlab+deploy-token-1"), "*", Some("2024-01-16"), at(NOW));
    assert_eq!(deploy.state, State::Live);
}

#[test]
fn hostile_secrets_are_passwords() {
    let deep = Base64UrlUnpadded::encode_string("[".repeat(30_000).as_bytes());
    let huge = "eyJ".repeat(3_000_000);
    for secret in [format!("eyJh.{deep}.x"), huge, "eyJ".to_owned(), "eyJ..".to_owned()] {
        assert_eq!(token(&secret, "ada", "*").token_type, "password");
    }
    assert_eq!(token(&jwt("{\"exp\":1e300}"), "", "*").expires_at, None);
    assert_eq!(token(&jwt("{\"exp\":-5}"), "", "*").state, State::Unknown);
    assert_eq!(token(&jwt("{\"exp\":{}}"), "", "*").state, State::Unknown);
}

#[test]
fn a_user_name_that_is_a_secret_is_known() {
    let digitalocean = format!("dop_v1_{}", "0a".repeat(32));
    let github = format!("{}_{}", "ghp", mixed(36));
    for (username, secret) in [
        (digitalocean.as_str(), "any"),
        (digitalocean.as_str(), digitalocean.as_str()),
        (github.as_str(), "x-oauth-basic"),
        ("admin", "admin"),
        ("ada:s3cret-word", "s3cret-word"),
        (&"0a".repeat(20), ""),
        (&jwt("{}"), "x"),
    ] {
        assert!(is_secret_username(username, secret), "{username}");
    }
    let key = format!("AKIA{}", "A2B4".repeat(4));
    for (username, secret) in [
        ("ada", "s3cret-word"),
        ("AWS", "x"),
        ("", ""),
        ("_json_key", "{}"),
        ("ada", "a"),
        (NULL_GUID, "x"),
        ("robot$acme+ci", "x"),
        (key.as_str(), "x"),
        ("x-access-token", "x"),
        ("ghost", "x"),
    ] {
        assert!(!is_secret_username(username, secret), "{username}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_looked_at(secret in "\\PC{0,40}", user in "[$A-Z_{}]{0,8}", part in "[\\[\\]:/@.$a-z0-9é]{0,16}") {
        let token = look(&secret, Some(&user), &part, Some(&secret), at(NOW));
        proptest::prop_assert!(token.expires_at.is_some() || token.state != State::Live);
    }
}

#[test]
fn a_token_is_found_wherever_it_stands_in_a_command_line() {
    let (github, hub) = (format!("ghp_{}", mixed(36)), format!("dckr_pat_{}", mixed(27)));
    let basic = Base64::encode_string(b"ada:hunter2");
    let code = Base64::encode_string(format!("ada:{github}").as_bytes());
    for (text, expected) in [
        (github.clone(), "github-pat"),
        (format!("--token={github}"), "github-pat"),
        (format!("-p{github}"), "github-pat"),
        (format!("https://ada:{github}@ghcr.io/v2/"), "github-pat"),
        (format!("curl -H \"Authorization: Bearer {github}\" | jq -r .x"), "github-pat"),
        (format!("ada:{hub}"), "docker-pat"),
        (format!("TOKEN='{}' run", jwt("{}")), "jwt"),
        (format!("Authorization: Basic {basic}"), "basic-auth"),
        (format!("--auth={code}"), "github-pat"),
        (format!("auth {code}"), "github-pat"),
        (format!("--secret=abc1Q~{}", mixed(33).replace('B', "_")), "azure-client-secret"),
        (format!("{}+ACR{}", mixed(42), mixed(6)), "azure-acr-password"),
    ] {
        assert_eq!(within(&text), Some(expected), "{text}");
    }
    for text in [
        "",
        "ghp_$TOKEN",
        "/opt/scripts/github_pat_rotation-script.sh",
        "glpat-",
        "https://registry.example/v2/a-rather-long-name-of-a-repository/tags/list?n=100",
        "aws ecr get-login-password --region eu-central-1",
        "AKIAABCDEFGHIJKLMNOP",
        "cat /run/secrets/basic token",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "-o=jsonpath={.data.password}",
    ] {
        assert_eq!(within(text), None, "{text}");
    }
}
