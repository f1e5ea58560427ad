//! Pipelines and their tools: rows 48, 49, 51, 54, 55, 61 and 62 of the catalogue.

use imgsec_cred::audit::finding::Kind;

use super::case::Corpus;
use super::generate::{base64, quoted};

pub(crate) fn cases(corpus: &mut Corpus) {
    gitlab(corpus);
    workflows(corpus);
    workflow_commands(corpus);
    jenkins(corpus);
    circle_and_bitbucket(corpus);
    pipeline_parts(corpus);
    plugins(corpus);
    concourse(corpus);
    act(corpus);
    renovate(corpus);
    dependabot(corpus);
}

const GITLAB: &str = "stages: [build, test, deploy]\n\ndefault:\n  image: docker:28\n  services:\n    - docker:28-dind\n\n";
const GITLAB_JOBS: &str = "build:\n  stage: build\n  before_script:\n    - echo \"$CI_REGISTRY_PASSWORD\" | docker login -u \"$CI_REGISTRY_USER\" --password-stdin $CI_REGISTRY\n  \
    script:\n    - docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA .\n    - docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA\n\n\
    test:\n  stage: test\n  script:\n    - docker run -p 80:80 $CI_REGISTRY_IMAGE pytest\n";

fn gitlab(corpus: &mut Corpus) {
    let login = corpus.dice.any();
    let config = login.config();
    let text = format!(
        "{GITLAB}variables:\n  DOCKER_TLS_CERTDIR: \"/certs\"\n  DOCKER_AUTH_CONFIG: '{config}'\n\n{GITLAB_JOBS}"
    );
    corpus.found("srv/app/.gitlab-ci.yml", &[48, 4], &text, [login.is(Kind::Auth)]);
    let text = format!(
        "{GITLAB}{GITLAB_JOBS}\npush:\n  variables:\n    DOCKER_AUTH_CONFIG: |\n      {config}\n  script: [make push]\n"
    );
    corpus.found("srv/app/.gitlab-ci.yml", &[48], &text, [login.is(Kind::Auth).anywhere()]);
    let runner = format!(
        "concurrent = 4\ncheck_interval = 0\n\n[[runners]]\n  name = \"ci-1\"\n  url = \"https://gitlab.com/\"\n  executor = \"docker\"\n  \
         environment = [\"DOCKER_DRIVER=overlay2\", {}]\n  [runners.docker]\n    image = \"alpine:3.20\"\n    privileged = true\n    volumes = [\"/cache\"]\n",
        quoted(&format!("DOCKER_AUTH_CONFIG={config}"))
    );
    corpus.found("etc/gitlab-runner/config.toml", &[48], &runner, [login.is(Kind::Auth)]);
    let person = corpus.dice.person();
    let text = format!(
        "{GITLAB}variables:\n  CI_REGISTRY: {}\n  CI_REGISTRY_USER: {}\n  CI_REGISTRY_PASSWORD: {}\n\n{GITLAB_JOBS}",
        person.host, person.user, person.secret
    );
    corpus.found("srv/app/.gitlab-ci.yml", &[48, 47], &text, [person.is(Kind::Env)]);
    let text = format!(
        "{GITLAB}{GITLAB_JOBS}\nold:\n  script:\n    - docker login -u {} -p {} {}\n",
        person.user, person.secret, person.host
    );
    corpus.found("srv/app/.gitlab-ci.yml", &[48], &text, [person.is(Kind::Script)]);
}

const WORKFLOW: &str = "name: release\non:\n  push:\n    tags: ['v*']\npermissions:\n  contents: read\n  packages: write\nconcurrency: release\njobs:\n  image:\n    \
    runs-on: ubuntu-24.04\n    timeout-minutes: 30\n    steps:\n      - uses: actions/checkout@v4\n        with:\n          fetch-depth: 0\n      \
    - uses: docker/setup-buildx-action@v3\n";
const WORKFLOW_END: &str = "      - uses: docker/build-push-action@v6\n        with:\n          context: .\n          push: true\n          tags: ghcr.io/acme/api:latest\n          \
    cache-from: type=gha\n      - name: notify\n        run: |\n          curl -fsS -H \"Authorization: Bearer ${{ secrets.HOOK }}\" https://hooks.acme-corp.net/x\n";

