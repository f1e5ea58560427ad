//! Free texts of plug-ins in Docker's `config.json`: some keep a token there.

use super::config;
use crate::audit::document::Here;
use crate::audit::finding::{Found, Kind};
use crate::audit::places::Places;
use crate::audit::sources::images::HUB;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "docker-plugins",
    about: "a token in the settings of a plug-in of Docker's",
    reference: "https://docs.docker.com/reference/cli/docker/",
    places: |places| Places::below(&places.docker, "config.json"),
    words: &["\"plugins\""],
    find: Find::Map(find),
};

/// Parts of names whose values are secrets.
const NAMES: &[&str] = &["token", "password", "secret", "apikey", "api-key", "api_key"];

fn find(file: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    let Some(plugins) = here.field("plugins") else { return };
    if !config::is_settings(file, here) {
        return;
    }
    plugins.fields().for_each(|(_, plugin)| find_in(&plugin, found));
}

fn find_in(plugin: &Here<'_>, found: &mut Vec<Found>) {
    let registry = plugin.text(&["registry", "host", "server"]);
    let username = plugin.text(&["username", "user"]);
    // hub-tool is Docker's own.
    let is_hub = plugin.name().is_some_and(|name| name.contains("hub"));
    let registry = registry.or_else(|| is_hub.then_some(HUB));
    for (name, at) in plugin.fields() {
        let lower = name.to_ascii_lowercase();
        let is_setting = |text: &&str| !matches!(*text, "true" | "false") && !text.contains('/');
        let Some(text) = at.node.text().filter(is_setting) else { continue };
        let kind = match lower.as_str() {
            _ if !NAMES.iter().any(|part| lower.contains(part)) => continue,
            name if name.contains("refresh") => Kind::OauthRefresh,
            name if name.contains("token") => Kind::OauthAccess,
            _ => Kind::UserPass,
        };
        found.push(Found::at(&at, kind, text).of(registry, username));
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::lines_of;

    #[test]
    fn a_token_of_a_plugin_is_found_and_its_settings_are_not() {
        let text = r#"{"auths":{},"plugins":{"hub-tool":{"username":"ada","token":"t0ken","refresh-token":"l0nger"},
            "-x-cli-hints":{"enabled":"true"},"scan":{"token-file":"/run/token","optin":"true"},"debug":{"hooks":"exec"}}}"#;
        let expected = ["docker.io ada oauth-access t0ken", "docker.io ada oauth-refresh l0nger"];
        assert_eq!(lines_of("docker-plugins", "/h/.docker/config.json", text), expected);
    }

    #[test]
    fn plugins_of_other_programs_are_not_dockers() {
        for text in [
            r#"{"plugins":{"x":{"token":"t0ken"}}}"#,
            r#"{"a":{"auths":{},"plugins":{"x":{"token":"t0ken"}}}}"#,
            r#"{"auths":{},"plugins":["token"]}"#,
        ] {
            assert!(
                lines_of("docker-plugins", "/srv/app/settings.json", text).is_empty(),
                "{text}"
            );
        }
    }
}
