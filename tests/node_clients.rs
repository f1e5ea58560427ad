//! Clients written for Node that run the helper themselves: testcontainers, which ends its request
//! with a newline, and the Dev Containers CLI, which talks to registries on its own.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used)]

#[macro_use]
#[allow(dead_code, reason = "each test file uses its part")]
mod support {
    #[macro_use]
    pub(crate) mod scenes;
    pub(crate) mod bus;
    pub(crate) mod engine;
    pub(crate) mod person;
    pub(crate) mod process;
    pub(crate) mod registry;
}

use std::fs;

use support::engine::Engine;
use support::person::{Person, Store};
use support::process::{self, Ran};
use support::registry::{Auth, Registry};

const HUB: &str = "https://index.docker.io/v1/";

scenes! { "needs packages of Node; run tests/run":
    testcontainers_pulls_with_the_login
    dev_containers_publishes_with_the_login
}

fn testcontainers_pulls_with_the_login(store: Store) {
    // The stand-in engine starts nothing: each image is pulled, and then the container fails.
    const SCRIPT: &str = "const { GenericContainer } = require('testcontainers');
        const start = async (image) => new GenericContainer(image).start().catch(() => {});
        (async () => { for (const image of process.argv.slice(1)) await start(image);
          process.exit(0); })();";
    let engine = Engine::start();
    let mut me = Person::new(store);
    me.use_engine(engine.host());
    me.keep(HUB, "amy", "of the hub");
    me.keep("ghcr.io", "amy", "of GitHub");
    me.keep("token.example", "<token>", "an identity");
    let images = ["amy/app", "ghcr.io/amy/app", "token.example/amy/app", "quay.io/amy/app"];
    let mut node = me.command(process::need("node"));
    node.env("NODE_PATH", process::need_node_packages()).args(["-e", SCRIPT]);
    node.env("TESTCONTAINERS_RYUK_DISABLED", "true").args(images);
    me.finish(&mut node, b"").ok();
    let requests = engine.requests();
    let login = |image: &str| {
        let image = image.replace('/', "%2F");
        let pull = requests.iter().find(|request| request.path.contains(&image));
        pull.unwrap_or_else(|| panic!("{image} was not pulled: {requests:?}")).logins.clone()
    };
    assert_eq!(login("ghcr.io/amy/app")["password"], "of GitHub");
    let token = login("token.example/amy/app");
    assert!(token.to_string().contains("an identity"), "{token}");
    assert_eq!(login("fromImage=amy/app")["password"], "of the hub");
    assert!(login("quay.io/amy/app").get("password").is_none());
}

fn dev_containers_publishes_with_the_login(store: Store) {
    let registry = Registry::start(Auth::Token, &[]);
    let me = Person::new(store);
    let amy = me.new_login("amy");
    registry.allow(&amy.user, &amy.password);
    // The one name for which this client goes without TLS.
    let host = registry.other_host();
    let folder = me.folder().join("features/hello");
    fs::create_dir_all(&folder).unwrap();
    let about = r#"{ "id": "hello", "version": "1.2.3", "name": "Hello" }"#;
    fs::write(folder.join("devcontainer-feature.json"), about).unwrap();
    fs::write(folder.join("install.sh"), "true\n").unwrap();
    let features = folder.parent().unwrap().display().to_string();
    let publish = ["publish", "--registry", &host, "--namespace", &amy.user, &features];
    let info = ["info", "manifest", &format!("{host}/{}/hello:1", amy.user)];
    dev_containers(&me, &publish).fails();
    me.keep(&host, &amy.user, &amy.password);
    dev_containers(&me, &publish).ok();
    let manifest = dev_containers(&me, &info).ok();
    assert!(manifest.stdout.contains("devcontainers.layer"), "{manifest:#?}");
    me.helper("erase", &host).ok();
    dev_containers(&me, &info).fails();
    me.assert_no_secret_on_disk();
}

fn dev_containers(me: &Person, arguments: &[&str]) -> Ran {
    let program = process::need_node_packages().join("@devcontainers/cli/devcontainer.js");
    let mut node = me.command(process::need("node"));
    me.finish(node.arg(program).arg("features").args(arguments), b"")
}
