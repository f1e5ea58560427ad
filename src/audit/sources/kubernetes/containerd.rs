//! Logins in containerd's `config.toml`, of both of its versions, and in kind's patches of it.

use crate::audit::auths;
use crate::audit::document::Here;
use crate::audit::finding::{Found, Kind};
use crate::audit::places::Places;
use crate::audit::sources::{File, Find, Source, login};

pub(crate) const SOURCE: Source = Source {
    id: "containerd-config",
    about: "a login in containerd's settings",
    reference: "https://github.com/containerd/containerd/blob/main/docs/cri/registry.md",
    places: |places| {
        let mut all = Places::below(&places.system, "containerd/config.toml*");
        all.extend(Places::below(&places.system, "containerd/conf.d/*"));
        all.extend(Places::below(&places.config, "containerd/config.toml"));
        for name in ["k3s", "rke2"] {
            let settings = format!("rancher/{name}/agent/etc/containerd/config.toml*");
            all.extend(Places::below(&places.state, &settings));
        }
        all
    },
    words: &["registry.configs", "registry.auths", "configs.", "configs]"],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if !here.is_below("registry") {
        return;
    }
    find_in(here, found);
    // The first version called it as Docker does.
    if here.is_below("plugins") {
        auths::find(here, found);
    }
}

/// The logins in `configs.HOST.auth`, which k3s has alike.
pub(crate) fn find_in(here: &Here<'_>, found: &mut Vec<Found>) {
    let Some(configs) = here.field("configs") else { return };
    for (registry, host) in configs.fields() {
        let Some(auth) = host.field("auth") else { continue };
        let before = found.len();
        auths::entry_of(registry, &auth, found);
        if found.len() == before
            && let Some(token) = login::secret(&auth, "token", Kind::RegistryToken)
        {
            found.push(token.of(Some(registry), auth.text(&["username"])));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{clean, hits, lines_of};

    const PATH: &str = "/etc/containerd/config.toml";
    const AUTH: &str = "YWRhOnMzY3JldC13b3Jk"; // ada:s3cret-word

    #[test]
    fn logins_of_both_versions_are_found() {
        for plugin in ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images"] {
            let text = format!(
                "version = 2\n[plugins.\"{plugin}\".registry.configs.\"r.lan:5000\".auth]\n  username = \"ada\"\n  password = \"s3cret-word\"\n[plugins.\"{plugin}\".registry.configs.\"ghcr.io\".auth]\n  auth = \"{AUTH}\"\n[plugins.\"{plugin}\".registry.configs.\"q.lan\".auth]\n  identitytoken = \"t0ken\"\n[plugins.\"{plugin}\".registry.configs.\"p.lan\".tls]\n  insecure_skip_verify = true\n"
            );
            let expected = [
                "r.lan:5000 ada userpass s3cret-word",
                "ghcr.io ada auth s3cret-word",
                "q.lan  identitytoken t0ken",
            ];
            assert_eq!(lines_of("containerd-config", PATH, &text), expected);
            assert_eq!(hits("/srv/any.toml", &text).len(), 3);
        }
        let first = format!("[plugins.cri.registry.auths.\"https://gcr.io\"]\nauth = \"{AUTH}\"\n");
        assert_eq!(
            lines_of("containerd-config", PATH, &first),
            ["https://gcr.io ada auth s3cret-word"]
        );
    }

    #[test]
    fn templates_and_copies_of_the_settings_are_read() {
        let text = "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\".registry]\nconfigs.\"r.lan\".auth.username = \"ada\"\nconfigs.\"r.lan\".auth.password = \"s3cret-word\"\n";
        for path in ["/k3s/config.toml.tmpl", "/etc/containerd/config.toml.bak~"] {
            assert_eq!(
                lines_of("containerd-config", path, text),
                ["r.lan ada userpass s3cret-word"]
            );
        }
    }

    #[test]
    fn patches_of_kind_are_read() {
        let text = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\ncontainerdConfigPatches:\n- |-\n  [plugins.\"io.containerd.grpc.v1.cri\".registry.configs.\"r.lan\".auth]\n    username = \"ada\"\n    password = \"s3cret-word\"\n";
        assert_eq!(
            lines_of("containerd-config", "kind.yaml", text),
            ["r.lan ada userpass s3cret-word"]
        );
        assert_eq!(hits("kind.yaml", text).len(), 1);
    }

    #[test]
    fn settings_without_a_login_are_clean() {
        clean(
            PATH,
            &[
                "[plugins.\"io.containerd.grpc.v1.cri\".registry]\nconfig_path = \"/etc/containerd/certs.d\"\n",
                "[plugins.\"io.containerd.grpc.v1.cri\".registry.configs.\"r.lan\".auth]\nusername = \"ada\"\npassword = \"\"\n",
                "[plugins.\"io.containerd.grpc.v1.cri\".registry.configs.\"r.lan\".auth]\nauth = \"Og==\"\n",
                "[a.registry.configs.\"r.lan\".auth]\npassword = \n",
                "[registry]\nconfigs = [1]\n",
            ],
        );
    }
}
