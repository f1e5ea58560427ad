//! Docker's own settings and their leftovers: rows 1 to 10 of the catalogue.

use imgsec_cred::audit::finding::Kind;

use super::case::Corpus;
use super::generate::{base64, indented, quoted};
use super::logins::TYPES;

const CONFIG: &str = "home/ada/.docker/config.json";

pub(crate) fn cases(corpus: &mut Corpus) {
    every_type(corpus);
    several(corpus);
    tokens_beside(corpus);
    headers_and_proxies(corpus);
    leftovers(corpus);
    other_places(corpus);
    legacy(corpus);
    variables(corpus);
    plugins(corpus);
}

/// The file as `docker login` writes it, with tabs.
fn file(entries: &[String], rest: &str) -> String {
    let entries: Vec<String> =
        entries.iter().map(|entry| format!("\t\t{}", spread(entry))).collect();
    format!("{{\n\t\"auths\": {{\n{}\n\t}}{rest}\n}}\n", entries.join(",\n"))
}

/// An entry over three lines.
fn spread(entry: &str) -> String {
    match entry.split_once("{\"") {
        Some((name, rest)) => {
            format!("{name}{{\n\t\t\t\"{}\n\t\t}}", rest.trim_end_matches('}'))
        }
        None => entry.to_owned(),
    }
}

fn every_type(corpus: &mut Corpus) {
    let more = ["gcp-service-account-key", "gcp-service-account-key-base64", "oracle-auth-token"];
    for token in TYPES.iter().chain(&more) {
        let login = corpus.dice.login(token);
        let text = file(&[login.entry()], "");
        corpus.found(CONFIG, &[1], &text, [login.is(Kind::Auth)]);
    }
    for _ in 0..4 {
        let mut login = corpus.dice.hub();
        login.secret = corpus.dice.odd_password();
        let text = file(&[login.entry()], ",\n\t\"credsStore\": \"desktop\"");
        corpus.found("root/.docker/config.json", &[1], &text, [login.is(Kind::Auth)]);
    }
}

fn several(corpus: &mut Corpus) {
    let logins =
        ["docker-pat", "github-pat", "aws-ecr", "quay-robot", "password", "aws-ecr-expired"];
    let [a, b, c, d, e, f] = logins.map(|token| corpus.dice.login(token));
    let f = f.at(
        "998811112222.dkr.ecr.us-east-1.amazonaws.com",
        "998811112222.dkr.ecr.us-east-1.amazonaws.com",
    );
    let marker = "\"gcr.io\": {}".to_owned();
    let entries = [a.entry(), marker, b.entry(), c.entry(), d.entry(), e.entry(), f.entry()];
    let rest = ",\n\t\"detachKeys\": \"ctrl-q,q\",\n\t\"psFormat\": \"table {{.ID}}\\t{{.Names}}\",\n\
        \t\"credHelpers\": {\n\t\t\"gcr.io\": \"gcloud\"\n\t},\n\t\"experimental\": \"enabled\"";
    let text = file(&entries, rest);
    let all = [&a, &b, &c, &d, &e, &f].map(|login| login.is(Kind::Auth));
    corpus.found("mnt/c/Users/Ada/.docker/config.json", &[1], &text, all);

    let hosts = [
        ("https://registry-1.docker.io", "docker.io"),
        ("https://Nexus.Intra.LAN:8083/v2/", "nexus.intra.lan:8083"),
        ("http://10.20.30.40:5000", "10.20.30.40:5000"),
        ("[fd00::12]:5000", "[fd00::12]:5000"),
        ("quay.io/acme/app", "quay.io"),
        ("docker.io", "docker.io"),
        ("index.docker.io", "docker.io"),
    ];
    for (host, name) in hosts {
        let login = corpus.dice.person().at(host, name);
        let helper = format!(
            ",\n\t\"credHelpers\": {{\"{host}\": \"\"}},\n\t\"credsStore\": \"desktop.exe\""
        );
        let text = file(&[login.entry()], &helper);
        corpus.found(CONFIG, &[1], &text, [login.is(Kind::Auth)]);
    }
}

