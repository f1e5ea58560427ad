//! The Podman family and the engines below: rows 11 to 16, 43, 44 and 46 of the catalogue.

use imgsec_cred::audit::finding::Kind;

use super::case::Corpus;
use super::generate::{base64, folded};

pub(crate) fn cases(corpus: &mut Corpus) {
    podman(corpus);
    secrets(corpus);
    containerd(corpus);
    containerd_tokens(corpus);
    hosts(corpus);
}

fn podman(corpus: &mut Corpus) {
    let places: [(&str, u8); 9] = [
        ("run/user/1000/containers/auth.json", 11),
        ("run/containers/0/auth.json", 11),
        ("home/ada/.config/containers/auth.json", 12),
        ("root/.config/containers/auth.json", 12),
        ("etc/crio/pull-auth.json", 13),
        ("etc/crio/auth/shop-3f5d8a1c9e.json", 13),
        ("srv/quadlets/registry-auth.json", 13),
        ("run/user/1000/containers/.tmp-auth.json193847561", 14),
        ("home/ada/.config/containers/.tmp-auth.json88123", 14),
    ];
    for (path, row) in places {
        let (one, two) = (corpus.dice.login("quay-robot"), corpus.dice.person());
        let one = one.at("quay.io/acme/api", "quay.io");
        let text = format!(
            "{{\n\t\"auths\": {{\n\t\t\"{}\": {{\n\t\t\t\"auth\": \"{}\"\n\t\t}},\n\t\t\"{}\": {{\n\t\t\t\"auth\": \
             \"{}\"\n\t\t}}\n\t}},\n\t\"credHelpers\": {{\n\t\t\"gcr.io\": \"gcr\"\n\t}}\n}}",
            one.host,
            one.auth(),
            two.host,
            two.auth()
        );
        corpus.found(path, &[row], &text, [one.is(Kind::Auth), two.is(Kind::Auth)]);
    }
    let login = corpus.dice.login("azure-acr-refresh-token");
    let text = format!(
        "{{\"auths\":{{\"{}\":{{\"auth\":\"{}\",\"identitytoken\":\"{}\"}}}}}}",
        login.host,
        base64(&format!("{}:", login.user)),
        login.secret
    );
    let path = "run/user/1000/containers/auth.json";
    corpus.found(path, &[11], &text, [login.is(Kind::IdentityToken)]);
}

fn secrets(corpus: &mut Corpus) {
    let path = "home/ada/.local/share/containers/storage/secrets/filedriver/secretsdata.json";
    let login = corpus.dice.any();
    let (id, other) = (corpus.dice.hex(25), corpus.dice.hex(25));
    let data = base64(&login.config());
    let text = format!("{{\n  \"{other}\": \"aG9sYQ==\",\n  \"{id}\": \"{data}\"\n}}");
    corpus.found(path, &[15], &text, [login.is(Kind::Auth).written(&data)]);
    let pretty = format!("{{\n  \"auths\": {{\n    {}\n  }}\n}}\n", login.entry());
    let data = base64(&pretty);
    let text = format!("{{\"{id}\":\"{data}\"}}");
    corpus.found(path, &[15], &text, [login.is(Kind::Auth).written(&data)]);
    corpus.clean(
        path,
        &[15],
        &format!("{{\"{id}\": \"{}\"}}", base64("{\"auths\":{\"ghcr.io\":{}}}")),
    );
    corpus.malformed(path, &[15], &format!("{{\"{id}\": \"{}", &data[..data.len() / 8]));
}

const BEGIN: &str = "disabled_plugins = []\nimports = []\noom_score = 0\nroot = \"/var/lib/containerd\"\n\
    state = \"/run/containerd\"\nversion = 2\n\n[cgroup]\n  path = \"\"\n\n[debug]\n  address = \"\"\n  \
    level = \"info\"\n\n[grpc]\n  address = \"/run/containerd/containerd.sock\"\n  gid = 0\n  \
    max_recv_message_size = 16777216\n\n[metrics]\n  address = \"127.0.0.1:1338\"\n\n";

const END: &str = "\n[plugins.\"io.containerd.runtime.v1.linux\"]\n  no_shim = false\n  runtime = \"runc\"\n\n\
    [timeouts]\n  \"io.containerd.timeout.shim.cleanup\" = \"5s\"\n";

const V2: &str = "io.containerd.grpc.v1.cri";
const V3: &str = "io.containerd.cri.v1.images";

