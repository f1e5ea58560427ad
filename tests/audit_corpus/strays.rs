//! Credentials that no row of the catalogue names a file for: tokens in any text, what is given to a
//! login below its line, words of a command in two places, watchers' and managers' settings.

use imgsec_cred::audit::finding::Kind;

use super::case::Corpus;

pub(crate) fn cases(corpus: &mut Corpus) {
    tokens_in_any_text(corpus);
    given_below(corpus);
    words_in_two_places(corpus);
    notebooks(corpus);
    requests(corpus);
    settings(corpus);
    clean(corpus);
}

fn tokens_in_any_text(corpus: &mut Corpus) {
    for token in ["docker-pat", "docker-oat"] {
        let hub = corpus.dice.login(token);
        let found = || hub.is(Kind::Script).user("-");
        let text = format!("call the printer people\nhub: {} (until June)\n", hub.secret);
        corpus.found("home/ada/notes.txt", &[47], &text, [found()]);
        let text = format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: updater\nstringData:\n  creds: {}:{}\n",
            hub.user, hub.secret
        );
        corpus.found("srv/k8s/updater.yaml", &[37], &text, [found()]);
    }
}

fn given_below(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    for (open, close) in [("<<EOF", "EOF"), ("<< 'END'", "END"), ("<<-\"EOF\"", "\tEOF")] {
        let text = format!(
            "#!/bin/sh\nset -eu\ndocker login -u {user} --password-stdin {host} {open}\n{secret}\n{close}\ndocker pull {host}/acme/api\n"
        );
        corpus.found("srv/app/pull.sh", &[74], &text, [login.is(Kind::Script)]);
    }
}

fn words_in_two_places(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let text = format!(
        "{{\n  \"version\": \"2.0.0\",\n  \"tasks\": [\n    {{\n      \"label\": \"log in\",\n      \"command\": \"docker\",\n      \"args\": [\"login\", \"-u\", \"{user}\", \"-p\", \"{secret}\", \"{host}\"]\n    }}\n  ]\n}}\n"
    );
    corpus.found("srv/app/.vscode/tasks.json", &[74], &text, [login.is(Kind::Script)]);
    let text = format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: copy\nspec:\n  containers:\n    - name: copy\n      image: quay.io/skopeo/stable\n      command: [skopeo]\n      args:\n        - copy\n        - --src-creds\n        - {user}:{secret}\n        - docker://{host}/acme/api:1\n        - dir:/out\n"
    );
    corpus.found("srv/k8s/copy.yaml", &[74], &text, [login.is(Kind::Script)]);
}

fn notebooks(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let text = format!(
        "{{\n \"cells\": [\n  {{\n   \"cell_type\": \"code\",\n   \"source\": [\n    \"import os\\n\",\n    \"!docker login -u {} -p {} {}\\n\"\n   ]\n  }}\n ],\n \"nbformat\": 4\n}}\n",
        login.user, login.secret, login.host
    );
    corpus.found("srv/lab/train.ipynb", &[74], &text, [login.is(Kind::Script)]);
}

fn requests(corpus: &mut Corpus) {
    let hub = corpus.dice.login("docker-pat");
    let text = format!(
        "#!/bin/sh\ncurl -fsS -u \"{}:{}\" \"https://auth.docker.io/token?service=registry.docker.io&scope=repository:acme/api:pull\"\n",
        hub.user, hub.secret
    );
    corpus.found("srv/app/limit.sh", &[74], &text, [hub.is(Kind::Script)]);
}

fn settings(corpus: &mut Corpus) {
    let hub = corpus.dice.hub();
    let text = format!(
        "watch:\n  workers: 10\n  schedule: \"0 */6 * * *\"\nregopts:\n  - name: \"docker.io\"\n    selector: image\n    username: {}\n    password: {}\n  - name: ghcr.io\n    usernameFile: /run/secrets/user\n    passwordFile: /run/secrets/token\nproviders:\n  docker: {{}}\n",
        hub.user, hub.secret
    );
    corpus.found("srv/diun/diun.yml", &[64], &text, [hub.is(Kind::UserPass)]);
    let login = corpus.dice.person();
    let text = format!(
        "{{\"Registries\":[{{\"Id\":1,\"Type\":3,\"Name\":\"acme\",\"URL\":\"{}\",\"Authentication\":true,\"Username\":\"{}\",\"Password\":\"{}\",\"AccessToken\":\"\"}}]}}\n",
        login.host, login.user, login.secret
    );
    corpus.found("srv/backup/portainer.json", &[65], &text, [login.is(Kind::UserPass)]);
}

fn clean(corpus: &mut Corpus) {
    corpus.clean(
        "srv/ci/pipeline.yml",
        &[54],
        "resources:\n- name: api\n  type: registry-image\n  source: {repository: acme/api, username: ((u)), password: ((p))}\n",
    );
    corpus.clean(
        "srv/app/client.py",
        &[74],
        "def login(self, username, password):\n    subprocess.run([\"docker\", \"login\", \"-u\", username, \"-p\", password, host])\n    client.login(username=os.environ[\"HUB_USER\"], password=os.environ[\"HUB_TOKEN\"])\n",
    );
    corpus.clean(
        "srv/app/login.sh",
        &[74],
        "docker login -u ada --password-stdin ghcr.io <<EOF\n$TOKEN\nEOF\ndocker login -u ada --password-stdin ghcr.io <<EOF\n$(pass show ghcr)\nEOF\n",
    );
    let cut = format!("dckr_{}_{}", "pat", "aZ3k9Q-_");
    corpus.clean(
        "srv/app/scan.toml",
        &[47],
        &format!("[[rules]]\nregex = \"dckr_pat_[A-Za-z0-9_-]{{27}}\"\nseen = \"{cut}\"\n"),
    );
}
