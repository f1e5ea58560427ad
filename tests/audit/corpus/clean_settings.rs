//! Settings without a credential: helpers only, markers, empty passwords, other programs'
//! passwords.

use super::case::Corpus;
use super::generate::{UPPER, base64};

pub(crate) fn cases(corpus: &mut Corpus) {
    docker(corpus);
    other_passwords(corpus);
    other_clients(corpus);
    malformed(corpus);
}

const CONFIG: &str = "home/ada/.docker/config.json";

fn docker(corpus: &mut Corpus) {
    let empty = base64("00000000-0000-0000-0000-000000000000:");
    let user = base64("mira:");
    let texts = [
        "{}".to_owned(),
        "{\"auths\":{}}".to_owned(),
        "{\n\t\"auths\": {},\n\t\"credsStore\": \"desktop\",\n\t\"currentContext\": \"desktop-linux\"\n}".to_owned(),
        "{\"credsStore\":\"secretservice\"}".to_owned(),
        "{\"credHelpers\":{\"gcr.io\":\"gcloud\",\"471112345678.dkr.ecr.eu-central-1.amazonaws.com\":\"ecr-login\",\"x.io\":\"\"}}".to_owned(),
        "{\"auths\":{\"ghcr.io\":{},\"https://index.docker.io/v1/\":{}},\"credsStore\":\"imgsec\"}".to_owned(),
        "{\"auths\":{\"ghcr.io\":{\"auth\":\"\"}}}".to_owned(),
        "{\"auths\":{\"ghcr.io\":{\"auth\":\"Og==\"}}}".to_owned(),
        format!("{{\"auths\":{{\"acmeprod.azurecr.io\":{{\"auth\":\"{empty}\"}}}}}}"),
        format!("{{\"auths\":{{\"ghcr.io\":{{\"auth\":\"{user}\",\"identitytoken\":\"\"}}}}}}"),
        "{\"auths\":{\"ghcr.io\":{\"username\":\"mira\",\"password\":\"\"}}}".to_owned(),
        "{\"auths\":{\"ghcr.io\":{\"email\":\"mira@acme-corp.net\"}}}".to_owned(),
        "{\"auths\":{\"ghcr.io\":null,\"quay.io\":{\"auth\":null}}}".to_owned(),
        "{\"HttpHeaders\":{\"User-Agent\":\"Docker-Client/24.0.7 (linux)\",\"X-Trace\":\"on\"},\"auths\":{}}".to_owned(),
        "{\"auths\":{},\"proxies\":{\"default\":{\"httpProxy\":\"http://px.intra.lan:3128\",\"noProxy\":\"*.lan\"}}}".to_owned(),
        "{\"auths\":{},\"plugins\":{\"buildx\":{\"install\":\"true\"},\"-x-cli-hints\":{\"enabled\":\"false\"}},\"features\":{\"hooks\":\"true\"}}".to_owned(),
    ];
    for (number, text) in texts.iter().enumerate() {
        corpus.clean(CONFIG, &[1], text);
        let paths =
            ["run/user/1000/containers/auth.json", "home/ada/.config/helm/registry/config.json"];
        corpus.clean(paths[number % 2], &[11, 12, 17], text);
    }
}

