//! The clients that are known: how each finds a credential, and where its own next login goes. The
//! next client is one row more.

use std::path::PathBuf;

use super::{
    Answer, Places, Question, World, crane, docker, docker_py, helm, jib, kubernetes, nerdctl,
    podman, regctl, rust_crate, testcontainers,
};

/// A client, or several that look alike.
pub struct Client {
    /// What people call it.
    pub name: &'static str,
    /// Its programs, by which it is seen on the PATH; none for a library.
    pub programs: &'static [&'static str],
    /// Its own settings: a file that is there shows that it is in use.
    pub settings: fn(&Places) -> Vec<PathBuf>,
    /// Where its source says how it looks.
    pub source: &'static str,
    /// What it would use for an image: one answer, or one for each way in which its programs read
    /// the name.
    pub look_up: fn(&Question, &World<'_>) -> Vec<Answer>,
    /// Where a login that is made with it would be kept, for a registry that is named nowhere;
    /// `None` for one that makes no logins.
    pub next_login: Option<fn(&World<'_>) -> NextLogin>,
    /// What changes that the next login is kept in plain text.
    pub fix: Fix,
}

/// Where a new login would be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextLogin {
    /// With this helper.
    Helper(String),
    /// In plain text in this file.
    Plain(PathBuf),
    /// Nowhere: why the login would fail.
    Fails(String),
}

/// What changes that a client's next login is kept in plain text.
#[derive(Debug, Clone, Copy)]
pub enum Fix {
    /// `credsStore` in this file.
    CredsStore(fn(&Places) -> PathBuf),
    /// A file for `registries.conf` that names a helper among the `credential-helpers`.
    CredentialHelpers,
    /// No setting does; the client goes on with a login that is made by `imgsec-cred login`.
    OtherLogin,
    /// It makes no logins.
    NotNeeded,
}

impl Client {
    /// Whether it seems to be in use here: a program of it is on the `PATH`, or its settings are there.
    #[must_use]
    pub fn is_here(&self, world: &World<'_>) -> bool {
        self.programs.iter().any(|name| world.places.has_program(name))
            || (self.settings)(world.places).iter().any(|file| world.view.exists(file))
    }
}

fn no_settings(_: &Places) -> Vec<PathBuf> {
    Vec::new()
}

fn docker_settings(places: &Places) -> Vec<PathBuf> {
    vec![places.docker_file()]
}

fn podman_settings(places: &Places) -> Vec<PathBuf> {
    let folder = places.home.join(".config/containers");
    let own = [places.auth_json(), places.config_home.join("containers/auth.json")];
    own.into_iter().chain([folder.join("registries.conf")]).collect()
}

/// Every client, Docker first.
pub const ALL: &[Client] = &[
    Client {
        name: "Docker",
        programs: &["docker"],
        settings: docker_settings,
        source: "docker/cli v29.9.3 cli/config/configfile/file.go",
        look_up: docker::look_up,
        next_login: Some(docker::next_login),
        fix: Fix::CredsStore(Places::docker_file),
    },
    Client {
        name: "Podman and Buildah",
        programs: &["podman", "buildah"],
        settings: podman_settings,
        source: "containers/image v5.42.1 pkg/docker/config/config.go",
        look_up: podman::look_up,
        next_login: Some(podman::next_login),
        fix: Fix::CredentialHelpers,
    },
    Client {
        name: "Skopeo",
        programs: &["skopeo"],
        settings: no_settings,
        source: "containers/image v5.42.1 pkg/docker/config/config.go",
        look_up: podman::look_up_skopeo,
        next_login: Some(podman::next_login_skopeo),
        fix: Fix::CredentialHelpers,
    },
    Client {
        name: "crane, ko and cosign",
        programs: &["crane", "ko", "cosign"],
        settings: no_settings,
        source: "google/go-containerregistry v0.22.1 pkg/authn/keychain.go, cmd/crane/cmd/auth.go",
        look_up: crane::look_up,
        next_login: Some(crane::next_login),
        fix: Fix::CredsStore(Places::docker_file),
    },
    Client {
        name: "Helm",
        programs: &["helm"],
        settings: |places| vec![places.helm_file()],
        source: "helm/helm v4.3.2 pkg/registry/client.go",
        look_up: helm::look_up,
        next_login: Some(helm::next_login),
        fix: Fix::CredsStore(Places::helm_file),
    },
    Client {
        name: "ORAS",
        programs: &["oras"],
        settings: no_settings,
        source: "oras-project/oras v1.3.6 internal/credential/store.go",
        look_up: helm::look_up_oras,
        next_login: Some(helm::next_login_oras),
        fix: Fix::CredsStore(Places::docker_file),
    },
    Client {
        name: "regctl",
        programs: &["regctl"],
        settings: |places| vec![places.regctl_file()],
        source: "regclient/regclient v0.11.7 cmd/regctl/config.go, config/docker.go",
        look_up: regctl::look_up,
        next_login: Some(regctl::next_login),
        fix: Fix::OtherLogin,
    },
    Client {
        name: "nerdctl",
        programs: &["nerdctl"],
        settings: no_settings,
        source: "containerd/nerdctl v2.3.5 pkg/imgutil/dockerconfigresolver",
        look_up: nerdctl::look_up,
        next_login: Some(crane::next_login),
        fix: Fix::CredsStore(Places::docker_file),
    },
    Client {
        name: "docker-py and Compose 1",
        programs: &[],
        settings: no_settings,
        source: "docker/docker-py 7.2.0 docker/auth.py",
        look_up: docker_py::look_up,
        next_login: None,
        fix: Fix::NotNeeded,
    },
    Client {
        name: "docker_credential (Rust)",
        programs: &[],
        settings: no_settings,
        source: "keirlawson/docker_credential 1.4.0 src/lib.rs",
        look_up: rust_crate::rust_crate,
        next_login: None,
        fix: Fix::NotNeeded,
    },
    Client {
        name: "testcontainers for Go",
        programs: &[],
        settings: no_settings,
        source: "testcontainers/testcontainers-go docker_auth.go, cpuguy83/dockercfg v0.3.2 auth.go",
        look_up: testcontainers::go,
        next_login: None,
        fix: Fix::NotNeeded,
    },
    Client {
        name: "testcontainers for Java",
        programs: &[],
        settings: no_settings,
        source: "testcontainers/testcontainers-java RegistryAuthLocator.java",
        look_up: testcontainers::java,
        next_login: None,
        fix: Fix::NotNeeded,
    },
    Client {
        name: "dev containers CLI",
        programs: &["devcontainer"],
        settings: no_settings,
        source: "devcontainers/cli src/spec-configuration/httpOCIRegistry.ts",
        look_up: testcontainers::dev_containers,
        next_login: None,
        fix: Fix::NotNeeded,
    },
    Client {
        name: "Jib",
        programs: &[],
        settings: no_settings,
        source: "GoogleContainerTools/jib DockerConfigCredentialRetriever.java",
        look_up: jib::look_up,
        next_login: None,
        fix: Fix::NotNeeded,
    },
    Client {
        name: "Kubernetes",
        programs: &["kubectl", "kubelet"],
        settings: |places| vec![places.home.join(".kube/config")],
        source: "kubernetes pkg/credentialprovider/config.go, keyring.go",
        look_up: kubernetes::look_up,
        next_login: None,
        fix: Fix::NotNeeded,
    },
];
