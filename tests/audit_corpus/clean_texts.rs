//! Ciphertext, hashes, documentation, source code and commands without a credential.

use super::case::Corpus;
use super::commands::typed;
use super::generate::{ALNUM, Dice, base64};

pub(crate) fn cases(corpus: &mut Corpus) {
    sealed(corpus);
    encrypted(corpus);
    hashes(corpus);
    documentation(corpus);
    code(corpus);
    commands(corpus);
    logs(corpus);
}

fn cipher(dice: &mut Dice, length: usize) -> String {
    format!("Ag{}", base64(&dice.text(ALNUM, length)))
}

fn sealed(corpus: &mut Corpus) {
    let data = cipher(&mut corpus.dice, 400);
    let text = format!(
        "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: regcred\nspec:\n  encryptedData:\n    .dockerconfigjson: {data}\n    password: {data}\n  template:\n    type: kubernetes.io/dockerconfigjson\n"
    );
    corpus.clean("srv/k8s/sealed.yaml", &[31], &text);
    let value = format!(
        "ENC[AES256_GCM,data:{},iv:{}=,tag:{}==,type:str]",
        base64(&corpus.dice.text(ALNUM, 90)),
        base64(&corpus.dice.text(ALNUM, 30)),
        base64(&corpus.dice.text(ALNUM, 16))
    );
    let sops = format!(
        "sops:\n    kms: []\n    age:\n        - recipient: age1x\n    mac: {value}\n    version: 3.9.0\n"
    );
    let texts = [
        ("srv/k8s/secret.enc.yaml", format!("kind: Secret\ntype: kubernetes.io/dockerconfigjson\nstringData:\n    .dockerconfigjson: {value}\n{sops}")),
        ("srv/k8s/values.sops.yaml", format!("imageCredentials:\n    registry: quay.io\n    username: mira\n    password: {value}\n{sops}")),
        ("srv/app/secrets.enc.json", format!("{{\"auths\":{{\"quay.io\":{{\"auth\":\"{value}\",\"username\":\"mira\",\"password\":\"{value}\"}}}},\"sops\":{{\"version\":\"3.9.0\"}}}}")),
        ("srv/app/.env.enc", format!("DOCKERHUB_USERNAME=mira\nDOCKERHUB_TOKEN={value}\nsops_version=3.9.0\n")),
        ("srv/ansible/group_vars/all.yml", format!("docker_registry: quay.io\ndocker_login:\n  registry_url: https://quay.io\n  username: mira\n  password: !vault |\n    $ANSIBLE_VAULT;1.1;AES256\n    {}\n    {}\n", corpus.dice.text("0123456789", 80), corpus.dice.text("0123456789", 80))),
        ("srv/ansible/vault.yml", format!("$ANSIBLE_VAULT;1.2;AES256;prod\n{}\n", corpus.dice.text("0123456789", 80))),
        ("srv/k8s/external.yaml", "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nspec:\n  target:\n    template:\n      type: kubernetes.io/dockerconfigjson\n      data:\n        .dockerconfigjson: '{\"auths\":{\"{{ .host }}\":{\"username\":\"{{ .user }}\",\"password\":\"{{ .pass }}\",\"auth\":\"{{ printf \"%s:%s\" .user .pass | b64enc }}\"}}}'\n".to_owned()),
        ("srv/k8s/config.json.age", format!("age-encryption.org/v1\n-> X25519 {}\n{}\n", corpus.dice.text(ALNUM, 43), corpus.dice.text(ALNUM, 400))),
        ("srv/k8s/config.json.asc", format!("-----BEGIN PGP MESSAGE-----\n\n{}\n-----END PGP MESSAGE-----\n", base64(&corpus.dice.text(ALNUM, 300)))),
    ];
    for (path, text) in texts {
        corpus.clean(path, &[31, 32, 39, 56], &text);
    }
}

