//! Logins that services keep for registries in forms of their own: addresses, headers, endpoints,
//! sections, what a manager of secrets is given.

use imgsec_cred::audit::finding::Kind;

use super::case::Corpus;

pub(crate) fn cases(corpus: &mut Corpus) {
    addresses(corpus);
    headers(corpus);
    endpoints(corpus);
    machines(corpus);
    sections(corpus);
    broken(corpus);
    clean(corpus);
}

fn addresses(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let text = format!(
        "AIRFLOW__CORE__EXECUTOR=LocalExecutor\nAIRFLOW_CONN_DOCKER_DEFAULT='docker://{user}:{secret}@https%3A%2F%2F{host}%2Fv2?reauth=False'\n"
    );
    let found = || login.is(Kind::UserPass).or(Kind::Env);
    corpus.found("srv/airflow/airflow.env", &[47], &text, [found()]);
    let text =
        format!("charts:\n- source: oci://{user}:{secret}@{host}/charts\n  version: 1.2.0\n");
    corpus.found("srv/app/sources.yaml", &[39], &text, [found()]);
    let text = format!(
        "import requests\n\nURL = \"https://{user}:{secret}@{host}/v2/_catalog\"\nprint(requests.get(URL).json())\n"
    );
    corpus.found("srv/app/catalog.py", &[74], &text, [found()]);
}

fn headers(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let auth = login.auth();
    let text = format!("CNB_REGISTRY_AUTH='{{\"{}\":\"Basic {auth}\"}}'\n", login.host);
    let found = login.is(Kind::Env).written(&auth);
    corpus.found("srv/build/pack.env", &[47], &text, [found]);
    let found = || login.is(Kind::HttpHeader).written(&auth);
    let text = format!(
        "time=2026-01-02T03:04:05Z level=debug msg=request url=https://{}/v2/acme/api/manifests/1 Authorization=\"Basic {auth}\"\n",
        login.host
    );
    corpus.found("var/log/mirror.log", &[73], &text, [found()]);
    let text = format!(
        "{{\n  \"method\": \"GET\",\n  \"url\": \"https://{}/v2/\",\n  \"headers\": {{\n    \"Authorization\": \"Basic {auth}\"\n  }}\n}}\n",
        login.host
    );
    corpus.found("srv/app/request.json", &[73], &text, [found()]);
}

fn endpoints(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let text = format!(
        "{{\n  \"name\": \"upstream\",\n  \"type\": \"docker-registry\",\n  \"url\": \"https://{host}\",\n  \"insecure\": false,\n  \"credential\": {{\n    \"type\": \"basic\",\n    \"access_key\": \"{user}\",\n    \"access_secret\": \"{secret}\"\n  }}\n}}\n"
    );
    corpus.found("srv/harbor/upstream.json", &[66], &text, [login.is(Kind::UserPass)]);
}

fn machines(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let text = format!(
        "Vagrant.configure(\"2\") do |config|\n  config.vm.provider \"docker\" do |d|\n    d.image = \"{host}/acme/api\"\n    d.email = \"ops@acme-corp.net\"\n    d.username = \"{user}\"\n    d.password = \"{secret}\"\n    d.auth_server = \"https://{host}\"\n  end\nend\n"
    );
    corpus.found("srv/app/Vagrantfile", &[71], &text, [login.is(Kind::UserPass)]);
    let text = format!(
        "resource \"aws_secretsmanager_secret_version\" \"registry\" {{\n  secret_id     = aws_secretsmanager_secret.registry.id\n  secret_string = jsonencode({{ username = \"{user}\", password = \"{secret}\" }})\n}}\n"
    );
    let found = login.is(Kind::UserPass).registry("*");
    corpus.found("srv/infra/secrets.tf", &[57], &text, [found]);
}

fn sections(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let fields = format!("username = {user}\npassword = {secret}\n");
    for (path, text) in [
        ("app.ini", format!("[app]\nport = 8080\n\n[docker]\nregistry = {host}\n{fields}")),
        ("app.cfg", format!("; ours\n[docker]\nregistry: {host}\n[auth]\n{fields}")),
        ("pullrc", format!("[core]\n\tjobs = 4\n[registry \"{host}\"]\n{fields}")),
    ] {
        corpus.found(&format!("srv/app/{path}"), &[39], &text, [login.is(Kind::UserPass)]);
    }
}

fn broken(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let login_of = format!(
        "configs:\n  \"{host}\":\n    auth:\n      username: {user}\n      password: {secret}\n"
    );
    for text in [
        format!("mirrors:\n  docker.io:\n    endpoint: [\"https://{host}\"\n{login_of}"),
        format!("{login_of}    tls:\n     insecure_skip_verify: \"true\n"),
    ] {
        corpus.found("etc/rancher/k3s/registries.yaml", &[40], &text, [login.is(Kind::UserPass)]);
    }
    let text = format!(
        "currentDeployment: default\ndeploymentConfigurations:\n- name: default\n  providers:\n    dockerRegistry:\n      enabled: true\n      accounts:\n      - name: ours\n        address: https://{host}\n        username: {user}\n        password: {secret}\n        email: ops@acme-corp.net\n"
    );
    corpus.found("home/mira/.hal/config", &[39], &text, [login.is(Kind::UserPass)]);
}

fn clean(corpus: &mut Corpus) {
    corpus.clean(
        "srv/app/feeds.conf",
        &[47],
        "feed = https://mira:hal-Tram-99@feeds.acme-corp.net/v2/items\ndb = postgres://mira:hal-Tram-99@db.acme-corp.net/app\nimage = docker://ghcr.io/acme/api:1\n",
    );
    corpus.clean(
        "srv/app/app.ini",
        &[39],
        "[docker]\nregistry = ghcr.io\n[database]\nhost = db.acme-corp.net\nusername = mira\npassword = hal-Tram-99\n",
    );
    corpus.clean(
        "var/log/shop.log",
        &[73],
        "level=debug url=https://shop.acme-corp.net/cart Authorization=\"Basic bWlyYTpoYWwtVHJhbS05OQ==\"\n",
    );
    corpus.clean(
        "srv/infra/database.tf",
        &[57],
        "resource \"aws_secretsmanager_secret_version\" \"database\" {\n  secret_string = jsonencode({ username = \"mira\", password = \"hal-Tram-99\" })\n}\n# registry_auth\n",
    );
    corpus.clean(
        "srv/app/Vagrantfile",
        &[71],
        "Vagrant.configure(\"2\") do |config|\n  config.vm.provider \"vsphere\" do |d|\n    d.user = \"mira\"\n    d.password = \"hal-Tram-99\"\n  end\nend\n",
    );
}
