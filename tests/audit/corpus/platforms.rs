//! Logins in what starts programs: servers of coding agents, Jenkins as code, units of Podman, agents
//! of macOS, scripts of Windows.

use imgsec_cred::audit::finding::Kind;

use super::case::Corpus;

pub(crate) fn cases(corpus: &mut Corpus) {
    servers_of_agents(corpus);
    jenkins(corpus);
    jenkins_in_xml(corpus);
    units(corpus);
    audits(corpus);
    agents_of_macos(corpus);
    scripts_of_windows(corpus);
    homebrew(corpus);
    models(corpus);
}

fn servers_of_agents(corpus: &mut Corpus) {
    let (one, two) = (corpus.dice.hub(), corpus.dice.person());
    let text = format!(
        "{{\n  \"mcpServers\": {{\n    \"code\": {{\n      \"command\": \"npx\",\n      \"args\": [\"code-mcp\"],\n      \"env\": {{ \"DOCKER_USERNAME\": \"of-another\", \"LOG_LEVEL\": \"info\" }}\n    }},\n    \
         \"hub\": {{\n      \"command\": \"docker\",\n      \"args\": [\"run\", \"-i\", \"--rm\", \"-e\", \"HUB_PAT_TOKEN={}\", \"mcp/dockerhub\", \"--username={}\"]\n    }},\n    \
         \"registry\": {{\n      \"command\": \"registry-mcp\",\n      \"env\": {{ \"DOCKER_PASSWORD\": \"{}\", \"DOCKER_REGISTRY\": \"{}\" }}\n    }}\n  }}\n}}\n",
        one.secret, one.user, two.secret, two.host
    );
    for path in ["srv/app/.mcp.json", "home/ada/.config/agent/mcp.json"] {
        let found = [one.is(Kind::Env), two.is(Kind::Env).user("-")];
        corpus.found(path, &[73], &text, found);
    }
    let text = format!(
        "model = \"m\"\n\n[mcp_servers.code.env]\nDOCKER_USERNAME = \"of-another\"\n\n[mcp_servers.hub]\ncommand = \"docker\"\n\n[mcp_servers.hub.env]\nHUB_USERNAME = \"{}\"\nHUB_PAT_TOKEN = \"{}\"\n",
        one.user, one.secret
    );
    corpus.found("home/ada/agent/config.toml", &[73], &text, [one.is(Kind::Env)]);
    corpus.clean(
        "srv/app/.mcp.json",
        &[73],
        "{\"mcpServers\": {\"hub\": {\"env\": {\"HUB_PAT_TOKEN\": \"${HUB_PAT_TOKEN}\", \"GITHUB_PAT_TOKEN\": \"hal-Tram-99\", \"HUB_TOKEN_URL\": \"https://hub.acme-corp.net\"}}}}\n",
    );
}

fn jenkins(corpus: &mut Corpus) {
    let (hub, own) = (corpus.dice.hub(), corpus.dice.person());
    let text = format!(
        "jenkins:\n  numExecutors: 0\ncredentials:\n  system:\n    domainCredentials:\n      - credentials:\n          - usernamePassword:\n              scope: GLOBAL\n              id: docker-hub\n              username: {}\n              password: {}\n          - usernamePassword:\n              scope: GLOBAL\n              id: build-robot\n              username: {}\n              password: {}\n              description: \"pushes to harbor.praha-labs.cz\"\n          - usernamePassword:\n              id: nexus-deploy\n              username: mira\n              password: hal-Tram-99\n",
        hub.user, hub.secret, own.user, own.secret
    );
    let found = [hub.is(Kind::UserPass), own.is(Kind::UserPass).registry("harbor.praha-labs.cz")];
    corpus.found("srv/jenkins/jenkins.yaml", &[51], &text, found);
    let token = corpus.dice.login("docker-pat");
    let text = format!(
        "credentials:\n  system:\n    domainCredentials:\n      - credentials:\n          - string:\n              id: dockerhub-token\n              secret: {}\n          - string:\n              id: docker-registry-url\n              secret: {}\n",
        token.secret, own.host
    );
    let found = [token.is(Kind::UserPass).user("-")];
    corpus.found("srv/jenkins/casc/tokens.yaml", &[51], &text, found);
    let text = format!(
        "import com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl\n\ndef store = SystemCredentialsProvider.instance.store\nstore.addCredentials(Domain.global(), new UsernamePasswordCredentialsImpl(\n    CredentialsScope.GLOBAL, 'docker-hub', 'Docker Hub', '{}', '{}'))\nstore.addCredentials(Domain.global(), new UsernamePasswordCredentialsImpl(\n    CredentialsScope.GLOBAL, 'nexus', 'Maven', 'mira', 'hal-Tram-99'))\n",
        hub.user, hub.secret
    );
    corpus.found("srv/jenkins/init.groovy.d/hub.groovy", &[51], &text, [hub.is(Kind::UserPass)]);
}