fn encrypted(corpus: &mut Corpus) {
    let data = base64(&corpus.dice.text(ALNUM, 400));
    let texts = [
        (
            "srv/app/renovate.json",
            format!(
                "{{\"hostRules\":[{{\"hostType\":\"docker\",\"matchHost\":\"quay.io\",\"username\":\"mira\",\"encrypted\":{{\"password\":\"{data}\"}}}}]}}"
            ),
        ),
        (
            "home/ada/.m2/settings.xml",
            format!(
                "<settings>\n<servers>\n<server><id>quay.io</id><username>mira</username><password>{{{}}}</password></server>\n</servers>\n</settings>\n",
                base64(&corpus.dice.text(ALNUM, 32))
            ),
        ),
        (
            "home/ada/.m2/settings-security.xml",
            format!(
                "<settingsSecurity><master>{{{}}}</master></settingsSecurity>",
                base64(&corpus.dice.text(ALNUM, 32))
            ),
        ),
        (
            "srv/app/.travis.yml",
            format!(
                "language: go\nenv:\n  global:\n    - secure: \"{data}\"\nscript:\n  - echo \"$DOCKER_PASSWORD\" | docker login -u \"$DOCKER_USERNAME\" --password-stdin\n"
            ),
        ),
        (
            "srv/salt/pillar/docker.sls",
            format!(
                "#!yaml|gpg\ndocker-registries:\n  https://quay.io/v1/:\n    username: mira\n    password: |\n      -----BEGIN PGP MESSAGE-----\n\n      {data}\n      -----END PGP MESSAGE-----\n"
            ),
        ),
        (
            "srv/puppet/data/common.eyaml",
            format!(
                "docker::registry:\n  quay.io:\n    username: mira\n    password: ENC[PKCS7,{data}]\n"
            ),
        ),
        (
            "srv/jenkins/credentials.xml",
            format!(
                "<credentials><username>mira</username><password>{{AQAAABAAAAAQ{}}}</password></credentials>",
                &data[..40]
            ),
        ),
    ];
    for (path, text) in texts {
        corpus.clean(path, &[61, 60, 71], &text);
    }
}

fn hashes(corpus: &mut Corpus) {
    let (sum, bcrypt) = (corpus.dice.hex(64), format!("$2y$05${}", corpus.dice.text(ALNUM, 53)));
    let texts = [
        ("srv/registry/htpasswd", format!("mira:{bcrypt}\nci:{bcrypt}\n")),
        (
            "srv/registry/auth/htpasswd",
            format!("mira:$apr1${}${}\n", corpus.dice.text(ALNUM, 8), corpus.dice.text(ALNUM, 22)),
        ),
        (
            "srv/registry/compose.yaml",
            format!(
                "services:\n  registry:\n    image: registry:2\n    environment:\n      REGISTRY_AUTH: htpasswd\n      REGISTRY_AUTH_HTPASSWD_REALM: Acme\n      REGISTRY_AUTH_HTPASSWD_PATH: /auth/htpasswd\n      REGISTRY_HTTP_ADDR: 0.0.0.0:5000\n    labels:\n      - \"traefik.http.middlewares.a.basicauth.users=mira:{}\"\n",
                bcrypt.replace('$', "$$")
            ),
        ),
        (
            "srv/registry/users.env",
            format!("REGISTRY_PASSWORD={bcrypt}\nREGISTRY_PASSWORD_HASH={bcrypt}\n"),
        ),
        (
            "srv/app/Cargo.lock",
            format!(
                "version = 4\n\n[[package]]\nname = \"docker_credential\"\nversion = \"1.4.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"{sum}\"\n"
            ),
        ),
        (
            "srv/app/package-lock.json",
            format!(
                "{{\"packages\":{{\"node_modules/registry-auth-token\":{{\"version\":\"5.0.2\",\"resolved\":\"https://registry.npmjs.org/registry-auth-token/-/registry-auth-token-5.0.2.tgz\",\"integrity\":\"sha512-{}\"}}}}}}",
                base64(&sum)
            ),
        ),
        (
            "srv/app/yarn.lock",
            format!(
                "\"npm-registry-login@^1\":\n  version \"1.0.0\"\n  resolved \"https://registry.yarnpkg.com/x.tgz#{}\"\n",
                &sum[..40]
            ),
        ),
        (
            "srv/app/go.sum",
            format!(
                "github.com/docker/docker-credential-helpers v0.8.2 h1:{}=\n",
                base64(&sum[..32])
            ),
        ),
        (
            "srv/app/poetry.lock",
            format!(
                "[[package]]\nname = \"docker\"\nversion = \"7.1.0\"\nfiles = [{{file = \"docker.whl\", hash = \"sha256:{sum}\"}}]\n"
            ),
        ),
        (
            "srv/app/images.yaml",
            format!(
                "images:\n  - name: api\n    image: quay.io/acme/api@sha256:{sum}\n    auth: {{}}\n"
            ),
        ),
        (
            "srv/oci/index.json",
            format!(
                "{{\"schemaVersion\":2,\"manifests\":[{{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"sha256:{sum}\",\"size\":1234}}]}}"
            ),
        ),
        (
            "srv/app/.terraform.lock.hcl",
            format!(
                "provider \"registry.terraform.io/kreuzwerker/docker\" {{\n  version = \"3.0.2\"\n  hashes  = [\"h1:{}=\"]\n}}\n",
                base64(&sum[..32])
            ),
        ),
    ];
    for (path, text) in texts {
        corpus.clean(path, &[47, 57, 66], &text);
    }
}

