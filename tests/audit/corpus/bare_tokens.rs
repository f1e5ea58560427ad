//! Credentials that no row of the catalogue names a file for: tokens in any text, what is given to a
//! login below its line, words of a command in two places, watchers' and managers' settings.

use imgsec_cred::audit::finding::Kind;

use super::case::Corpus;
use super::generate::base64;

pub(crate) fn cases(corpus: &mut Corpus) {
    tokens_in_any_text(corpus);
    given_below(corpus);
    words_in_two_places(corpus);
    notebooks(corpus);
    requests(corpus);
    settings(corpus);
    charts(corpus);
    of_the_hub(corpus);
    machines(corpus);
    variables(corpus);
    lists(corpus);
    clean(corpus);
}

fn tokens_in_any_text(corpus: &mut Corpus) {
    for token in ["docker-pat", "docker-oat"] {
        let hub = corpus.dice.login(token);
        let found = || hub.is(Kind::Script).user("-");
        let text = format!("call the printer people\nhub: {} (until June)\n", hub.secret);
        corpus.found("home/ada/notes.txt", &[47], &text, [found()]);
        let text = format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: updater\nstringData:\n  creds: {}:{}\n",
            hub.user, hub.secret
        );
        corpus.found("srv/k8s/updater.yaml", &[37], &text, [found()]);
    }
}

fn given_below(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    for (open, close) in [("<<EOF", "EOF"), ("<< 'END'", "END"), ("<<-\"EOF\"", "\tEOF")] {
        let text = format!(
            "#!/bin/sh\nset -eu\ndocker login -u {user} --password-stdin {host} {open}\n{secret}\n{close}\ndocker pull {host}/acme/api\n"
        );
        corpus.found("srv/app/pull.sh", &[74], &text, [login.is(Kind::Script)]);
    }
}

fn words_in_two_places(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let text = format!(
        "{{\n  \"version\": \"2.0.0\",\n  \"tasks\": [\n    {{\n      \"label\": \"log in\",\n      \"command\": \"docker\",\n      \"args\": [\"login\", \"-u\", \"{user}\", \"-p\", \"{secret}\", \"{host}\"]\n    }}\n  ]\n}}\n"
    );
    corpus.found("srv/app/.vscode/tasks.json", &[74], &text, [login.is(Kind::Script)]);
    let text = format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: copy\nspec:\n  containers:\n    - name: copy\n      image: quay.io/skopeo/stable\n      command: [skopeo]\n      args:\n        - copy\n        - --src-creds\n        - {user}:{secret}\n        - docker://{host}/acme/api:1\n        - dir:/out\n"
    );
    corpus.found("srv/k8s/copy.yaml", &[74], &text, [login.is(Kind::Script)]);
}

fn notebooks(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let text = format!(
        "{{\n \"cells\": [\n  {{\n   \"cell_type\": \"code\",\n   \"source\": [\n    \"import os\\n\",\n    \"!docker login -u {} -p {} {}\\n\"\n   ]\n  }}\n ],\n \"nbformat\": 4\n}}\n",
        login.user, login.secret, login.host
    );
    corpus.found("srv/lab/train.ipynb", &[74], &text, [login.is(Kind::Script)]);
}

fn requests(corpus: &mut Corpus) {
    let hub = corpus.dice.login("docker-pat");
    let text = format!(
        "#!/bin/sh\ncurl -fsS -u \"{}:{}\" \"https://auth.docker.io/token?service=registry.docker.io&scope=repository:acme/api:pull\"\n",
        hub.user, hub.secret
    );
    corpus.found("srv/app/limit.sh", &[74], &text, [hub.is(Kind::Script)]);
    let login = corpus.dice.login("github-pat");
    let text = format!(
        "curl -fsS -d x https://api.acme-corp.net/v2/users -u mira:word-of-another\ncurl -fsS -H \"Authorization: Bearer {}\" https://{}/v2/acme/api/tags/list\n",
        login.secret, login.host
    );
    corpus.found("home/mira/.bash_history", &[72], &text, [login.is(Kind::History).user("-")]);
    let login = corpus.dice.person();
    let settings = base64(&format!(
        "{{\"auths\":{{\"{}\":{{\"auth\":\"{}\"}}}}}}",
        login.host,
        base64(&format!("{}:{}", login.user, login.secret))
    ));
    let text = format!(
        "variant: fcos\nstorage:\n  files:\n    - path: /etc/containers/auth.json\n      contents:\n        source: data:;base64,{settings}\n"
    );
    corpus.found("srv/boot/node.bu", &[13], &text, [login.is(Kind::Auth).written(&settings)]);
}

