//! Where else settings lie than in Docker's file.

use serde_json::{Map, json};

use super::{CONFIG, Maker, OWN, RUNTIME};
use crate::differential::scene::{Scene, label};

impl Maker {
    pub(super) fn other_files(&mut self) {
        for (path, share) in [(RUNTIME, 30), (OWN, 20)] {
            if self.draw.percent(share) {
                let mut file = json!({ "auths": self.auths(60) });
                if let (true, Some(helpers)) = (self.draw.percent(25), self.cred_helpers()) {
                    file["credHelpers"] = helpers;
                }
                self.scene.files.insert(path.to_owned(), file);
            }
        }
        if self.draw.percent(8) {
            let auths = self.auths(60);
            self.scene.files.insert("home/.dockercfg".to_owned(), json!(auths));
        }
        let has =
            |scene: &Scene, name: &str| scene.clients.iter().any(|client| client.starts_with(name));
        if self.draw.percent(if has(&self.scene, "helm") { 50 } else { 6 }) {
            let content = self.config(60);
            self.scene.files.insert("home/.config/helm/registry/config.json".to_owned(), content);
        }
        if self.draw.percent(if has(&self.scene, "regctl") { 50 } else { 6 }) {
            let mut hosts = Map::new();
            for server in self.servers.clone() {
                if self.draw.percent(60) {
                    let pair = self.pair(&label(server));
                    let (user, pass) = pair.split_once(':').unwrap();
                    hosts.insert(server.to_owned(), json!({ "user": user, "pass": pass }));
                }
            }
            let file = json!({ "hosts": hosts });
            self.scene.files.insert("home/.regctl/config.json".to_owned(), file);
        }
    }

    pub(super) fn registries_conf(&mut self) {
        if !self.draw.percent(18) {
            return;
        }
        let name = self.helper_name().unwrap_or_else(|| "imgsec".to_owned());
        let name = if self.draw.percent(25) { "imgsec".to_owned() } else { name };
        let list = self
            .draw
            .of(&[
                format!("\"{name}\""),
                format!("\"{name}\", \"containers-auth.json\""),
                format!("\"containers-auth.json\", \"{name}\""),
                "\"containers-auth.json\"".to_owned(),
            ])
            .clone();
        let places = ["registries.conf", "registries.conf.d/50-mine.conf"];
        let path = format!("home/.config/containers/{}", self.draw.of(&places));
        let text = format!("credential-helpers = [{list}]\n");
        self.scene.files.insert(path, json!(text));
    }

    pub(super) fn variables(&mut self) {
        if self.draw.percent(10) {
            let content = self.config(70);
            self.scene.files.insert("elsewhere/config.json".to_owned(), content);
            self.scene.variables.insert("DOCKER_CONFIG".to_owned(), "@/elsewhere".to_owned());
        }
        if self.draw.percent(7) {
            let file = json!({ "auths": self.auths(70) });
            self.scene.files.insert("named.json".to_owned(), file);
            let path = "@/named.json".to_owned();
            self.scene.variables.insert("REGISTRY_AUTH_FILE".to_owned(), path);
        }
        if self.draw.percent(7) {
            let server = self.servers[0];
            let auth = format!("login({})", self.pair(&label(server)));
            let value = json!({ "auths": { server: { "auth": auth } } }).to_string();
            self.scene.variables.insert("DOCKER_AUTH_CONFIG".to_owned(), value);
        }
    }

    pub(super) fn links(&mut self) {
        let choices = [
            (CONFIG, "home/dotfiles/config.json"),
            ("home/.docker", "home/dotfiles/docker"),
            (OWN, "home/dotfiles/auth.json"),
            ("home/backup.json", "=home/.docker/config.json"),
            ("home/backup-auth.json", "=home/.config/containers/auth.json"),
            (OWN, CONFIG),
        ];
        if !self.draw.percent(9) {
            return;
        }
        let (path, target) = *self.draw.of(&choices);
        // A file that is written through a link is one file.
        if self.scene.files.contains_key(CONFIG) && target == CONFIG {
            self.scene.files.remove(OWN);
        }
        self.scene.links.insert(path.to_owned(), target.to_owned());
    }
}