fn documentation(corpus: &mut Corpus) {
    let texts = [
        (
            "srv/app/README.md",
            "# Deploy\n\nLog in first:\n\n```sh\ndocker login -u <username> -p <password> registry.acme-corp.net\ndocker login ghcr.io -u USERNAME -p YOUR_TOKEN\necho YOUR_PAT | docker login ghcr.io -u USERNAME --password-stdin\necho $CR_PAT | docker login ghcr.io -u USERNAME --password-stdin\n```\n",
        ),
        (
            "srv/app/docs/login.md",
            "Put this into `~/.docker/config.json`:\n\n```json\n{\n  \"auths\": {\n    \"https://index.docker.io/v1/\": {\n      \"auth\": \"c3R...zE2\"\n    }\n  }\n}\n```\n",
        ),
        (
            "srv/app/docs/k8s.md",
            "```sh\nkubectl create secret docker-registry regcred --docker-server=<your-registry-server> --docker-username=<your-name> --docker-password=<your-pword> --docker-email=<your-email>\n```\n",
        ),
        (
            "srv/app/docs/k8s.rst",
            "::\n\n  kubectl create secret docker-registry regcred --docker-server=DOCKER_REGISTRY_SERVER --docker-username=DOCKER_USER --docker-password=DOCKER_PASSWORD\n",
        ),
        (
            "srv/app/docs/example.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: myregistrykey\ndata:\n  .dockerconfigjson: UmVhbGx5IHJlYWxseSByZWVlZWVlZWVlZWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGx5eXl5eXl5eXl5eXl5eXl5eXl5eSBsbGxsbGxsbGxsbGxsbG9vb29vb29vb29vb29vb29vb29vb29vb29vb25ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubmdnZ2dnZ2dnZ2dnZ2dnZ2dnZ2cgYXV0aCBrZXlzCg==\ntype: kubernetes.io/dockerconfigjson\n",
        ),
        (
            "srv/app/.env.example",
            "DOCKER_USERNAME=your-username\nDOCKER_PASSWORD=your-password\nDOCKERHUB_TOKEN=\nCI_REGISTRY_PASSWORD=changeme\nCR_PAT=ghp_your_token_here\nREPO_PASS=<secret>\n",
        ),
        (
            "srv/app/.env.sample",
            "DOCKER_PASSWORD=\"\"\nNGC_API_KEY=<insert key>\nREGISTRY_PASSWORD=TODO\nQUAY_PASSWORD=xxxxx\n",
        ),
        (
            "srv/chart/values.yaml",
            "imageCredentials:\n  registry: quay.io\n  username: someone\n  password: sillyness\n  email: someone@host.com\n",
        ),
        (
            "srv/app/docs/man.txt",
            "  -p, --password string   Password or Personal Access Token (PAT)\n      --password-stdin    Take the Password or PAT from stdin\n  -u, --username string   Username\nUsage:  docker login [OPTIONS] [SERVER]\n",
        ),
        (
            "srv/app/docs/auth.html",
            "<pre>{\"auths\":{\"registry.example.com\":{\"auth\":\"dXNlcjpwYXNzd29yZA==\"}}}</pre>",
        ),
    ];
    for (path, text) in texts {
        corpus.clean(path, &[1, 31, 39, 47, 72], text);
    }
}

