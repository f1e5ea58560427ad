//! Packer: the login of Docker's builder and of the post-processors that push.

use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::sources::images::HUB;
use crate::audit::sources::{File, Find, Source, login};

pub(crate) const SOURCE: Source = Source {
    id: "packer",
    about: "a registry login in a Packer template",
    reference: "https://developer.hashicorp.com/packer/integrations/hashicorp/docker/latest/components/builder/docker",
    places: |_| Vec::new(),
    words: &["login_password"],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    // Ansible's modules for databases have `login_password` as well, but with `login_user`.
    let has = |name| here.get(name).is_some();
    let is_docker = has("login_username") || has("login_server") || has("login");
    if is_docker && !has("login_user") && !has("login_host") {
        let registry = here.text(&["login_server"]).or(Some(HUB));
        login::take_named(here, registry, (&["login_username"], &["login_password"]), found);
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    #[test]
    fn templates_are_found_in_both_languages() {
        let text = "source \"docker\" \"a\" {\n  image = \"acme/a\"\n  login = true\n  login_server = \"reg.example.com\"\n  login_username = \"ada\"\n  login_password = \"s3cret-word\"\n}\nbuild {\n  post-processors {\n    post-processor \"docker-push\" {\n      login = true\n      login_username = \"bob\"\n      login_password = \"0ther-word\"\n    }\n  }\n}\n";
        assert_eq!(
            logins("a.pkr.hcl", text),
            [
                Login::of("packer", "reg.example.com", "ada", "s3cret-word", 6),
                Login::of("packer", "docker.io", "bob", "0ther-word", 13),
            ]
        );
        let json = r#"{"builders":[{"type":"docker","login":true,"login_username":"ada","login_password":"s3cret-word","login_server":"https://reg.example.com/"}]}"#;
        assert_eq!(
            logins("a.json", json),
            [Login::of("packer", "https://reg.example.com/", "ada", "s3cret-word", 1)]
        );
    }

    #[test]
    fn logins_of_databases_are_clean() {
        let text = "- mysql_db: {login_user: root, login_password: s3cret-word}\n- postgresql_db:\n    login_host: h\n    login_password: s3cret-word\n";
        clean("play.yml", &[text]);
        clean("a.json", &["{\"login\":true,\"login_password\":\"s3cr"]);
    }
}
