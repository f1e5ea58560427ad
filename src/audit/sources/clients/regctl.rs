//! regctl's `config.json`: hosts with a user and a password, or an identity token.

use crate::audit::document::Here;
use crate::audit::finding::{Found, Kind};
use crate::audit::hosts;
use crate::audit::sources::{File, Find, Source, login};

pub(crate) const SOURCE: Source = Source {
    id: "regctl-config",
    about: "a login of regctl",
    reference: "https://github.com/regclient/regclient/blob/main/config/host.go",
    places: |places| {
        let mut all = vec![places.home.join(".regctl/config.json")];
        all.extend(places.named("REGCTL_CONFIG"));
        all
    },
    words: &["\"hosts\"", "hosts:"],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    let Some(all) = here.field("hosts") else { return };
    for (name, host) in all.fields().filter(|(name, _)| hosts::is_address(name)) {
        logins(&host, name, found);
    }
}

/// The password and the token of a host, which regsync's files have alike.
pub(crate) fn logins(host: &Here<'_>, registry: &str, found: &mut Vec<Found>) {
    let secrets = [
        login::secret(host, "pass", Kind::UserPass),
        login::secret(host, "token", Kind::IdentityToken),
    ];
    let secrets = secrets.into_iter().flatten();
    found.extend(secrets.map(|secret| secret.of(Some(registry), host.text(&["user"]))));
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{clean, lines_of};

    const PATH: &str = "/h/.regctl/config.json";

    #[test]
    fn passwords_and_tokens_of_hosts_are_found() {
        let text = r#"{"hosts":{"r.lan:5000":{"tls":"disabled","hostname":"r.lan:5000","user":"ada","pass":"s3cret-word"},
            "docker.io":{"user":"bob","token":"t0ken"},"ghcr.io":{"credHelper":"docker-credential-pass"}}}"#;
        let expected = ["r.lan:5000 ada userpass s3cret-word", "docker.io bob identitytoken t0ken"];
        assert_eq!(lines_of("regctl-config", PATH, text), expected);
    }

    #[test]
    fn hosts_without_a_login_and_others_are_clean() {
        clean(
            PATH,
            &[
                r#"{"hosts":{"ghcr.io":{"tls":"enabled","user":"ada"}}}"#,
                r#"{"hosts":{"ghcr.io":{"pass":""}}}"#,
                r#"{"hosts":["ghcr.io"]}"#,
                r#"{"hosts":{"all":{"vars":{"pass":"x"}, "pass":"y"}}}"#,
                r#"{"hosts":{"#,
            ],
        );
    }
}