fn containerd(corpus: &mut Corpus) {
    for plugin in [V2, V3, V2] {
        let (one, two) = (corpus.dice.person(), corpus.dice.any());
        let two = two.at("quay.io", "quay.io");
        let text = format!(
            "{BEGIN}[plugins]\n  [plugins.\"{plugin}\"]\n    [plugins.\"{plugin}\".containerd]\n      \
             snapshotter = \"overlayfs\"\n    [plugins.\"{plugin}\".registry]\n      config_path = \"\"\n      \
             [plugins.\"{plugin}\".registry.configs]\n        [plugins.\"{plugin}\".registry.configs.\"{}\".tls]\n          \
             insecure_skip_verify = true\n        [plugins.\"{plugin}\".registry.configs.\"{}\".auth]\n          \
             username = \"{}\"\n          password = \"{}\"\n        \
             [plugins.\"{plugin}\".registry.configs.\"{}\".auth]\n          auth = \"{}\"\n{END}",
            one.host,
            one.host,
            one.user,
            one.secret,
            two.host,
            two.auth()
        );
        let expected = [one.is(Kind::UserPass), two.is(Kind::Auth)];
        corpus.found("etc/containerd/config.toml", &[43], &text, expected);
    }
    let login = corpus.dice.person();
    let text = format!(
        "version = 2\n[plugins.\"{V2}\".registry.configs]\n\"{}\" = {{ auth = {{ username = '{}', password = '{}' }} }}\n",
        login.host, login.user, login.secret
    );
    corpus.found("etc/containerd/conf.d/10-auth.toml", &[43], &text, [login.is(Kind::UserPass)]);
    let text = format!(
        "version = 2\n[plugins.\"{V2}\".registry]\nconfigs.\"{}\".auth.username = \"{}\"\nconfigs.\"{}\".auth.password = \"{}\"\n",
        login.host, login.user, login.host, login.secret
    );
    let path = "var/lib/rancher/k3s/agent/etc/containerd/config.toml.tmpl";
    corpus.found(path, &[43], &text, [login.is(Kind::UserPass)]);
}

fn containerd_tokens(corpus: &mut Corpus) {
    let login = corpus.dice.login("azure-acr-refresh-token");
    let text = format!(
        "version = 3\n\n[plugins.\"{V3}\".registry.configs.\"{}\".auth]\n  identitytoken = \"{}\"\n",
        login.host, login.secret
    );
    let expected = [login.is(Kind::IdentityToken).user("- ?")];
    corpus.found("etc/containerd/config.toml", &[43], &text, expected);
    let text = format!(
        "{BEGIN}[plugins.\"{V2}\".registry]\n  config_path = \"/etc/containerd/certs.d\"\n{END}"
    );
    corpus.clean("etc/containerd/config.toml", &[43], &text);
    let text =
        format!("{BEGIN}[plugins.\"{V2}\".registry.configs.\"{}\".auth\n  password = ", login.host);
    corpus.malformed("etc/containerd/config.toml", &[43], &text);
}

fn hosts(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let basic = login.auth();
    let header = format!("Basic {basic}");
    let expected = || {
        let header = format!("Basic {basic}");
        let found = login.is(Kind::HttpHeader).written(&basic);
        [found.or_secret(&header).or_secret(&basic).user("? -")]
    };
    let path = format!("etc/containerd/certs.d/{}/hosts.toml", login.host);
    let text = format!(
        "server = \"https://{}\"\n\n[host.\"https://{}\"]\n  capabilities = [\"pull\", \"resolve\"]\n  ca = \"/etc/ssl/acme.pem\"\n  \
         [host.\"https://{}\".header]\n    Authorization = \"{header}\"\n",
        login.host, login.host, login.host
    );
    corpus.found(&path, &[44], &text, expected());
    let text = format!(
        "server = \"https://{}\"\n\n[header]\n  authorization = [\"{header}\"]\n",
        login.host
    );
    corpus.found(&path, &[44], &text, expected());
    let token = corpus.dice.login("jwt");
    let text = format!(
        "[host.\"https://{}\"]\n  capabilities = [\"pull\"]\n\n[host.\"https://{}\".header]\n  x-custom = \"acme\"\n  \
         Authorization = \"Bearer {}\"\n",
        token.host, token.host, token.secret
    );
    let found = token.is(Kind::HttpHeader).or_secret(&format!("Bearer {}", token.secret));
    corpus.found("etc/containerd/certs.d/_default/hosts.toml", &[44], &text, [found.user("-")]);

    // A kind cluster: containerd's text in YAML.
    let login = corpus.dice.person();
    let text = format!(
        "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nname: dev\nnodes:\n- role: control-plane\n  extraPortMappings:\n  \
         - containerPort: 30080\n    hostPort: 8080\n- role: worker\ncontainerdConfigPatches:\n- |-\n  \
         [plugins.\"{V2}\".registry.mirrors.\"docker.io\"]\n    endpoint = [\"https://{}\"]\n  \
         [plugins.\"{V2}\".registry.configs.\"{}\".auth]\n    username = \"{}\"\n    password = \"{}\"\n",
        login.host, login.host, login.user, login.secret
    );
    corpus.found("srv/dev/kind.yaml", &[45], &text, [login.is(Kind::UserPass).anywhere()]);
    let data = folded(&login.config(), 64, "");
    corpus.clean("srv/dev/kind-clean.yaml", &[45], "kind: Cluster\nnodes:\n- role: control-plane\n  extraMounts:\n  - containerPath: /var/lib/kubelet/config.json\n    hostPath: /home/ada/.docker/config.json\n");
    corpus.clean("srv/dev/notes.txt", &[45], &format!("{}\n", data.len()));
}