fn other_passwords(corpus: &mut Corpus) {
    let (word, npm) =
        (corpus.dice.password(), format!("np{}_{}", 'm', corpus.dice.text(UPPER, 36)));
    let texts = [
        (
            "srv/shop/compose.yaml",
            format!(
                "services:\n  db:\n    image: registry.acme-corp.net:5000/postgres:16\n    environment:\n      POSTGRES_PASSWORD: {word}\n      MYSQL_ROOT_PASSWORD: {word}\n"
            ),
        ),
        (
            "srv/shop/.env",
            format!(
                "REGISTRY=registry.acme-corp.net:5000\nCI_REGISTRY=quay.io\nDB_PASSWORD={word}\nREDIS_PASSWORD={word}\nSECRET_KEY={word}\nSCHEMA_REGISTRY_URL=http://sr:8081\n"
            ),
        ),
        (
            "home/ada/.npmrc",
            format!(
                "registry=https://registry.npmjs.org/\n//registry.npmjs.org/:_authToken={npm}\n//npm.acme-corp.net/:_auth={}\n",
                base64(&format!("mira:{word}"))
            ),
        ),
        (
            "home/ada/.pypirc",
            format!(
                "[distutils]\nindex-servers = pypi\n\n[pypi]\nusername = __token__\npassword = {word}\n"
            ),
        ),
        (
            "home/ada/.netrc",
            format!(
                "machine api.heroku.com login mira password {word}\nmachine smtp.acme-corp.net login mira password {word}\n"
            ),
        ),
        ("home/ada/.pgpass", format!("db.intra.lan:5432:shop:shop:{word}\n")),
        ("home/ada/.my.cnf", format!("[client]\nuser=root\npassword={word}\n")),
        (
            "home/ada/.m2/settings.xml",
            format!(
                "<settings><servers><server><id>acme-releases</id><username>ci</username><password>{word}</password></server></servers></settings>"
            ),
        ),
        (
            "srv/chart/values.yaml",
            format!(
                "image:\n  registry: docker.io\n  repository: bitnami/postgresql\nauth:\n  username: shop\n  password: {word}\n  database: shop\n"
            ),
        ),
        (
            "srv/chart/values-redis.yaml",
            format!(
                "global:\n  imageRegistry: quay.io\nredis:\n  auth:\n    enabled: true\n    password: {word}\n"
            ),
        ),
        (
            "srv/nomad/db.nomad",
            format!(
                "job \"db\" {{\n  group \"g\" {{\n    task \"t\" {{\n      driver = \"docker\"\n      config {{\n        image = \"quay.io/acme/db:1\"\n      }}\n      env {{\n        DB_PASSWORD = \"{word}\"\n      }}\n    }}\n  }}\n}}\n"
            ),
        ),
        (
            "srv/k8s/db.yaml",
            format!(
                "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ntype: Opaque\nstringData:\n  host: db.intra.lan\n  username: shop\n  password: {word}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: images\ndata:\n  registry: quay.io\n"
            ),
        ),
        (
            "srv/ansible/db.yml",
            format!(
                "- name: user\n  community.mysql.mysql_user:\n    name: shop\n    password: {word}\n- docker_container:\n    name: db\n    image: quay.io/acme/db\n    env:\n      DB_PASSWORD: {word}\n"
            ),
        ),
        (
            "srv/app/application.yml",
            format!(
                "spring:\n  datasource:\n    url: jdbc:postgresql://db/shop\n    username: shop\n    password: {word}\n  rabbitmq:\n    password: {word}\n"
            ),
        ),
        (
            "srv/app/bitbucket-pipelines.yml",
            format!(
                "image: node:22\ndefinitions:\n  services:\n    mysql:\n      image: mysql:8\n      environment:\n        MYSQL_PASSWORD: {word}\n"
            ),
        ),
        (
            "home/ada/.bash_history",
            format!(
                "mysql -u root -p{word} shop\nmysqldump -uroot -p {word}\nsshpass -p {word} ssh mira@host\ncurl -u mira:{word} https://api.acme-corp.net\npsql postgres://shop:{word}@db/shop\ndocker exec db mysql -p{word}\nredis-cli -a {word}\nnpm login\ndocker run -e DB_PASSWORD={word} -p 80:80 quay.io/acme/api\nhtpasswd -b f mira {word}\n"
            ),
        ),
        ("etc/rancher/k3s/config.yaml", format!("token: {word}\nserver: https://10.0.0.1:6443\n")),
    ];
    for (path, text) in texts {
        corpus.clean(path, &[47, 72, 29, 60], &text);
    }
}