fn settings(corpus: &mut Corpus) {
    let hub = corpus.dice.hub();
    let text = format!(
        "watch:\n  workers: 10\n  schedule: \"0 */6 * * *\"\nregopts:\n  - name: \"docker.io\"\n    selector: image\n    username: {}\n    password: {}\n  - name: ghcr.io\n    usernameFile: /run/secrets/user\n    passwordFile: /run/secrets/token\nproviders:\n  docker: {{}}\n",
        hub.user, hub.secret
    );
    corpus.found("srv/diun/diun.yml", &[64], &text, [hub.is(Kind::UserPass)]);
    let login = corpus.dice.person();
    let text = format!(
        "{{\"Registries\":[{{\"Id\":1,\"Type\":3,\"Name\":\"acme\",\"URL\":\"{}\",\"Authentication\":true,\"Username\":\"{}\",\"Password\":\"{}\",\"AccessToken\":\"\"}}]}}\n",
        login.host, login.user, login.secret
    );
    corpus.found("srv/backup/portainer.json", &[65], &text, [login.is(Kind::UserPass)]);
}

fn charts(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let lines = [
        format!(
            "helm install api ./api --set imageCredentials.registry={host} --set imageCredentials.username={user} --set imageCredentials.password={secret}"
        ),
        format!(
            "helm upgrade -i api acme/api --set replicas=2,global.registry.url={host},global.registry.username={user},global.registry.password={secret}"
        ),
    ];
    for line in lines {
        let text = format!("#!/bin/sh\n{line}\n");
        corpus.found("srv/app/deploy.sh", &[39, 74], &text, [login.is(Kind::Script)]);
    }
    let text = "helm install a b --set imageCredentials.password=$TOKEN --set db.password=hal-Tram-99\nhelm install a b --set imageCredentials.password={{ .Values.x }}\n";
    corpus.clean("srv/app/deploy.sh", &[39], text);
}

fn of_the_hub(corpus: &mut Corpus) {
    let hub = corpus.dice.login("docker-pat");
    let text = format!("REGISTRY_USER={}\nREGISTRY_PASSWORD={}\n", hub.user, hub.secret);
    corpus.found("srv/app/.env", &[47], &text, [hub.is(Kind::Env)]);
}

fn machines(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let text = format!(
        "docker::registry {{ '{host}':\n  username => '{user}',\n  password => Sensitive('{secret}'),\n}}\n"
    );
    corpus.found("srv/puppet/init.pp", &[71], &text, [login.is(Kind::UserPass)]);
    let text = format!(
        "class {{ 'docker::registry_auth':\n  registries => {{\n    '{host}' => {{\n      'username' => '{user}',\n      'password' => '{secret}',\n    }},\n  }},\n}}\n"
    );
    corpus.found("srv/puppet/site.pp", &[71], &text, [login.is(Kind::UserPass)]);
    let text = format!(
        "resource \"docker_registry_image\" \"api\" {{\n  name = \"api\"\n  auth_config {{\n    address  = \"{host}\"\n    username = \"{user}\"\n    password = \"{secret}\"\n  }}\n}}\n"
    );
    corpus.found("srv/infra/image.tf", &[57], &text, [login.is(Kind::UserPass)]);
    let text = format!(
        "version: 2\nregistries:\n  charts:\n    type: helm-registry\n    url: https://{host}\n    username: {user}\n    password: {secret}\nupdates: []\n"
    );
    corpus.found("srv/app/.github/dependabot.yml", &[62], &text, [login.is(Kind::UserPass)]);
    let text = format!(
        "[Service]\nType=oneshot\nExecStartPre=podman login -u {user} -p {secret} {host}\nExecStart=podman pull {host}/acme/api\n"
    );
    corpus.found("etc/systemd/system/pull.service", &[74], &text, [login.is(Kind::Script)]);
}