fn jenkins_in_xml(corpus: &mut Corpus) {
    let hub = corpus.dice.hub();
    let class = "com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl";
    let text = format!(
        "<{class}>\n  <scope>GLOBAL</scope>\n  <id>docker-hub</id>\n  <username>{}</username>\n  <password>{}</password>\n</{class}>\n",
        hub.user, hub.secret
    );
    corpus.found("srv/jenkins/hub.xml", &[51], &text, [hub.is(Kind::UserPass)]);
}

fn units(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    for (name, section) in [
        (
            "api.container",
            format!(
                "[Container]\nImage={host}/acme/api:1\nPodmanArgs=--tls-verify --creds={user}:{secret}\n"
            ),
        ),
        (
            "api.container",
            format!(
                "[Container]\nPodmanArgs=--creds \\\n  {user}:{secret}\nImage={host}/acme/api:1\n"
            ),
        ),
        ("api.image", format!("[Image]\nImage={host}/acme/api:1\nCreds={user}:{secret}\n")),
        (
            "api.service",
            format!(
                "[Service]\nExecStartPre=-/usr/bin/podman login --username={user} --password={secret} {host}\nExecStart=/usr/bin/podman run --rm {host}/acme/api:1\n"
            ),
        ),
    ] {
        let text = format!(
            "[Unit]\nDescription=the API\n\n{section}\n[Install]\nWantedBy=default.target\n"
        );
        let path = format!("home/ada/.config/containers/systemd/{name}");
        corpus.found(&path, &[74], &text, [login.is(Kind::Script)]);
    }
}

fn audits(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    let hex = |text: &str| text.bytes().map(|byte| format!("{byte:02X}")).collect::<String>();
    let event = "msg=audit(1767225600.123:4567):";
    let argv = format!("docker\0login\0-u\0{user}\0-p\0{secret}\0{host}");
    let piped = format!("echo {secret} | docker login -u {user} --password-stdin {host}");
    for (text, written) in [
        (
            format!(
                "type=SYSCALL {event} arch=c000003e syscall=59 success=yes comm=\"docker\"\ntype=EXECVE {event} argc=7 a0=\"docker\" a1=\"login\" a2=\"-u\" a3=\"{user}\" a4=\"-p\" a5=\"{secret}\" a6=\"{host}\"\n"
            ),
            secret.clone(),
        ),
        (format!("type=PROCTITLE {event} proctitle={}\n", hex(&argv)), hex(secret)),
        (
            format!("node=a type=EXECVE {event} argc=3 a0=\"sh\" a1=\"-c\" a2={}\n", hex(&piped)),
            hex(secret),
        ),
    ] {
        let found = login.is(Kind::Log).written(&written);
        corpus.found("var/log/audit/audit.log", &[74], &text, [found]);
    }
    corpus.clean(
        "var/log/audit/audit.log",
        &[74],
        &format!("type=EXECVE {event} argc=5 a0=\"docker\" a1=\"login\" a2=\"-u\" a3=\"mira\" a4=\"ghcr.io\"\ntype=PROCTITLE {event} proctitle={}\n", hex("docker\0login\0--help")),
    );
}

fn agents_of_macos(corpus: &mut Corpus) {
    let (one, two) = (corpus.dice.person(), corpus.dice.person());
    let string = |text: &str| format!("\t\t<string>{text}</string>\n");
    let variable = |name: &str, text: &str| format!("\t\t<key>{name}</key>\n{}", string(text));
    let arguments = ["/usr/local/bin/docker", "login", "--username", &two.user, "--password"];
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n<dict>\n\t<key>Label</key>\n\t<string>net.acme-corp.mirror</string>\n\t<key>EnvironmentVariables</key>\n\t<dict>\n{}{}{}\t</dict>\n\t<key>ProgramArguments</key>\n\t<array>\n{}{}{}\t</array>\n\t<key>RunAtLoad</key>\n\t<true/>\n</dict>\n</plist>\n",
        variable("DOCKER_REGISTRY", &one.host),
        variable("DOCKER_USERNAME", &one.user),
        variable("DOCKER_PASSWORD", &one.secret),
        arguments.map(string).concat(),
        string(&two.secret),
        string(&two.host),
    );
    let found = [one.is(Kind::Env), two.is(Kind::Script)];
    corpus.found("Users/ada/Library/LaunchAgents/net.acme-corp.mirror.plist", &[47], &text, found);
}

