//! What is drawn: keys, entries, files, helpers, variables and links as people have them, and
//! stranger ones.

use serde_json::{Map, Value, json};

use super::clients;
use super::draw::{Draw, Range};
use super::scene::{Does, HUB, Helper, Layout, Prepared, Scene, Step, Undo, label};

const SERVERS: [&str; 6] = ["$1", "$2", "$3", HUB, "quay.example", "quay.example:5000"];
const CONFIG: &str = "home/.docker/config.json";
const RUNTIME: &str = "run/containers/auth.json";
const OWN: &str = "home/.config/containers/auth.json";

mod entries;
mod places;

struct Maker {
    draw: Draw,
    servers: Vec<&'static str>,
    scene: Scene,
    logins: usize,
}

/// The setting with this number.
pub(crate) fn scene(draw: Draw, range: &Range<'_>) -> Scene {
    let mut maker = Maker { draw, servers: Vec::new(), scene: empty(), logins: 0 };
    maker.choose_servers();
    maker.choose_clients(range);
    if maker.draw.percent(20) {
        maker.usual();
        return maker.scene;
    }
    maker.helpers();
    maker.docker_file();
    maker.other_files();
    maker.registries_conf();
    maker.variables();
    maker.links();
    maker.step();
    if maker.scene.hangs() {
        // Who waits for nothing is asked once, and not by everybody.
        maker.scene.images.truncate(1);
        maker.scene.clients.truncate(3);
    }
    maker.scene
}

fn empty() -> Scene {
    serde_json::from_value(json!({ "clients": [], "images": [], "step": "Setup" })).unwrap()
}

impl Maker {
    fn choose_servers(&mut self) {
        let here = *self.draw.of(&SERVERS[..3]);
        let others: Vec<_> = SERVERS.into_iter().filter(|server| *server != here).collect();
        let count = 1 + self.draw.below(2);
        self.servers = self.draw.shuffled(&others).into_iter().take(count).collect();
        self.servers.insert(0, here);
        for server in &self.servers.clone() {
            self.scene.images.push(format!("{server}/team/app:1"));
            if *server != HUB && self.draw.percent(25) {
                self.scene.images.push(format!("{server}/other/app:1"));
            }
        }
    }

