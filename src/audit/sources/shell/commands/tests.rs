//! Command lines as people, shells and programs write them.

use secrecy::ExposeSecret;

use crate::audit::document::Document;
use crate::audit::finding::Found;
use crate::audit::sources::File;

/// What is found in a file: registry, user, secret, kind, line.
pub(super) type Row = (String, String, String, &'static str, usize);

pub(super) fn rows(path: &str, text: &str) -> Vec<Row> {
    let name = path.rsplit('/').next().unwrap();
    let document = Document::read(name, text);
    let mut found: Vec<Found> = Vec::new();
    super::find(&File { path, document: &document }, &mut found);
    let row = |found: Found| {
        let text = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let secret = found.secret.expose_secret().to_owned();
        (text(found.registry), text(found.username), secret, found.kind.name(), found.line)
    };
    found.into_iter().map(row).collect()
}

/// The one login of a script's line.
#[track_caller]
fn one(line: &str) -> (String, String, String) {
    let mut rows = rows("/a/deploy.sh", line);
    assert_eq!(rows.len(), 1, "{line}: {rows:?}");
    let (registry, user, secret, _, _) = rows.remove(0);
    (registry, user, secret)
}

#[track_caller]
fn is(line: &str, registry: &str, user: &str, secret: &str) {
    let expected = (registry.to_owned(), user.to_owned(), secret.to_owned());
    assert_eq!(one(line), expected, "{line}");
}

#[track_caller]
fn nothing(line: &str) {
    let rows = rows("/a/deploy.sh", line);
    assert!(rows.is_empty(), "{line}: {rows:?}");
}

#[test]
fn a_login_is_found_however_its_options_are_written() {
    for line in [
        "docker login -u ada -p s3cret-word ghcr.io",
        "docker login ghcr.io -u ada -p s3cret-word",
        "docker login --username ada --password s3cret-word ghcr.io",
        "docker login --username=ada --password=s3cret-word ghcr.io",
        "docker login -u=ada -p=s3cret-word ghcr.io",
        "docker login -uada -ps3cret-word ghcr.io",
        "docker login -u 'ada' -p 's3cret-word' 'ghcr.io'",
        "docker login -u \"ada\" --password=\"s3cret-word\" \"ghcr.io\"",
        "docker login -u ada -p's3cret-word' ghcr.io # by hand",
        "sudo docker login -u ada -p s3cret-word ghcr.io",
        "sudo -E -u root /usr/bin/docker login -u ada -p s3cret-word ghcr.io",
        "DOCKER_CONFIG=/tmp/x docker --config /tmp/y login -u ada -p s3cret-word ghcr.io",
        "cd /a && docker login -u ada -p s3cret-word ghcr.io && docker push x",
        "docker ps; docker login -u ada -p s3cret-word ghcr.io; docker ps",
        "docker login -u ada -p s3cret-word ghcr.io > /dev/null 2>&1",
        "docker login -u ada -p s3cret-word ghcr.io 2>/dev/null || true",
        "$ docker login -u ada -p s3cret-word ghcr.io",
        "ada@host:~$ docker login -u ada -p s3cret-word ghcr.io",
        "PS C:\\> docker login -u ada -p s3cret-word ghcr.io",
        "# docker login -u ada -p s3cret-word ghcr.io",
        "\t@docker login -u ada -p s3cret-word ghcr.io",
        "\t$(DOCKER) login -u ada -p s3cret-word ghcr.io",
        "if ! docker login -u ada -p s3cret-word ghcr.io; then exit 1; fi",
        "(docker login -u ada -p s3cret-word ghcr.io)",
        "x=$(docker login -u ada -p s3cret-word ghcr.io)",
        "x=`docker login -u ada -p s3cret-word ghcr.io`",
        "Run `docker login -u ada -p s3cret-word ghcr.io` first, and don't tell.",
        "bash -c 'docker login -u ada -p \"s3cret-word\" ghcr.io'",
        "bash -lc \"docker login -u ada -p \\\"s3cret-word\\\" ghcr.io\"",
        "ssh host \"sudo docker login -u ada -p 's3cret-word' ghcr.io\"",
        "RUN docker login -u ada -p s3cret-word ghcr.io",
        "docker login \\\n  --username ada \\\n  --password s3cret-word \\\n  ghcr.io",
        "podman login --tls-verify=false -u ada -p s3cret-word ghcr.io",
        "podman login ghcr.io --authfile /tmp/auth.json -u ada -p s3cret-word",
        "nerdctl login -u ada -p s3cret-word ghcr.io",
        "buildah login -u ada -p s3cret-word ghcr.io",
        "skopeo login --username ada --password s3cret-word ghcr.io",
        "helm registry login ghcr.io --username ada --password s3cret-word",
        "helm registry login -u ada -p s3cret-word ghcr.io --insecure",
        "oras login ghcr.io -u ada -p s3cret-word",
        "crane auth login ghcr.io -u ada -p s3cret-word",
        "cosign login ghcr.io -u ada -p s3cret-word",
        "regctl registry login ghcr.io --user ada --pass s3cret-word",
        "img login -u ada -p s3cret-word ghcr.io",
        "notation login -u ada -p s3cret-word ghcr.io",
        "sh \"docker login -u ada -p s3cret-word ghcr.io\"",
        "sh '''docker login -u ada -p s3cret-word ghcr.io'''",
        "sh(script: 'docker login -u ada -p s3cret-word ghcr.io', returnStdout: true)",
        "subprocess.run([\"docker\", \"login\", \"-u\", \"ada\", \"-p\", \"s3cret-word\", \"ghcr.io\"])",
        "RUN [\"docker\",\"login\",\"-u\",\"ada\",\"-p\",\"s3cret-word\",\"ghcr.io\"]",
        "spawn('docker', ['login', '-u', 'ada', '-p', 's3cret-word', 'ghcr.io'])",
        "os.system('docker login -u ada -p s3cret-word ghcr.io')",
        "echo s3cret-word | docker login ghcr.io -u ada --password-stdin",
        "echo -n \"s3cret-word\" | sudo docker login ghcr.io -u ada --password-stdin",
        "printf '%s' 's3cret-word' | podman login -u ada --password-stdin ghcr.io",
        "printf 's3cret-word\\n' | podman login -u ada --password-stdin ghcr.io",
        "echo s3cret-word | tr -d '\\n' | docker login ghcr.io -u ada --password-stdin",
        "echo czNjcmV0LXdvcmQ= | base64 -d | docker login ghcr.io -u ada --password-stdin",
        "docker login ghcr.io -u ada --password-stdin <<< 's3cret-word'",
        "docker login ghcr.io -u ada --password-stdin <<<s3cret-word",
        "echo s3cret-word |\n  docker login ghcr.io -u ada --password-stdin",
        "echo s3cret-word \\\n  | docker login ghcr.io -u ada --password-stdin",
        "TOKEN=s3cret-word\necho $TOKEN | docker login ghcr.io -u ada --password-stdin",
    ] {
        is(line, "ghcr.io", "ada", "s3cret-word");
    }
}

#[test]
fn a_login_without_a_registry_is_one_to_docker_hub_where_that_is_the_default() {
    is("docker login -u ada -p s3cret-word", "docker.io", "ada", "s3cret-word");
    is("docker login -p s3cret-word -u ada && docker push x", "docker.io", "ada", "s3cret-word");
    is("nerdctl login -p s3cret-word", "docker.io", "-", "s3cret-word");
    is("buildah login -u ada -p s3cret-word $H", "-", "ada", "s3cret-word");
    is("docker login -u ada -p s3cret-word myhost", "myhost", "ada", "s3cret-word");
    is("docker login -u ada -p s3cret-word h:5000", "h:5000", "ada", "s3cret-word");
    is("docker login -u ada -p s3cret-word and then push", "docker.io", "ada", "s3cret-word");
}

#[test]
fn options_of_other_commands_that_hold_credentials_are_found() {
    let image = "ghcr.io/org/app:1";
    is("skopeo inspect --creds ada:s3cret docker://ghcr.io/org/app:1", image, "ada", "s3cret");
    is("podman pull --creds=ada:s3cret ghcr.io/org/app:1", image, "ada", "s3cret");
    is("buildah push --creds ada:s3:cret app docker://ghcr.io/org/app:1", image, "ada", "s3:cret");
    is("crictl pull --creds ada:s3cret ghcr.io/org/app:1", image, "ada", "s3cret");
    is("ctr -n k8s.io images pull --user ada:s3cret ghcr.io/org/app:1", image, "ada", "s3cret");
    is("ctr i pull -u ada:s3cret ghcr.io/org/app:1", image, "ada", "s3cret");
    is("oras push -u ada -p s3cret ghcr.io/org/app:1 f.txt", image, "ada", "s3cret");
    is("podman pull --creds ada:s3cret library/app:1", "docker.io", "ada", "s3cret");
    is(
        "flux push artifact oci://ghcr.io/org/app:1 --path . --creds ada:s3cret",
        "oci://ghcr.io/org/app:1",
        "ada",
        "s3cret",
    );
    is(
        "flux create secret oci x --url=ghcr.io --username=ada --password=s3cret",
        "ghcr.io",
        "ada",
        "s3cret",
    );
    is(
        "helm repo add acme https://harbor.acme.example/chartrepo/x --username ada --password s3cret",
        "https://harbor.acme.example/chartrepo/x",
        "ada",
        "s3cret",
    );
    is(
        "kubectl -n x create secret docker-registry reg --docker-server=ghcr.io --docker-username=ada --docker-password=s3cret --docker-email=a@b.example",
        "ghcr.io",
        "ada",
        "s3cret",
    );
    is(
        "oc create secret docker-registry reg --docker-username ada --docker-password s3cret",
        "docker.io",
        "ada",
        "s3cret",
    );
    is("oras login --identity-token s3cret ghcr.io", "ghcr.io", "-", "s3cret");
    is("curl -s -u ada:s3cret https://ghcr.io/v2/_catalog", "ghcr.io", "ada", "s3cret");
    is("curl -uada:s3cret \"https://h.example:5000/v2/\"", "h.example:5000", "ada", "s3cret");
    is("curl -u ada:s3cret https://h.example/v2/org/app/manifests/1", "h.example", "ada", "s3cret");
    is("curl -H 'Authorization: Bearer s3cret' https://ghcr.io/v2/", "ghcr.io", "-", "s3cret");
    is("crictl pull --auth YWRhOnMzY3JldA== h.example/app:1", "h.example/app:1", "ada", "s3cret");
    is("podman run -d --creds ada:s3cret h.example/app", "h.example/app", "ada", "s3cret");
    is("podman run --creds ada:s3cret -d h.example/app", "h.example/app", "ada", "s3cret");
    is("az acr login -n acme -u ada -p s3cret", "acme.azurecr.io", "ada", "s3cret");
    is(
        "docker login -u AWS -p s3cret -e none https://1.dkr.ecr.eu-west-1.amazonaws.com",
        "https://1.dkr.ecr.eu-west-1.amazonaws.com",
        "AWS",
        "s3cret",
    );
    is(
        "docker login nvcr.io -u '$oauthtoken' -p s3cret-word",
        "nvcr.io",
        "$oauthtoken",
        "s3cret-word",
    );
    is("docker login -u 'robot$ci' -p s3cret h.example", "h.example", "robot$ci", "s3cret");
}

#[test]
fn both_ends_of_a_copy_have_their_own_credentials() {
    let line = "skopeo copy --src-creds ada:one --dest-creds=bob:two docker://quay.io/a/b docker://ghcr.io/a/b";
    let rows = rows("/a/x.sh", line);
    let rows: Vec<_> = rows.iter().map(|r| (r.0.as_str(), r.1.as_str(), r.2.as_str())).collect();
    assert_eq!(rows, [("quay.io/a/b", "ada", "one"), ("ghcr.io/a/b", "bob", "two")]);
    is(
        "skopeo copy --dest-registry-token s3cret docker://quay.io/a/b docker://ghcr.io/a/b",
        "ghcr.io/a/b",
        "-",
        "s3cret",
    );
}

#[test]
fn what_is_no_login_to_a_registry_is_left_alone() {
    for line in [
        "docker run -p 80:80 nginx",
        "docker run --name login -p 80:80 ghcr.io/org/app",
        "mysql -u root -p s3cret",
        "docker login",
        "docker login ghcr.io",
        "docker login -u ada --password-stdin ghcr.io",
        "docker login -u ada -p - ghcr.io",
        "cat token | docker login -u ada --password-stdin ghcr.io",
        "docker exec db mysql -u root -ps3cret",
        "oc login -u dev -p s3cret https://api.acme.example:6443",
        "az login -u ada -p s3cret",
        "npm login -u ada -p s3cret",
        "vault login -method=userpass username=ada password=s3cret",
        "curl -u ada:s3cret https://api.acme.example/v1/login",
        "curl -u ada:s3cret https://api.acme.example/v2/users",
        "curl -H 'Authorization: Bearer s3cret' https://api.acme.example/v2/users",
        "aws ecr get-login-password | docker login -u AWS --password-stdin x",
        "ssh login -p 2222",
        "docker-compose -p login up",
        "podman run --creds",
        "echo \"please login -p now\"",
        "docker logout ghcr.io",
        "'docker login -u ada -p",
        "docker login -u ada -p \"",
        "docker login -p",
        "{{ docker login -p",
    ] {
        nothing(line);
    }
}

#[test]
fn what_a_shell_fills_in_is_handed_over_as_it_is_written() {
    is("docker login -u ada -p $PW ghcr.io", "ghcr.io", "ada", "$PW");
    is("docker login -u ada -p \"${PW}\" ghcr.io", "ghcr.io", "ada", "${PW}");
    is("docker login -u $U -p $(cat x | tr -d y) ghcr.io", "ghcr.io", "-", "$(cat x | tr -d y)");
    is("docker login -u ada -p \"$(cat \"x\")\" ghcr.io", "ghcr.io", "ada", "$(cat \"x\")");
    is("docker login -u ada -p `cat x` ghcr.io", "ghcr.io", "ada", "`cat x`");
    is("docker login -u ada -p {{ x.y }} ghcr.io", "ghcr.io", "ada", "{{ x.y }}");
    is("docker login -u ada -p ${{ secrets.X }} ghcr.io", "ghcr.io", "ada", "${{ secrets.X }}");
    is("docker login -u ada -p <your token> ghcr.io", "ghcr.io", "ada", "<your token>");
    is("echo $PW | docker login -u ada --password-stdin ghcr.io", "ghcr.io", "ada", "$PW");
}

#[test]
fn a_registry_that_is_filled_in_is_not_known() {
    is("docker login %s -u ada -p s3cret-word", "-", "ada", "s3cret-word");
    is("docker login $X -u ada -p s3cret-word $NC", "-", "ada", "s3cret-word");
    is("X=acme; docker login $X.azurecr.io -u ada -p a-word", "acme.azurecr.io", "ada", "a-word");
    is("docker login $X.azurecr.io -u robot$ci -p a-word", "-", "robot$ci", "a-word");
    is("X=r.lan; docker login $X -u ada -p s3cret-word $NC", "r.lan", "ada", "s3cret-word");
}

#[test]
fn programs_that_run_a_login_are_found() {
    for call in [
        "new ProcessStartInfo(\"docker\", \"login r.lan -u ada -p s3cret-word\");",
        "new() { FileName = \"docker\", Arguments = \"login r.lan -u ada -p s3cret-word\" };",
        "Command::new(\"docker\").args([\"login\", \"-u\", \"ada\", \"-p\", \"s3cret-word\", \"r.lan\"]).status()?;",
        "Command::new(\"docker\")\n  .arg(\"login\")\n  .args(&[\"-u\", \"ada\", \"-p\", \"s3cret-word\"])\n  .arg(\"r.lan\");",
    ] {
        let found: Vec<_> = rows("/a/push.rs", call).into_iter().map(|r| (r.0, r.1, r.2)).collect();
        assert_eq!(found, [("r.lan".into(), "ada".into(), "s3cret-word".into())], "{call}");
    }
    is("dokku registry:login r.lan ada s3cret-word", "r.lan", "ada", "s3cret-word");
    is("echo a-word | dokku registry:login --password-stdin r.lan ada", "r.lan", "ada", "a-word");
}

#[test]
fn a_form_that_is_sent_is_a_login() {
    let hub = "https://hub.docker.com/v2/users/login/";
    let form = format!("curl -s -d 'username=ada&password=s3cret-word' {hub}");
    is(&form, "docker.io", "ada", "s3cret-word");
    let fields = format!("curl {hub} -d username=ada -d password=s3cret-word");
    is(&fields, "docker.io", "ada", "s3cret-word");
}

#[test]
fn what_a_function_returns_is_no_secret() {
    let script = "command = ['docker', 'login', '-u', user, '-p', password]\n\
        _, password = auth_token.split(':')\n";
    // The name itself, which the judge knows for a reference.
    assert_eq!(rows("/a/ecr.py", script)[0].2, "${password}");
}
