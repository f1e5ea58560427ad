//! The proxies of the Docker daemon and of its like: in `daemon.json`, and in the variables of
//! their services.

use std::collections::HashSet;
use std::path::PathBuf;

use super::proxies;
use crate::audit::document::Here;
use crate::audit::finding::{Found, Kind};
use crate::audit::places::Places;
use crate::audit::sources::{File, Find, Source};

pub(crate) const DAEMON: Source = Source {
    id: "daemon-proxy",
    about: "a password in the address of the Docker daemon's proxy",
    reference: "https://docs.docker.com/engine/daemon/proxy/",
    places: daemon_places,
    words: &["http-proxy", "https-proxy", "ftp-proxy"],
    find: Find::Map(in_daemon),
};

pub(crate) const SERVICE: Source = Source {
    id: "service-proxy",
    about: "a password in the address of a container service's proxy",
    reference: "https://docs.docker.com/engine/daemon/proxy/#systemd-unit-file",
    places: service_places,
    words: &[
        "http_proxy=",
        "https_proxy=",
        "all_proxy=",
        "ftp_proxy=",
        "--http-proxy",
        "--https-proxy",
    ],
    find: Find::Text(in_service),
};

/// Services that pull images, as they stand in the paths of their files.
const SERVICES: &[&str] =
    &["docker", "containerd", "podman", "crio", "cri-o", "buildkit", "kubelet", "k3s", "rke2"];

fn daemon_places(places: &Places) -> Vec<PathBuf> {
    let mut all = Places::below(&places.docker, "daemon.json");
    all.extend(Places::below(&places.system, "docker/daemon.json"));
    all.extend(Places::below(&places.config, "docker/daemon.json"));
    all
}

fn service_places(places: &Places) -> Vec<PathBuf> {
    let mut all = Places::below(&places.system, "default/docker");
    all.extend(Places::below(&places.system, "sysconfig/docker"));
    for service in ["docker", "containerd", "podman", "crio", "k3s"] {
        let drop_ins = format!("systemd/system/{service}.service.d/*");
        all.extend(Places::below(&places.system, &drop_ins));
        let drop_ins = format!("systemd/user/{service}.service.d/*");
        all.extend(Places::below(&places.config, &drop_ins));
    }
    all
}

fn in_daemon(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if here.name() != Some("proxies") {
        return;
    }
    let mut said = HashSet::new();
    for at in ["http-proxy", "https-proxy", "ftp-proxy"].iter().filter_map(|n| here.field(n)) {
        let Some((username, password)) = at.node.text().and_then(userinfo) else { continue };
        push(&mut said, username, password, (at.line(), at.pointer()), found);
    }
}

fn in_service(file: &File<'_>, found: &mut Vec<Found>) {
    let (path, text) = (file.path.to_ascii_lowercase(), file.document.text);
    let is_unit = file.name().contains("proxy") && text.contains("[Service]");
    let is_settings = [".conf", ".service", "/default/docker", "/sysconfig/docker"]
        .iter()
        .any(|end| path.ends_with(end));
    let is_service = is_settings && SERVICES.iter().any(|service| path.contains(service));
    if !is_unit && !is_service {
        return;
    }
    let mut said = HashSet::new();
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with(['#', ';']) {
            continue;
        }
        let mut is_next = false;
        for word in line.split([' ', '\t', '"', '\'']).filter(|word| !word.is_empty()) {
            // Quotes may begin behind the name; the address is the next word then.
            let address = if is_next { Some(word) } else { address(word) };
            is_next = address.is_some_and(str::is_empty);
            if let Some((username, password)) = address.and_then(userinfo) {
                push(&mut said, username, password, (number + 1, String::new()), found);
            }
        }
    }
}