fn scripts_of_windows(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let (user, secret, host) = (&login.user, &login.secret, &login.host);
    for (name, text) in [
        (
            "push.ps1",
            format!(
                "$ErrorActionPreference = \"Stop\"\n$word = \"{secret}\"\n$word | docker login {host} -u {user} --password-stdin\n"
            ),
        ),
        (
            "push.ps1",
            format!(
                "$word = '{secret}'\n$robot = '{user}'\ndocker login -u $robot -p $word {host}\n"
            ),
        ),
        (
            "push.bat",
            format!(
                "@echo off\r\nset WORD={secret}\r\necho %WORD%| docker login {host} -u {user} --password-stdin\r\n"
            ),
        ),
    ] {
        corpus.found(&format!("srv/app/{name}"), &[74], &text, [login.is(Kind::Script)]);
    }
    let token = corpus.dice.login("github-pat");
    for (name, text) in [
        (
            "push.ps1",
            format!(
                "$env:CR_PAT = \"{}\"\n$env:CR_PAT | docker login ghcr.io -u {} --password-stdin\n",
                token.secret, token.user
            ),
        ),
        (
            "push.cmd",
            format!(
                "set \"CR_PAT={}\"\necho %CR_PAT% | docker login ghcr.io -u {} --password-stdin\n",
                token.secret, token.user
            ),
        ),
    ] {
        let found = [token.is(Kind::Env).registry("ghcr.io")];
        corpus.found(&format!("srv/app/{name}"), &[47], &text, found);
    }
    let text = format!(
        "$DockerUsername = \"{user}\"\n$DockerPassword = ConvertTo-SecureString \"{secret}\" -AsPlainText -Force\n"
    );
    corpus.found("srv/app/deploy.ps1", &[47], &text, [login.is(Kind::Env).registry("*")]);
    corpus.clean(
        "srv/app/deploy.ps1",
        &[47],
        "param([string]$DockerPassword)\n$DockerPassword = Get-Secret docker -AsPlainText\n$sealed = ConvertTo-SecureString '01000000d08c9ddf0115d1118c7a00c0' -Key $key\n$DockerPassword | docker login -u mira --password-stdin\n",
    );
}

fn homebrew(corpus: &mut Corpus) {
    let login = corpus.dice.person();
    let host = &login.host;
    let text = format!(
        "export HOMEBREW_ARTIFACT_DOMAIN=\"https://{host}\"\nexport HOMEBREW_DOCKER_REGISTRY_BASIC_AUTH_TOKEN={}\n",
        login.auth()
    );
    let found = login.is(Kind::Env).written(&login.auth());
    corpus.found("Users/ada/.zprofile", &[47], &text, [found]);
    let text = format!(
        "HOMEBREW_ARTIFACT_DOMAIN=https://{host}\nHOMEBREW_DOCKER_REGISTRY_TOKEN={}\n",
        login.secret
    );
    corpus.found("etc/homebrew/brew.env", &[47], &text, [login.is(Kind::Env).user("-")]);
    corpus.clean(
        "etc/homebrew/brew.env",
        &[47],
        "HOMEBREW_ARTIFACT_DOMAIN=https://brew.acme-corp.net\nHOMEBREW_DOCKER_REGISTRY_BASIC_AUTH_TOKEN=none\n",
    );
}

fn models(corpus: &mut Corpus) {
    let (key, login) = (corpus.dice.login("nvidia-api-key"), corpus.dice.person());
    let text = format!(
        "image:\n  repository: nvcr.io/nim/meta/llama3-8b-instruct\nmodel:\n  ngcAPIKey: {}\nimagePullSecret:\n  create: true\n  password: {}\n",
        key.secret, login.secret
    );
    let found = [
        key.is(Kind::UserPass).registry("nvcr.io").user("-"),
        login.is(Kind::UserPass).registry("nvcr.io").user("-"),
    ];
    corpus.found("srv/charts/nim/values.yaml", &[42], &text, found);
    corpus.clean(
        "srv/charts/nim/values.yaml",
        &[42],
        "image:\n  repository: nvcr.io/nim/meta/llama3-8b-instruct\nmodel:\n  ngcAPIKey: \"\"\n  openaiApiKey: hal-Tram-99\nngcApiSecret:\n  name: ngc-api\n  password: \"<your key>\"\n",
    );
}
