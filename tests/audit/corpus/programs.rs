//! Logins in programs, by Docker's libraries and by Pulumi, and what stands near them in the
//! catalogue: watchers' variables, Harbor's settings, sources of Flux and Argo CD.

use imgsec_cred::audit::finding::Kind;

use super::case::Corpus;
use super::generate::base64;

pub(crate) fn cases(corpus: &mut Corpus) {
    calls(corpus);
    notebooks(corpus);
    libraries(corpus);
    pulumi(corpus);
    diun(corpus);
    harbor(corpus);
    flux(corpus);
    commands(corpus);
    clean(corpus);
}

fn calls(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    for text in [
        format!(
            "import docker\n\nclient = docker.from_env()\nclient.login(username=\"{user}\", password=\"{secret}\", registry=\"https://{host}\")\nclient.images.pull(\"{host}/acme/api\")\n"
        ),
        format!(
            "import docker\n\ndocker.from_env().login(\"{user}\", \"{secret}\", registry=\"{host}\")\n"
        ),
        format!(
            "from docker import APIClient\n\n\nclass Builder:\n    def __init__(self):\n        self.api = APIClient(base_url=\"unix://var/run/docker.sock\")\n        self.api.login(\n            username='{user}',\n            password='{secret}',  # here, for now\n            registry='{host}',\n            reauth=True,\n        )\n"
        ),
        format!(
            "from podman import PodmanClient\n\nwith PodmanClient() as client:\n    client.login(\"{user}\", \"{secret}\", registry=\"{host}\")\n"
        ),
        format!(
            "def pull(client):\n    client.login(username=\"{user}\", password=r\"{secret}\", registry=\"https://{host}/v2/\")\n"
        ),
        format!(
            "image = (\n    dag.container()\n    .with_registry_auth(\"{host}\", \"{user}\", dag.set_secret(\"registry\", \"{secret}\"))\n)\n"
        ),
    ] {
        corpus.found("srv/app/build.py", &[74], &text, [login.is(Kind::Script)]);
    }
    let hub = corpus.dice.hub();
    let text = format!(
        "import docker\nc = docker.DockerClient()\nc.login('{}', '{}')\n",
        hub.user, hub.secret
    );
    corpus.found("srv/app/push.py", &[74], &text, [hub.is(Kind::Script)]);
    corpus.found("home/ada/.python_history", &[72], &text, [hub.is(Kind::History)]);
}

fn notebooks(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let text = format!(
        "{{\n \"cells\": [\n  {{\n   \"cell_type\": \"code\",\n   \"source\": [\n    \"import docker\\n\",\n    \"client = docker.from_env()\\n\",\n    \"client.login(username='{}',\\n\",\n    \"    password='{}', registry='{}')\\n\"\n   ]\n  }}\n ],\n \"nbformat\": 4\n}}\n",
        login.user, login.secret, login.host
    );
    corpus.found("srv/lab/images.ipynb", &[74], &text, [login.is(Kind::Script)]);
}

fn libraries(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    for (path, text) in [
        (
            "srv/app/pull.py",
            format!(
                "import docker\n\nclient = docker.from_env()\nclient.images.pull(\n    \"{host}/acme/api\",\n    auth_config={{\"username\": \"{user}\", \"password\": \"{secret}\"}},\n)\n"
            ),
        ),
        (
            "srv/app/pull.js",
            format!(
                "const Docker = require('dockerode');\nnew Docker().pull('{host}/acme/api', {{\n  authconfig: {{\n    username: '{user}',\n    password: '{secret}',\n    serveraddress: 'https://{host}',\n  }},\n}});\n"
            ),
        ),
        (
            "srv/app/pull.go",
            format!(
                "package main\n\nvar auth = registry.AuthConfig{{\n\tUsername:      \"{user}\",\n\tPassword:      \"{secret}\",\n\tServerAddress: \"{host}\",\n}}\n"
            ),
        ),
        (
            "srv/app/Pull.java",
            format!(
                "class Pull {{\n  Object config = DefaultDockerClientConfig.createDefaultConfigBuilder()\n      .withRegistryUsername(\"{user}\")\n      .withRegistryPassword(\"{secret}\")\n      .withRegistryUrl(\"https://{host}/v2/\")\n      .build();\n}}\n"
            ),
        ),
        (
            "srv/app/Pull.cs",
            format!(
                "var auth = new AuthConfig {{ Username = \"{user}\", Password = \"{secret}\", ServerAddress = \"{host}\" }};\n"
            ),
        ),
        (
            "srv/app/pull.rs",
            format!(
                "let login = DockerCredentials {{\n    username: Some(\"{user}\".to_string()),\n    password: Some(\"{secret}\".to_string()),\n    serveraddress: Some(\"{host}\".to_string()),\n    ..Default::default()\n}};\n"
            ),
        ),
        (
            "srv/app/pull.rb",
            format!(
                "require 'docker'\nDocker.authenticate!('username' => '{user}', 'password' => '{secret}', 'serveraddress' => 'https://{host}')\n"
            ),
        ),
    ] {
        corpus.found(path, &[74], &text, [login.is(Kind::UserPass)]);
    }
}

