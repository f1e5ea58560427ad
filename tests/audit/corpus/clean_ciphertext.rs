//! Ciphertext and hashes: what opens nothing although it stands where a secret would.

use super::case::Corpus;
use super::generate::{ALNUM, Dice, base64};

pub(crate) fn cases(corpus: &mut Corpus) {
    sealed(corpus);
    encrypted(corpus);
    hashes(corpus);
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