fn tokens_beside(corpus: &mut Corpus) {
    for token in ["azure-acr-refresh-token", "azure-acr-expired"] {
        let login = corpus.dice.login(token);
        let user = base64(&format!("{}:", login.user));
        let entry = format!(
            "\"{}\": {{\"auth\": \"{user}\",\n\t\t\t\"identitytoken\": \"{}\"}}",
            login.host, login.secret
        );
        corpus.found(CONFIG, &[1], &file(&[entry], ""), [login.is(Kind::IdentityToken)]);
    }
    let login = corpus.dice.login("jwt");
    let entry = format!("\"{}\": {{\"registrytoken\": \"{}\"}}", login.host, login.secret);
    let expected = login.is(Kind::RegistryToken).user("-");
    corpus.found(CONFIG, &[1], &file(&[entry], ""), [expected]);

    let login = corpus.dice.person();
    let entry = format!(
        "\"{}\": {{\"username\": \"{}\",\n\t\t\t\"password\": \"{}\",\n\t\t\t\"email\": \"ada@acme-corp.net\"}}",
        login.host, login.user, login.secret
    );
    corpus.found(CONFIG, &[1], &file(&[entry], ""), [login.is(Kind::UserPass)]);

    let (pat, mut access, mut refresh) = (
        corpus.dice.login("docker-pat"),
        corpus.dice.login("docker-oauth-access"),
        corpus.dice.login("docker-oauth-refresh"),
    );
    access.user.clone_from(&pat.user);
    refresh.user.clone_from(&pat.user);
    let refresh = refresh.at("https://index.docker.io/v1/refresh-token", "docker.io");
    let text = file(&[pat.entry(), access.entry(), refresh.entry()], "");
    let expected = [
        pat.is(Kind::Auth),
        access.is(Kind::Auth).or(Kind::OauthAccess),
        refresh.is(Kind::Auth).or(Kind::OauthRefresh),
    ];
    corpus.found(CONFIG, &[1], &text, expected);
}

fn headers_and_proxies(corpus: &mut Corpus) {
    let (secret, header) = (corpus.dice.password(), corpus.dice.login("jwt"));
    let text = format!(
        "{{\n  \"auths\": {{}},\n  \"HttpHeaders\": {{\n    \"User-Agent\": \"Docker-Client/19.03.12 (linux)\",\n    \
         \"X-Meta-Authorization\": \"Bearer {}\"\n  }},\n  \"proxies\": {{\n    \"default\": {{\n      \
         \"httpProxy\": \"http://svc-proxy:{secret}@px.intra.lan:3128\",\n      \"noProxy\": \"localhost,.intra.lan\"\n    \
         }}\n  }},\n  \"credsStore\": \"secretservice\"\n}}\n",
        header.secret
    );
    let with_scheme = format!("Bearer {}", header.secret);
    let mut person = corpus.dice.person();
    (person.user, person.secret) = ("svc-proxy".into(), secret);
    let expected = [
        header.is(Kind::HttpHeader).registry("*").user("-").or_secret(&with_scheme),
        person.is(Kind::ProxyUserinfo).registry("*"),
    ];
    corpus.found(CONFIG, &[1], &text, expected);
}

fn leftovers(corpus: &mut Corpus) {
    let names = [
        ("config.json2847193056", 2),
        ("config.json.bak", 3),
        ("config.json~", 3),
        ("config.json.old", 3),
        ("config.json.orig", 3),
        ("config.json.save", 3),
        ("config.json.2026-03-14", 3),
        ("config.json.bak.1", 3),
    ];
    for (name, row) in names {
        let login = corpus.dice.any();
        let text = file(&[login.entry()], "");
        let path = format!("home/ada/.docker/{name}");
        corpus.found(&path, &[row], &text, [login.is(Kind::Auth)]);
    }
    let login = corpus.dice.any();
    let text = format!("{{\n    \"auths\": {{\n        {}\n    }}\n}}", login.entry());
    let history = "home/ada/.config/Code/User/History/-4a1b2c3d/Xk9Q.json";
    corpus.found(history, &[3], &text, [login.is(Kind::Auth)]);
    let trash = "home/ada/.local/share/Trash/files/config.json";
    corpus.found(trash, &[3], &text, [login.is(Kind::Auth)]);
}

fn other_places(corpus: &mut Corpus) {
    let places: [(&str, u8); 10] = [
        ("home/ada/.docker/buildx/config/registry-1.docker.io/acme/api@push/config.json", 5),
        ("home/ada/.docker/.dockerconfigjson", 7),
        ("kaniko/.docker/config.json", 8),
        ("home/runner/work/_temp/docker_config/config.json", 1),
        ("home/ada/.apptainer/docker-config.json", 16),
        ("var/lib/kubelet/config.json", 46),
        ("var/jenkins/workspace/app@tmp/9f1c2a33-5b6d-4e1f-8a2b-3c4d5e6f7a8b/config.json", 51),
        ("var/lib/buildkite-agent/.docker/config.json", 52),
        ("tekton/home/.docker/config.json", 53),
        ("srv/deploy/watchtower/config.json", 64),
    ];
    for (path, row) in places {
        let (one, two) = (corpus.dice.any(), corpus.dice.person());
        let two = two.at("cr.second.dev", "cr.second.dev");
        let text = file(&[one.entry(), two.entry()], "");
        corpus.found(path, &[row], &text, [one.is(Kind::Auth), two.is(Kind::Auth)]);
    }
    let logins = ["hub-tool", "hub-tool-token", "hub-tool-refresh-token"];
    let [a, b, c] =
        logins.map(|name| corpus.dice.login("docker-pat").at(name, "docker.io hub-tool"));
    let text = file(&[a.entry(), b.entry(), c.entry()], "");
    let expected = [
        a.is(Kind::Auth),
        b.is(Kind::Auth).or(Kind::OauthAccess).registry("docker.io hub-tool-token"),
        c.is(Kind::Auth).or(Kind::OauthRefresh).registry("docker.io hub-tool-refresh-token"),
    ];
    corpus.found(CONFIG, &[10], &text, expected);
    let login = corpus.dice.any();
    let text = format!(
        "apiVersion: skaffold/v4beta6\nkind: Config\nbuild:\n  artifacts:\n    - image: {}/acme/api\n  cluster:\n    \
         namespace: build\n    dockerConfig:\n      path: deploy/kaniko-config.json\n",
        login.host
    );
    corpus.clean("srv/app/skaffold.yaml", &[67], &text);
    let text = file(&[login.entry()], "");
    corpus.found("srv/app/deploy/kaniko-config.json", &[67], &text, [login.is(Kind::Auth)]);
}

