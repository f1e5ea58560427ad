//! What command lines of clouds print and people keep, and settings of which the begin or the form of
//! today is missing.

use imgsec_cred::audit::finding::Kind;

use super::case::Corpus;
use super::generate::base64;

pub(crate) fn cases(corpus: &mut Corpus) {
    azure(corpus);
    amazon(corpus);
    fragments(corpus);
    first_settings(corpus);
    parameters(corpus);
}

fn azure(corpus: &mut Corpus) {
    let (one, two) =
        (corpus.dice.login("azure-acr-password"), corpus.dice.login("azure-acr-password"));
    let list = |names: [&str; 2]| {
        format!(
            "[\n    {{\n      \"name\": \"{}\",\n      \"value\": \"{}\"\n    }},\n    {{\n      \"name\": \"{}\",\n      \"value\": \"{}\"\n    }}\n  ]",
            names[0], one.secret, names[1], two.secret
        )
    };
    let text = format!(
        "{{\n  \"passwords\": {},\n  \"username\": \"acmeimages\"\n}}\n",
        list(["password", "password2"])
    );
    let of = |user: &str| {
        [&one, &two]
            .map(|login| login.is(Kind::UserPass).user(user).registry("acmeimages.azurecr.io"))
    };
    corpus.found("home/ada/acr.json", &[74], &text, of("acmeimages"));
    let text = format!(
        "{{\n  \"credentials\": {{\n    \"certificates\": [],\n    \"passwords\": {},\n    \"username\": \"puller\"\n  }},\n  \"id\": \"/subscriptions/1/resourceGroups/a/providers/Microsoft.ContainerRegistry/registries/acmeimages/tokens/puller\",\n  \"type\": \"Microsoft.ContainerRegistry/registries/tokens\"\n}}\n",
        list(["password1", "password2"])
    );
    corpus.found("home/ada/token.json", &[74], &text, of("puller"));
    let text = format!(
        "USERNAME    PASSWORD    PASSWORD2\n----------  ----------  ----------\nacmeimages  {}  {}\n",
        one.secret, two.secret
    );
    let found = [&one, &two].map(|login| login.is(Kind::Script).registry("*").user("-"));
    corpus.found("home/ada/acr.txt", &[74], &text, found);
    corpus.clean(
        "home/ada/users.json",
        &[74],
        "{\"passwords\": [{\"name\": \"old\", \"value\": \"hal-Tram-99\"}, {\"name\": \"password2\", \"value\": \"********\"}], \"username\": \"mira\"}\n",
    );
}

fn amazon(corpus: &mut Corpus) {
    for token in ["aws-ecr", "aws-ecr-expired"] {
        let login = corpus.dice.login(token);
        let found = login.is(Kind::Script).registry("*").user("AWS");
        corpus.found("home/ada/ecr-password", &[74], &format!("{}\n", login.secret), [found]);
        let auth = login.auth();
        let text = format!(
            "{{\n    \"authorizationData\": [\n        {{\n            \"authorizationToken\": \"{auth}\",\n            \"proxyEndpoint\": \"https://{}\"\n        }}\n    ]\n}}\n",
            login.host
        );
        corpus.found("home/ada/ecr.json", &[74], &text, [login.is(Kind::Auth)]);
    }
}

fn fragments(corpus: &mut Corpus) {
    let (one, two) = (corpus.dice.person(), corpus.dice.hub());
    let entry = |login: &super::logins::Login| {
        format!("\t\t\"{}\": {{\n\t\t\t\"auth\": \"{}\"\n\t\t}}", login.host, login.auth())
    };
    let text = format!("{},\n{}\n\t}},\n\t\"credsStore\": \"\"\n}}\n", entry(&one), entry(&two));
    for (path, begin) in [
        ("home/ada/.docker/config.json", ""),
        ("home/ada/.docker/config.json.save", "s\": {\n"),
        ("home/ada/notes.txt", "what was left of it:\n\n"),
    ] {
        let found = [one.is(Kind::Auth), two.is(Kind::Auth)];
        corpus.found(path, &[1], &format!("{begin}{text}"), found);
    }
    corpus.clean(
        "home/ada/notes.txt",
        &[1],
        &format!(
            "what was left of it:\n\"files.acme-corp.net\": {{\"auth\": \"none\"}},\n\"basic\": {{\"auth\": \"{}\"}}\n",
            base64("mira:hal-Tram-99")
        ),
    );
}

fn first_settings(corpus: &mut Corpus) {
    let hub = corpus.dice.hub();
    let text = format!("auth = {}\nemail = {}@acme-corp.net\n", hub.auth(), hub.user);
    corpus.found("home/ada/.dockercfg", &[6], &text, [hub.is(Kind::Auth)]);
}

fn parameters(corpus: &mut Corpus) {
    let (own, hub) = (corpus.dice.person(), corpus.dice.hub());
    let text = format!(
        "targetScope = 'resourceGroup'\nparam registryServer string = '{}'\nparam registryUsername string = '{}'\n@secure()\nparam registryPassword string = '{}'\n@description('for the build')\nparam dockerHubToken string = '{}'\n@secure()\nparam databasePassword string = 'hal-Tram-99'\n",
        own.host, own.user, own.secret, hub.secret
    );
    let found = [own.is(Kind::UserPass), hub.is(Kind::UserPass).user("-")];
    corpus.found("srv/infra/main.bicep", &[74], &text, found);
    let text = format!(
        "using './main.bicep'\n\nparam registryServer = '{}'\nparam registryUsername = '{}'\nparam registryPassword = '{}'\n",
        own.host, own.user, own.secret
    );
    corpus.found("srv/infra/prod.bicepparam", &[74], &text, [own.is(Kind::UserPass)]);
    let text = format!(
        "{{\n  \"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\",\n  \"parameters\": {{\n    \"registryLoginServer\": {{\"type\": \"string\", \"defaultValue\": \"{}\"}},\n    \"registryUsername\": {{\"type\": \"string\", \"defaultValue\": \"{}\"}},\n    \"registryPassword\": {{\"type\": \"securestring\", \"defaultValue\": \"{}\"}}\n  }}\n}}\n",
        own.host, own.user, own.secret
    );
    corpus.found("srv/infra/azuredeploy.json", &[74], &text, [own.is(Kind::UserPass)]);
    let text = format!(
        "#!/bin/sh\naz deployment group create -g shop -f main.bicep --parameters registryServer={} registryUsername={} registryPassword={}\n",
        own.host, own.user, own.secret
    );
    corpus.found("srv/infra/deploy.sh", &[47], &text, [own.is(Kind::Env)]);
    for (path, text) in [
        (
            "srv/infra/main.bicep",
            "@secure()\nparam registryPassword string\nparam dockerHubToken string = newGuid()\nvar registryToken = acr.listCredentials().passwords[0].value\nparam registryPass string = '${prefix}-x'\n",
        ),
        (
            "srv/infra/azuredeploy.json",
            "{\"parameters\": {\"registryPassword\": {\"value\": \"[parameters('registryPassword')]\"}, \"dockerHubToken\": {\"reference\": {\"secretName\": \"hub\"}}}, \"variables\": {\"registryToken\": \"[concat('a', 'b')]\"}}\n",
        ),
    ] {
        corpus.clean(path, &[74], text);
    }
}
