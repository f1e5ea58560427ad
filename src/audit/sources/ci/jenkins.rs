//! Jenkins: credentials as code, in YAML and in scripts of Groovy. Nothing there says where one works
//! but its id and what is said of it.

use memchr::memmem;

use crate::audit::document::{Here, Lines};
use crate::audit::finding::{Found, Kind, MAX_IN_FILE};
use crate::audit::hosts;
use crate::audit::sources::code::arguments::Arguments;
use crate::audit::sources::code::constants::Constants;
use crate::audit::sources::images::HUB;
use crate::audit::sources::{File, Find, Source, login};

pub(crate) const SOURCE: Source = Source {
    id: "jenkins",
    about: "a registry login among Jenkins' credentials as code",
    reference: "https://github.com/jenkinsci/configuration-as-code-plugin/blob/master/demos/credentials/README.md",
    places: |_| Vec::new(),
    words: &[
        "usernamepassword:",
        "usernamepassword\":",
        "domaincredentials",
        "usernamepasswordcredentialsimpl>",
        "stringcredentialsimpl>",
    ],
    find: Find::Map(find),
};

pub(crate) const SCRIPT: Source = Source {
    id: "jenkins-script",
    reference: "https://javadoc.jenkins.io/plugin/credentials/com/cloudbees/plugins/credentials/impl/UsernamePasswordCredentialsImpl.html",
    words: &["usernamepasswordcredentialsimpl", "stringcredentialsimpl"],
    find: Find::Text(script),
    ..SOURCE
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    let labels = || ["id", "description"].map(|name| here.text(&[name]));
    // In XML, as its command line takes them, they go by their classes.
    let is_of = |class: &str| here.name().is_some_and(|name| name.ends_with(class));
    let is_pair = here.is_named(&["usernamePassword"]) || is_of(CLASSES[0].0);
    if is_pair && login::has_secret(here) {
        if let Some(registry) = registry(labels()) {
            login::take_named(here, registry, (login::USERS, &["password"]), found);
        }
    } else if (here.is_named(&["string"]) || is_of(CLASSES[1].0))
        && let Some(secret) = login::secret(here, "secret", Kind::UserPass)
        && let Some(registry) = registry(labels().map(|label| label.filter(|l| is_of_secret(l))))
    {
        found.push(secret.of(registry, None));
    }
}

/// The classes of credentials, and at which places their constructors have a user name and a secret.
/// Before them stand the scope, the id and what is said of it.
const CLASSES: &[(&str, Option<usize>, usize)] =
    &[("UsernamePasswordCredentialsImpl", Some(3), 4), ("StringCredentialsImpl", None, 3)];

fn script(file: &File<'_>, found: &mut Vec<Found>) {
    let text = file.document.text;
    let (lines, constants) = (Lines::of(text), Constants::of(text));
    for (class, user, secret) in CLASSES {
        for at in memmem::find_iter(text.as_bytes(), class).take(MAX_IN_FILE) {
            let Some(given) = Arguments::read(text, at + class.len()) else { continue };
            let said = |place| constants.text(&given, &[], place);
            let labels = [said(1), said(2)].map(|label| label.map(|text| text.said));
            let labels = labels.each_ref().map(|label| {
                label.as_deref().filter(|label| user.is_some() || is_of_secret(label))
            });
            if let (Some(secret), Some(registry)) = (said(*secret), registry(labels)) {
                let line = lines.line(secret.at);
                let username = user.and_then(said).map(|text| text.said);
                let secret = Found::on_line(line, Kind::UserPass, secret.said);
                found.push(secret.of(registry, username.as_deref()));
            }
        }
    }
}

/// Words of labels that are registries, and where those are.
const REGISTRIES: &[(&str, Option<&str>)] = &[
    ("dockerhub", Some(HUB)),
    ("ghcr", Some("ghcr.io")),
    ("quay", Some("quay.io")),
    ("nvcr", Some("nvcr.io")),
    ("docker", None),
    ("podman", None),
    ("registry", None),
    ("dockerregistry", None),
    ("harbor", None),
    ("acr", None),
    ("ecr", None),
    ("gcr", None),
    ("ocir", None),
];

/// Words of labels that are of another thing of Docker's: a machine, a certificate, a repository.
const OTHERS: &[&str] = &["ssh", "agent", "host", "cloud", "tls", "cert", "git", "swarm", "api"];

/// Words of labels of what is no secret.
const PLAIN: &[&str] =
    &["url", "user", "username", "name", "namespace", "org", "server", "email", "address", "repo"];

/// Whether one of these labels says that its credential is for a registry, and for which one.
fn registry(labels: [Option<&str>; 2]) -> Option<Option<&str>> {
    labels.into_iter().flatten().find_map(|label| {
        let parts = label.split(|c: char| c.is_whitespace() || "\"'()<>,;".contains(c));
        let host = parts.into_iter().find(|part| hosts::is_registry(part));
        if host.is_some() {
            return Some(host);
        }
        let words = words(label);
        let is_other = hosts::is_other(label) || words.iter().any(|w| OTHERS.contains(&w.as_str()));
        let is_hub = words.windows(2).any(|pair| pair == ["docker", "hub"]);
        let known = REGISTRIES.iter().find(|(name, _)| words.iter().any(|word| word == name));
        let known = known.map(|(_, host)| *host);
        if is_hub { Some(Some(HUB)) } else { known }.filter(|_| !is_other)
    })
}

