//! Manifests, dumps and clusters on the desk: rows 31 to 40 of the catalogue.

use imgsec_cred::audit::finding::Kind;

use super::case::Corpus;
use super::generate::{base64, folded, indented, quoted};
use super::logins::Login;

pub(crate) fn cases(corpus: &mut Corpus) {
    secrets(corpus);
    folded_secrets(corpus);
    plain_secrets(corpus);
    legacy(corpus);
    dumps(corpus);
    basic_auth(corpus);
    updaters(corpus);
    values(corpus);
    generators(corpus);
}

/// What stands around a secret in a manifest.
const BEFORE: &str = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: api\n  \
    namespace: shop\ndata:\n  LOG_LEVEL: info\n  nginx.conf: |\n    server {\n      listen 8080;\n    }\n---\napiVersion: v1\nkind: Secret\nmetadata:\n  \
    name: session-key\ntype: Opaque\ndata:\n  key: c29tZS1vdGhlci1rZXktb2YtYXBw\n---\n";

const AFTER: &str = "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api\n  namespace: shop\nspec:\n  replicas: 3\n  template:\n    spec:\n      \
    imagePullSecrets:\n        - name: regcred\n      containers:\n        - name: api\n          image: ghcr.io/acme/api:1.4.2\n          ports:\n            \
    - containerPort: 8080\n          env:\n            - name: DB_PASSWORD\n              valueFrom:\n                secretKeyRef: {name: db, key: password}\n";

const KIND: &str = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: regcred\n  namespace: shop\ntype: kubernetes.io/dockerconfigjson\n";

/// JSON as `kubectl create secret docker-registry` writes it.
fn kubectl(login: &Login) -> String {
    format!(
        "{{\"auths\":{{\"{}\":{{\"username\":{},\"password\":{},\"email\":\"ci@acme-corp.net\",\"auth\":\"{}\"}}}}}}",
        login.host,
        quoted(&login.user),
        quoted(&login.secret),
        login.auth()
    )
}

fn secrets(corpus: &mut Corpus) {
    let types = [
        "password",
        "docker-pat",
        "aws-ecr",
        "gcp-service-account-key",
        "github-pat",
        "quay-robot",
    ];
    for token in types {
        let login = corpus.dice.login(token);
        for (path, config) in [
            ("srv/k8s/regcred.yaml", kubectl(&login)),
            ("srv/k8s/regcred.yml", login.config()),
            ("srv/k8s/all.yaml", format!("{{\n  \"auths\": {{\n    {}\n  }}\n}}\n", login.entry())),
        ] {
            let data = base64(&config);
            let text = format!("{BEFORE}{KIND}data:\n  .dockerconfigjson: {data}\n{AFTER}");
            corpus.found(path, &[31], &text, [login.is(Kind::Auth).written(&data)]);
        }
    }
    let empty = base64("{\"auths\":{}}");
    corpus.clean(
        "srv/k8s/empty.yaml",
        &[31],
        &format!("{BEFORE}{KIND}data:\n  .dockerconfigjson: {empty}\n{AFTER}"),
    );
}

fn folded_secrets(corpus: &mut Corpus) {
    for (mark, width) in [(">-", 64), ("|", 76), (">", 40), ("|-", 120)] {
        let (one, two) = (corpus.dice.any(), corpus.dice.person());
        let config = format!("{{\"auths\": {{{}, {}}}}}", one.entry(), two.entry());
        let data = folded(&config, width, "    ");
        let text = format!("{BEFORE}{KIND}data:\n  .dockerconfigjson: {mark}\n{data}{AFTER}");
        let expected = [one.is(Kind::Auth).anywhere(), two.is(Kind::Auth).anywhere()];
        corpus.found("srv/k8s/folded.yaml", &[31], &text, expected.map(|e| e.written(&data)));
    }
    let login = corpus.dice.any();
    let data = base64(&login.config());
    let text = format!("{KIND}data:\n  .dockerconfigjson: {}", &data[..data.len() / 3]);
    corpus.malformed("srv/k8s/cut.yaml", &[31], &text);
    let text = format!("{KIND}data:\n  .dockerconfigjson: \"%%%{}\n", data.replace('J', "!"));
    corpus.malformed("srv/k8s/garbled.yaml", &[31], &text);
}

