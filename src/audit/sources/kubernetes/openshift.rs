//! Pull secrets of OpenShift: Docker's settings in one string of `install-config.yaml`, or in
//! `pull-secret.txt`.

use crate::audit::auths;
use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "openshift-pull-secret",
    about: "a login in a pull secret of OpenShift",
    reference: "https://docs.redhat.com/en/documentation/openshift_container_platform/",
    places: |places| {
        let names =
            ["pull-secret*", "Downloads/pull-secret*", ".crc/pull-secret*", "install-config.yaml*"];
        names.iter().map(|name| places.home.join(name)).collect()
    },
    words: &[r"auths\b"],
    find: Find::Map(find),
};

fn find(file: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if here.get("auths").is_none() {
        return;
    }
    let name = file.name().to_ascii_lowercase().replace(['-', '_'], "");
    if name.starts_with("pullsecret") || here.is_below("pullSecret") {
        auths::find(here, found);
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{clean, hits, lines_of};

    const JSON: &str = r#"{"auths":{"quay.io":{"auth":"YWRhOnMzY3JldC13b3Jk","email":"a@b.c"}}}"#;

    #[test]
    fn a_pull_secret_is_found_in_both_files() {
        let expected = ["quay.io ada auth s3cret-word"];
        assert_eq!(lines_of("openshift-pull-secret", "/h/pull-secret.txt", JSON), expected);
        let config = format!(
            "apiVersion: v1\nbaseDomain: acme.com\npullSecret: '{JSON}'\nsshKey: ssh-ed25519 A\n"
        );
        assert_eq!(lines_of("openshift-pull-secret", "install-config.yaml", &config), expected);
        assert_eq!(hits("install-config.yaml", &config).len(), 1);
    }

    #[test]
    fn empty_and_broken_pull_secrets_are_clean() {
        clean(
            "install-config.yaml",
            &[
                "pullSecret: '{\"auths\":{}}'\n",
                "pullSecret: '{\"auths\": broken'\n",
                "pullSecret: ''\nauths: x\n",
            ],
        );
        clean("pull-secret.txt", &[r#"{"auths":{"cloud.openshift.com":{"auth":"Og=="}}}"#]);
    }
}
