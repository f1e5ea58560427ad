//! The clients that are asked, and how one sees which login each of them uses.

use std::path::{Path, PathBuf};
use std::process::Command;

use imgsec_cred::lookup::{DockerProgram, Programs, Version};
use serde_json::Value;

use super::{Machines, User};
use crate::support::process::{self, Ran};

const HUB: &str = "https://index.docker.io/v1/";

/// Clients that are asked on the same settings.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Docker,
    Podman,
    Crane,
    Others,
    Libraries,
}

/// A client.
pub(super) struct Client {
    /// What a test that fails calls it.
    pub(super) title: String,
    /// Its name in an answer.
    pub(super) name: &'static str,
    pub(super) versions: Programs,
    /// Whether nobody sees that it uses a token.
    pub(super) hides_tokens: bool,
    program: PathBuf,
    way: Way,
}

/// How a client is seen using a login.
#[derive(Clone, Copy)]
enum Way {
    /// It hands the login over to the engine.
    Engine(&'static [&'static str]),
    /// It sends it to the registry. `HOST` is the registry, `NAME` the image without its tag.
    Registry(&'static [&'static str]),
    /// Podman says who is logged in.
    GetLogin,
    /// containers/image does.
    ContainersImage,
    /// It hands all logins over to the engine, for a build.
    Build,
    /// docker-py does: for one registry, or for all that a build is given.
    DockerPy(&'static str),
    /// The crate does, in this program.
    Crate,
}

pub(super) fn of(group: Group) -> Vec<Client> {
    match group {
        Group::Docker => dockers(),
        Group::Podman => podmans(),
        Group::Crane => vec![built("crane", Way::Registry(&["digest", "--insecure", "IMAGE"]))],
        Group::Others => vec![
            built("oras", Way::Registry(&["manifest", "fetch", "--plain-http", "IMAGE"])),
            built(
                "helm",
                Way::Registry(&["show", "chart", "--plain-http", "--version=1.0.0", "oci://NAME"]),
            ),
            built(
                "regctl",
                Way::Registry(&["--host", "reg=HOST,tls=disabled", "manifest", "head", "IMAGE"]),
            ),
        ],
        Group::Libraries => libraries(),
    }
}

impl Client {
    fn new(title: &str, name: &'static str, program: PathBuf, way: Way) -> Self {
        let is_told =
            matches!(way, Way::Engine(_) | Way::Build | Way::ContainersImage | Way::Crate);
        let (title, versions) = (title.to_owned(), Programs::default());
        Self { title, name, versions, hides_tokens: !is_told, program, way }
    }

    /// Only what stays on this machine.
    pub(super) fn can_be_asked_for(&self, image: &str) -> bool {
        !matches!(self.way, Way::Registry(_)) || image.starts_with("HOST")
    }

    /// The user whose login it uses for an image.
    pub(super) fn used(&self, machine: &Machines, image: &str) -> User {
        let name = image.rsplit_once(':').unwrap().0;
        let host = name.split('/').next().unwrap();
        let run = |words: &[&str]| {
            let words = words.iter().map(|word| {
                word.replace("IMAGE", image).replace("NAME", name).replace("HOST", host)
            });
            machine.run(Command::new(&self.program).args(words))
        };
        let before = machine.registry.asked().len();
        match self.way {
            Way::Engine(words) => {
                run(words);
                machine.handed_over()
            }
            Way::Registry(words) => {
                run(words).fails();
                machine.seen_since(before)
            }
            // Its --get-login reads one variable more.
            Way::GetLogin
                if self.name == "skopeo" && machine.variable("DOCKER_CONFIG").is_some() =>
            {
                run(&["inspect", "--tls-verify=false", &format!("docker://{image}")]).fails();
                machine.seen_since(before)
            }
            Way::Build => {
                std::fs::write(machine.at("cwd/Dockerfile"), format!("FROM {image}\n")).unwrap();
                let mut command = Command::new("env");
                command.args(["DOCKER_BUILDKIT=0"]).arg(&self.program).args(["build", "."]);
                machine.run(&mut command);
                taken(&machine.handed_over_all()?, key_of(host))
            }
            Way::GetLogin => first_line(&run(&["login", "--get-login", name])),
            Way::ContainersImage => first_line(&machine.run(&mut self.as_podman(machine, name))),
            Way::DockerPy(call) => docker_py(machine, &self.program, call, host),
            Way::Crate => in_this_program(machine, host),
        }
    }

    /// Podman takes Docker's file for its own where a variable names its folder; the library does not.
    fn as_podman(&self, machine: &Machines, name: &str) -> Command {
        let mut command = Command::new("env");
        let named = machine.variable("REGISTRY_AUTH_FILE");
        let docker = machine.variable("DOCKER_CONFIG").filter(|_| named.is_none());
        command.args(docker.map(|folder| format!("REGISTRY_AUTH_FILE={folder}/config.json")));
        command.arg(&self.program).args(["get", name]);
        command
    }
}

fn first_line(ran: &Ran) -> User {
    ran.stdout.lines().next().map(str::trim).filter(|user| !user.is_empty()).map(str::to_owned)
}