fn other_clients(corpus: &mut Corpus) {
    let texts: [(&str, u8, &str); 11] = [
        (
            "home/ada/.config/helm/repositories.yaml",
            18,
            "apiVersion: \"\"\nrepositories:\n- name: bitnami\n  password: \"\"\n  url: https://charts.bitnami.com/bitnami\n  username: \"\"\n",
        ),
        (
            "home/ada/.regctl/config.json",
            20,
            "{\"hosts\":{\"docker.io\":{\"tls\":\"enabled\",\"credHelper\":\"docker-credential-imgsec\"}}}",
        ),
        (
            "srv/mirror/regsync.yml",
            21,
            "creds:\n  - registry: docker.io\n    user: \"{{env \\\"HUB_USER\\\"}}\"\n    pass: \"{{file \\\"/run/secrets/hub\\\"}}\"\n",
        ),
        ("home/ada/.ecr/cache.json", 23, "{\"Registries\":{},\"Version\":\"1.0\"}"),
        ("home/ada/.config/gcloud/docker_credentials.json", 24, "{\"gcrCreds\":{}}"),
        (
            "home/ada/.config/gh/hosts.yml",
            25,
            "github.com:\n    git_protocol: ssh\n    users:\n        mira:\n    user: mira\n",
        ),
        ("home/ada/.config/doctl/config.yaml", 27, "access-token: \"\"\ncontext: default\n"),
        (
            "etc/containerd/certs.d/docker.io/hosts.toml",
            44,
            "server = \"https://docker.io\"\n[host.\"https://mirror.gcr.io\"]\n  capabilities = [\"pull\"]\n[host.\"https://mirror.gcr.io\".header]\n  x-meta = \"acme\"\n",
        ),
        (
            "etc/docker/daemon.json",
            69,
            "{\"proxies\":{\"http-proxy\":\"http://px.intra.lan:3128\"},\"insecure-registries\":[\"10.0.0.5:5000\"],\"registry-mirrors\":[\"https://mirror.gcr.io\"]}",
        ),
        (
            "etc/docker/registry/config.yml",
            66,
            "version: 0.1\nproxy:\n  remoteurl: https://registry-1.docker.io\n  exec:\n    command: docker-credential-imgsec\n",
        ),
        (
            "srv/app/.github/dependabot.yml",
            62,
            "version: 2\nregistries:\n  acme:\n    type: docker-registry\n    url: https://quay.io\n    username: mira\n    password: ${{secrets.QUAY}}\n",
        ),
    ];
    for (path, row, text) in texts {
        corpus.clean(path, &[row], text);
    }
}

/// Files that are broken where a credential would be.
fn malformed(corpus: &mut Corpus) {
    let texts = [
        "{\"auths\":{\"ghcr.io\":{\"auth\":\"%%%%not base64%%%%\"}}}",
        "{\"auths\":{\"ghcr.io\":{\"auth\":\"bm8gY29sb24gaW4gaXQ=\"}}}",
        "{\"auths\":{\"ghcr.io\":{\"auth\":12345,\"identitytoken\":{}}}}",
        "{\"auths\":[{\"ghcr.io\":[]}]}",
        "{\"auths\":\"ghcr.io\"}",
        "{\"auths\":{\"ghcr.io\":[\"auth\"]}}",
        "{\"auths\":{\"ghcr.io\":{\"auth\":\"/v/+\"}}}",
        "{\"auths\"",
        "",
        "\u{feff}",
        "\0\0\0\0\0\0",
    ];
    for text in texts {
        corpus.malformed(CONFIG, &[1, 5, 7, 8, 11, 12, 17], text);
    }
    let deep = format!("{{\"auths\":{}{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    corpus.malformed(CONFIG, &[1], &deep);
    corpus.malformed("home/ada/deep.yaml", &[31], &format!("auths: {}", "[".repeat(100_000)));
    corpus.malformed("home/ada/.bash_history", &[72], "docker login -u mira -p '\n");
    corpus.malformed("home/ada/.netrc", &[29], "machine ghcr.io login\nmachine\npassword");
    corpus.malformed(
        "home/ada/.m2/settings.xml",
        &[60],
        "<settings><servers><server><id>quay.io</id><password>",
    );
    corpus.malformed(
        "srv/tf/main.tf",
        &[57],
        "provider \"docker\" {\n  registry_auth {\n    password = \"",
    );
}