fn variables(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    for (place, begin, end) in [
        ("IMGPKG_REGISTRY_HOSTNAME_0", "IMGPKG_REGISTRY", "_0"),
        ("GRYPE_REGISTRY_AUTH_AUTHORITY", "GRYPE_REGISTRY_AUTH", ""),
        ("QUARKUS_CONTAINER_IMAGE_REGISTRY", "QUARKUS_CONTAINER_IMAGE", ""),
        ("WUD_REGISTRY_CUSTOM_PRIVATE_URL", "WUD_REGISTRY_CUSTOM_PRIVATE", ""),
    ] {
        let text = format!(
            "LOG=debug\n{place}={host}\n{begin}_USERNAME{end}={user}\n{begin}_PASSWORD{end}={secret}\n"
        );
        corpus.found("srv/app/tool.env", &[47], &text, [login.is(Kind::Env)]);
    }
    let admin = login.is(Kind::Env).user("admin");
    let text = format!("HARBOR_HOSTNAME={host}\nHARBOR_ADMIN_PASSWORD={secret}\n");
    corpus.found("srv/app/harbor.env", &[47], &text, [admin]);
    let text = format!("export TRIVY_USERNAME={user}\nexport TRIVY_PASSWORD={secret}\n");
    corpus.found("srv/app/scan.env", &[47], &text, [login.is(Kind::Env).registry("*")]);
}

fn lists(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let text = format!(
        "registry:\n  auth:\n    - authority: {host}\n      username: {user}\n      password: {secret}\n"
    );
    corpus.found("home/ada/.grype.yaml", &[39], &text, [login.is(Kind::UserPass)]);
    let text = format!(
        "variables:\n- name: registryServer\n  value: {host}\n- name: registryUsername\n  value: {user}\n- name: registryPassword\n  value: {secret}\n- name: dbPassword\n  value: hal-Tram-99\n"
    );
    corpus.found("srv/app/azure-pipelines.yml", &[54], &text, [login.is(Kind::UserPass)]);
    let text = format!(
        "project {{\n  features {{\n    dockerRegistry {{\n      url = \"https://{host}\"\n      userName = \"{user}\"\n      password = \"{secret}\"\n    }}\n  }}\n}}\n"
    );
    corpus.found("srv/app/.teamcity/settings.kts", &[60], &text, [login.is(Kind::UserPass)]);
    let mut admin = login.clone();
    "admin".clone_into(&mut admin.user);
    let text = format!(
        "helm install harbor harbor/harbor --set externalURL=https://{host} --set harborAdminPassword={secret}\n"
    );
    corpus.found("srv/app/harbor.sh", &[39, 74], &text, [admin.is(Kind::Script)]);
    let text = format!(
        "resource \"argocd_repository\" \"charts\" {{\n  repo       = \"{host}/charts\"\n  type       = \"helm\"\n  enable_oci = true\n  username   = \"{user}\"\n  password   = \"{secret}\"\n}}\n"
    );
    corpus.found("srv/infra/argocd.tf", &[36, 57], &text, [login.is(Kind::UserPass)]);
}

fn clean(corpus: &mut Corpus) {
    corpus.clean(
        "srv/k8s/pull.yaml",
        &[32],
        "kind: Secret\ntype: kubernetes.io/dockerconfigjson\nstringData:\n  .dockerconfigjson: |\n    {\"auths\":{\"ghcr.io\":{\"username\":\"<path:kv/data/ghcr#user>\",\"password\":\"<path:kv/data/ghcr#token>\"}}}\n",
    );
    corpus.clean(
        "srv/ci/pipeline.yml",
        &[54],
        "resources:\n- name: api\n  type: registry-image\n  source: {repository: acme/api, username: ((u)), password: ((p))}\n",
    );
    corpus.clean(
        "srv/app/client.py",
        &[74],
        "def login(self, username, password):\n    subprocess.run([\"docker\", \"login\", \"-u\", username, \"-p\", password, host])\n    client.login(username=os.environ[\"HUB_USER\"], password=os.environ[\"HUB_TOKEN\"])\n",
    );
    corpus.clean(
        "srv/app/login.sh",
        &[74],
        "docker login -u ada --password-stdin ghcr.io <<EOF\n$TOKEN\nEOF\ndocker login -u ada --password-stdin ghcr.io <<EOF\n$(pass show ghcr)\nEOF\n",
    );
    let cut = format!("dckr_{}_{}", "pat", "aZ3k9Q-_");
    corpus.clean(
        "srv/app/scan.toml",
        &[47],
        &format!("[[rules]]\nregex = \"dckr_pat_[A-Za-z0-9_-]{{27}}\"\nseen = \"{cut}\"\n"),
    );
}
