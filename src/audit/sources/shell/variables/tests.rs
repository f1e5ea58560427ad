//! Variables as people and programs write them.

use secrecy::ExposeSecret;

use crate::audit::document::Document;
use crate::audit::finding::Found;
use crate::audit::sources::File;

type Row = (String, String, String, &'static str, usize);

fn row(found: &Found) -> Row {
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let secret = found.secret.expose_secret().to_owned();
    (text(&found.registry), text(&found.username), secret, found.kind.name(), found.line)
}

fn rows(path: &str, text: &str) -> Vec<Row> {
    let name = path.rsplit('/').next().unwrap();
    let document = Document::read(name, text);
    let mut found: Vec<Found> = Vec::new();
    super::find(&File { path, document: &document }, &mut found);
    found.iter().map(row).collect()
}

#[track_caller]
fn is(path: &str, text: &str, registry: &str, user: &str, secret: &str, line: usize) {
    let expected = (registry.into(), user.into(), secret.into(), "env", line);
    assert_eq!(rows(path, text), [expected], "{text}");
}

#[track_caller]
fn nothing(path: &str, text: &str) {
    let rows = rows(path, text);
    assert!(rows.is_empty(), "{text}: {rows:?}");
}

#[test]
fn a_password_is_found_however_it_is_set() {
    for (path, text) in [
        ("/a/.env", "DOCKER_PASSWORD=s3cret-word"),
        ("/a/.env", "DOCKER_PASSWORD = s3cret-word"),
        ("/a/.env", "DOCKER_PASSWORD=\"s3cret-word\""),
        ("/a/.env", "DOCKER_PASSWORD='s3cret-word'"),
        ("/a/.env", "DOCKER_PASSWORD=s3cret-word # the bot"),
        ("/a/.env", "# DOCKER_PASSWORD=s3cret-word"),
        ("/a/.env", "DOCKER_PASSWORD: s3cret-word"),
        ("/a/.bashrc", "export DOCKER_PASSWORD=s3cret-word"),
        ("/a/.bashrc", "export DOCKER_PASSWORD=\"s3cret-word\"; ls"),
        ("/a/.bashrc", "export A=b DOCKER_PASSWORD=s3cret-word && ls"),
        ("/a/.bashrc", "declare -x DOCKER_PASSWORD=\"s3cret-word\""),
        ("/a/config.fish", "set -gx DOCKER_PASSWORD s3cret-word"),
        ("/a/config.fish", "set -x DOCKER_PASSWORD 's3cret-word'"),
        ("/a/.cshrc", "setenv DOCKER_PASSWORD s3cret-word"),
        ("/a/x.service", "Environment=\"DOCKER_PASSWORD=s3cret-word\" \"A=b\""),
        ("/a/x.service", "Environment=DOCKER_PASSWORD=s3cret-word A=b"),
        ("/a/x.ps1", "$env:DOCKER_PASSWORD = \"s3cret-word\""),
        ("/a/x.ps1", "$Env:DOCKER_PASSWORD='s3cret-word'"),
        (
            "/a/x.ps1",
            "[Environment]::SetEnvironmentVariable(\"DOCKER_PASSWORD\", \"s3cret-word\", \"User\")",
        ),
        ("/a/x.bat", "set DOCKER_PASSWORD=s3cret-word"),
        ("/a/x.bat", "set \"DOCKER_PASSWORD=s3cret-word\""),
        ("/a/x.bat", "setx DOCKER_PASSWORD s3cret-word"),
        ("/a/Dockerfile", "ENV DOCKER_PASSWORD=s3cret-word A=b"),
        ("/a/Dockerfile", "ENV DOCKER_PASSWORD s3cret-word"),
        ("/a/Dockerfile", "ARG DOCKER_PASSWORD=s3cret-word"),
        ("/a/run.sh", "docker run -e DOCKER_PASSWORD=s3cret-word x"),
        ("/a/run.sh", "docker build --build-arg=DOCKER_PASSWORD=s3cret-word ."),
        ("/a/run.sh", "DOCKER_PASSWORD=s3cret-word ./push.sh"),
        ("/a/.actrc", "-s DOCKER_PASSWORD=s3cret-word"),
        ("/a/Makefile", "DOCKER_PASSWORD := s3cret-word"),
        ("/a/Makefile", "DOCKER_PASSWORD ?= s3cret-word"),
        ("/a/x.py", "os.environ[\"DOCKER_PASSWORD\"] = \"s3cret-word\""),
        ("/a/x.py", "DOCKER_PASSWORD = 's3cret-word'"),
        ("/a/x.js", "process.env.DOCKER_PASSWORD = 's3cret-word';"),
        ("/a/Jenkinsfile", "environment { DOCKER_PASSWORD = 's3cret-word' }"),
        ("/a/x.sh", "gh secret set DOCKER_PASSWORD --body 's3cret-word'"),
        ("/a/x.sh", "gh secret set DOCKER_PASSWORD -b\"s3cret-word\""),
        ("/a/x.yml", "env:\n- {name: DOCKER_PASSWORD, value: s3cret-word}"),
        ("/a/x.yml", "{{ x }}\nname: DOCKER_PASSWORD\nvalue: s3cret-word"),
        ("/a/x.yml", "environment:\n  - DOCKER_PASSWORD=s3cret-word"),
        ("/a/x.yml", "environment:\n  - \"DOCKER_PASSWORD=s3cret-word\""),
        ("/a/x.yml", "variables:\n  DOCKER_PASSWORD: s3cret-word"),
        ("/a/x.yml", "variables:\n  DOCKER_PASSWORD: {value: s3cret-word, description: x y}"),
        ("/a/x.yml", "env: {A: b, DOCKER_PASSWORD: s3cret-word}"),
        ("/a/x.yml", "- run: export DOCKER_PASSWORD=s3cret-word"),
        ("/a/x.json", "{\"env\":{\"DOCKER_PASSWORD\":\"s3cret-word\"}}"),
        ("/a/x.json", "[{\"name\":\"DOCKER_PASSWORD\",\"value\":\"s3cret-word\"}]"),
        ("/a/x.json", "[\"A=b\",\"DOCKER_PASSWORD=s3cret-word\"]"),
        ("/a/x.toml", "[env]\nDOCKER_PASSWORD = \"s3cret-word\""),
        ("/a/x.toml", "environment = [\"DOCKER_PASSWORD=s3cret-word\"]"),
    ] {
        let found = rows(path, text);
        let found: Vec<_> = found.iter().map(|r| (r.0.as_str(), r.2.as_str(), r.3)).collect();
        assert_eq!(found, [("-", "s3cret-word", "env")], "{path}: {text}");
    }
}

#[test]
fn registry_and_user_come_from_the_variables_beside_it() {
    let e = "/a/.env";
    is(e, "DOCKERHUB_USERNAME=ada\nDOCKERHUB_TOKEN=s3cret", "docker.io", "ada", "s3cret", 2);
    is(e, "DOCKER_USERNAME=ada\nDOCKER_HUB_TOKEN=s3cret", "docker.io", "ada", "s3cret", 2);
    is(e, "DOCKER_USER=ada\nDOCKER_PASS=s3cret", "-", "ada", "s3cret", 2);
    is(
        e,
        "DOCKER_REGISTRY=ghcr.io\nDOCKER_USER=ada\nDOCKER_PASSWORD=s3cret",
        "ghcr.io",
        "ada",
        "s3cret",
        3,
    );
    is(
        e,
        "CI_REGISTRY=r.example:5050\nCI_REGISTRY_USER=ada\nCI_REGISTRY_PASSWORD=s3cret",
        "r.example:5050",
        "ada",
        "s3cret",
        3,
    );
    is(
        e,
        "REGISTRY_URL=https://r.example\nREGISTRY_USERNAME=ada\nREGISTRY_PASSWORD=s3cret",
        "https://r.example",
        "ada",
        "s3cret",
        3,
    );
    is(e, "CR_PAT=s3cret\nGITHUB_ACTOR=ada", "ghcr.io", "ada", "s3cret", 1);
    is(e, "QUAY_USER=org+bot\nQUAY_PASSWORD=s3cret", "quay.io", "org+bot", "s3cret", 2);
    is(
        e,
        "ACR_NAME=acme\nACR_USERNAME=ada\nACR_PASSWORD=s3cret",
        "acme.azurecr.io",
        "ada",
        "s3cret",
        3,
    );
    is(
        e,
        "HARBOR_HOST=h.example\nHARBOR_USERNAME=robot$ci\nHARBOR_PASSWORD=s3cret",
        "h.example",
        "robot$ci",
        "s3cret",
        3,
    );
    is(e, "NGC_API_KEY=s3cret", "nvcr.io", "-", "s3cret", 1);
    is(e, "REPO_USER=ada\nREPO_PASS=s3cret", "-", "ada", "s3cret", 2);
    is(e, "TF_VAR_registry_username=ada\nTF_VAR_registry_password=s3cret", "-", "ada", "s3cret", 2);
    is(e, "DOCKER_HOST=tcp://d.example:2375\nDOCKER_PASSWORD=s3cret", "-", "-", "s3cret", 2);
    is(e, "SKOPEO_CREDS=ada:s3cret", "-", "ada", "s3cret", 1);
    is(
        e,
        "DOCKER_REGISTRY=${HOST}\nDOCKER_USERNAME=$U\nDOCKER_PASSWORD=s3cret",
        "-",
        "-",
        "s3cret",
        3,
    );
    is(
        e,
        "DOCKER_REGISTRY=a.example\nDOCKER_USERNAME_PROD=bob\nDOCKER_USERNAME=ada\nDOCKER_PASSWORD_PROD=s3cret",
        "a.example",
        "bob",
        "s3cret",
        4,
    );
}

#[test]
fn a_header_for_each_host_is_found() {
    let json = "{\"r.lan\":\"Basic YWRhOnMzY3JldA==\"}";
    is("/a/.env", &format!("CNB_REGISTRY_AUTH='{json}'"), "r.lan", "ada", "s3cret", 1);
    is("/a/ci.yml", &format!("env:\n  CNB_REGISTRY_AUTH: '{json}'"), "r.lan", "ada", "s3cret", 2);
    let bearer = json.replace("Basic YWRhOnMzY3JldA==", "Bearer t0ken");
    is("/a/.env", &format!("CNB_REGISTRY_AUTH='{bearer}'"), "r.lan", "-", "t0ken", 1);
}

#[test]
fn settings_in_a_variable_are_one_finding_for_each_entry() {
    let auth = "YWRhOnMzY3JldA==";
    let json = format!("{{\"auths\":{{\"ghcr.io\":{{\"auth\":\"{auth}\"}}}}}}");
    for text in [
        format!("DOCKER_AUTH_CONFIG={json}"),
        format!("DOCKER_AUTH_CONFIG='{json}'"),
        format!("export DOCKER_AUTH_CONFIG='{json}'"),
        format!("export DOCKER_AUTH_CONFIG=\"{}\"", json.replace('"', "\\\"")),
        format!("Environment='DOCKER_AUTH_CONFIG={json}'"),
        format!("environment = [\"DOCKER_AUTH_CONFIG={}\"]", json.replace('"', "\\\"")),
    ] {
        is("/a/.env", &text, "ghcr.io", "ada", "s3cret", 1);
    }
    let text = format!("DOCKER_AUTH_CONFIG='{}'", json.replace("{\"g", "\n{\n \"g"));
    is("/a/.env", &text, "ghcr.io", "ada", "s3cret", 3);
    let two = json.replace("}}}", &format!("}},\"quay.io\":{{\"auth\":\"{auth}\"}}}}}}"));
    assert_eq!(rows("/a/.env", &format!("DOCKER_AUTH_CONFIG='{two}'")).len(), 2);
    let text = "DEVCONTAINERS_OCI_AUTH=\"ghcr.io|ada|s3cret,quay.io|bob|other\"";
    let rows = rows("/a/.env", text);
    let rows: Vec<_> = rows.iter().map(|r| (r.0.as_str(), r.1.as_str(), r.2.as_str())).collect();
    assert_eq!(rows, [("ghcr.io", "ada", "s3cret"), ("quay.io", "bob", "other")]);
}

#[test]
fn what_is_no_registrys_password_is_left_alone() {
    for text in [
        "DB_PASSWORD=s3cret",
        "GITHUB_TOKEN=s3cret",
        "NPM_TOKEN=s3cret",
        "DOCKER_PASSWORD=",
        "DOCKER_PASSWORD",
        "DOCKER_PASSWORD_FILE=/run/secrets/x",
        "echo $DOCKER_PASSWORD",
        "echo ${DOCKER_PASSWORD:-x}",
        "if [ \"$DOCKER_PASSWORD\" = \"\" ]; then",
        "if [ DOCKER_PASSWORD == x ]; then",
        "DOCKER_PASSWORD: the password of the registry",
        "DOCKER_PASSWORD=\"unclosed",
        "DOCKER_AUTH_CONFIG={\"auths\":{}}",
        "DOCKER_AUTH_CONFIG={\"auths\":",
        "DEVCONTAINERS_OCI_AUTH=ghcr.io",
        "REGISTRY_AUTH=htpasswd",
        "CI_JOB_TOKEN=s3cret",
        "REPO_PASSWORD=s3cret",
        "secrets: [DOCKER_PASSWORD]",
        "needs DOCKER_PASSWORD, DOCKER_USERNAME",
    ] {
        nothing("/a/notes", text);
    }
}

#[test]
fn references_are_handed_over_as_they_are_written() {
    is("/a/x.sh", "DOCKER_PASSWORD=$PW", "-", "-", "$PW", 1);
    is("/a/x.sh", "DOCKER_PASSWORD=\"${PW}\"", "-", "-", "${PW}", 1);
    is("/a/x.sh", "DOCKER_PASSWORD=$(pass show x)", "-", "-", "$(pass show x)", 1);
    is("/a/x.yml", "DOCKER_PASSWORD: ${{ secrets.X }}", "-", "-", "${{ secrets.X }}", 1);
    is("/a/.env", "DOCKER_PASSWORD=<your password>", "-", "-", "<your password>", 1);
    is(
        "/a/.env",
        "DOCKER_PASSWORD=op://vault/item/password",
        "-",
        "-",
        "op://vault/item/password",
        1,
    );
}

#[test]
fn the_environment_of_a_process_is_read() {
    let pairs = [
        ("PATH", "/bin"),
        ("DOCKER_PASSWORD", "s3cret"),
        ("DOCKER_USERNAME", "ada"),
        ("CI_JOB_TOKEN", "other"),
    ];
    let found = super::in_environment(pairs.iter().map(|(n, v)| ((*n).into(), (*v).into())));
    assert_eq!(found.len(), 1);
    assert_eq!(row(&found[0]), ("-".into(), "ada".into(), "s3cret".into(), "env", 1));
    assert_eq!(found[0].pointer, "/DOCKER_PASSWORD");
}

#[test]
fn hostile_texts_are_read_to_their_end() {
    for part in [
        "DOCKER_PASSWORD=x ",
        "DOCKER_PASSWORD='{",
        "DOCKER_PASSWORD=\"{\\\"",
        "\\\"DOCKER_PASSWORD=x ",
        "DOCKER_PASSWORD: a b ",
        "DOCKER_PASSWORD=\\\"",
        "name: DOCKER_PASSWORD ",
        "a_",
        "\"DOCKER_PASSWORD",
    ] {
        let found = rows("/a/.env", &part.repeat(500_000 / part.len())).len();
        assert!(found <= 50_000, "{part}: {found}");
    }
}

#[test]
fn in_the_history_of_fish_a_value_is_read_as_it_was_typed() {
    let history =
        "- cmd: ls\n  when: 1\n- cmd: ls\\nexport DOCKER_PASSWORD='s3cret\\\\word'\n  when: 2\n";
    let found = rows("/h/.local/share/fish/fish_history", history);
    assert_eq!(found, [("-".into(), "-".into(), "s3cret\\word".into(), "history", 3)]);
}
