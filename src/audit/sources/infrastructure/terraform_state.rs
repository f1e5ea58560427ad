//! Terraform's state: what resources that are logins to registries became, in clear text.

use crate::audit::auths;
use crate::audit::document::Here;
use crate::audit::finding::{Found, Kind};
use crate::audit::sources::{File, Find, Source, login};

pub(crate) const SOURCE: Source = Source {
    id: "terraform-state",
    about: "a registry login in Terraform's state",
    reference: "https://developer.hashicorp.com/terraform/language/state/sensitive-data",
    places: |_| Vec::new(),
    words: &[
        "aws_ecr_authorization_token",
        "azurerm_container_registry",
        "gitlab_deploy_token",
        "harbor_robot_account",
        "scaleway_registry",
        "authorization_token",
    ],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if !here.is_named(&["attributes", "values"]) {
        return;
    }
    let mut up = here.map_above();
    let mut kind = None;
    for _ in 0..3 {
        let Some(map) = up else { break };
        kind = kind.or_else(|| map.text(&["type"]));
        up = map.map_above();
    }
    match kind {
        Some("aws_ecr_authorization_token") => of_ecr(here, found),
        Some("azurerm_container_registry") => {
            let names: (&[&str], &[&str]) = (&["admin_username"], &["admin_password"]);
            login::take_named(here, here.text(&["login_server"]), names, found);
        }
        Some("gitlab_deploy_token") => {
            login::take_named(here, None, (&["username"], &["token"]), found);
        }
        Some("harbor_robot_account") => {
            login::take_named(here, None, (&["full_name", "name"], &["secret"]), found);
        }
        _ => {}
    }
}

/// A token of ECR, which is there twice: by itself, and in base64 with its user name.
fn of_ecr(here: &Here<'_>, found: &mut Vec<Found>) {
    let begin = found.len();
    let registry = here.text(&["proxy_endpoint"]);
    login::take_named(here, registry, (&["user_name"], &["password"]), found);
    if let Some(at) = here.field("authorization_token")
        && let Some((username, password)) = at.node.text().and_then(auths::decode)
        && !password.is_empty()
    {
        found.push(Found::at(&at, Kind::Auth, password).of(registry, Some(&username)));
    }
    let expiry = here.text(&["expires_at"]);
    found[begin..].iter_mut().for_each(|there| there.expiry = expiry.map(str::to_owned));
}

#[cfg(test)]
mod tests {
    use crate::audit::examine::examine;
    use crate::audit::sources::testing::{Login, clean, logins};

    const ECR: &str = r#"{"version":4,"resources":[{"mode":"data","type":"aws_ecr_authorization_token","name":"t","instances":[
{"attributes":{"authorization_token":"QVdTOnMzY3JldC13b3Jk",
"expires_at":"2030-01-15T10:00:00Z","password":"s3cret-word",
"proxy_endpoint":"https://12.dkr.ecr.eu-west-1.amazonaws.com","user_name":"AWS"}}]}]}"#;

    #[test]
    fn a_token_of_ecr_is_found_in_both_places_with_its_expiry() {
        let url = "https://12.dkr.ecr.eu-west-1.amazonaws.com";
        let expected =
            [2, 3].map(|line| Login::of("terraform-state", url, "AWS", "s3cret-word", line));
        assert_eq!(logins("terraform.tfstate", ECR), expected);
        assert_eq!(logins("terraform.tfstate.backup", ECR), expected);
        let hits = examine("terraform.tfstate", ECR);
        assert_eq!(hits[0].found.expiry.as_deref(), Some("2030-01-15T10:00:00Z"));
        let token_only = ECR.replace("\"password\":\"s3cret-word\",", "");
        assert_eq!(
            logins("a.tfstate", &token_only),
            [Login::of("terraform-state", url, "AWS", "s3cret-word", 2)]
        );
    }

    #[test]
    fn the_administrator_of_a_registry_and_secrets_of_kubernetes_are_found() {
        let text = r#"{"resources":[{"type":"azurerm_container_registry","instances":[{"attributes":{"admin_username":"acme",
"admin_password":"s3cret-word","login_server":"acme.azurecr.io"}}]},
{"type":"kubernetes_secret","instances":[{"attributes":{"data":{".dockerconfigjson":"{\"auths\":{\"ghcr.io\":{\"auth\":\"YWRhOjB0aGVyLXdvcmQ=\"}}}"}}}]}]}"#;
        assert_eq!(
            logins("terraform.tfstate", text),
            [
                Login::of("terraform-state", "acme.azurecr.io", "acme", "s3cret-word", 2),
                Login::of("k8s-pull-secret", "ghcr.io", "ada", "0ther-word", 3),
            ]
        );
    }

    #[test]
    fn other_resources_are_clean() {
        let text = r#"{"resources":[{"type":"aws_db_instance","instances":[{"attributes":{"username":"a","password":"s3cret-word"}}]}],"x":"azurerm_container_registry"}"#;
        clean("terraform.tfstate", &[text]);
        clean("terraform.tfstate", &[&ECR[..ECR.len() - 9]]);
    }
}
