//! Variables of the environment that hold registry passwords: rows 47 and 64 of the catalogue.

use imgsec_cred::audit::finding::Kind;

use super::case::Corpus;

pub(crate) fn cases(corpus: &mut Corpus) {
    files(corpus);
    names(corpus);
    compose(corpus);
    manifests(corpus);
    shells(corpus);
    watchtower(corpus);
    beside_a_login(corpus);
    lists(corpus);
}

const BEFORE: &str = "# app\nNODE_ENV=production\nPORT=8080\nDATABASE_URL=postgres://shop:shop-test@db:5432/shop\nDB_PASSWORD=hal-Tram-99\nREDIS_PASSWORD=Zelva_1122x\n\
    JWT_SECRET=1f9e8d7c6b5a\nNPM_TOKEN=${NPM}\nSMTP_PASSWORD=Most-Vltava-7\n";

fn files(corpus: &mut Corpus) {
    let (hub, own) = (corpus.dice.login("docker-pat"), corpus.dice.person());
    let text = format!(
        "{BEFORE}DOCKERHUB_USERNAME={}\nDOCKERHUB_TOKEN={}\n\nexport CI_REGISTRY={}\nexport CI_REGISTRY_USER={}\nexport CI_REGISTRY_PASSWORD=\"{}\"\n",
        hub.user, hub.secret, own.host, own.user, own.secret
    );
    for path in ["srv/app/.env", "srv/app/.env.local", "srv/app/prod.env", "home/ada/.envrc"] {
        corpus.found(path, &[47], &text, [hub.is(Kind::Env), own.is(Kind::Env)]);
    }
}

fn names(corpus: &mut Corpus) {
    let hub = "docker.io *";
    let names = [
        ("DOCKER_USERNAME", "DOCKER_PASSWORD", "password", hub),
        ("DOCKER_USER", "DOCKER_PASS", "password", hub),
        ("DOCKERHUB_USERNAME", "DOCKERHUB_PASSWORD", "password", "docker.io"),
        ("DOCKER_HUB_USERNAME", "DOCKER_HUB_TOKEN", "docker-pat", "docker.io"),
        ("DOCKER_REGISTRY_USER", "DOCKER_REGISTRY_PASS", "password", hub),
        ("REGISTRY_USERNAME", "REGISTRY_PASSWORD", "password", hub),
        ("GHCR_USER", "GHCR_TOKEN", "github-pat", "ghcr.io"),
        (
            "CI_REGISTRY_USER",
            "CI_REGISTRY_PASSWORD",
            "gitlab-deploy-token",
            "registry.gitlab.com *",
        ),
        ("CR_USER", "CR_PAT", "github-pat", "ghcr.io *"),
        ("QUAY_USERNAME", "QUAY_PASSWORD", "quay-robot", "quay.io"),
    ];
    for (user, word, token, registry) in names {
        let login = corpus.dice.login(token);
        let text = format!("{BEFORE}{user}='{}'\n{word}={}\nTZ=UTC\n", login.user, login.secret);
        let token = if token == "quay-robot" { "quay-robot" } else { login.token };
        let found = login.is(Kind::Env).registry(registry).token(token);
        let found = if user == "CR_USER" { found.user("? -") } else { found };
        corpus.found("srv/app/.env", &[47], &text, [found]);
    }
    let login = corpus.dice.login("nvidia-api-key");
    let text = format!("{BEFORE}NGC_API_KEY={}\n", login.secret);
    let found = login.is(Kind::Env).registry("nvcr.io").user("? -");
    corpus.found("srv/nim/.env", &[47], &text, [found]);
}