/// Whether a label may be of a secret: texts of Jenkins are also names and addresses.
fn is_of_secret(label: &str) -> bool {
    !words(label).iter().any(|word| PLAIN.contains(&word.as_str()))
}

/// The words of a label, in lower case: also those that only a capital parts.
fn words(label: &str) -> Vec<String> {
    let mut parted = String::with_capacity(label.len());
    let mut last = ' ';
    for c in label.chars() {
        if last.is_lowercase() && c.is_uppercase() {
            parted.push(' ');
        }
        parted.extend(c.to_lowercase());
        last = c;
    }
    let words = parted.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::sources::testing::{clean, lines_of};

    fn yaml(credential: &str) -> String {
        format!(
            "credentials:\n  system:\n    domainCredentials:\n    - credentials:\n      - {credential}\n"
        )
    }

    #[test]
    fn credentials_say_by_their_labels_where_they_work() {
        for (label, expected) in [
            ("docker-hub", Some(Some(HUB))),
            ("DockerHub login", Some(Some(HUB))),
            ("ghcr-push", Some(Some("ghcr.io"))),
            ("robot of harbor.acme.example", Some(Some("harbor.acme.example"))),
            ("dockerCreds", Some(None)),
            ("registry-credentials", Some(None)),
            ("docker-agent-ssh", None),
            ("npm-registry", None),
            ("sonar-token", None),
            ("dockerize", None),
        ] {
            assert_eq!(registry([Some(label), None]), expected, "{label}");
            assert_eq!(registry([Some("x1"), Some(label)]), expected, "{label}");
        }
    }

    #[test]
    fn credentials_in_yaml_are_found() {
        let pair =
            "usernamePassword: {id: registry, username: ada, password: s3cret-word, scope: GLOBAL}";
        assert_eq!(
            lines_of("jenkins", "jenkins.yaml", &yaml(pair)),
            ["* ada userpass s3cret-word"]
        );
        let text = "string: {id: x1, description: Docker Hub access token, secret: s3cret-word}";
        assert_eq!(
            lines_of("jenkins", "casc.yml", &yaml(text)),
            ["docker.io  userpass s3cret-word"]
        );
    }

    #[test]
    fn credentials_in_xml_are_found() {
        let class = "com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl";
        let text = format!(
            "<{class}>\n<id>docker-hub</id>\n<username>ada</username><password>s3cret-word</password>\n</{class}>\n"
        );
        let expected = ["docker.io ada userpass s3cret-word"];
        assert_eq!(lines_of("jenkins", "hub.xml", &text), expected);
    }

    #[test]
    fn credentials_in_scripts_are_found() {
        let text = "def c = new UsernamePasswordCredentialsImpl(\n  CredentialsScope.GLOBAL, \"docker-hub\", \"hub\", \"ada\", \"s3cret-word\")\nnew StringCredentialsImpl(CredentialsScope.GLOBAL, 'ghcr-token', '', Secret.fromString('0ther-word'))\n";
        assert_eq!(
            lines_of("jenkins-script", "init.groovy", text),
            ["docker.io ada userpass s3cret-word", "ghcr.io  userpass 0ther-word"]
        );
    }

    #[test]
    fn constants_of_scripts_are_given_by_their_names() {
        let text = "def user = 'ada'\nfinal String word = 's3cret-word'\nnew UsernamePasswordCredentialsImpl(CredentialsScope.GLOBAL, 'quay', '', user, word)\n";
        let expected = ["quay.io ada userpass s3cret-word"];
        assert_eq!(lines_of("jenkins-script", "init.groovy", text), expected);
    }

    #[test]
    fn other_credentials_are_clean() {
        for credential in [
            "usernamePassword: {id: nexus, username: ada, password: s3cret-word}",
            "string: {id: docker-registry-url, secret: registry.acme.example}",
            "string: {id: docker-hub-user, secret: ada}",
            "string: {id: sonar-token, secret: s3cret-word}",
        ] {
            clean("jenkins.yaml", &[&yaml(credential)]);
        }
        clean(
            "init.groovy",
            &[
                "new UsernamePasswordCredentialsImpl(CredentialsScope.GLOBAL, \"nexus\", \"\", \"ada\", \"s3cret-word\")\n",
                "new UsernamePasswordCredentialsImpl(CredentialsScope.GLOBAL, \"docker-hub\", \"\", user, System.getenv(\"WORD\"))\n",
                "new UsernamePasswordCredentialsImpl(CredentialsScope.GLOBAL, \"docker-hub\", \"",
            ],
        );
    }
}