fn code(corpus: &mut Corpus) {
    let texts = [
        (
            "srv/src/config.go",
            "package config\n\n// AuthConfigs is the \"auths\" of config.json.\ntype File struct {\n\tAuthConfigs map[string]types.AuthConfig `json:\"auths\"`\n\tHTTPHeaders map[string]string `json:\"HttpHeaders,omitempty\"`\n\tCredentialsStore string `json:\"credsStore,omitempty\"`\n}\n\nfunc (f *File) Get(host string) (auth string) { return f.AuthConfigs[host].Auth }\n",
        ),
        (
            "srv/src/login.py",
            "import docker\n\ndef login(client, user, password, registry):\n    \"\"\"Like docker login -u user -p password registry.\"\"\"\n    return client.login(username=user, password=password, registry=registry)\n\nconfig = {\"auths\": {host: {\"auth\": encode(user, password)}}}\n",
        ),
        (
            "srv/src/test_auth.py",
            "def test_decode():\n    auths = {'auths': {'example.com': {'auth': 'dXNlcjpwYXNz'}}}\n    assert decode(auths) == ('user', 'pass')\n",
        ),
        (
            "srv/src/auths.rs",
            "//! Entries of `auths`.\npub fn find(auths: &Map) -> Option<&str> {\n    auths.get(\"auth\")?.as_str()\n}\nconst KEY: &str = \"identitytoken\";\nlet password = std::env::var(\"DOCKER_PASSWORD\")?;\n",
        ),
        (
            "srv/src/login.ts",
            "const password = core.getInput('password');\nawait exec('docker', ['login', '--password-stdin', '--username', user, registry], {input: Buffer.from(password)});\nexport const auths: Record<string, {auth: string}> = {};\n",
        ),
        (
            "srv/src/login.sh",
            "#!/bin/sh\nset -eu\n: \"${REGISTRY_PASSWORD:?}\"\nprintf '%s' \"$REGISTRY_PASSWORD\" | docker login -u \"$REGISTRY_USER\" --password-stdin \"$REGISTRY\"\ndocker login -u \"$U\" -p \"$(aws ecr get-login-password)\" \"$R\"\nread -rs PASSWORD\nDOCKER_PASSWORD=$PASSWORD\nexport DOCKER_AUTH_CONFIG=\"{\\\"auths\\\":{\\\"$R\\\":{\\\"auth\\\":\\\"$(printf %s:%s \"$U\" \"$P\" | base64)\\\"}}}\"\n",
        ),
        (
            "srv/src/schema.json",
            "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"properties\":{\"auths\":{\"type\":\"object\",\"additionalProperties\":{\"properties\":{\"auth\":{\"type\":\"string\",\"description\":\"base64 of user:password\"},\"identitytoken\":{\"type\":\"string\"}}}},\"password\":{\"type\":\"string\"}}}",
        ),
        (
            "srv/src/openapi.yaml",
            "components:\n  schemas:\n    Registry:\n      properties:\n        registry: {type: string}\n        username: {type: string}\n        password:\n          type: string\n          format: password\n        auth:\n          type: string\n",
        ),
        (
            "srv/src/variables.tf",
            "variable \"registry_password\" {\n  description = \"Password of the registry\"\n  type        = string\n  default     = \"\"\n}\n",
        ),
        (
            "srv/src/Main.java",
            "class Main { String auth = System.getenv(\"DOCKER_AUTH_CONFIG\"); void login(String username, String password) { run(\"docker login -u \" + username + \" -p \" + password); } }\n",
        ),
    ];
    for (path, text) in texts {
        corpus.clean(path, &[1, 47, 74], text);
    }
}