/// What a word gives the variable of a proxy, or the option of `dockerd`.
fn address(word: &str) -> Option<&str> {
    let options = ["--http-proxy", "--https-proxy"];
    if let Some(rest) = options.iter().find_map(|option| word.strip_prefix(option)) {
        return if rest.is_empty() { Some(rest) } else { rest.strip_prefix('=') };
    }
    let (name, address) = word.split_once("_PROXY=").or_else(|| word.split_once("_proxy="))?;
    let name = name.to_ascii_lowercase();
    ["http", "https", "all", "ftp"].iter().any(|way| name.ends_with(way)).then_some(address)
}

/// One login for all proxies is one secret.
fn push(
    said: &mut HashSet<String>,
    username: String,
    password: String,
    (line, pointer): (usize, String),
    found: &mut Vec<Found>,
) {
    if !said.insert(password.clone()) {
        return;
    }
    let username = Some(username.as_str()).filter(|name| !name.is_empty());
    let login = Found::on_line(line, Kind::ProxyUserinfo, password).of(None, username);
    found.push(Found { pointer, ..login });
}

/// User and password in an address; in units of systemd `%41` is written as `%%41`.
fn userinfo(address: &str) -> Option<(String, String)> {
    proxies::userinfo(&address.replace("%%", "%"))
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    #[test]
    fn the_daemons_settings_are_found_once() {
        let text = "{\n \"proxies\": {\n  \"http-proxy\": \"http://ada:s3cret-word@px.lan:3128\",\n  \"https-proxy\": \"http://ada:s3cret-word@px.lan:3128\",\n  \"no-proxy\": \"a:b@c\"\n }\n}\n";
        assert_eq!(
            logins("/etc/docker/daemon.json", text),
            [Login::of("daemon-proxy", "", "ada", "s3cret-word", 3)]
        );
        clean("daemon.json", &["{\"proxies\":{\"http-proxy\":\"http://px:3128\"}}"]);
        clean("daemon.json", &["{\"proxies\":{\"http-proxy\":\"http://a:b@c"]);
    }

    #[test]
    fn drop_ins_of_services_are_found() {
        let path = "/etc/systemd/system/docker.service.d/http-proxy.conf";
        let text = "[Service]\nEnvironment=\"HTTP_PROXY=http://ada:p%%40ss-word@px.lan:3128\" \"NO_PROXY=u:p@h\"\nEnvironment=https_proxy=http://bob:0ther-word@px.lan\n";
        assert_eq!(
            logins(path, text),
            [
                Login::of("service-proxy", "", "ada", "p@ss-word", 2),
                Login::of("service-proxy", "", "bob", "0ther-word", 3),
            ]
        );
        let text = "export http_proxy=\"http://ada:s3cret-word@px.lan:3128/\"\n";
        assert_eq!(
            logins("/etc/default/docker", text),
            [Login::of("service-proxy", "", "ada", "s3cret-word", 1)]
        );
    }

    #[test]
    fn options_of_the_daemon_are_found() {
        let text = "[Service]\nExecStart=\nExecStart=/usr/bin/dockerd --http-proxy=http://ada:s3cret-word@px.lan --https-proxy http://bob:0ther-word@px.lan\n";
        let path = "/etc/systemd/system/docker.service.d/override.conf";
        let expected = [("ada", "s3cret-word"), ("bob", "0ther-word")];
        assert_eq!(
            logins(path, text),
            expected.map(|(user, word)| Login::of("service-proxy", "", user, word, 3))
        );
    }

    #[test]
    fn other_services_are_clean() {
        let text = "[Service]\nEnvironment=\"HTTP_PROXY=http://ada:s3cret-word@px.lan:3128\"\n";
        clean("/etc/systemd/system/backup.service", &[text]);
        let text =
            "[Service]\nEnvironment=\"HTTP_PROXY=http://px.lan:3128\"\n# HTTP_PROXY=http://a:b@c\n";
        let other = "[Service]\nEnvironment=RSYNC_PROXY=http://ada:s3cret-word@px.lan:3128\n";
        clean("/etc/systemd/system/docker.service.d/http-proxy.conf", &[text, other]);
    }
}