fn pulumi(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let sealed = base64("kolo-na-kole-kolem-kola");
    for (path, text) in [
        (
            "srv/infra/Pulumi.prod.yaml",
            format!(
                "encryptionsalt: v1:{sealed}\nconfig:\n  aws:region: eu-central-1\n  shop:registryServer: {host}\n  shop:registryUsername: {user}\n  shop:registryPassword: {secret}\n  shop:dbPassword:\n    secure: v1:{sealed}\n"
            ),
        ),
        (
            "srv/infra/Pulumi.dev.yaml",
            format!(
                "config:\n  docker:registryAuth:\n    - address: {host}\n      username: {user}\n      password: {secret}\n"
            ),
        ),
        (
            "srv/infra/index.ts",
            format!(
                "import * as docker from \"@pulumi/docker\";\n\nconst image = new docker.Image(\"api\", {{\n  imageName: \"{host}/acme/api\",\n  build: {{ context: \".\" }},\n  registry: {{\n    server: \"{host}\",\n    username: \"{user}\",\n    password: \"{secret}\",\n  }},\n}});\n"
            ),
        ),
        (
            "srv/infra/__main__.py",
            format!(
                "import pulumi_docker as docker\n\ndocker.Image(\n    \"api\",\n    image_name=\"{host}/acme/api\",\n    registry=docker.RegistryArgs(\n        server=\"{host}\",\n        username=\"{user}\",\n        password=\"{secret}\",\n    ),\n)\n"
            ),
        ),
        (
            "srv/infra/build.ts",
            format!(
                "import * as build from \"@pulumi/docker-build\";\nnew build.Image(\"api\", {{ push: true, registries: [{{ address: \"{host}\", username: \"{user}\", password: pulumi.secret(\"{secret}\") }}] }});\n"
            ),
        ),
    ] {
        corpus.found(path, &[57], &text, [login.is(Kind::UserPass)]);
    }
    corpus.clean(
        "srv/infra/Pulumi.test.yaml",
        &[57],
        &format!(
            "config:\n  shop:registryServer: ghcr.io\n  shop:registryUsername: ada\n  shop:registryPassword:\n    secure: v1:{sealed}\n"
        ),
    );
}

fn diun(corpus: &mut Corpus) {
    let (one, hub) = (corpus.dice.person(), corpus.dice.login("docker-pat"));
    let all = [
        ("WATCH_WORKERS", "10"),
        ("REGOPTS_0_NAME", &one.host),
        ("REGOPTS_0_USERNAME", &one.user),
        ("REGOPTS_0_PASSWORD", &one.secret),
        ("REGOPTS_1_NAME", "docker.io"),
        ("REGOPTS_1_USERNAME", &hub.user),
        ("REGOPTS_1_PASSWORD", &hub.secret),
        ("REGOPTS_2_NAME", "quay.io"),
        ("REGOPTS_2_PASSWORDFILE", "/run/secrets/quay"),
    ];
    let lines = |form: fn(&str, &str) -> String| {
        all.iter().map(|(name, value)| form(name, value)).collect::<String>()
    };
    let both = || [one.is(Kind::Env), hub.is(Kind::Env)];
    let text = lines(|name, value| format!("DIUN_{name}={value}\n"));
    corpus.found("srv/diun/.env", &[47], &text, both());
    let text = lines(|name, value| format!("      - \"DIUN_{name}={value}\"\n"));
    let text = format!(
        "services:\n  diun:\n    image: crazymax/diun:4\n    environment:\n{text}    restart: always\n"
    );
    corpus.found("srv/diun/compose.yml", &[47], &text, both());
    let text = lines(|name, value| {
        format!("            - name: DIUN_{name}\n              value: \"{value}\"\n")
    });
    let text = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: diun\nspec:\n  template:\n    spec:\n      containers:\n        - name: diun\n          image: crazymax/diun:4\n          env:\n{text}"
    );
    corpus.found("srv/k8s/diun.yaml", &[47], &text, both());
}

fn harbor(corpus: &mut Corpus) {
    let mut admin = corpus.dice.person().at("reg.acme-corp.net", "reg.acme-corp.net");
    "admin".clone_into(&mut admin.user);
    let (secret, host) = (&admin.secret, &admin.host);
    let text = format!(
        "hostname: {host}\nhttp:\n  port: 80\nhttps:\n  port: 443\n  certificate: /data/cert/server.crt\nharbor_admin_password: {secret}\ndatabase:\n  password: hal-Tram-99\n  max_idle_conns: 100\ndata_volume: /data\n"
    );
    corpus.found("opt/harbor/harbor.yml", &[66], &text, [admin.is(Kind::UserPass)]);
    let text = format!(
        "expose:\n  type: ingress\nexternalURL: https://{host}\nharborAdminPassword: \"{secret}\"\ndatabase:\n  internal:\n    password: hal-Tram-99\n"
    );
    corpus.found("srv/k8s/harbor-values.yaml", &[39], &text, [admin.is(Kind::UserPass)]);
    corpus.clean(
        "opt/harbor/harbor.yml.tmpl",
        &[66],
        "hostname: reg.mydomain.com\nhttp:\n  port: 80\nharbor_admin_password: Harbor12345\ndatabase:\n  password: root123\n",
    );
}