fn workflows(corpus: &mut Corpus) {
    let logins = ["github-pat", "docker-pat", "password", "gitlab-deploy-token", "aws-access-key"];
    for token in logins {
        let login = corpus.dice.login(token);
        let registry = match login.name.as_str() {
            "docker.io" => String::new(),
            _ => format!("          registry: {}\n", login.host),
        };
        let text = format!(
            "{WORKFLOW}      - name: Log in\n        uses: docker/login-action@v3\n        with:\n{registry}          username: {}\n          password: {}\n{WORKFLOW_END}",
            login.user, login.secret
        );
        corpus.found(
            "srv/app/.github/workflows/release.yml",
            &[49],
            &text,
            [login.is(Kind::UserPass)],
        );
    }
    let (one, two) = (corpus.dice.person(), corpus.dice.login("github-pat"));
    let text = format!(
        "{WORKFLOW}      - uses: docker/login-action@v4\n        with:\n          registry-auth: |\n            - registry: {}\n              username: {}\n              password: {}\n            \
         - registry: {}\n              username: {}\n              password: {}\n{WORKFLOW_END}",
        one.host, one.user, one.secret, two.host, two.user, two.secret
    );
    let both = [&one, &two].map(|login| login.is(Kind::UserPass).anywhere());
    corpus.found("srv/app/.github/workflows/release.yaml", &[49], &text, both);
    let text = format!(
        "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    container:\n      image: {}/acme/ci:3\n      credentials:\n        username: {}\n        password: {}\n    steps:\n      - run: make\n",
        one.host, one.user, one.secret
    );
    corpus.found("srv/app/.github/workflows/test.yml", &[49], &text, [one.is(Kind::UserPass)]);
}

fn workflow_commands(corpus: &mut Corpus) {
    let login = corpus.dice.login("github-pat");
    let run =
        format!("echo {} | docker login ghcr.io -u {} --password-stdin", login.secret, login.user);
    let text = format!("{WORKFLOW}      - run: {run}\n{WORKFLOW_END}");
    corpus.found("srv/app/.github/workflows/push.yml", &[49], &text, [login.is(Kind::Script)]);
    let text = format!(
        "{WORKFLOW}      - name: login\n        run: |\n          set -eu\n          {run}\n          docker push ghcr.io/acme/api\n{WORKFLOW_END}"
    );
    corpus.found(
        "srv/app/.github/workflows/push.yml",
        &[49],
        &text,
        [login.is(Kind::Script).anywhere()],
    );
    let hub = corpus.dice.hub();
    let text = format!(
        "on: push\nenv:\n  DOCKER_USERNAME: {}\n  DOCKER_PASSWORD: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      \
         - run: echo \"$DOCKER_PASSWORD\" | docker login -u \"$DOCKER_USERNAME\" --password-stdin\n",
        hub.user, hub.secret
    );
    let found = hub.is(Kind::Env).registry("docker.io *");
    corpus.found("srv/app/.github/workflows/env.yml", &[47, 49], &text, [found]);
}

fn jenkins(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, word, host) = (&login.user, &login.secret, &login.host);
    let commands = [
        format!("sh \"docker login -u {user} -p {word} {host}\""),
        format!("sh 'docker login --username {user} --password {word} {host}'"),
        format!(
            "sh \"\"\"\n              docker login -u {user} -p {word} {host}\n              docker push {host}/acme/api:$TAG\n            \"\"\""
        ),
        format!("bat \"docker login -u {user} -p {word} {host}\""),
        format!("sh(script: \"docker login {host} -u {user} -p '{word}'\", returnStdout: true)"),
    ];
    for command in commands {
        let text = format!(
            "@Library('acme') _\npipeline {{\n  agent any\n  options {{ timestamps() }}\n  environment {{\n    TAG = \"${{env.BUILD_NUMBER}}\"\n    SONAR = credentials('sonar-token')\n  }}\n  \
             stages {{\n    stage('Build') {{\n      steps {{\n        sh 'docker build -t api .'\n        withCredentials([usernamePassword(credentialsId: 'hub', usernameVariable: 'U', passwordVariable: 'P')]) {{\n          \
             sh 'echo $P | docker login -u $U --password-stdin'\n        }}\n      }}\n    }}\n    stage('Push') {{\n      steps {{\n        {command}\n      }}\n    }}\n  }}\n}}\n"
        );
        corpus.found("srv/app/Jenkinsfile", &[51], &text, [login.is(Kind::Script)]);
    }
}

