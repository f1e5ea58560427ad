//! What `az acr credential show`, `az acr token create` and `az acr login --expose-token` print, kept
//! in a file (<https://learn.microsoft.com/cli/azure/acr/credential>).

use crate::audit::document::Here;
use crate::audit::finding::{Found, Kind};
use crate::audit::hosts;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "azure-registry",
    about: "a password of Azure's registry as its command line prints it",
    reference: "https://learn.microsoft.com/azure/container-registry/container-registry-authentication",
    places: |_| Vec::new(),
    words: &[
        "\"password2\",",
        "name: password2",
        "microsoft.containerregistry/registries/tokens",
        "\"loginserver\"",
    ],
    find: Find::Map(find),
};

/// The user that Azure's refresh tokens are given with.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if let (Some(username), Some(list)) = (here.text(&["username"]), here.field("passwords")) {
        let registry = registry(here, username);
        for item in list.items() {
            let name = item.text(&["name"]).unwrap_or_default();
            if let Some(at) = item.field("value")
                && let Some(value) = at.node.text()
                && ["password", "password1", "password2"].contains(&name)
            {
                let secret = Found::at(&at, Kind::UserPass, value);
                let expiry = item.text(&["expiry"]).map(str::to_owned);
                found.push(Found { expiry, ..secret.of(registry.as_deref(), Some(username)) });
            }
        }
    }
    if let (Some(at), Some(host)) = (here.field("accessToken"), here.text(&["loginServer"]))
        && let Some(token) = at.node.text().filter(|_| hosts::is_registry(host))
    {
        found.push(Found::at(&at, Kind::IdentityToken, token).of(Some(host), Some(NOBODY)));
    }
}

/// The registry of a login: an administrator is called like it; of a token, its id says it.
fn registry(here: &Here<'_>, username: &str) -> Option<String> {
    let name = match here.is_named(&["credentials"]).then(|| here.map_above()?.text(&["id"])) {
        Some(id) => id?.split_once("/registries/")?.1.split('/').next()?,
        None => username,
    };
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric());
    is_name.then(|| format!("{name}.azurecr.io"))
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{clean, lines_of};

    fn found(text: &str) -> Vec<String> {
        lines_of("azure-registry", "out.json", text)
    }

    #[test]
    fn an_administrator_is_called_like_the_registry() {
        let text = r#"{"passwords":[{"name":"password","value":"s3cret-word"},{"name":"password2","value":"0ther-word"}],"username":"acme"}"#;
        let expected = [
            "acme.azurecr.io acme userpass s3cret-word",
            "acme.azurecr.io acme userpass 0ther-word",
        ];
        assert_eq!(found(text), expected);
    }

    #[test]
    fn yaml_says_what_json_says() {
        let text = "passwords:\n- name: password\n  value: s3cret-word\n- name: password2\n  value: null\nusername: acme\n";
        let expected = ["acme.azurecr.io acme userpass s3cret-word"];
        assert_eq!(lines_of("azure-registry", "out.yaml", text), expected);
    }

    #[test]
    fn tokens_have_the_registry_of_their_id() {
        let text = r#"{"credentials":{"passwords":[{"creationTime":"2026-01-01T00:00:00+00:00","expiry":null,"name":"password1","value":"s3cret-word"}],"username":"puller"},"id":"/subscriptions/a/providers/Microsoft.ContainerRegistry/registries/acme/tokens/puller"}"#;
        assert_eq!(found(text), ["acme.azurecr.io puller userpass s3cret-word"]);
        let text = r#"{"accessToken":"s3cret-word","loginServer":"acme.azurecr.io"}"#;
        let user = super::NOBODY;
        assert_eq!(found(text), [format!("acme.azurecr.io {user} identitytoken s3cret-word")]);
    }

    #[test]
    fn other_lists_are_clean() {
        clean(
            "out.json",
            &[
                r#"{"passwords":[{"name":"admin","value":"s3cret-word"}],"username":"acme"}"#,
                r#"{"passwords":[{"name":"password","value":null},{"name":"password2","value":""}],"username":"acme"}"#,
                r#"{"accessToken":"s3cret-word","loginServer":"https://login.acme.example"}"#,
                r#"{"passwords":[{"name":"password","val"#,
            ],
        );
    }
}