fn compose(corpus: &mut Corpus) {
    let hub = corpus.dice.hub();
    let begin = "name: shop\nservices:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_USER: shop\n      POSTGRES_PASSWORD: hal-Tram-99\n    ports:\n      - \"5432:5432\"\n    volumes:\n      \
        - db:/var/lib/postgresql/data\n  api:\n    image: ghcr.io/acme/api:1.4\n    depends_on: [db]\n    labels:\n      traefik.enable: \"true\"\n    healthcheck:\n      test: [CMD, curl, -f, http://localhost]\n  ci:\n    image: docker:28\n    environment:\n";
    let end = "    restart: unless-stopped\nvolumes:\n  db: {}\n";
    let found = || [hub.is(Kind::Env).registry("docker.io *")];
    let text = format!(
        "{begin}      DOCKER_USERNAME: {}\n      DOCKER_PASSWORD: {}\n      TZ: UTC\n{end}",
        hub.user, hub.secret
    );
    corpus.found("srv/shop/compose.yaml", &[47], &text, found());
    let text = format!(
        "{begin}      - TZ=UTC\n      - DOCKER_USERNAME={}\n      - DOCKER_PASSWORD={}\n{end}",
        hub.user, hub.secret
    );
    corpus.found("srv/shop/docker-compose.yml", &[47], &text, found());
}

fn manifests(corpus: &mut Corpus) {
    let hub = corpus.dice.login("docker-pat");
    let text = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ci\nspec:\n  template:\n    spec:\n      containers:\n      - name: ci\n        image: docker:28\n        env:\n        - name: DB_PASSWORD\n          \
         value: hal-Tram-99\n        - name: DOCKERHUB_USERNAME\n          value: {}\n        - name: DOCKERHUB_TOKEN\n          value: {}\n        - name: OTHER\n          valueFrom: {{fieldRef: {{fieldPath: metadata.name}}}}\n",
        hub.user, hub.secret
    );
    corpus.found("srv/k8s/ci.yaml", &[47], &text, [hub.is(Kind::Env).user("? -")]);
}

fn shells(corpus: &mut Corpus) {
    let (key, pat) = (corpus.dice.login("nvidia-api-key"), corpus.dice.login("github-pat"));
    let text = format!(
        "# ~/.bashrc\ncase $- in *i*) ;; *) return;; esac\nHISTSIZE=1000\nalias ll='ls -alF'\nexport PATH=\"$HOME/bin:$PATH\"\nexport NGC_API_KEY={}\nexport CR_PAT='{}' # ghcr\n[ -f ~/.fzf.bash ] && . ~/.fzf.bash\n",
        key.secret, pat.secret
    );
    let both = || {
        [
            key.is(Kind::Env).registry("nvcr.io").user("? -"),
            pat.is(Kind::Env).registry("ghcr.io *").user("-"),
        ]
    };
    for path in ["home/ada/.bashrc", "home/ada/.zshrc", "home/ada/.profile", "etc/environment"] {
        corpus.found(path, &[47], &text, both());
    }
    let text = format!("set -gx EDITOR vim\nset -gx CR_PAT {}\n", pat.secret);
    let found = pat.is(Kind::Env).registry("ghcr.io *").user("-");
    corpus.found("home/ada/.config/fish/config.fish", &[47], &text, [found]);
    let text = format!(
        "[Unit]\nDescription=CI\n\n[Service]\nExecStart=/usr/bin/ci\nEnvironment=\"CR_PAT={}\" TZ=UTC\nRestart=always\n",
        pat.secret
    );
    let found = pat.is(Kind::Env).registry("ghcr.io *").user("-");
    corpus.found("etc/systemd/system/ci.service", &[47], &text, [found]);
}

fn watchtower(corpus: &mut Corpus) {
    let hub = corpus.dice.hub();
    let text = format!(
        "services:\n  watchtower:\n    image: containrrr/watchtower:1.7.1\n    environment:\n      - WATCHTOWER_POLL_INTERVAL=300\n      - REPO_USER={}\n      - REPO_PASS={}\n    volumes:\n      \
         - /var/run/docker.sock:/var/run/docker.sock\n",
        hub.user, hub.secret
    );
    let found = || [hub.is(Kind::Env).registry("docker.io *")];
    corpus.found("srv/watchtower/docker-compose.yml", &[64], &text, found());
    let text = format!("REPO_USER={}\nREPO_PASS={}\n", hub.user, hub.secret);
    corpus.found("srv/watchtower/watchtower.env", &[64], &text, found());
}

