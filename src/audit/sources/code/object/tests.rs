//! Objects as programs of many languages write them.

use crate::audit::sources::testing::{Login, clean, logins};

fn found(path: &str, text: &str, registry: &str) {
    let line = text.lines().position(|line| line.contains("s3cret-word")).unwrap() + 1;
    let login = Login::of("login-object", registry, "ada", "s3cret-word", line);
    assert_eq!(logins(path, text), [login], "{text}");
}

#[test]
fn pulumis_registries_are_found() {
    found(
        "index.ts",
        "new docker.Image(\"a\", {\n  imageName: \"reg.lan/a\",\n  registry: {\n    server: \"reg.lan\",\n    username: \"ada\",\n    password: \"s3cret-word\",\n  },\n});\n",
        "reg.lan",
    );
    found(
        "__main__.py",
        "docker.Image(\"a\", registry=docker.RegistryArgs(\n    server=\"reg.lan\",\n    username=\"ada\",\n    password=\"s3cret-word\"))\n",
        "reg.lan",
    );
    found(
        "main.go",
        "r := docker.RegistryArgs{Server: pulumi.String(\"reg.lan\"), Username: pulumi.String(\"ada\"), Password: pulumi.String(\"s3cret-word\")}\n",
        "reg.lan",
    );
    found(
        "index.ts",
        "registries: [{ address: \"a.lan\", username: \"b\", password: p }, {\n  address: \"reg.lan\", username: \"ada\", password: pulumi.secret(\"s3cret-word\") }]\n// pulumi/docker\n",
        "reg.lan",
    );
}

#[test]
fn logins_of_libraries_are_found() {
    for (path, text) in [
        (
            "a.py",
            "docker.images.pull(\"reg.lan/a\", auth_config={\n  'username': 'ada',\n  'password': 's3cret-word'})\n",
        ),
        (
            "a.js",
            "docker.pull('reg.lan/a', { authconfig: { username: 'ada', password: 's3cret-word', serveraddress: 'reg.lan/a' } });\n",
        ),
    ] {
        found(path, text, "reg.lan/a");
    }
}

#[test]
fn logins_of_libraries_of_other_languages_are_found() {
    for (path, text) in [
        (
            "a.go",
            "registry.AuthConfig{\n\tUsername: \"ada\",\n\tPassword: \"s3cret-word\",\n\tServerAddress: \"reg.lan/a\",\n}\n",
        ),
        (
            "a.py",
            "import aiodocker\nawait d.images.pull(\"reg.lan/a\", auth=dict(username=\"ada\", password=\"s3cret-word\"))\n",
        ),
        (
            "a.java",
            "RegistryArgs.builder()\n  .server(\"reg.lan/a\")\n  .username(\"ada\")\n  .password(\"s3cret-word\")\n  .build()",
        ),
        (
            "a.cs",
            "new AuthConfig { Username = \"ada\", Password = \"s3cret-word\", ServerAddress = \"reg.lan/a\" }",
        ),
        (
            "a.java",
            "RegistryAuth.builder().username(\"ada\").password(\"s3cret-word\").serverAddress(\"reg.lan/a\").build();",
        ),
        (
            "a.java",
            "x = b().withRegistryUsername(\"ada\")\n  .withRegistryPassword(\"s3cret-word\")\n  .withRegistryUrl(\"reg.lan/a\").build();\n",
        ),
        (
            "a.ts",
            "const info: docker.types.input.Registry = { server: \"reg.lan/a\", username: \"ada\", password: \"s3cret-word\" };\n",
        ),
        (
            "a.py",
            "pulumi_docker.ImageRegistryArgs(server=\"reg.lan/a\", username=\"ada\", password=\"s3cret-word\")\n",
        ),
        (
            "a.rb",
            "Docker.authenticate!('username' => 'ada', 'password' => 's3cret-word', 'serveraddress' => 'reg.lan/a')\n",
        ),
    ] {
        found(path, text, "reg.lan/a");
    }
}

#[test]
fn an_object_is_for_the_image_that_it_is_given_for() {
    for (path, text) in [
        (
            "a.py",
            "auth_config = {\n  \"username\": \"ada\",\n  \"password\": \"s3cret-word\"}\nc.images.pull(\"reg.lan/a\", auth_config=auth_config)\n",
        ),
        (
            "a.py",
            "login = dict(username=\"ada\", password=\"s3cret-word\")\nc.images.push(\"reg.lan/a\", auth_config=login, stream=True) # docker\n",
        ),
        (
            "a.js",
            "const login = { username: 'ada', password: 's3cret-word' };\ndocker.pull('reg.lan/a', { authconfig: login });\n",
        ),
        (
            "a.py",
            "USER = \"ada\"\nWORD = \"s3cret-word\"\nc.images.pull(\"reg.lan/a\", auth_config={\"username\": USER, \"password\": WORD})\n",
        ),
    ] {
        found(path, text, "reg.lan/a");
    }
}

#[test]
fn objects_begin_on_the_next_line_and_in_calls_that_follow_one_another() {
    for (path, text) in [
        (
            "a.cs",
            "// Docker.DotNet\nvar a = new AuthConfig\n{\n  Username = \"ada\",\n  Password = \"s3cret-word\"\n};\n",
        ),
        (
            "a.cs",
            "docker.Pull(p, new AuthConfig() { Username = \"ada\", Password = \"s3cret-word\" });\n",
        ),
        (
            "A.java",
            "// dockerjava\nvar a = new AuthConfig()\n  .withUsername(\"ada\")\n  .withPassword(\"s3cret-word\");\n",
        ),
        (
            "a.go",
            "// testcontainers\na := types.AuthConfig{Username: \"ada\", Password: \"s3cret-word\"}\n",
        ),
    ] {
        found(path, text, "");
    }
    clean(
        "A.java",
        &[
            "new PostgreSQLContainer(\"docker.io/postgres\").withUsername(\"ada\").withPassword(\"s3cret-word\");\n",
            "// dockerjava\nnew AuthConfig().withUsername(\"ada\").withPassword(System.getenv(\"WORD\"));\n",
            "// docker\nnew AuthConfig().withUsername(\"ada\")",
        ],
    );
}

#[test]
fn credentials_of_sbt_are_found() {
    for text in [
        "credentials += Credentials(\"a\", \"ghcr.io\", \"ada\", \"s3cret-word\")\n",
        "credentials ++= Seq(\n  Credentials(\"a\", \"ghcr.io\", \"ada\", \"s3cret-word\"),\n)\n",
        "Docker / credentials += Credentials(\"a\", \"ghcr.io\", \"ada\", \"s3cret-word\")\n",
    ] {
        found("build.sbt", text, "ghcr.io");
    }
}

#[test]
fn variables_and_other_objects_are_clean() {
    clean(
        "a.ts",
        &[
            "registry: { server: \"reg.lan\", username: \"ada\", password: config.requireSecret(\"word\") } // pulumi/docker\n",
            "registry: { server, username: user.name, password: process.env.WORD }\n",
            "registry: { url: \"https://registry.npmjs.org\", username: \"ada\", password: \"s3cret-word\" }\n",
            "registry: { username: \"ada\", password: \"s3cret-word\" }\n",
            "registryAuth({ a: { password: \"s3cret",
        ],
    );
    clean(
        "a.sbt",
        &["credentials += Credentials(\"Nexus\", \"nexus.lan\", \"ada\", \"s3cret-word\")\n"],
    );
}