fn circle_and_bitbucket(corpus: &mut Corpus) {
    let (hub, person) = (corpus.dice.login("docker-pat"), corpus.dice.person());
    let text = format!(
        "version: 2.1\norbs:\n  node: circleci/node@5.2\nexecutors:\n  main:\n    docker:\n      - image: acmecorp/ci:4\n        auth:\n          username: {}\n          password: {}\n      \
         - image: {}/postgres:16\n        auth:\n          username: {}\n          password: {}\n        environment:\n          POSTGRES_PASSWORD: shop-test\njobs:\n  build:\n    \
         executor: main\n    steps: [checkout]\n",
        hub.user, hub.secret, person.host, person.user, person.secret
    );
    let both = || [hub.is(Kind::UserPass), person.is(Kind::UserPass)];
    corpus.found("srv/app/.circleci/config.yml", &[54], &text, both());
    let text = format!(
        "image:\n  name: acmecorp/ci:4\n  username: {}\n  password: {}\npipelines:\n  default:\n    - step:\n        image:\n          name: {}/acme/node:22\n          username: {}\n          \
         password: {}\n        script:\n          - npm ci\n          - npm test\n",
        hub.user, hub.secret, person.host, person.user, person.secret
    );
    corpus.found("srv/app/bitbucket-pipelines.yml", &[54], &text, both());
}

/// What people keep to include elsewhere: the name of a pipeline is not in it.
fn pipeline_parts(corpus: &mut Corpus) {
    let person = corpus.dice.person();
    let image = |user: &str| {
        format!(
            "image:\n  name: {}/acme/node:22\n  {user}: {}\n  password: {}\n",
            person.host, person.user, person.secret
        )
    };
    corpus.found("srv/app/ci/image.yml", &[54], &image("username"), [person.is(Kind::UserPass)]);
    let crlf = image("username").replace('\n', "\r\n");
    corpus.found("srv/app/ci/image.yaml", &[54], &crlf, [person.is(Kind::UserPass)]);
    let text =
        format!("step: &step\n  {}  script: [make]\n", image("username").replace('\n', "\n  "));
    corpus.found("srv/app/ci/step.yml", &[54], &text, [person.is(Kind::UserPass)]);
    let hub = corpus.dice.login("docker-pat");
    let text = format!(
        "image:\n  name: acmecorp/node:22\n  username: {}\n  password: {}\n",
        hub.user, hub.secret
    );
    corpus.found("srv/app/ci/hub.yml", &[54], &text, [hub.is(Kind::UserPass)]);
    corpus.clean(
        "srv/app/ci/image.yml",
        &[54],
        "image:\n  name: photo.jpg\n  author: ada\n  password: hal-Tram-99\n",
    );
}

fn plugins(corpus: &mut Corpus) {
    let person = corpus.dice.person();
    let text = format!(
        "kind: pipeline\nsteps:\n  - name: test\n    image: node:22\n    environment: {{DB_PASSWORD: hal-Tram-99}}\n  - name: push\n    image: plugins/docker\n    settings:\n      \
         registry: {0}\n      repo: {0}/acme/api\n      username: {1}\n      password: {2}\n",
        person.host, person.user, person.secret
    );
    for path in ["srv/app/.drone.yml", "srv/app/.woodpecker.yml"] {
        corpus.found(path, &[54], &text, [person.is(Kind::UserPass)]);
    }
    let text = format!(
        "steps:\n  - command: make push\n    plugins:\n      - docker-login#v3.0.0:\n          server: {}\n          username: {}\n          password: {}\n      - docker-compose#v5.2.0:\n          push: app\n",
        person.host, person.user, person.secret
    );
    corpus.found("srv/app/.buildkite/pipeline.yml", &[52], &text, [person.is(Kind::UserPass)]);
}