/// A password that a script sets and gives to a login is one secret of that registry.
fn beside_a_login(corpus: &mut Corpus) {
    let own = corpus.dice.person();
    let (host, user, secret) = (&own.host, &own.user, &own.secret);
    let env = || [own.is(Kind::Env).or(Kind::Script)];
    let begin = "$ErrorActionPreference = 'Stop'\n$env:DB_PASSWORD = 'hal-Tram-99'\n";
    let text = format!(
        "{begin}$env:DOCKER_PASSWORD = \"{secret}\"\n$env:DOCKER_PASSWORD | docker login -u {user} --password-stdin {host}\ndocker push {host}/acme/api\n"
    );
    corpus.found("srv/app/push.ps1", &[47, 74], &text, env());
    let text = format!(
        "{begin}$env:REGISTRY_PASSWORD = '{secret}'\ndocker login {host} --username {user} --password $env:REGISTRY_PASSWORD\n"
    );
    corpus.found("srv/app/login.ps1", &[47, 74], &text, env());
    let text = format!(
        "{begin}$env:PULL_USER = \"{user}\"\n$env:REGISTRY_TOKEN = \"{secret}\"\ndocker login -u $env:PULL_USER -p $env:REGISTRY_TOKEN {host}\n"
    );
    corpus.found("srv/app/pull.ps1", &[47, 74], &text, env());
    let text = format!(
        "#!/bin/sh\nset -e\nDOCKER_PASSWORD={secret}\necho \"$DOCKER_PASSWORD\" | docker login -u {user} --password-stdin {host}\n"
    );
    corpus.found("srv/app/push.sh", &[47, 74], &text, env());
    let both = || own.is(Kind::Env).or(Kind::Script).anywhere();
    let text = format!(
        "#!/bin/sh\nset -e\nexport DOCKER_PASSWORD={secret}\ndocker login -u {user} -p {secret} {host}\ndocker push {host}/acme/api\n"
    );
    corpus.found("srv/app/twice.sh", &[47, 74], &text, [both(), both()]);
    let text = format!(
        "REGISTRY_PASSWORD='{secret}'\nexport REGISTRY_PASSWORD\npodman login --username={user} --password='{secret}' {host}\n"
    );
    corpus.found(
        "home/ada/.bash_history",
        &[47, 72],
        &text,
        [own.is(Kind::History).anywhere(), own.is(Kind::History).anywhere()],
    );
}

/// Registries in a list of JSON that is the text of something else.
fn lists(corpus: &mut Corpus) {
    let (own, hub) = (corpus.dice.person(), corpus.dice.login("docker-pat"));
    let list = format!(
        "[{{\"registry\":\"{}\",\"username\":\"{}\",\"password\":\"{}\"}},{{\"registry\":\"{}\",\"username\":\"{}\",\"password\":\"{}\"}}]",
        own.host, own.user, own.secret, hub.host, hub.user, hub.secret
    );
    let both =
        || [own.is(Kind::UserPass), hub.is(Kind::UserPass)].map(super::case::Expected::anywhere);
    let texts = [
        (
            "srv/k8s/config.yaml",
            format!("kind: ConfigMap\ndata:\n  level: info\n  registries.json: '{list}'\n"),
        ),
        (
            "srv/k8s/list.yaml",
            format!("kind: ConfigMap\ndata:\n  registries.json: |\n    {list}\n"),
        ),
        (
            "srv/app/compose.yaml",
            format!(
                "services:\n  app:\n    image: node:22\n    environment:\n      - REGISTRIES={list}\n"
            ),
        ),
        (
            "srv/app/settings.json",
            format!("{{\"registries\": {}}}\n", super::generate::quoted(&list)),
        ),
    ];
    for (path, text) in texts {
        corpus.found(path, &[39, 47], &text, both());
    }
    let text = "kind: ConfigMap\ndata:\n  registries.json: '[{\"registry\":\"ghcr.io\",\"username\":\"ada\",\"passwordFrom\":\"vault\"}]'\n  other: '[not json'\n";
    corpus.clean("srv/k8s/config.yaml", &[39, 47], text);
}
