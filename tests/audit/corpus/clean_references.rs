//! Placeholders, and references to secrets that are elsewhere.

use super::case::Corpus;
use super::generate::base64;

const CONFIG: &str = "home/ada/.docker/config.json";

pub(crate) fn cases(corpus: &mut Corpus) {
    placeholders(corpus);
    references(corpus);
}

fn placeholders(corpus: &mut Corpus) {
    let words = [
        "username:password",
        "user:pass",
        "USERNAME:PASSWORD",
        "youruser:yourpassword",
        "<username>:<password>",
        "admin:changeme",
        "myuser:mypassword",
        "user:xxxxxxxx",
        "$USER:$PASSWORD",
        "${USER}:${PASS}",
        "robot:********",
        "mira:<REDACTED>",
        "user:YOUR_TOKEN_HERE",
        "user:...",
        "token:{{ .Values.token }}",
        "mira:null",
        "username:your-token",
        "jdoe:[MASKED]",
        "mira:REPLACE_ME",
    ];
    for word in words {
        let text = format!(
            "{{\n  \"auths\": {{\n    \"ghcr.io\": {{\n      \"auth\": \"{}\"\n    }}\n  }}\n}}\n",
            base64(word)
        );
        corpus.clean(CONFIG, &[1], &text);
    }
    for auth in [
        "<base64 of user:password>",
        "BASE64_ENCODED_AUTH",
        "dXNlcm5hbWU6cGFzc3dvcmQ=",
        "xxxxxxxxxxxxxxxxxxxx",
        "...",
        "${AUTH}",
        "%AUTH%",
        "$(echo -n u:p | base64)",
    ] {
        let text =
            format!("{{\"auths\":{{\"https://index.docker.io/v1/\":{{\"auth\":\"{auth}\"}}}}}}");
        corpus.clean("srv/docs/config.json", &[1], &text);
    }
    let masks = [
        format!("gh{}_{}", 'p', "x".repeat(36)),
        format!("dckr_{}_{}", "pat", "X".repeat(27)),
        format!("gl{}-{}", "pat", "*".repeat(20)),
        format!("gh{}_...", 'p'),
        format!("nv{}-{}", "api", "0".repeat(64)),
    ];
    for mask in masks {
        let text = format!("DOCKERHUB_USERNAME=mira\nDOCKERHUB_TOKEN={mask}\nCR_PAT={mask}\n");
        corpus.clean("srv/app/.env.example", &[47], &text);
        corpus.clean(
            "home/ada/.bash_history",
            &[72],
            &format!("ls\ndocker login ghcr.io -u mira -p {mask}\n"),
        );
    }
}

/// References to secrets that are elsewhere, as each tool writes them.
const REFERENCES: &[&str] = &[
    "${DOCKER_PASSWORD}",
    "$DOCKER_PASSWORD",
    "${DOCKER_PASSWORD:-}",
    "$(pass show docker)",
    "`cat /run/secrets/pw`",
    "{{ docker_password }}",
    "{{ .Values.registry.password }}",
    "${{ secrets.DOCKER_PASSWORD }}",
    "op://infra/docker/password",
    "vault:secret/data/docker#password",
    "((registry.password))",
    "%DOCKER_PASSWORD%",
    "$env:DOCKER_PASSWORD",
    "ref+awsssm://docker/password",
    "$CI_JOB_TOKEN",
    "{{resolve:secretsmanager:docker:SecretString:password}}",
    "<PASSWORD>",
    "changeme",
    "env:DOCKER_PASSWORD",
];

fn references(corpus: &mut Corpus) {
    for reference in REFERENCES {
        let env = format!(
            "DOCKER_USERNAME=mira\nDOCKER_PASSWORD={reference}\nCI_REGISTRY_PASSWORD='{reference}'\n"
        );
        // Concourse's form stands only in YAML.
        if !reference.starts_with("((") {
            corpus.clean("srv/app/.env", &[47], &env);
        }
        let yaml = format!(
            "imageCredentials:\n  registry: quay.io\n  username: mira\n  password: '{reference}'\n"
        );
        corpus.clean("srv/chart/values.yaml", &[39], &yaml);
    }
    let text = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: docker/login-action@v3\n        with:\n          registry: ghcr.io\n          username: ${{ github.actor }}\n          \
        password: ${{ secrets.GITHUB_TOKEN }}\n      - run: echo \"${{ secrets.X }}\" | docker login -u a --password-stdin\n";
    corpus.clean("srv/app/.github/workflows/ci.yml", &[49], text);
    let text = "provider \"docker\" {\n  registry_auth {\n    address  = var.host\n    username = var.user\n    password = var.registry_password\n  }\n  registry_auth {\n    address  = \"quay.io\"\n    username = local.u\n    \
        password = data.aws_ecr_authorization_token.token.password\n  }\n}\nvariable \"registry_password\" {\n  type      = string\n  sensitive = true\n}\n";
    corpus.clean("srv/tf/main.tf", &[57], text);
    let text = "jib {\n  to {\n    image = 'quay.io/acme/api'\n    auth {\n      username = System.getenv('REG_USER')\n      password = System.getenv('REG_PASS')\n    }\n  }\n}\n";
    corpus.clean("srv/app/build.gradle", &[60], text);
    let text = "pipeline {\n  environment { REG = credentials('registry') }\n  stages { stage('x') { steps {\n    sh 'docker login -u $REG_USR -p $REG_PSW quay.io'\n    sh \"docker login -u ${REG_USR} -p ${env.REG_PSW} quay.io\"\n  } } }\n}\n";
    corpus.clean("srv/app/Jenkinsfile", &[51], text);
}