fn plain_secrets(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let text =
        format!("{BEFORE}{KIND}stringData:\n  .dockerconfigjson: '{}'\n{AFTER}", login.config());
    corpus.found("srv/k8s/plain.yaml", &[32], &text, [login.is(Kind::Auth)]);
    let text = format!(
        "{BEFORE}{KIND}stringData:\n  .dockerconfigjson: {}\n{AFTER}",
        quoted(&kubectl(&login))
    );
    corpus.found("srv/k8s/quoted.yaml", &[32], &text, [login.is(Kind::Auth)]);
    let pretty = format!("{{\n  \"auths\": {{\n    {}\n  }}\n}}", login.entry());
    let block = indented(&pretty, "    ");
    let text = format!("{BEFORE}{KIND}stringData:\n  .dockerconfigjson: |\n{block}{AFTER}");
    corpus.found("srv/k8s/block.yaml", &[32], &text, [login.is(Kind::Auth).anywhere()]);
    // The source of a secret is often a Helm template with a value in it.
    let text = format!(
        "{BEFORE}{KIND}data:\n  .dockerconfigjson: {{{{ template \"imagePullSecret\" . }}}}\n"
    );
    corpus.clean("srv/chart/templates/secret.yaml", &[32], &text);
}

fn legacy(corpus: &mut Corpus) {
    let login = corpus.dice.hub();
    let config = format!(
        "{{\"{}\":{{\"auth\":\"{}\",\"email\":\"x@acme-corp.net\"}}}}",
        login.host,
        login.auth()
    );
    let kind = KIND.replace("dockerconfigjson", "dockercfg");
    let data = base64(&config);
    let text = format!("{BEFORE}{kind}data:\n  .dockercfg: {data}\n{AFTER}");
    corpus.found("srv/k8s/old.yaml", &[33], &text, [login.is(Kind::Auth).written(&data)]);
    let data = folded(&config, 64, "    ");
    let text = format!("{BEFORE}{kind}data:\n  .dockercfg: >-\n{data}{AFTER}");
    corpus.found(
        "srv/k8s/old-folded.yaml",
        &[33],
        &text,
        [login.is(Kind::Auth).anywhere().written(&data)],
    );
    let text = format!("{kind}stringData:\n  .dockercfg: '{config}'\n");
    corpus.found("srv/k8s/old-plain.yaml", &[33], &text, [login.is(Kind::Auth)]);
}

fn dumps(corpus: &mut Corpus) {
    let login = corpus.dice.any();
    let data = base64(&kubectl(&login));
    let item = format!(
        "{{\n            \"apiVersion\": \"v1\",\n            \"data\": {{\n                \".dockerconfigjson\": \"{data}\"\n            }},\n            \
         \"kind\": \"Secret\",\n            \"metadata\": {{\"name\": \"regcred\", \"resourceVersion\": \"48151\"}},\n            \
         \"type\": \"kubernetes.io/dockerconfigjson\"\n        }}"
    );
    let other = "{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"data\": {\"token\": \"YWJjZGVmZ2hpamtsbW5vcA==\"}, \"type\": \"Opaque\"}";
    let list = format!(
        "{{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n        {other},\n        {item}\n    ],\n    \"kind\": \"List\"\n}}\n"
    );
    corpus.found(
        "home/ada/backup/secrets.json",
        &[34],
        &list,
        [login.is(Kind::Auth).written(&data)],
    );
    corpus.found(
        "home/ada/backup/secret.json",
        &[34],
        &item,
        [login.is(Kind::Auth).written(&data)],
    );
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  data:\n    .dockerconfigjson: {data}\n  kind: Secret\n  metadata:\n    name: regcred\n  \
         type: kubernetes.io/dockerconfigjson\n"
    );
    corpus.found(
        "home/ada/backup/secrets.yaml",
        &[34],
        &list,
        [login.is(Kind::Auth).written(&data)],
    );
    let applied = format!(
        "{{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"stringData\":{{\".dockerconfigjson\":{}}},\"type\":\"kubernetes.io/dockerconfigjson\"}}",
        quoted(&login.config())
    );
    let text = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: regcred\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {applied}\n\
         type: kubernetes.io/dockerconfigjson\n"
    );
    corpus.found("home/ada/backup/applied.yaml", &[34], &text, [login.is(Kind::Auth).anywhere()]);
    let text = "kind: List\nitems:\n- data:\n    .dockerconfigjson: e30=\n  kind: Secret\n  type: kubernetes.io/dockerconfigjson\n";
    corpus.clean("home/ada/backup/empty.yaml", &[34], text);
    corpus.malformed("home/ada/backup/cut.json", &[34], &item[..item.len() / 4]);
}

