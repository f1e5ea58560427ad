//! `regsync.yml` and `regbot.yml`: a list of logins, written by hand.

use super::regctl;
use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "regsync-config",
    about: "a login of regsync or regbot",
    reference: "https://regclient.org/usage/regsync/",
    places: |places| {
        let names = ["regsync.yml", "regsync.yaml", "regbot.yml", "regbot.yaml"];
        names.iter().map(|name| places.home.join(name)).collect()
    },
    words: &[
        "creds:\n",
        "creds:\r",
        "creds: \n",
        "creds: #",
        "creds: [",
        "creds: {",
        "creds: &",
        "creds: *",
        "creds:\\",
        "\"creds\"",
    ],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    let Some(creds) = here.field("creds") else { return };
    for login in creds.items() {
        if let Some(registry) = login.text(&["registry"]) {
            regctl::logins(&login, registry, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{clean, lines_of};

    #[test]
    fn logins_of_a_list_are_found() {
        let text = "version: 1\ncreds:\n  - registry: r.lan:5000\n    user: ada\n    pass: s3cret-word\n  - registry: docker.io\n    user: bob\n    token: t0ken\n  - registry: ghcr.io\n    credHelper: docker-credential-gh\nsync: []\n";
        let expected = ["r.lan:5000 ada userpass s3cret-word", "docker.io bob identitytoken t0ken"];
        assert_eq!(lines_of("regsync-config", "ci/regsync.yml", text), expected);
        let short = "creds: [{registry: r.lan, user: u, pass: s3cret-word}]\n";
        assert_eq!(lines_of("regsync-config", "x.yaml", short), ["r.lan u userpass s3cret-word"]);
    }

    #[test]
    fn lists_without_a_login_are_clean() {
        clean(
            "regsync.yml",
            &[
                "creds: []\n",
                "creds:\n- registry: r.lan\n  user: u\n",
                "creds:\n- pass: x\n",
                "creds: {registry: r, pass: x}\n",
                "creds: [\n",
            ],
        );
    }
}