/// Every Docker that is installed, and the one of this year.
fn dockers() -> Vec<Client> {
    let programs = process::all("docker").into_iter().chain([built_program("docker")]);
    let clients = programs.flat_map(|program| {
        let said = process::run(Command::new(&program).arg("--version"), b"").ok().stdout;
        let build = format!("{}, a build", said.trim());
        let mut clients = [
            Client::new(said.trim(), "docker", program.clone(), Way::Engine(&["pull", "IMAGE"])),
            Client::new(&build, "docker build (classic)", program, Way::Build),
        ];
        for client in &mut clients {
            client.versions.docker = DockerProgram::of(&said);
        }
        clients
    });
    clients.collect()
}

/// Those that are installed, and the library with which later ones are made.
fn podmans() -> Vec<Client> {
    let version = |program: &Path| {
        let said = process::run(Command::new(program).arg("--version"), b"").ok().stdout;
        Version::in_text(&said)
    };
    let mut podman = Client::new("podman", "podman", process::need("podman"), Way::GetLogin);
    podman.versions.podman = version(&podman.program);
    let mut skopeo = Client::new("skopeo", "skopeo", process::need("skopeo"), Way::GetLogin);
    skopeo.versions.skopeo = version(&skopeo.program);
    let mut clients = vec![podman, skopeo];
    for (title, podman) in [("containers-image", "6.0.0"), ("containers-image-5.39", "5.8.0")] {
        let mut client = Client::new(title, "podman", built_program(title), Way::ContainersImage);
        client.versions.podman = Version::in_text(podman);
        clients.push(client);
    }
    clients
}

fn libraries() -> Vec<Client> {
    let python = process::need_python();
    let this = std::env::current_exe().unwrap();
    let mut clients = vec![
        Client::new("docker-py", "docker-py", python.clone(), Way::DockerPy("resolve")),
        Client::new("docker-py, a build", "docker-py build", python, Way::DockerPy("every")),
        Client::new("docker_credential", "docker_credential (Rust)", this, Way::Crate),
    ];
    let testcontainers = built_path("testcontainers");
    if testcontainers.exists() {
        let way = Way::Engine(&["IMAGE"]);
        clients.push(Client::new("testcontainers", "testcontainers-go", testcontainers, way));
    }
    clients
}

fn built(name: &'static str, way: Way) -> Client {
    Client::new(name, name, built_program(name), way)
}

fn built_path(name: &str) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    target.join("clients/bin").join(name)
}

/// A client that `tests/run` builds.
fn built_program(name: &str) -> PathBuf {
    let program = built_path(name);
    assert!(program.exists(), "{} does not exist: tests/run builds it", program.display());
    program
}

fn docker_py(machine: &Machines, python: &Path, call: &str, host: &str) -> User {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/docker_py.py");
    let mut command = Command::new(python);
    command.arg("-B").arg(script).arg(call);
    if call == "resolve" {
        command.arg(host);
    }
    let ran = machine.run(&mut command);
    if !ran.status.success() {
        return None;
    }
    let all: Value = serde_json::from_str(&ran.stdout).unwrap();
    taken(&all, if call == "resolve" { host } else { key_of(host) })
}

/// The key of a registry's login.
fn key_of(host: &str) -> &str {
    if host == "docker.io" { HUB } else { host }
}

/// The user whose login the engine takes of all.
fn taken(all: &Value, key: &str) -> User {
    let host_of = |key: &str| {
        let rest = key.split_once("://").map_or(key, |(_, rest)| rest);
        rest.split(['/', '?', '#']).next().unwrap().rsplit('@').next().unwrap().to_owned()
    };
    let all = all.as_object().unwrap();
    let login =
        all.get(key).or_else(|| all.iter().find(|(k, _)| host_of(k) == key).map(|(_, l)| l));
    let text = |name: &str| login?[name].as_str().filter(|text| !text.is_empty());
    let user = || text("Username").or_else(|| text("username"));
    let token = text("IdentityToken").or_else(|| text("identitytoken"));
    token.map(|_| "<token>").or_else(user).map(str::to_owned)
}

/// This test program in a process of its own, with the machine's settings.
fn in_this_program(machine: &Machines, host: &str) -> User {
    let part = process::test_name(module_path!(), "the_crate_in_the_person_s_environment");
    let part = part.replace("clients::the_crate", "the_crate");
    let mut command = Command::new("env");
    command.arg(format!("ASK_FOR={}", key_of(host))).arg(std::env::current_exe().unwrap());
    let ran = machine.run(command.args(["--exact", &part, "--ignored", "--nocapture"])).ok();
    let answer = ran.stdout.lines().find_map(|line| line.split_once("ANSWER "));
    let (_, answer) = answer.unwrap_or_else(|| panic!("{ran:#?}"));
    Some(answer.to_owned()).filter(|user| !user.is_empty())
}

/// Says who is logged in, where it is asked by [`in_this_program`].
pub(super) fn ask_the_crate() {
    use docker_credential::DockerCredential;
    let Ok(host) = std::env::var("ASK_FOR") else { return };
    let user = match docker_credential::get_credential(&host) {
        Ok(DockerCredential::IdentityToken(_)) => "<token>".to_owned(),
        Ok(DockerCredential::UsernamePassword(user, _)) => user,
        Err(_) => String::new(),
    };
    println!("\nANSWER {user}");
}