fn plugins(corpus: &mut Corpus) {
    let pat = corpus.dice.login("docker-pat");
    let text = format!(
        "{{\n\t\"auths\": {{}},\n\t\"credsStore\": \"desktop\",\n\t\"plugins\": {{\n\t\t\"-x-cli-hints\": {{\n\t\t\t\"enabled\": \"true\"\n\t\t}},\n\t\t\
         \"hub-tool\": {{\n\t\t\t\"username\": \"{}\",\n\t\t\t\"token\": \"{}\"\n\t\t}}\n\t}}\n}}\n",
        pat.user, pat.secret
    );
    corpus.found(CONFIG, &[1, 10], &text, [pat.is(Kind::OauthAccess)]);
}

fn legacy(corpus: &mut Corpus) {
    let (one, two) = (corpus.dice.hub(), corpus.dice.login("quay-robot"));
    let text = format!(
        "{{\n  \"{}\": {{\n    \"auth\": \"{}\",\n    \"email\": \"ada@acme-corp.net\"\n  }},\n  \"{}\": {{\n    \
         \"auth\": \"{}\",\n    \"email\": \"\"\n  }}\n}}\n",
        one.host,
        one.auth(),
        two.host,
        two.auth()
    );
    let expected = || [one.is(Kind::Auth), two.is(Kind::Auth)];
    corpus.found("home/ada/.dockercfg", &[6], &text, expected());
    corpus.found("var/lib/jenkins/.dockercfg", &[6, 51], &text, expected());
    corpus.found("home/ada/.docker/.dockercfg", &[7], &text, expected());
    corpus.found("var/lib/kubelet/.dockercfg", &[6, 46], &text, expected());
    let login = corpus.dice.person();
    let text = format!(
        "{{\"https://{}/v1/\":{{\"username\":\"{}\",\"password\":\"{}\",\"email\":\"x@acme-corp.net\"}}}}",
        login.host, login.user, login.secret
    );
    corpus.found("root/.dockercfg", &[6], &text, [login.is(Kind::UserPass)]);
}

fn variables(corpus: &mut Corpus) {
    let login = corpus.dice.any();
    let config = login.config();
    let texts = [
        (
            "srv/app/.env",
            format!("TZ=Europe/Prague\nLOG_LEVEL=info\nDOCKER_AUTH_CONFIG={config}\nPORT=8080\n"),
        ),
        ("srv/app/ci.env", format!("# pull from our registry\nDOCKER_AUTH_CONFIG='{config}'\n")),
        (
            "home/ada/.bashrc",
            format!("alias ll='ls -l'\nexport EDITOR=vim\nexport DOCKER_AUTH_CONFIG='{config}'\n"),
        ),
        (
            "etc/systemd/system/runner.service.d/auth.conf",
            format!("[Service]\nEnvironment='DOCKER_AUTH_CONFIG={config}'\nRestart=always\n"),
        ),
        ("srv/app/testcontainers.env", format!("export DOCKER_AUTH_CONFIG={}\n", quoted(&config))),
    ];
    for (path, text) in texts {
        corpus.found(path, &[4], &text, [login.is(Kind::Auth).or(Kind::Env)]);
    }
    let pretty = indented(&format!("{{\n  \"auths\": {{\n    {}\n  }}\n}}\n", login.entry()), "");
    let text = format!("CI=1\nDOCKER_AUTH_CONFIG='{}'\nDEBUG=0\n", pretty.trim_end());
    corpus.found(
        "srv/app/pretty.env",
        &[4],
        &text,
        [login.is(Kind::Auth).or(Kind::Env).anywhere()],
    );
}
