//! Forms that files of public repositories have: manuals in any markup, texts of several lines in
//! programs, settings that were commented out, rarer programs.

use imgsec_cred::audit::finding::Kind;

use super::case::Corpus;
use super::generate::base64;

pub(crate) fn cases(corpus: &mut Corpus) {
    manuals(corpus);
    texts_in_programs(corpus);
    encoded_in_a_program(corpus);
    settings(corpus);
    rarer_commands(corpus);
    commands_in_programs(corpus);
    registries_from_elsewhere(corpus);
    variables_of_programs(corpus);
    clean(corpus);
}

fn manuals(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let gradle = format!(
        "jib {{\n  to {{\n    image = '{host}/acme/api'\n    auth {{\n      username = '{user}'\n      password = '{secret}'\n    }}\n  }}\n}}\n"
    );
    let puppet = format!(
        "docker::registry {{ '{host}':\n  username => '{user}',\n  password => '{secret}',\n}}\n"
    );
    let yaml = format!(
        "imageCredentials:\n  registry: {host}\n  username: {user}\n  password: {secret}\n"
    );
    let indented: String = yaml.lines().map(|line| format!("   {line}\n")).collect();
    for (path, text) in [
        ("srv/docs/build.md", format!("# Build\n\n```groovy\n{gradle}```\n\nmore\n")),
        ("srv/docs/node.md", format!("Login:\n\n~~~puppet\n{puppet}~~~\n")),
        ("srv/docs/values.adoc", format!("= Values\n\n[source,yaml]\n----\n{yaml}----\n")),
        ("srv/docs/node.adoc", format!("= Node\n\n[source,puppet]\n----\n{puppet}----\n")),
        ("srv/docs/values.rst", format!("Values\n\n.. code-block:: yaml\n\n{indented}\nMore.\n")),
    ] {
        corpus.found(path, &[39, 60, 71], &text, [login.is(Kind::UserPass)]);
    }
}

fn texts_in_programs(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let play = format!(
        "- name: Log in\n  community.docker.docker_login:\n    registry_url: {host}\n    username: {user}\n    password: {secret}\n"
    );
    let workflow = format!(
        "jobs:\n  test:\n    container:\n      image: {host}/acme/api\n      credentials:\n        username: {user}\n        password: {secret}\n"
    );
    for (path, text) in [
        ("srv/app/module.py", format!("EXAMPLES = r\"\"\"\n---\n{play}\"\"\"\n")),
        ("srv/app/workflow.go", format!("func Test() {{\n\tyaml := `\n{workflow}`\n}}\n")),
    ] {
        corpus.found(path, &[49, 56], &text, [login.is(Kind::UserPass)]);
    }
    for (path, text) in [
        (
            "srv/app/Jenkinsfile",
            format!(
                "sh \"skopeo copy \" +\n   \"--dest-creds={user}:{secret} \" +\n   \"docker://a.example/b \" +\n   \"docker://{host}/b\"\n"
            ),
        ),
        (
            "srv/app/push.py",
            format!("run(\"docker login \"\n    \"-u {user} -p {secret} \"\n    \"{host}\")\n"),
        ),
        (
            "srv/app/clean.groovy",
            format!(
                "[\"curl\", \"-s\", \"-u\", \"{user}:{secret}\", \"https://{host}/v2/_catalog\"].execute()\n"
            ),
        ),
    ] {
        corpus.found(path, &[51, 74], &text, [login.is(Kind::Script)]);
    }
}

fn encoded_in_a_program(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let compact = login.config();
    let spaced = format!("{{\n    \"auths\": {{{}}}\n}}", login.entry());
    for config in [compact, spaced] {
        let encoded = base64(&config);
        let text = format!("var secret = map[string]string{{\n\t\".data\": \"{encoded}\",\n}}\n");
        corpus.found("srv/app/secret_test.go", &[31], &text, [login.is(Kind::Auth)]);
    }
}