fn basic_auth(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let text = format!(
        "{BEFORE}apiVersion: v1\nkind: Secret\nmetadata:\n  name: basic-docker\n  annotations:\n    tekton.dev/docker-0: https://{}\n\
         type: kubernetes.io/basic-auth\nstringData:\n  username: {}\n  password: {}\n{AFTER}",
        login.host, login.user, login.secret
    );
    corpus.found("srv/tekton/auth.yaml", &[35], &text, [login.is(Kind::UserPass)]);
    let (user, word) = (base64(&login.user), base64(&login.secret));
    let text = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: basic-docker\n  annotations:\n    tekton.dev/docker-0: https://{}\n\
         type: kubernetes.io/basic-auth\ndata:\n  username: {user}\n  password: {word}\n",
        login.host
    );
    corpus.found("srv/tekton/data.yaml", &[35], &text, [login.is(Kind::UserPass).written(&word)]);
    let login = corpus.dice.login("harbor-robot");
    let text = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: charts\n  namespace: argocd\n  labels:\n    argocd.argoproj.io/secret-type: repository\nstringData:\n  \
         name: charts\n  type: helm\n  enableOCI: \"true\"\n  url: {}/charts\n  username: {}\n  password: {}\n",
        login.host, login.user, login.secret
    );
    corpus.found("srv/argocd/repo.yaml", &[36], &text, [login.is(Kind::UserPass)]);
    // The same kinds without a registry: a git login and a database.
    let word = corpus.dice.password();
    let text = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: git\n  annotations:\n    tekton.dev/git-0: https://git.acme-corp.net\ntype: kubernetes.io/basic-auth\nstringData:\n  username: ci\n  password: {word}\n"
    );
    corpus.clean("srv/tekton/git.yaml", &[35], &text);
    let text = format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ntype: kubernetes.io/basic-auth\nstringData:\n  username: shop\n  password: {word}\n"
    );
    corpus.clean("srv/k8s/db.yaml", &[35], &text);
}

fn updaters(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let text = format!(
        "kind: ConfigMap\ndata:\n  registries.conf: |\n    registries:\n    - name: Hub\n      \
         prefix: docker.io\n      credentials: env:DOCKER_HUB_CREDS\n---\nkind: Deployment\nspec:\n  \
         template:\n    spec:\n      containers:\n      - name: updater\n        \
         image: quay.io/argoprojlabs/argocd-image-updater:v0.12.0\n        env:\n        \
         - name: DOCKER_HUB_CREDS\n          value: {}:{}\n",
        login.user, login.secret
    );
    let found = login.is(Kind::Env).registry("docker.io *");
    corpus.found("srv/argocd/updater.yaml", &[37], &text, [found]);
    let login = corpus.dice.login("github-pat");
    let text = format!(
        "---\n{}stringData:\n  .dockerconfigjson: '{}'\n",
        KIND.replace("shop", "flux-system"),
        login.config()
    );
    corpus.found("srv/flux/oci-auth.yaml", &[38], &text, [login.is(Kind::Auth)]);
}

fn values(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let parts = format!(
        "registry: {}\n  username: {}\n  password: {}\n",
        login.host, login.user, login.secret
    );
    let begin = "replicaCount: 2\nimage:\n  repository: acme/api\n  tag: \"1.4\"\n  pullPolicy: IfNotPresent\n";
    let end = "service:\n  type: ClusterIP\n  port: 80\npostgresql:\n  auth:\n    username: shop\n    database: shop\nresources: {}\n";
    let text = format!("{begin}imageCredentials:\n  {parts}{end}");
    corpus.found("srv/chart/values.yaml", &[39], &text, [login.is(Kind::UserPass)]);
    let text = format!("{begin}imagePullSecret:\n  {parts}{end}");
    corpus.found("srv/chart/values-prod.yaml", &[39], &text, [login.is(Kind::UserPass)]);
    let text = format!(
        "{begin}registry:\n  url: {}\n  username: {}\n  password: {}\n{end}",
        login.host, login.user, login.secret
    );
    corpus.found("srv/chart/values-dev.yaml", &[39], &text, [login.is(Kind::UserPass)]);
    let list = format!(
        "{begin}imagePullSecrets:\n  - name: acme\n    registry: {}\n    username: {}\n    password: \"{}\"\n{end}",
        login.host, login.user, login.secret
    );
    corpus.found("srv/chart/values-list.yaml", &[39], &list, [login.is(Kind::UserPass)]);
}

fn generators(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let begin = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- deployment.yaml\nsecretGenerator:\n- name: db\n  literals:\n  - user=shop\n- name: regcred\n";
    let text = format!(
        "{begin}  type: kubernetes.io/dockerconfigjson\n  literals:\n  - '.dockerconfigjson={}'\n",
        login.config()
    );
    corpus.found("srv/overlay/kustomization.yaml", &[40], &text, [login.is(Kind::Auth)]);
    let text = format!(
        "{begin}  type: docker-registry\n  literals:\n  - docker-server={}\n  - docker-username={}\n  - docker-password={}\n",
        login.host, login.user, login.secret
    );
    corpus.found("srv/overlay/kustomization.yml", &[40], &text, [login.is(Kind::UserPass)]);
}
