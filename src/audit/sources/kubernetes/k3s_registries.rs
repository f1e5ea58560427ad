//! `registries.yaml` of k3s, RKE2 and k3d, as a file or inside k3d's settings.

use super::containerd;
use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::places::Places;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "k3s-registries",
    about: "a login that k3s or RKE2 pulls images with",
    reference: "https://docs.k3s.io/installation/private-registry",
    places: |places| {
        let mut all = Places::below(&places.system, "rancher/k3s/registries.yaml*");
        all.extend(Places::below(&places.system, "rancher/rke2/registries.yaml*"));
        all.push(places.home.join(".k3d/registries.yaml"));
        all
    },
    words: &["configs:", "\"configs\""],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    containerd::find_in(here, found);
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{clean, hits, lines_of};

    const PATH: &str = "/etc/rancher/k3s/registries.yaml";

    #[test]
    fn logins_of_hosts_are_found() {
        let text = "mirrors:\n  docker.io:\n    endpoint: [https://r.lan:5000]\nconfigs:\n  \"r.lan:5000\":\n    auth:\n      username: ada\n      password: s3cret-word\n    tls: {insecure_skip_verify: true}\n  ghcr.io:\n    auth: {auth: YWRhOnMzY3JldC13b3Jk}\n  q.lan:\n    auth:\n      token: t0ken\n";
        let expected = [
            "r.lan:5000 ada userpass s3cret-word",
            "ghcr.io ada auth s3cret-word",
            "q.lan  registrytoken t0ken",
        ];
        assert_eq!(lines_of("k3s-registries", PATH, text), expected);
        assert_eq!(lines_of("k3s-registries", "/srv/x.yml", text), expected);
    }

    #[test]
    fn the_file_inside_k3ds_settings_is_read() {
        let text = "apiVersion: k3d.io/v1alpha5\nkind: Simple\nregistries:\n  config: |\n    mirrors: {}\n    configs:\n      \"r.lan\":\n        auth:\n          username: ada\n          password: s3cret-word\n";
        assert_eq!(
            lines_of("k3s-registries", "k3d.yaml", text),
            ["r.lan ada userpass s3cret-word"]
        );
        assert_eq!(hits("k3d.yaml", text).len(), 1);
    }

    #[test]
    fn files_without_a_login_are_clean() {
        clean(
            PATH,
            &[
                "mirrors:\n  docker.io:\n    endpoint: [https://r.lan]\nconfigs: {}\n",
                "configs:\n  r.lan:\n    tls: {ca_file: /ca.pem}\n",
                "configs:\n  r.lan:\n    auth: {username: ada, password: \"\"}\n",
                "configs:\n  r.lan:\n    auth: none\n",
                "configs:\n- auth: {password: x}\n",
                "configs:\n  r.lan: [\n",
            ],
        );
    }
}