fn concourse(corpus: &mut Corpus) {
    let (one, hub) = (corpus.dice.person(), corpus.dice.login("docker-pat"));
    let text = format!(
        "resource_types:\n- name: slack\n  type: registry-image\n  source: {{repository: cfcommunity/slack-notification-resource}}\nresources:\n- name: api\n  type: registry-image\n  source:\n    \
         repository: {}/acme/api\n    username: {}\n    password: {}\n    tag: latest\n- name: web\n  type: registry-image\n  source: {{repository: acmecorp/web, username: {}, password: {}}}\n\
         - name: repo\n  type: git\n  source: {{uri: https://git.acme-corp.net/api.git, username: ci, password: ((git.password))}}\njobs:\n- name: push\n  plan:\n  - get: repo\n  - put: api\n",
        one.host, one.user, one.secret, hub.user, hub.secret
    );
    let both = [one.is(Kind::UserPass), hub.is(Kind::UserPass)];
    corpus.found("srv/ci/pipeline.yml", &[54], &text, both);
}

fn act(corpus: &mut Corpus) {
    let (hub, hubber) = (corpus.dice.login("docker-pat"), corpus.dice.login("github-pat"));
    let text = format!(
        "# for act\nDOCKERHUB_USERNAME={}\nDOCKERHUB_TOKEN={}\nCR_PAT={}\nSLACK_CHANNEL=ci\n",
        hub.user, hub.secret, hubber.secret
    );
    let both = [hub.is(Kind::Env), hubber.is(Kind::Env).registry("ghcr.io *").user("-")];
    corpus.found("srv/app/.secrets", &[55], &text, both);
    let text = format!(
        "-P ubuntu-latest=catthehacker/ubuntu:act-latest\n--container-architecture linux/amd64\n-s DOCKERHUB_TOKEN={}\n",
        hub.secret
    );
    let found = hub.is(Kind::Env).or(Kind::Script).user("-");
    corpus.found("home/ada/.actrc", &[55], &text, [found]);
}

fn renovate(corpus: &mut Corpus) {
    let (one, two) = (corpus.dice.person(), corpus.dice.login("docker-pat"));
    let text = format!(
        "{{\n  \"$schema\": \"https://docs.renovatebot.com/renovate-schema.json\",\n  \"extends\": [\"config:recommended\"],\n  \"hostRules\": [\n    {{\n      \"hostType\": \"docker\",\n      \
         \"matchHost\": \"{}\",\n      \"username\": \"{}\",\n      \"password\": \"{}\"\n    }},\n    {{\"hostType\": \"docker\", \"matchHost\": \"docker.io\", \"username\": \"{}\", \"password\": \"{}\"}},\n    \
         {{\"hostType\": \"npm\", \"matchHost\": \"registry.npmjs.org\", \"encrypted\": {{\"token\": \"{}\"}}}}\n  ]\n}}\n",
        one.host,
        one.user,
        one.secret,
        two.user,
        two.secret,
        base64(&corpus.dice.text("abcdef0123456789", 120))
    );
    let both = || [one.is(Kind::UserPass), two.is(Kind::UserPass)];
    corpus.found("srv/app/renovate.json", &[61], &text, both());
    corpus.found("srv/app/.github/renovate.json5", &[61], &format!("// bot\n{text}"), both());
    let text = format!(
        "module.exports = {{\n  platform: 'gitlab',\n  endpoint: 'https://git.acme-corp.net/api/v4/',\n  autodiscover: true,\n  hostRules: [\n    {{\n      hostType: 'docker',\n      \
         matchHost: '{}',\n      username: '{}',\n      password: '{}',\n    }},\n  ],\n}};\n",
        one.host, one.user, one.secret
    );
    corpus.found("srv/renovate/config.js", &[61], &text, [one.is(Kind::UserPass)]);
}

fn dependabot(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let text = format!(
        "version: 2\nregistries:\n  acme:\n    type: docker-registry\n    url: https://{}\n    username: {}\n    password: {}\n  npm:\n    type: npm-registry\n    \
         url: https://npm.acme-corp.net\n    token: ${{{{secrets.NPM}}}}\nupdates:\n  - package-ecosystem: docker\n    directory: /\n    registries: [acme]\n    schedule:\n      interval: weekly\n",
        login.host, login.user, login.secret
    );
    corpus.found("srv/app/.github/dependabot.yml", &[62], &text, [login.is(Kind::UserPass)]);
}
