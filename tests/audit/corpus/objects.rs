//! Objects that programs and templates write without JSON's quotes, requests as they went out, and
//! settings whose writer was stopped.

use imgsec_cred::audit::finding::Kind;

use super::case::Corpus;
use super::generate::base64;

pub(crate) fn cases(corpus: &mut Corpus) {
    scripts(corpus);
    bicep(corpus);
    requests(corpus);
    mirrors(corpus);
    cut_off(corpus);
    services(corpus);
    libraries(corpus);
    clean(corpus);
}

fn scripts(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let auth = base64(&format!("{user}:{secret}"));
    let text = format!(
        "import {{ defineConfig }} from 'builder';\n\nexport default defineConfig({{\n  auths: {{\n    '{host}': {{ auth: '{auth}' }},\n  }},\n}});\n"
    );
    let found = login.is(Kind::Auth).written(&auth);
    corpus.found("srv/app/builder.config.ts", &[1], &text, [found]);
    let text = format!(
        "module.exports = {{\n  containerRegistry: {{\n    host: '{host}', // ours\n    username: \"{user}\",\n    password: '{secret}',\n  }},\n}};\n"
    );
    corpus.found("srv/app/deploy.config.js", &[74], &text, [login.is(Kind::UserPass)]);
    let text = format!(
        "ThisBuild / credentials ++= Seq(\n  Credentials(\"Registry Realm\", \"registry.gitlab.com\", \"{user}\", \"{secret}\"),\n)\n"
    );
    let found = login.is(Kind::UserPass).registry("registry.gitlab.com");
    corpus.found("srv/app/build.sbt", &[74], &text, [found]);
}

fn bicep(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let text = format!(
        "param location string = resourceGroup().location\n\nresource group 'Microsoft.ContainerInstance/containerGroups@2023-05-01' = {{\n  name: 'api'\n  location: location\n  properties: {{\n    imageRegistryCredentials: [\n      {{\n        server: '{host}'\n        username: '{user}'\n        password: '{secret}'\n      }}\n    ]\n  }}\n}}\n"
    );
    corpus.found("srv/infra/group.bicep", &[74], &text, [login.is(Kind::UserPass)]);
    let text = format!(
        "resource app 'Microsoft.App/containerApps@2023-05-01' = {{\n  properties: {{\n    configuration: {{\n      secrets: [\n        {{\n          name: 'pull'\n          value: '{secret}'\n        }}\n      ]\n      registries: [\n        {{\n          server: '{host}'\n          username: '{user}'\n          passwordSecretRef: 'pull'\n        }}\n      ]\n    }}\n  }}\n}}\n"
    );
    corpus.found("srv/infra/app.bicep", &[74], &text, [login.is(Kind::UserPass)]);
    let text = format!(
        "{{\"resources\": [{{\"type\": \"Microsoft.App/containerApps\", \"properties\": {{\"configuration\": {{\n  \"secrets\": [{{\"name\": \"pull\", \"value\": \"{secret}\"}}],\n  \"registries\": [{{\"server\": \"{host}\", \"username\": \"{user}\", \"passwordSecretRef\": \"pull\"}}]\n}}}}}}]}}\n"
    );
    corpus.found("srv/infra/app.json", &[74], &text, [login.is(Kind::UserPass)]);
}

fn requests(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let auth = base64(&format!("{user}:{secret}"));
    let found = || login.is(Kind::HttpHeader).written(&auth);
    let text = format!(
        "### what is there\nGET https://{host}/v2/_catalog\nAccept: application/json\nAuthorization: Basic {auth}\n\n###\nGET https://files.acme-corp.net/\n"
    );
    corpus.found("srv/app/registry.http", &[74], &text, [found()]);
    let text = format!(
        "* Connected to {host} (10.0.0.4) port 443\n* Server auth using Basic with user '{user}'\n> GET /v2/acme/api/tags/list HTTP/1.1\n> Host: {host}\n> Authorization: Basic {auth}\n> User-Agent: curl/8.5.0\n>\n< HTTP/1.1 200 OK\n"
    );
    corpus.found("home/ada/trouble.txt", &[74], &text, [found()]);
    let text = format!(
        "{{\"log\": {{\"version\": \"1.2\", \"entries\": [{{\"request\": {{\"method\": \"GET\", \"url\": \"https://{host}/v2/\",\n\"headers\": [{{\"name\": \"Authorization\", \"value\": \"Basic {auth}\"}}]}}}}]}}}}\n"
    );
    corpus.found("home/ada/Downloads/registry.har", &[74], &text, [found()]);
}

fn mirrors(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let text = format!(
        "{{\n  \"{}\": {{\n    \"username\": \"{}\",\n    \"password\": \"{}\"\n  }}\n}}\n",
        login.host, login.user, login.secret
    );
    corpus.found("etc/zot/sync-auth.json", &[74], &text, [login.is(Kind::UserPass)]);
    corpus.malformed("etc/zot/sync-auth.json", &[74], &text[..text.len() / 2]);
}

