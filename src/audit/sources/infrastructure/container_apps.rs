//! Container Apps of Azure: registries name their passwords, which stand in a list beside them, in
//! Bicep, in ARM's JSON and in the YAML of `az containerapp`.

use crate::audit::document::Here;
use crate::audit::finding::{Found, Kind};
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "azure-container-app",
    about: "a registry's password among the secrets of an Azure Container App",
    reference: "https://learn.microsoft.com/en-us/azure/templates/microsoft.app/containerapps",
    places: |_| Vec::new(),
    words: &["passwordsecretref"],
    find: Find::Map(find),
};

/// How many registries of one app are looked at, and how many of its secrets.
const MAX_ENTRIES: usize = 200;

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    let Some(registries) = here.field("registries") else { return };
    let Some(secrets) = here.field("secrets") else { return };
    let secrets: Vec<_> = secrets.items().take(MAX_ENTRIES).collect();
    for registry in registries.items().take(MAX_ENTRIES) {
        let Some(name) = registry.text(&["passwordSecretRef"]) else { continue };
        let secret = secrets.iter().find(|secret| secret.text(&["name"]) == Some(name));
        let Some(value) = secret.and_then(|secret| secret.field("value")) else { continue };
        let Some(text) = value.node.text() else { continue };
        let login = Found::at(&value, Kind::UserPass, text);
        found.push(login.of(registry.text(&["server"]), registry.text(&["username"])));
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    const JSON: &str = "{\"configuration\":{\n\"secrets\":[{\"name\":\"other\",\"value\":\"0ther-word\"},\n{\"name\":\"pull\",\"value\":\"s3cret-word\"}],\n\"registries\":[{\"server\":\"acme.azurecr.io\",\"username\":\"acme\",\"passwordSecretRef\":\"pull\"}]}}\n";

    #[test]
    fn a_password_is_found_by_its_name() {
        let login =
            |line| Login::of("azure-container-app", "acme.azurecr.io", "acme", "s3cret-word", line);
        assert_eq!(logins("app.json", JSON), [login(3)]);
        let yaml = "properties:\n  configuration:\n    registries:\n    - server: acme.azurecr.io\n      username: acme\n      passwordSecretRef: pull\n    secrets:\n    - name: pull\n      value: s3cret-word\n";
        assert_eq!(logins("app.yaml", yaml), [login(9)]);
        let bicep = "resource app 'Microsoft.App/containerApps@2023-05-01' = {\n  properties: {\n    configuration: {\n      secrets: [\n        {\n          name: 'pull'\n          value: 's3cret-word'\n        }\n      ]\n      registries: [\n        {\n          server: 'acme.azurecr.io'\n          username: 'acme'\n          passwordSecretRef: 'pull'\n        }\n      ]\n    }\n  }\n}\n";
        assert_eq!(logins("app.bicep", bicep), [login(7)]);
    }

    #[test]
    fn other_secrets_and_broken_files_are_clean() {
        clean(
            "app.json",
            &[
                &JSON.replace("\"pull\",", "\"x\","),
                &JSON.replace("\"value\"", "\"keyVaultUrl\""),
                &JSON.replace("secrets", "other"),
                &JSON[..JSON.len() - 40],
            ],
        );
        clean(
            "app.bicep",
            &["registries: [\n { passwordSecretRef: 'pull'\n secrets: [{ name: 'pull'\n"],
        );
    }
}