fn commands(corpus: &mut Corpus) {
    let paths = [
        "home/ada/.bash_history",
        "home/ada/.zsh_history",
        "root/.ash_history",
        "srv/app/build.sh",
        "Users/Ada/AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine/ConsoleHost_history.txt",
    ];
    for path in paths {
        for count in [40, 400] {
            let text = typed(&mut corpus.dice, count).join("\n") + "\n";
            corpus.clean(path, &[72, 74], &text);
        }
    }
    let lines = [
        "docker login -u mira -p -",
        "docker login -p",
        "docker login --password= quay.io",
        "podman run -p 8080:80 quay.io/acme/api login",
        "docker compose -p login up",
        "docker run --rm -p 80:80 -u 1000:1000 nginx login",
        "docker build --secret id=pw,src=pw.txt -t quay.io/acme/api .",
        "skopeo copy --src-creds \"$U:$P\" docker://a dir:b",
        "skopeo copy --src-creds ${CREDS} docker://a dir:b",
        "kubectl create secret docker-registry r --docker-password=\"$PW\" --docker-server=quay.io",
        "kubectl create secret docker-registry r --from-file=.dockerconfigjson=config.json",
        "echo $PW | docker login -u mira --password-stdin",
        "echo \"$(cat pw)\" | docker login -u mira --password-stdin quay.io",
        "docker login -u mira --password-stdin < pw.txt",
        "helm registry login quay.io -u mira --password-stdin",
        "aws ecr get-login --no-include-email",
        "$(aws ecr get-login --no-include-email)",
        "az acr login -n acmeprod",
        "gcloud auth configure-docker eu.gcr.io",
        "doctl registry login --expiry-seconds 600",
        "ssh -l login -p 22 host",
        "mount -t cifs //nas/x /mnt -o username=mira,password=$P",
        "docker login -u mira -p '{{ vault }}' quay.io",
        "docker login -u mira -p %PW% quay.io",
        "docker login -u mira -p \"${env:PW}\" quay.io",
    ];
    corpus.clean("home/ada/.bash_history", &[72], &(lines.join("\n") + "\n"));
    for line in lines {
        corpus.clean("home/ada/.zsh_history", &[72], &format!("ls\n: 1771000000:0;{line}\nexit\n"));
    }
    let text: String =
        lines.iter().map(|line| format!("- cmd: {line}\n  when: 1771000000\n")).collect();
    corpus.clean("home/ada/.local/share/fish/fish_history", &[72], &text);
}

fn logs(corpus: &mut Corpus) {
    let text = "+ docker login -u mira --password-stdin quay.io\n+ docker login -u mira -p [MASKED] quay.io\n+ docker login -u mira -p *** quay.io\n+ docker login -u mira -p ******** ghcr.io\nLogin Succeeded\n\
        Authenticating with existing credentials...\nWARNING! Using --password via the CLI is insecure. Use --password-stdin.\nError response from daemon: Get \"https://quay.io/v2/\": unauthorized\nlevel=info msg=\"user login\" user=mira auth=ok\n";
    corpus.clean("var/log/ci/build.log", &[74], text);
    let text = "{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"tool_use\",\"input\":{\"command\":\"docker login -u mira -p $PW quay.io\"}}]}}\n{\"type\":\"user\",\"message\":{\"content\":\"how do I use docker login -p?\"}}\n{\"text\":\"run `docker login -u <user> -p <password>`\"}\n";
    corpus.clean("home/ada/.claude/projects/x/1.jsonl", &[73], text);
    corpus.clean(
        "home/ada/.codex/sessions/2026/1.jsonl",
        &[73],
        "{\"type\":\"message\",\"text\":\"the auths key of config.json\"}\n",
    );
}