fn settings(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    for text in [
        format!(
            "replicas: 1\n# imageCredentials:\n#   registry: {host}\n#   username: {user}\n#   password: {secret}\n"
        ),
        format!("#registry:\n#  server: {host}\n#  username: {user}\n#  password: {secret}\n"),
        format!(
            "imageCredentials:\n  registry: {host}\n  username: {user}\n  # password: {secret}\n  password: ${{PASSWORD}}\n"
        ),
    ] {
        corpus.found("srv/chart/values.yaml", &[39], &text, [login.is(Kind::UserPass)]);
    }
    let text = format!(
        "harbor_hostname: {host}\nharbor_admin_password: {secret}\nharbor_version: 2.11.0\n"
    );
    let admin = login.is(Kind::UserPass).user("admin");
    corpus.found("srv/ansible/group_vars/all.yml", &[56], &text, [admin]);
    let text = format!(
        "resource \"rancher2_registry\" \"r\" {{\n  name = \"r\"\n  registries {{\n    address  = \"{host}\"\n    username = \"{user}\"\n    password = \"{secret}\"\n  }}\n}}\n"
    );
    corpus.found("srv/infra/rancher.tf", &[57], &text, [login.is(Kind::UserPass)]);
    let text = format!(
        "<settings>\n  <servers>\n    <!-- old:\n    -->\n    <!--<server>\n      <id>{host}</id>\n      <username>{user}</username>\n      <password>{secret}</password>\n    </server>-->\n  </servers>\n</settings>\n"
    );
    corpus.found("home/ada/.m2/settings.xml", &[60], &text, [login.is(Kind::UserPass)]);
}

fn rarer_commands(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    for line in [
        format!("hauler login {host} --username {user} --password {secret}"),
        format!(
            "mvn deploy -Ddockerfile.username={user} -Ddockerfile.password={secret} -Dimage={host}/a"
        ),
        format!(
            "zarf init --registry-push-username={user} --registry-push-password={secret} --registry-url={host} --confirm"
        ),
        format!("curl -s -d 'username={user}&password={secret}' https://{host}/v2/"),
        format!("curl -s -k -u {user}:{secret} https://{host}/v2/_catalog"),
    ] {
        corpus.found("srv/app/run.sh", &[74], &line, [login.is(Kind::Script)]);
    }
}

fn commands_in_programs(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    for (path, line) in [
        (
            "srv/app/Push.cs",
            format!(
                "var psi = new ProcessStartInfo(\"docker\", \"login {host} -u {user} -p {secret}\");\n"
            ),
        ),
        (
            "srv/app/push.rs",
            format!(
                "Command::new(\"docker\").args([\"login\", \"-u\", \"{user}\", \"-p\", \"{secret}\", \"{host}\"]).status()?;\n"
            ),
        ),
        ("srv/app/dokku.sh", format!("dokku registry:login {host} {user} {secret}\n")),
    ] {
        corpus.found(path, &[74], &line, [login.is(Kind::Script)]);
    }
    for line in [
        format!("fmt.Sprintf(\"docker login %s -u {user} -p {secret}\", host)\n"),
        format!(
            "echo -e \"docker login ${{REGISTRY}} --username {user} --password {secret} ${{NC}}\"\n"
        ),
    ] {
        let unknown = login.is(Kind::Script).registry("*");
        corpus.found("srv/app/login.go", &[74], &line, [unknown]);
    }
}