fn flux(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let file = |values: &str, kind: &str, place: &str, name: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: charts\n  namespace: flux-system\ntype: Opaque\n{values}---\napiVersion: source.toolkit.fluxcd.io/v1\nkind: {kind}\nmetadata:\n  name: acme\n  namespace: flux-system\nspec:\n  interval: 10m\n  {place}\n  secretRef:\n    name: {name}\n"
        )
    };
    let plain = format!("stringData:\n  username: {user}\n  password: {secret}\n");
    let encoded = format!("data:\n  username: {}\n  password: {}\n", base64(user), base64(secret));
    let helm = format!("type: oci\n  url: oci://{host}/charts");
    let (oci, image) = (format!("url: oci://{host}/acme/app"), format!("image: {host}/acme/app"));
    let found = || login.is(Kind::UserPass);
    for (kind, place) in
        [("HelmRepository", &helm), ("OCIRepository", &oci), ("ImageRepository", &image)]
    {
        corpus.found("srv/flux/a.yaml", &[38], &file(&plain, kind, place, "charts"), [found()]);
        let text = file(&encoded, kind, place, "charts");
        corpus.found("srv/flux/b.yaml", &[38], &text, [found().written(&base64(secret))]);
    }
    corpus.clean("srv/flux/c.yaml", &[38], &file(&plain, "HelmRepository", &helm, "other"));
    let git = "url: https://github.com/acme/app";
    corpus.clean("srv/flux/d.yaml", &[38], &file(&plain, "GitRepository", git, "charts"));
}

fn commands(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let pair = base64(&format!("{user}:{secret}"));
    for line in [
        format!(
            "argocd repo add {host}/charts --type helm --name acme --enable-oci --username {user} --password {secret}"
        ),
        format!(
            "argocd repocreds add {host} --type helm --enable-oci --username={user} --password={secret}"
        ),
        format!("flux create secret oci charts --url={host} --username={user} --password={secret}"),
        format!("regctl registry set {host} --user {user} --pass {secret}"),
        format!(
            "az containerapp registry set -n api -g prod --server {host} --username {user} --password {secret}"
        ),
        format!(
            "az webapp config container set -n api --docker-registry-server-url https://{host} --docker-registry-server-user {user} --docker-registry-server-password {secret}"
        ),
        format!("snyk container test {host}/acme/api --username={user} --password={secret}"),
        format!(
            "./gradlew jib -Djib.to.image={host}/acme/api -Djib.to.auth.username={user} -Djib.to.auth.password={secret}"
        ),
        format!("wget -qO- --user={user} --password={secret} https://{host}/v2/_catalog"),
        format!("curl -fsS -H \"Authorization: Basic {pair}\" https://{host}/v2/_catalog"),
    ] {
        let found = login.is(Kind::Script);
        let found = if line.contains(&pair) { found.written(&pair) } else { found };
        corpus.found("srv/app/deploy.sh", &[36, 38, 74], &format!("#!/bin/sh\n{line}\n"), [found]);
    }
    let text = format!(
        "#!/bin/sh\nflux create secret helm charts --username={user} --password={secret}\n"
    );
    corpus.found("srv/app/flux.sh", &[38], &text, [login.is(Kind::Script).registry("*")]);
}

fn clean(corpus: &mut Corpus) {
    corpus.clean(
        "srv/app/mail.py",
        &[74],
        "import docker, smtplib\n\nserver = smtplib.SMTP(\"mail.acme-corp.net\")\nserver.login(\"ada@acme-corp.net\", \"hal-Tram-99\")\nsession.login(username=\"ada\", password=\"hal-Tram-99\")\n",
    );
    corpus.clean(
        "srv/app/pull.py",
        &[74],
        "import docker\nclient = docker.from_env()\nclient.login(f\"{user}\", f\"{word}-1\", registry=\"ghcr.io\")\nclient.login(username=user, password=os.environ[\"WORD\"], registry=\"ghcr.io\")\nclient.login(\"ada\", \"begin-\" + rest)\n",
    );
    corpus.clean(
        "srv/infra/index.ts",
        &[57],
        "import * as docker from \"@pulumi/docker\";\nnew docker.Image(\"api\", {\n  registry: { server: \"ghcr.io\", username: \"ada\", password: config.requireSecret(\"registryPassword\") },\n});\nconst schema = { registry: { url: \"https://schema.acme-corp.net\", username: \"ada\", password: \"hal-Tram-99\" } };\n",
    );
    corpus.clean(
        "srv/app/deploy.sh",
        &[36],
        "argocd repo add https://github.com/acme/app --username ada --password hal-Tram-99\nargocd login argo.acme-corp.net --username admin --password hal-Tram-99\nflux create secret git app --url=https://github.com/acme/app --username=ada --password=hal-Tram-99\nwget --user=ada --password=hal-Tram-99 https://files.acme-corp.net/app.tgz\n",
    );
}