fn cut_off(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let auth = base64(&format!("{user}:{secret}"));
    // Whole groups of four and one letter of the next.
    let left = (user.len() + secret.len()) / 3 * 4 - 3;
    let known = left / 4 * 3 - user.len() - 1;
    let text =
        format!("{{\n\t\"auths\": {{\n\t\t\"{host}\": {{\n\t\t\t\"auth\": \"{}", &auth[..left]);
    let found = login.is(Kind::Auth).written(&auth[..left]).or_secret(&secret[..known]);
    corpus.found("home/ada/.docker/config.json", &[1], &text, [found]);
}

fn services(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let text = format!(
        "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd -H fd:// --https-proxy=http://{}:{}@proxy.acme-corp.net:3128\n",
        login.user, login.secret
    );
    let found = login.is(Kind::ProxyUserinfo).registry("*");
    corpus.found("etc/systemd/system/docker.service.d/override.conf", &[7], &text, [found]);
}

fn libraries(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    for (name, text) in [
        (
            "pull.py",
            format!(
                "import docker\n\nclient = docker.from_env()\nauth_config = {{\n    \"username\": \"{user}\",\n    \"password\": \"{secret}\",\n}}\nclient.images.pull(\"{host}/acme/api\", tag=\"1\", auth_config=auth_config)\n"
            ),
        ),
        (
            "push.py",
            format!(
                "import docker\n\nUSER = \"{user}\"\nWORD = \"{secret}\"\n\nclient = docker.from_env()\nclient.images.push(\"{host}/acme/api\", auth_config={{\"username\": USER, \"password\": WORD}})\n"
            ),
        ),
        (
            "Pull.java",
            format!(
                "import com.github.dockerjava.api.model.AuthConfig;\n\nclass Pull {{\n  AuthConfig auth = new AuthConfig()\n      .withUsername(\"{user}\")\n      .withPassword(\"{secret}\")\n      .withRegistryAddress(\"https://{host}\");\n}}\n"
            ),
        ),
        (
            "Pull.cs",
            format!(
                "using Docker.DotNet.Models;\n\nvar auth = new AuthConfig\n{{\n    ServerAddress = \"{host}\",\n    Username = \"{user}\",\n    Password = \"{secret}\",\n}};\n"
            ),
        ),
    ] {
        corpus.found(&format!("srv/app/{name}"), &[74], &text, [login.is(Kind::UserPass)]);
    }
    let text = format!(
        "import docker\n\nWORD = '{secret}'  # of the robot\ndocker.from_env().login('{user}', WORD, registry='{host}')\n"
    );
    corpus.found("srv/app/login.py", &[74], &text, [login.is(Kind::Script)]);
    let text = format!(
        "package main\n\nvar login = `{{\"username\":\"{user}\",\"password\":\"{secret}\",\"serveraddress\":\"{host}\"}}`\n"
    );
    corpus.found("srv/app/raw.go", &[74], &text, [login.is(Kind::UserPass)]);
}

fn clean(corpus: &mut Corpus) {
    for (path, text) in [
        (
            "srv/app/Db.java",
            "var db = new PostgreSQLContainer<>(\"docker.io/library/postgres:16\").withUsername(\"ada\").withPassword(\"hal-Tram-99\");\nvar auth = new AuthConfig().withUsername(\"ada\").withPassword(System.getenv(\"WORD\"));\n",
        ),
        (
            "srv/app/db.py",
            "import docker\nWORD = \"hal-Tram-99\"\ndb.login(\"ada\", WORD)\nclient.images.pull(\"ghcr.io/acme/api\", auth_config=load(WORD))\n",
        ),
        (
            "srv/app/db.config.ts",
            "export default {\n  database: { host: 'db.acme-corp.net', username: 'ada', password: 'hal-Tram-99' },\n  registry: { url: 'https://registry.npmjs.org', username: 'ada', password: 'hal-Tram-99' },\n  auths: { 'ghcr.io': { auth: process.env.GHCR_AUTH } },\n};\n",
        ),
        (
            "srv/infra/group.bicep",
            "@secure()\nparam registryPassword string\nresource group 'Microsoft.ContainerInstance/containerGroups@2023-05-01' = {\n  properties: {\n    imageRegistryCredentials: [\n      {\n        server: 'acme.azurecr.io'\n        username: 'acme'\n        password: registryPassword\n      }\n    ]\n  }\n}\n",
        ),
        (
            "srv/app/registry.http",
            "GET https://ghcr.io/v2/_catalog\nAuthorization: Basic {{user}} {{password}}\n\n###\nGET https://files.acme-corp.net/\nAuthorization: Basic YWRhOmhhbC1UcmFtLTk5\n",
        ),
        (
            "srv/app/build.sbt",
            "credentials += Credentials(Path.userHome / \".sbt\" / \".credentials\")\ncredentials += Credentials(\"Nexus\", \"nexus.acme-corp.net\", \"ada\", sys.env(\"WORD\"))\n",
        ),
    ] {
        corpus.clean(path, &[74], text);
    }
}
