//! Other registry clients: rows 17 to 30 of the catalogue.

use imgsec_cred::audit::finding::Kind;

use super::case::Corpus;
use super::generate::{UPPER, WORDY, base64, rfc3339};
use super::logins::now;

pub(crate) fn cases(corpus: &mut Corpus) {
    helm(corpus);
    oras_and_regclient(corpus);
    skopeo_sync(corpus);
    caches(corpus);
    command_line_tools(corpus);
    jfrog(corpus);
    netrc(corpus);
    devcontainers(corpus);
}

fn helm(corpus: &mut Corpus) {
    let places = [
        ("home/ada/.config/helm/registry/config.json", 17),
        ("Users/ada/Library/Preferences/helm/registry/config.json", 17),
        ("Users/Ada/AppData/Roaming/helm/registry/config.json", 17),
        ("tmp/oras_credstore_temp_3847561029", 19),
        ("srv/ci/oras-registry.json", 19),
    ];
    for (path, row) in places {
        let login = corpus.dice.any();
        let text = format!("{{\n\t\"auths\": {{\n\t\t{}\n\t}}\n}}", login.entry());
        corpus.found(path, &[row], &text, [login.is(Kind::Auth)]);
    }
    let (one, two) = (corpus.dice.person(), corpus.dice.login("harbor-robot"));
    let one = one.at("charts.kovar.io", "charts.kovar.io");
    let text = format!(
        "apiVersion: \"\"\ngenerated: \"2026-02-11T09:14:51.883+01:00\"\nrepositories:\n- caFile: \"\"\n  certFile: \"\"\n  \
         insecure_skip_tls_verify: false\n  keyFile: \"\"\n  name: bitnami\n  pass_credentials_all: false\n  password: \"\"\n  \
         url: https://charts.bitnami.com/bitnami\n  username: \"\"\n- caFile: \"\"\n  name: acme\n  password: {}\n  \
         url: https://{}/chartrepo/prod\n  username: {}\n- name: lab\n  url: https://{}/chartrepo/lab\n  username: {}\n  password: {}\n",
        one.secret, one.host, one.user, two.host, two.user, two.secret
    );
    let expected = || [one.is(Kind::UserPass), two.is(Kind::UserPass)];
    corpus.found("home/ada/.config/helm/repositories.yaml", &[18], &text, expected());
    corpus.found("Users/ada/Library/Preferences/helm/repositories.yaml", &[18], &text, expected());
}

fn oras_and_regclient(corpus: &mut Corpus) {
    let (one, two) = (corpus.dice.person(), corpus.dice.login("docker-pat"));
    let two = two.at("docker.io", "docker.io");
    let text = format!(
        "{{\n  \"hosts\": {{\n    \"{}\": {{\n      \"tls\": \"enabled\",\n      \"hostname\": \"{}\",\n      \"user\": \"{}\",\n      \
         \"pass\": \"{}\",\n      \"reqConcurrent\": 3\n    }},\n    \"{}\": {{\n      \"user\": \"{}\",\n      \"pass\": \"{}\"\n    }}\n  }},\n  \
         \"blobLimit\": 0\n}}\n",
        one.host, one.host, one.user, one.secret, two.host, two.user, two.secret
    );
    let expected = [one.is(Kind::UserPass), two.is(Kind::UserPass)];
    corpus.found("home/ada/.regctl/config.json", &[20], &text, expected);
    let token = corpus.dice.login("jwt");
    let text = format!(
        "{{\"hosts\": {{\"{}\": {{\"tls\": \"enabled\", \"token\": \"{}\"}}}}}}\n",
        token.host, token.secret
    );
    let found = token.is(Kind::IdentityToken).or(Kind::UserPass).or(Kind::RegistryToken).user("-");
    corpus.found("home/ada/.regctl/config.json", &[20], &text, [found]);

    let (one, two) = (corpus.dice.any(), corpus.dice.person());
    let host = one.host.trim_start_matches("https://").trim_end_matches("/v1/").to_owned();
    let text = format!(
        "version: 1\ncreds:\n  - registry: {host}\n    user: {}\n    pass: {}\n  - registry: {}\n    user: \"{}\"\n    pass: \"{}\"\n    tls: disabled\n\
         defaults:\n  ratelimit:\n    min: 100\n    retry: 15m\n  parallel: 2\nsync:\n  - source: busybox:latest\n    target: {}/library/busybox:latest\n    \
         type: image\n",
        one.user, one.secret, two.host, two.user, two.secret, two.host
    );
    let expected = || [one.is(Kind::UserPass), two.is(Kind::UserPass)];
    corpus.found("srv/mirror/regsync.yml", &[21], &text, expected());
    let bot = text.replace(
        "sync:\n",
        "scripts:\n  - name: tags\n    script: |\n      tag.ls(\"x\")\nsync:\n",
    );
    corpus.found("srv/mirror/regbot.yml", &[21], &bot, expected());
}

