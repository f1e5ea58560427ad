//! Calls that log in to a registry: `client.login(…)` of Docker's library for Python, Podman's and
//! ORAS', and Dagger's `withRegistryAuth`. Other libraries have a `login` as well: this one must be
//! called on a client of these, or be given a registry.

use memchr::memmem;

use super::arguments::Arguments;
use super::constants::Constants;
use super::notebook::each_source;
use super::object::Login;
use crate::audit::finding::{Found, Kind, MAX_IN_FILE};
use crate::audit::hosts;
use crate::audit::sources::images::HUB;
use crate::audit::sources::shell::commands::kind;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "login-call",
    about: "a registry login in a program",
    reference: "https://docker-py.readthedocs.io/en/stable/client.html#docker.client.DockerClient.login",
    places: |_| Vec::new(),
    words: &[
        "import docker",
        "from docker import",
        "docker.from_env",
        "dockerclient(",
        "podmanclient(",
        "orasclient(",
        "registry=\"",
        "registry='",
        "docker.apiclient(",
        "docker.client(",
        "docker.login(",
        "docker_client.login(",
        "docker_cli.login(",
        "dockerclient.login(",
        "registryauth(",
        "registry_auth(",
    ],
    find: Find::Text(find),
};

/// What makes a client, and the registry it logs in to when it is told none.
const CLIENTS: &[(&str, Option<&str>)] = &[
    ("docker.from_env(", Some(HUB)),
    ("DockerClient(", Some(HUB)),
    ("DockerClient.from_env(", Some(HUB)),
    ("APIClient(", Some(HUB)),
    ("docker.Client(", Some(HUB)),
    ("PodmanClient(", Some(HUB)),
    ("OrasClient(", None),
];

/// How much of a line is looked at around a call, in bytes.
const MAX_NEAR: usize = 200;

const REGISTRIES: &[&str] = &["registry", "hostname", "serveraddress"];
const USERS: &[&str] = &["username", "user"];

fn find(file: &File<'_>, found: &mut Vec<Found>) {
    each_source(file, |text, line| {
        let all: Vec<Login> = logins(text).into_iter().chain(daggers(text)).collect();
        let kind = if all.is_empty() { Kind::Script } else { kind::of(file.path, text) };
        found.extend(all.into_iter().map(|login| {
            let secret = Found::on_line(line(login.secret.at), kind, login.secret.said);
            secret.of(login.registry.as_deref(), login.username.as_deref())
        }));
    });
}

/// `client.login("ada", "…", registry="…")`.
fn logins(text: &str) -> Vec<Login> {
    let (mut clients, constants) = (None, Constants::of(text));
    let calls = memmem::find_iter(text.as_bytes(), ".login(").take(MAX_IN_FILE);
    let logins = calls.filter_map(|at| {
        let given = Arguments::read(text, at + ".login".len())?;
        let argument = |names: &[&str], place| constants.text(&given, names, place);
        let secret = argument(&["password"], 1)?;
        let said = argument(REGISTRIES, 3).map(|text| text.said);
        let clients = clients.get_or_insert_with(|| Clients::of(text));
        let registry = match clients.default_of(text, at) {
            Some(default) if !given.has(REGISTRIES) && given.places() < 4 => default,
            Some(_) => said,
            None => {
                let is_place = |text: &String| hosts::is_address(text) && !hosts::is_other(text);
                Some(said.filter(|text| given.has(&["registry"]) && is_place(text))?)
            }
        };
        let username = argument(USERS, 0).map(|text| text.said);
        Some(Login { registry, username, secret })
    });
    logins.collect()
}

/// `container.withRegistryAuth("ghcr.io", "ada", dag.setSecret("name", "…"))`.
fn daggers(text: &str) -> Vec<Login> {
    let names = ["withRegistryAuth", "with_registry_auth", "WithRegistryAuth"];
    let calls = names.iter().flat_map(|name| {
        let calls = memmem::find_iter(text.as_bytes(), name);
        calls.map(|at| at + name.len())
    });
    let logins = calls.take(MAX_IN_FILE).filter_map(|open| {
        let given = Arguments::read(text, open)?;
        let said = |name: &str, place| given.text(&[name]).or_else(|| given.place(place)).cloned();
        let registry = said("address", 0).map(|text| text.said);
        let username = said("username", 1).map(|text| text.said);
        Some(Login { registry, username, secret: said("secret", 2)? })
    });
    logins.collect()
}

/// The names that a program gives to its clients of registries.
struct Clients<'t>(Vec<(&'t str, Option<&'static str>)>);

impl<'t> Clients<'t> {
    fn of(text: &'t str) -> Self {
        let mut names = Vec::new();
        for (maker, default) in CLIENTS {
            for at in memmem::find_iter(text.as_bytes(), maker).take(100) {
                let before = line_before(text, at);
                names.extend(assigned(before).map(|name| (name, *default)));
                let after = line_after(text, at);
                let named = after.rsplit_once(" as ").map(|(_, name)| name.trim_end_matches(':'));
                names.extend(named.map(|name| (name.trim(), *default)));
            }
        }
        Self(names)
    }