    fn choose_clients(&mut self, range: &Range<'_>) {
        let of = |group: &str| -> Vec<&'static str> {
            let is_of = |name: &&str| clients::named(name).instead_of == group;
            range.clients.iter().copied().filter(is_of).collect()
        };
        let docker = *self.draw.of(&of("docker"));
        let podman = match docker {
            "docker-is-podman" => Some("podman-4"),
            _ => of("podman").first().map(|_| *self.draw.of(&of("podman"))),
        };
        let mut others: Vec<_> = of("");
        others.push(*self.draw.of(&of("helm")));
        // The library of another Podman would be a client that is not on this machine.
        others.retain(|name| {
            let of_podman = name.starts_with("podman-");
            !of_podman || podman.is_some_and(|podman| format!("{podman}-all") == **name)
        });
        let mut drawn = self.draw.shuffled(&others);
        drawn.extend(podman);
        if let (Some(podman), true) = (podman, self.draw.percent(70)) {
            drawn.retain(|name| *name != podman);
            drawn.insert(0, podman);
        }
        drawn.truncate(range.count);
        let docker = Some(docker).filter(|_| !range.may_be_without_docker || self.draw.percent(93));
        self.scene.clients = docker.into_iter().chain(drawn).map(str::to_owned).collect();
    }

    /// As nearly everybody has it after a few `docker login`: all of it moves.
    fn usual(&mut self) {
        self.scene.layout = Layout::Tabs;
        let mut auths = Map::new();
        for server in self.servers.clone() {
            let key = if server == HUB { "https://index.docker.io/v1/" } else { server };
            let auth = format!("login({})", self.pair(&label(server)));
            auths.insert(key.to_owned(), json!({ "auth": auth }));
        }
        let place = *self.draw.of(&[CONFIG, CONFIG, RUNTIME]);
        self.scene.files.insert(place.to_owned(), json!({ "auths": auths }));
        self.step();
        let is_for_docker = place == CONFIG || !self.scene.step.is_setup();
        self.scene.all_moves = is_for_docker && self.scene.step.moves();
    }

    fn helpers(&mut self) {
        let does = [
            Does::Keep,
            Does::Keep,
            Does::Keep,
            Does::Mints,
            Does::Mints,
            Does::AnswersAll,
            Does::ListFails,
            Does::ListWarns,
            Does::ListCrashes,
            Does::Crashes,
            Does::Locked,
            Does::Missing,
            Does::ListsLabels,
            Does::RefusesStore,
        ];
        let count = *self.draw.of(&[0, 0, 1, 1, 1, 2]);
        let names = ["keeper", "pass", "ecr-login", "desktop.exe", "secretservice", "gcloud"];
        for name in self.draw.shuffled(&names).into_iter().take(count) {
            let mut does = *self.draw.of(&does);
            if self.draw.percent(4) {
                does = *self.draw.of(&[Does::Hangs, Does::ListHangs]);
            }
            // Nobody gives the name of a helper that is known to keep logins to one that makes them.
            if does == Does::Mints && ["pass", "secretservice"].contains(&name) {
                does = Does::AnswersAll;
            }
            let mut helper = Helper { does, logins: Default::default() };
            for server in self.servers.clone() {
                let key = match server {
                    HUB => "https://index.docker.io/v1/".to_owned(),
                    _ => server.to_owned(),
                };
                if self.draw.percent(60) {
                    let login = self.pair(&label(server));
                    helper.logins.insert(key, login);
                }
            }
            self.scene.helpers.insert(name.to_owned(), helper);
        }
    }

    fn helper_name(&mut self) -> Option<String> {
        let names: Vec<_> = self.scene.helpers.keys().cloned().collect();
        (!names.is_empty()).then(|| self.draw.of(&names).clone())
    }

    /// `credHelpers` for some of the servers.
    fn cred_helpers(&mut self) -> Option<Value> {
        let mut helpers = Map::new();
        for server in self.servers.clone() {
            if let (true, Some(name)) = (self.draw.percent(50), self.helper_name()) {
                let hub = ["https://index.docker.io/v1/", "docker.io", "index.docker.io"];
                let key = if server == HUB { *self.draw.of(&hub) } else { server };
                helpers.insert(key.to_owned(), json!(name));
            }
        }
        (!helpers.is_empty()).then(|| json!(helpers))
    }

    fn docker_file(&mut self) {
        self.scene.layout = *self.draw.of(&[Layout::Tabs, Layout::Spaces, Layout::OneLine]);
        if self.draw.percent(90) {
            let content = self.config(75);
            self.scene.files.insert(CONFIG.to_owned(), content);
        }
    }

    /// A file of Docker's, in any order of its settings.
    fn config(&mut self, share: u64) -> Value {
        let mut settings = Vec::new();
        let auths = self.auths(share);
        if !auths.is_empty() || self.draw.percent(30) {
            settings.push(("auths", json!(auths)));
        }
        if let (true, Some(name)) = (self.draw.percent(65), self.helper_name()) {
            settings.push(("credsStore", json!(name)));
        }
        if let (true, Some(helpers)) = (self.draw.percent(55), self.cred_helpers()) {
            settings.push(("credHelpers", helpers));
        }
        for (name, value) in [
            ("HttpHeaders", json!({ "X-Meta": "1" })),
            ("psFormat", json!("table {{.ID}}")),
            ("proxies", json!({ "default": { "noProxy": "127.0.0.1" } })),
        ] {
            if self.draw.percent(12) {
                settings.push((name, value));
            }
        }
        let settings = self.draw.shuffled(&settings);
        Value::Object(settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    fn step(&mut self) {
        let server = self.servers[self.draw.below(self.servers.len())].to_owned();
        let (step, prepared) = match self.draw.below(20) {
            0..4 => (Step::Setup, Prepared::Nothing),
            4 => (Step::Setup, Prepared::SetUp),
            5 => (Step::Setup, Prepared::Store),
            6..8 => (Step::SetupSealed, Prepared::Nothing),
            8 | 9 => (Step::Migrate, Prepared::Store),
            10 => (Step::Migrate, Prepared::SetUp),
            11 | 12 => (Step::Fix, Prepared::Store),
            13 => (Step::Fix, Prepared::SetUp),
            14 => (Step::Login(server), Prepared::Store),
            15 | 16 => (Step::Login(server), Prepared::SetUp),
            17 => (Step::Logout(server), Prepared::Store),
            _ => (Step::Logout(server), Prepared::SetUp),
        };
        (self.scene.step, self.scene.prepared) = (step, prepared);
        self.scene.undo = if self.draw.percent(70) { Undo::All } else { Undo::Settings };
    }
}