fn skopeo_sync(corpus: &mut Corpus) {
    let (one, two) = (corpus.dice.person(), corpus.dice.login("quay-robot"));
    let text = format!(
        "registry.k8s.io:\n    images:\n        pause:\n            - \"3.9\"\n{}:\n    tls-verify: false\n    images:\n        busybox: []\n        \
         redis:\n            - \"7.2\"\n            - \"sha256:0000000000000000000000000000000011111111111111111111111111111111\"\n    credentials:\n        \
         username: {}\n        password: {}\n    cert-dir: /etc/certs\nquay.io:\n    credentials:\n        username: \"{}\"\n        password: \"{}\"\n    \
         images:\n        acme/api:\n            - latest\n",
        one.host, one.user, one.secret, two.user, two.secret
    );
    let expected = [one.is(Kind::UserPass), two.is(Kind::UserPass)];
    corpus.found("srv/mirror/sync.yaml", &[22], &text, expected);
}

fn caches(corpus: &mut Corpus) {
    for token in ["aws-ecr", "aws-ecr-expired"] {
        let login = corpus.dice.login(token);
        let super::case::Lasts::Until(seconds) = login.lasts else { continue };
        let key = format!("{}-{}", base64(&corpus.dice.text(WORDY, 16)), login.host);
        let text = format!(
            "{{\n  \"Registries\": {{\n    \"{key}\": {{\n      \"AuthorizationToken\": \"{}\",\n      \"RequestedAt\": \"{}\",\n      \
             \"ExpiresAt\": \"{}\",\n      \"ProxyEndpoint\": \"https://{}\",\n      \"Service\": \"ecr\"\n    }}\n  }},\n  \"Version\": \"1.0\"\n}}",
            login.auth(),
            rfc3339(seconds - 12 * 3600),
            rfc3339(seconds),
            login.host
        );
        corpus.found("home/ada/.ecr/cache.json", &[23], &text, [login.is(Kind::Auth)]);
        let text = format!(
            "{{\"Registries\":{{\"{key}\":{{\"AuthorizationToken\":\"{}\",\"ExpiresAt\":\"{}\"}}}},\"Version\":\"1.0\"}}",
            login.auth(),
            rfc3339(seconds)
        );
        corpus.found("root/.ecr/cache.json", &[23], &text, [login.is(Kind::Auth)]);
    }
    let access = corpus.dice.login("gcp-access-token");
    let mut refresh = access.clone();
    refresh.secret = format!("1/{}0{}", '/', corpus.dice.text(WORDY, 99));
    refresh.token = "gcp-refresh-token";
    let until = now() + 2400;
    let text = format!(
        "{{\n  \"gcrCreds\": {{\n    \"access_token\": \"{}\",\n    \"refresh_token\": \"{}\",\n    \"token_expiry\": \"{}\"\n  }}\n}}\n",
        access.secret,
        refresh.secret,
        rfc3339(until)
    );
    let registry = "* gcr.io";
    let expected = || {
        [
            access.is(Kind::OauthAccess).registry(registry).user("- ?").until(until),
            refresh.is(Kind::OauthRefresh).registry(registry).user("- ?"),
        ]
    };
    corpus.found("home/ada/.config/gcloud/docker_credentials.json", &[24], &text, expected());
    let windows = "Users/Ada/AppData/Roaming/gcloud/docker_credentials.json";
    corpus.found(windows, &[24], &text, expected());
}