fn registries_from_elsewhere(corpus: &mut Corpus) {
    let login = corpus.dice.login("azure-acr-password");
    let name = login.host.split('.').next().unwrap_or_default();
    let text = format!(
        "ACR_NAME={name}\nhelm registry login $ACR_NAME.azurecr.io -u {} -p {}\n",
        login.user, login.secret
    );
    let expected = login.is(Kind::Script).registry(&format!("{name}.azurecr.io"));
    corpus.found("srv/app/chart.sh", &[74], &text, [expected]);
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let text = format!(
        "env:\n  RENOVATE_HOST_RULES: |\n    [{{\"hostType\": \"docker\", \"matchHost\": \"{host}\", \"username\": \"{user}\", \"password\": \"{secret}\"}}]\n"
    );
    let rules = login.is(Kind::UserPass).anywhere();
    corpus.found("srv/.github/workflows/renovate.yml", &[61], &text, [rules]);
}

fn variables_of_programs(corpus: &mut Corpus) {
    let hub = corpus.dice.hub();
    let (user, secret) = (&hub.user, &hub.secret);
    let text = format!(
        "class Hub {{\n  private String dockerHubUsername = \"{user}\";\n  private String dockerHubPassword = \"{secret}\";\n}}\n"
    );
    corpus.found("srv/app/Hub.java", &[47], &text, [hub.is(Kind::Env)]);
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let text = format!(
        "options := deploy{{\n\tContainerRegistryURL: \"https://{host}\",\n\tContainerRegistryUser: \"{user}\",\n\tContainerRegistryPassword: \"{secret}\",\n}}\n"
    );
    corpus.found("srv/app/deploy.go", &[47], &text, [login.is(Kind::Env)]);
    let text = format!(
        "services:\n- image:\n    registry_type: DOCKER_HUB\n    registry: acme\n    registry_credentials: \"{user}:{secret}\"\n"
    );
    let of_hub = login.is(Kind::UserPass).registry("docker.io");
    corpus.found("srv/app/app.yaml", &[39], &text, [of_hub]);
    let login = corpus.dice.person();
    let text = format!(
        "REGISTRY_URL=\"${{REGISTRY_URL:-{}}}\"\nREGISTRY_USERNAME=\"${{REGISTRY_USERNAME:-{}}}\"\nREGISTRY_PASSWORD=\"${{REGISTRY_PASSWORD:-{}}}\"\n",
        login.host, login.user, login.secret
    );
    corpus.found("srv/app/push.sh", &[47], &text, [login.is(Kind::Env)]);
    let login = corpus.dice.login("azure-acr-password");
    let text = format!(
        "ACR_REGISTRY=\"${{ACR_REGISTRY:-{}}}\"\nACR_USERNAME=\"${{ACR_USERNAME:-{}}}\"\nACR_PASSWORD=\"${{ACR_PASSWORD:-{}}}\"\n",
        login.host, login.user, login.secret
    );
    corpus.found("srv/app/push.sh", &[47], &text, [login.is(Kind::Env)]);
}

fn clean(corpus: &mut Corpus) {
    for (path, text) in [
        (
            "srv/chart/values.yaml",
            "# registry:\n#   server: <your registry>\n#   username: user\n#   password: <your password>\nimage: app\n",
        ),
        (
            "srv/all/containerd.yml",
            "# containerd_registry_auth:\n#   - registry: 10.0.0.2:5000\n#     username: user\n#     password: pass\n",
        ),
        (
            "srv/docs/oidc.md",
            "```sh\ndocker login -u testuser -p <i>cli_secret</i> r.acme.example\n```\n<code>x</code>\n",
        ),
        (
            "srv/.teamcity/settings.kts",
            "dockerRegistry {\n    url = \"https://docker.io\"\n    userName = \"acme\"\n    password = \"credentialsJSON:91a788d6-72b3-405f-a9df-03389f20d48c\"\n}\n",
        ),
        ("srv/app/copy.py", "cmd = f\"skopeo copy --src-creds {u}:{p} docker://{image} dir:x\"\n"),
        (
            "srv/docs/login.adoc",
            "[source,xml]\n----\n<authConfig>\n  <username>${user}</username>\n  <password>${password}</password>\n</authConfig>\n----\n",
        ),
    ] {
        corpus.clean(path, &[39, 42, 60, 74], text);
    }
}
