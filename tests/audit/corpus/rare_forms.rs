//! Credentials in rarer turns of the same formats: commands in commands, lists of words, other
//! shells, variables in secrets.

use imgsec_cred::audit::finding::Kind;

use super::case::Corpus;
use super::generate::{base64, quoted};
use super::typed_commands::among;

pub(crate) fn cases(corpus: &mut Corpus) {
    commands_in_commands(corpus);
    literal_configs(corpus);
    printed_commands(corpus);
    lists_of_words(corpus);
    windows(corpus);
    secrets_of_variables(corpus);
    other_actions(corpus);
}

fn commands_in_commands(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let lines = [
        format!("docker login -u={user} -p={secret} {host}"),
        format!("ssh mira@bastion \"docker login -u {user} -p {secret} {host}\""),
        format!(
            "bash -c 'docker login -u {user} -p {secret} {host} && docker pull {host}/acme/api'"
        ),
        format!("sudo -H -u ci docker login -u {user} -p {secret} {host}"),
        format!("DOCKER_BUILDKIT=1 docker login -u {user} -p {secret} {host} > /dev/null 2>&1"),
        format!("time docker login {host} -u {user} --password='{secret}' || exit 1"),
        format!("/usr/bin/docker login --username \"{user}\" --password \"{secret}\" \"{host}\""),
        format!("docker login -u {user} -p {secret} {host}; docker push {host}/acme/api"),
        format!("(docker login -u {user} -p {secret} {host})"),
        format!("if docker login -u {user} -p {secret} {host}; then echo ok; fi"),
    ];
    for line in lines {
        let text = among(&mut corpus.dice, &[line], 25).join("\n");
        corpus.found("home/ada/.bash_history", &[72], &text, [login.is(Kind::History)]);
    }
}

fn literal_configs(corpus: &mut Corpus) {
    let login = corpus.dice.any();
    let config = login.config();
    let lines = [
        format!(
            "kubectl create secret generic regcred --from-literal=.dockerconfigjson='{config}' --type=kubernetes.io/dockerconfigjson"
        ),
        format!("echo '{config}' > ~/.docker/config.json"),
        format!("export DOCKER_AUTH_CONFIG='{config}'"),
    ];
    for line in lines {
        let text = among(&mut corpus.dice, &[line], 15).join("\n");
        let found = login.is(Kind::Auth).or(Kind::History).or(Kind::Env);
        corpus.found("home/ada/.bash_history", &[72], &text, [found]);
    }
    let text = format!(
        "#!/bin/sh\nset -eu\nmkdir -p ~/.docker\ncat > ~/.docker/config.json <<'EOF'\n{{\n  \"auths\": {{\n    {}\n  }}\n}}\nEOF\ndocker pull x\n",
        login.entry()
    );
    let found = login.is(Kind::Auth).or(Kind::Script);
    corpus.found("srv/app/setup.sh", &[74], &text, [found]);
}

fn printed_commands(corpus: &mut Corpus) {
    let ecr = corpus.dice.login("aws-ecr");
    let text = format!(
        "$ aws ecr get-login --region eu-central-1\ndocker login -u AWS -p {} -e none https://{}\n$ docker ps\n",
        ecr.secret, ecr.host
    );
    corpus.found("home/ada/session.log", &[74], &text, [ecr.is(Kind::Log)]);
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let lines = [
        format!(
            "2026-11-20T08:14:03.1234567Z ##[group]Run docker login -u {user} -p {secret} {host}"
        ),
        format!("[command]/usr/bin/docker login -u {user} -p {secret} {host}"),
        format!(
            "[Pipeline] sh\n[2026-11-20T08:14:03.123Z] + docker login -u {user} -p {secret} {host}"
        ),
        format!("\u{1b}[32;1m$ docker login -u {user} -p {secret} {host}\u{1b}[0;m"),
        format!("#8 0.412 + docker login -u {user} -p {secret} {host}"),
    ];
    for line in lines {
        let text = format!("Preparing environment\n{line}\nLogin Succeeded\nJob succeeded\n");
        corpus.found("var/log/ci/job.log", &[74], &text, [login.is(Kind::Log)]);
    }
}

fn lists_of_words(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let words = ["docker", "login", "-u", &login.user, "-p", &login.secret, &login.host];
    let list = words.map(quoted).join(",");
    let text = format!(
        "{{\"type\":\"session_meta\",\"payload\":{{\"id\":\"x\"}}}}\n{{\"type\":\"event_msg\",\"payload\":{{\"type\":\"exec_command_begin\",\"command\":[{list}],\"cwd\":\"/srv\"}}}}\n"
    );
    let path = "home/ada/.codex/sessions/2026/11/22/rollout-3.jsonl";
    corpus.found(path, &[73], &text, [login.is(Kind::History)]);
    let text = format!("FROM docker:28-cli\nRUN [{list}]\nCMD [\"sh\"]\n");
    corpus.found("srv/app/Dockerfile", &[70], &text, [login.is(Kind::Script)]);
}

fn windows(corpus: &mut Corpus) {
    let login = corpus.dice.hub();
    let (user, secret) = (&login.user, &login.secret);
    let found = || login.is(Kind::Env).or(Kind::Script).registry("docker.io *").user("? -");
    let text = format!(
        "@echo off\nset DOCKER_USERNAME={user}\nset DOCKER_PASSWORD={secret}\ndocker login -u %DOCKER_USERNAME% -p %DOCKER_PASSWORD%\n"
    );
    corpus.found("srv/app/login.bat", &[47, 74], &text, [found()]);
    let text = format!(
        "$ErrorActionPreference = 'Stop'\n$env:DOCKER_USERNAME = \"{user}\"\n$env:DOCKER_PASSWORD = \"{secret}\"\ndocker login -u $env:DOCKER_USERNAME -p $env:DOCKER_PASSWORD\n"
    );
    corpus.found("srv/app/login.ps1", &[47, 74], &text, [found()]);
}

fn secrets_of_variables(corpus: &mut Corpus) {
    let hub = corpus.dice.login("docker-pat");
    let begin = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: ci\ntype: Opaque\n";
    let found = || hub.is(Kind::Env).or(Kind::UserPass).user("? -");
    let text = format!(
        "{begin}stringData:\n  DB_PASSWORD: hal-Tram-99\n  DOCKERHUB_USERNAME: {}\n  DOCKERHUB_TOKEN: {}\n",
        hub.user, hub.secret
    );
    corpus.found("srv/k8s/ci-secret.yaml", &[47], &text, [found()]);
    let data = base64(&hub.secret);
    let text = format!(
        "{begin}data:\n  DOCKERHUB_USERNAME: {}\n  DOCKERHUB_TOKEN: {data}\n",
        base64(&hub.user)
    );
    corpus.found("srv/k8s/ci-data.yaml", &[47], &text, [found().written(&data)]);
}

fn other_actions(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let begin = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n";
    let rest =
        format!("          username: {}\n          password: {}\n", login.user, login.secret);
    let text = format!(
        "{begin}      - uses: redhat-actions/podman-login@v1\n        with:\n          registry: {}\n{rest}",
        login.host
    );
    corpus.found("srv/app/.github/workflows/podman.yml", &[49], &text, [login.is(Kind::UserPass)]);
    let text = format!(
        "{begin}      - uses: azure/docker-login@v2\n        with:\n          login-server: {}\n{rest}",
        login.host
    );
    corpus.found("srv/app/.github/workflows/azure.yml", &[49], &text, [login.is(Kind::UserPass)]);
}