fn command_line_tools(corpus: &mut Corpus) {
    for token in ["github-oauth", "github-pat"] {
        let mut login = corpus.dice.login(token);
        login.user = "ada-kral".into();
        let text = format!(
            "github.com:\n    git_protocol: ssh\n    users:\n        ada-kral:\n            oauth_token: {}\n    user: ada-kral\n",
            login.secret
        );
        let found =
            || login.is(Kind::OauthAccess).or(Kind::UserPass).registry("ghcr.io github.com *");
        corpus.found("home/ada/.config/gh/hosts.yml", &[25], &text, [found().user("ada-kral -")]);
        let text = format!(
            "github.com:\n    user: ada-kral\n    oauth_token: {}\n    git_protocol: https\n",
            login.secret
        );
        corpus.found("home/ada/.config/gh/hosts.yml", &[25], &text, [found()]);
    }
    let login = corpus.dice.login("digitalocean-token");
    let places = [
        "home/ada/.config/doctl/config.yaml",
        "Users/ada/Library/Application Support/doctl/config.yaml",
    ];
    let text = format!(
        "access-token: {}\napi-url: \"\"\nauth-contexts: {{}}\ncontext: default\noutput: text\nregistry:\n  login:\n    expiry-seconds: 0\n    \
         never-expire: false\ntrace: false\n",
        login.secret
    );
    for path in places {
        let found = login.is(Kind::UserPass).or(Kind::OauthAccess).user("- ?");
        corpus.found(path, &[27], &text, [found.registry("registry.digitalocean.com *")]);
    }
}

fn jfrog(corpus: &mut Corpus) {
    let person = corpus.dice.person().at("acme.jfrog.io", "acme.jfrog.io");
    let text = format!(
        "{{\n  \"servers\": [\n    {{\n      \"url\": \"https://{}/\",\n      \"artifactoryUrl\": \"https://{}/artifactory/\",\n      \
         \"user\": \"{}\",\n      \"password\": \"{}\",\n      \"serverId\": \"acme\",\n      \"isDefault\": true\n    }}\n  ],\n  \"version\": \"6\"\n}}\n",
        person.host, person.host, person.user, person.secret
    );
    corpus.found("home/ada/.jfrog/jfrog-cli.conf.v6", &[28], &text, [person.is(Kind::UserPass)]);
    let token = corpus.dice.login("jfrog-access-token");
    let mut refresh = token.clone();
    (refresh.secret, refresh.token) = (corpus.dice.uuid(), "uuid");
    let text = format!(
        "{{\"servers\":[{{\"url\":\"https://{}/\",\n\"user\":\"{}\",\n\"accessToken\":\"{}\",\n\"refreshToken\":\"{}\",\n\"serverId\":\"a\"}}],\"version\":\"6\"}}",
        token.host, token.user, token.secret, refresh.secret
    );
    let expected = [token.is(Kind::OauthAccess).or(Kind::UserPass), refresh.is(Kind::OauthRefresh)];
    corpus.found("home/ada/.jfrog/jfrog-cli.conf.v5", &[28], &text, expected);
}

fn netrc(corpus: &mut Corpus) {
    let (one, two, hub) =
        (corpus.dice.login("github-pat"), corpus.dice.person(), corpus.dice.login("gitlab-pat"));
    let other = corpus.dice.text(UPPER, 18);
    let two = two.at("registry.acme-corp.net", "registry.acme-corp.net");
    let text = format!(
        "# tools\nmachine {} login {} password {}\nmachine ftp.kernel.org\n  login anonymous\n  password x{other}\n\nmachine {}\n\tlogin {}\n\tpassword {}\n\
         machine {} login {} account acme password {}\n",
        one.host,
        one.user,
        one.secret,
        two.host,
        two.user,
        two.secret,
        hub.host,
        hub.user,
        hub.secret
    );
    for path in ["home/ada/.netrc", "Users/Ada/_netrc"] {
        corpus.found(path, &[29], &text, [&one, &two, &hub].map(|login| login.is(Kind::Netrc)));
    }
}

fn devcontainers(corpus: &mut Corpus) {
    let (one, two) = (corpus.dice.login("github-pat"), corpus.dice.person());
    let value = format!(
        "{}|{}|{},{}|{}|{}",
        one.host, one.user, one.secret, two.host, two.user, two.secret
    );
    let texts = [
        ("home/ada/.bashrc", format!("alias g=git\nexport DEVCONTAINERS_OCI_AUTH=\"{value}\"\n")),
        ("srv/app/.env", format!("PORT=80\nDEVCONTAINERS_OCI_AUTH={value}\n")),
        (
            "srv/app/.github/workflows/dev.yml",
            format!(
                "on: push\njobs:\n  dev:\n    runs-on: ubuntu-24.04\n    env:\n      DEVCONTAINERS_OCI_AUTH: {value}\n    steps: []\n"
            ),
        ),
    ];
    for (path, text) in texts {
        corpus.found(path, &[30], &text, [one.is(Kind::Env), two.is(Kind::Env)]);
    }
}
