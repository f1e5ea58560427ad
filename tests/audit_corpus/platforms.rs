//! Logins in what starts programs: servers of coding agents, Jenkins as code, units of Podman, agents
//! of macOS, scripts of Windows.

use imgsec_cred::audit::finding::Kind;

use super::case::Corpus;

pub(crate) fn cases(corpus: &mut Corpus) {
    servers_of_agents(corpus);
    jenkins(corpus);
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
