//! Clusters on the desk and their pull secrets: rows 41 and 42 of the catalogue.

use imgsec_cred::audit::finding::Kind;

use super::case::Corpus;
use super::generate::indented;

pub(crate) fn cases(corpus: &mut Corpus) {
    pull_secrets(corpus);
    k3s(corpus);
}

fn pull_secrets(corpus: &mut Corpus) {
    let (one, two) = (corpus.dice.login("quay-robot"), corpus.dice.login("redhat-registry-token"));
    let config = format!("{{\"auths\":{{{},{}}}}}", one.entry(), two.entry());
    let both = || [one.is(Kind::Auth), two.is(Kind::Auth)];
    corpus.found("home/ada/Downloads/pull-secret.txt", &[41], &config, both());
    let begin = "apiVersion: v1\nbaseDomain: acme-corp.net\ncontrolPlane:\n  name: master\n  replicas: 3\nmetadata:\n  name: prod\nplatform:\n  none: {}\n";
    let text =
        format!("{begin}pullSecret: '{config}'\nsshKey: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ada\n");
    corpus.found("srv/openshift/install-config.yaml", &[41], &text, both());
}

fn k3s(corpus: &mut Corpus) {
    let (one, two) = (corpus.dice.person(), corpus.dice.any());
    let host = two.host.trim_start_matches("https://").trim_end_matches("/v1/");
    let text = format!(
        "mirrors:\n  docker.io:\n    endpoint:\n      - \"https://{}\"\nconfigs:\n  \"{}\":\n    auth:\n      username: {}\n      password: {}\n    tls:\n      \
         ca_file: /etc/ssl/acme.pem\n  {host}:\n    auth:\n      auth: {}\n  \"open.acme-corp.net\":\n    tls:\n      insecure_skip_verify: true\n",
        one.host,
        one.host,
        one.user,
        one.secret,
        two.auth()
    );
    let both = || [one.is(Kind::UserPass), two.is(Kind::Auth)];
    corpus.found("etc/rancher/k3s/registries.yaml", &[42], &text, both());
    corpus.found("etc/rancher/rke2/registries.yaml", &[42], &text, both());
    let block = indented(&text, "    ");
    let text = format!(
        "apiVersion: k3d.io/v1alpha5\nkind: Simple\nmetadata:\n  name: dev\nservers: 1\nagents: 2\nregistries:\n  create:\n    name: local\n  config: |\n{block}"
    );
    corpus.found("srv/dev/k3d.yaml", &[42], &text, both().map(|one| one.anywhere()));
    let token = corpus.dice.login("jwt");
    let text = format!("configs:\n  {}:\n    auth:\n      token: {}\n", token.host, token.secret);
    let found = token.is(Kind::IdentityToken).or(Kind::RegistryToken).or(Kind::UserPass).user("-");
    corpus.found("etc/rancher/k3s/registries.yaml", &[42], &text, [found]);
}
