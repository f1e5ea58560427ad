//! Documentation, source code, commands and logs without a credential.

use super::case::Corpus;
use super::typed_commands::typed;

pub(crate) fn cases(corpus: &mut Corpus) {
    documentation(corpus);
    code(corpus);
    computed(corpus);
    commands(corpus);
    logs(corpus);
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

/// Programs that handle registry passwords, and packages whose names have the words.
fn computed(corpus: &mut Corpus) {
    let texts = [
        (
            "srv/src/transport.go",
            "package transport\n\nfn := authn.AuthConfig{\n\tUsername:      c.Username,\n\tRegistryToken: c.RegistryToken,\n}\nclient.registryToken = sys.DockerBearerRegistryToken\nq = q.Arg(\"registryPassword\", opts[i].RegistryPassword)\nres.DockerHubToken = *repo.DockerHubToken\nt.Setenv(\"DOCKER_HUB_PASSWORD\", tt.dockerHubPassword)\n",
        ),
        (
            "srv/src/Stack.cs",
            "new NameValuePairArgs {\n    Name = \"DOCKER_REGISTRY_SERVER_PASSWORD\",\n    Value = adminPassword,\n}\n",
        ),
        (
            "srv/src/pipeline.py",
            "async def publish(\n    self,\n    registry_username: str,\n    registry_password: dagger.Secret,\n) -> str: ...\n",
        ),
        (
            "srv/app/package-lock.json",
            "{\"packages\": {\"node_modules/registry-url\": {\"requires\": {\"registry-auth-token\": \"^4.0.0\", \"registry-url\": \"^5.0.0\"}}}}",
        ),
        (
            "srv/app/exchange.sh",
            "ACR_REFRESH_TOKEN=$(wget --quiet --header=\"Content-Type: x\" \\\n  --post-data=\"access_token=${TOKEN}\" https://acme.azurecr.io/oauth2/exchange)\nharbor_pw=\"$(mask \"$HARBOR_PASSWORD\")\"\nreadonly DOCKER_REGISTRY_CREDENTIAL=${DOCKER_REGISTRY_CREDENTIAL:-\"hub-docker-acme\"}\n",
        ),
        (
            "srv/app/Jenkinsfile",
            "sh '''\n  DOCKER_REGISTRY_PASSWORD=credentials('DOCKER_REGISTRY_PASSWORD');\n'''\n",
        ),
        (
            "srv/app/.circleci/login.yml",
            "- run: echo \"$<<parameters.docker_password>>\" | docker login -u acme --password-stdin\n",
        ),
    ];
    for (path, text) in texts {
        corpus.clean(path, &[47, 54, 74], text);
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
        "docker login -u mira -p \"\" quay.io",
        "grep -rn \"docker login -u\" .",
        "git commit -m \"ci: docker login -p is gone\"",
        "git log --grep 'docker login -p' && gh pr create --title 'docker login -p goes away'",
        "# docker login --password should not be used",
        "git commit -am 'docker login: read the password from stdin'",
        "# docker login -u <user> -p <password>",
        "helm install api acme/api --set imageCredentials.password=$PW",
        "helm upgrade api acme/api -f values.yaml --set service.port=80",
        "docker run -it --rm -p 5000:5000 -e REGISTRY_AUTH=htpasswd registry:2",
        "podman login --get-login quay.io",
        "docker login --help | grep password",
        "docker search login -p",
        "man docker-login",
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
