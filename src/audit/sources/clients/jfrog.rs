//! The settings of JFrog's command line: servers with a password or tokens, unless encrypted.

use crate::audit::document::Here;
use crate::audit::finding::{Found, Kind};
use crate::audit::sources::{File, Find, Source, login};

pub(crate) const SOURCE: Source = Source {
    id: "jfrog-config",
    about: "a login of JFrog's command line",
    reference: "https://github.com/jfrog/jfrog-cli-core/blob/master/utils/config/config.go",
    places: |places| {
        let mut all = vec![places.home.join(".jfrog/jfrog-cli.conf*")];
        let folders = places.named("JFROG_CLI_HOME_DIR");
        all.extend(folders.map(|folder| folder.join("jfrog-cli.conf*")));
        all
    },
    words: &["serverid", "\"artifactory\""],
    find: Find::Map(find),
};

const SECRETS: &[(&str, Kind)] = &[
    ("password", Kind::UserPass),
    ("apiKey", Kind::UserPass),
    ("accessToken", Kind::OauthAccess),
    ("refreshToken", Kind::OauthRefresh),
    ("artifactoryRefreshToken", Kind::OauthRefresh),
];

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    let is_encrypted = || here.text(&["enc"]) == Some("true");
    for name in ["servers", "artifactory"] {
        let Some(servers) = here.field(name).filter(|_| !is_encrypted()) else { continue };
        of_server(&servers, found);
        servers.items().for_each(|server| of_server(&server, found));
    }
}

fn of_server(server: &Here<'_>, found: &mut Vec<Found>) {
    let url = server.text(&["url", "artifactoryUrl"]);
    let is_jfrog = server.get("serverId").is_some()
        || server.get("artifactoryUrl").is_some()
        || url.is_some_and(|url| url.contains("artifactory") || url.contains("jfrog"));
    if !is_jfrog {
        return;
    }
    let secrets = SECRETS.iter().filter_map(|(name, kind)| login::secret(server, name, *kind));
    found.extend(secrets.map(|secret| secret.of(url, server.text(&["user"]))));
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{clean, lines_of};

    const PATH: &str = "/h/.jfrog/jfrog-cli.conf.v6";

    #[test]
    fn passwords_and_tokens_of_servers_are_found() {
        let text = r#"{"servers":[{"url":"https://acme.jfrog.io/","artifactoryUrl":"https://acme.jfrog.io/artifactory/","user":"ada","password":"s3cret-word","serverId":"acme","isDefault":true},
            {"artifactoryUrl":"https://r.lan/artifactory/","accessToken":"t0ken","refreshToken":"l0nger","serverId":"lan"}],"version":"6"}"#;
        let expected = [
            "https://acme.jfrog.io/ ada userpass s3cret-word",
            "https://r.lan/artifactory/  oauth-access t0ken",
            "https://r.lan/artifactory/  oauth-refresh l0nger",
        ];
        assert_eq!(lines_of("jfrog-config", PATH, text), expected);
        let old = r#"{"artifactory":[{"url":"https://r.lan/artifactory","user":"u","password":"s3cret-word"}],"Version":"1"}"#;
        assert_eq!(lines_of("jfrog-config", PATH, old).len(), 1);
    }

    #[test]
    fn encrypted_settings_and_other_servers_are_clean() {
        clean(
            PATH,
            &[
                r#"{"servers":[{"url":"https://acme.jfrog.io/","password":"c1pher","serverId":"a"}],"version":"6","enc":true}"#,
                r#"{"servers":[{"url":"https://acme.jfrog.io/","serverId":"a","user":"u"}]}"#,
                r#"{"servers":[{"url":"https://api.acme.com/","password":"p"}], "serverId": 1}"#,
                r#"{"servers":[{"serverId":"a","password":"#,
            ],
        );
    }
}