    /// The registry that the object of a call logs in to when it is told none; nothing where it is
    /// no client of registries.
    fn default_of(&self, text: &str, at: usize) -> Option<Option<String>> {
        let owned = |default: &Option<&str>| default.map(str::to_owned);
        let before = line_before(text, at);
        if before.ends_with(')') {
            let made = CLIENTS.iter().find(|(maker, _)| before.contains(maker));
            return made.map(|(_, default)| owned(default));
        }
        let is_of_name = |c: char| c.is_alphanumeric() || c == '_';
        let name = before.rsplit(|c| !is_of_name(c)).next().filter(|name| !name.is_empty())?;
        let known = self.0.iter().find(|(client, _)| *client == name);
        let is_called = || name.to_ascii_lowercase().contains("docker").then_some(Some(HUB));
        known.map(|(_, default)| owned(default)).or_else(|| is_called().as_ref().map(owned))
    }
}

/// What is before a byte on its line, the end of it.
fn line_before(text: &str, at: usize) -> &str {
    let near = at.saturating_sub(MAX_NEAR);
    let begin = (near..=at).find(|at| text.is_char_boundary(*at)).unwrap_or(at);
    let before = &text[begin..at];
    before.rfind('\n').map_or(before, |end| &before[end + 1..])
}

/// What is after a byte on its line, the begin of it.
fn line_after(text: &str, at: usize) -> &str {
    let near = text.len().min(at + MAX_NEAR);
    let end = (at..=near).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(at);
    text[at..end].lines().next().unwrap_or_default()
}

/// The name before an assignment that ends a text: `self.client =`, `c: Client =`.
fn assigned(before: &str) -> Option<&str> {
    let name = before.trim_end_matches(|c: char| c.is_alphanumeric() || "._".contains(c));
    let name = name.trim_end().strip_suffix('=')?.trim_end();
    let name = name.split(':').next().unwrap_or(name).trim();
    name.rsplit(['.', ' ']).next().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    fn found(text: &str, registry: &str, username: &str) {
        let line = text.lines().position(|line| line.contains("s3cret-word")).unwrap() + 1;
        let login = Login::of("login-call", registry, username, "s3cret-word", line);
        assert_eq!(logins("app.py", text), [login], "{text}");
    }

    #[test]
    fn clients_are_known_by_how_they_are_made() {
        found(
            "import docker\nclient = docker.from_env()\nclient.login(username=\"ada\", password=\"s3cret-word\", registry=\"https://ghcr.io\")\n",
            "https://ghcr.io",
            "ada",
        );
        found(
            "docker.from_env().login(\"ada\", \"s3cret-word\", registry='reg.lan:5000')\n",
            "reg.lan:5000",
            "ada",
        );
        found(
            "from docker import APIClient\nself.cli = APIClient(base_url='unix://x')\nself.cli.login(\n    username='ada',\n    password='s3cret-word',\n)\n",
            "docker.io",
            "ada",
        );
        found(
            "with PodmanClient() as c:\n    c.login(user, \"s3cret-word\", registry=\"quay.io\")\n",
            "quay.io",
            "",
        );
        found(
            "c = oras.client.OrasClient()\nc.login(hostname=\"reg.lan\", username=\"ada\", password=\"s3cret-word\")\n",
            "reg.lan",
            "ada",
        );
        found(
            "import docker\nc = docker.from_env()\nc.login(\"ada\", \"s3cret-word\", registry=HOST)\n",
            "",
            "ada",
        );
    }

    #[test]
    fn a_registry_says_it_as_well_and_so_does_dagger() {
        found(
            "client.login(username=\"ada\", password=\"s3cret-word\", registry=\"https://reg.lan\")\n",
            "https://reg.lan",
            "ada",
        );
        found(
            "dag.container().with_registry_auth(\"reg.lan\", \"ada\", dag.set_secret(\"p\", \"s3cret-word\"))\n",
            "reg.lan",
            "ada",
        );
    }

    #[test]
    fn constants_are_given_by_their_names() {
        let text = "import docker\nUSER = 'ada'\nWORD = \"s3cret-word\"\nHOST: str = \"reg.lan\"\nc = docker.from_env()\nc.login(username=USER, password=WORD, registry=HOST)\n";
        found(text, "reg.lan", "ada");
        let twice = text.replace("USER =", "WORD = \"x\"\nUSER =");
        clean("app.py", &[&twice, &text.replace("WORD =", "WORD +=")]);
    }

    #[test]
    fn other_logins_and_variables_are_clean() {
        clean(
            "app.py",
            &[
                "import docker\nsession.login(username=\"ada\", password=\"s3cret-word\")\n",
                "import docker, smtplib\ns = smtplib.SMTP('h')\ns.login(\"a@b\", \"s3cret-word\")\n",
                "c = docker.from_env()\nc.login(f\"ada\", f\"{word}\", registry=\"ghcr.io\")\n",
                "c = docker.from_env()\nc.login(\"ada\", os.environ[\"WORD\"])\n",
                "c = docker.from_env()\nc.login(username=\"ada\", password=\"a\" + word)\n",
                "npm.login(username=\"ada\", password=\"s3cret-word\", registry=\"https://registry.npmjs.org\")\n",
                "c = docker.from_env()\nc.login(\"ada\", \"s3cret",
            ],
        );
    }
}
