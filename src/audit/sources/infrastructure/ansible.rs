//! Ansible: tasks that log in to a registry or use an image, in all the ways a task is written.

use crate::audit::document::Here;
use crate::audit::finding::{Found, Kind};
use crate::audit::sources::images::{self, HUB};
use crate::audit::sources::{File, Find, Source, login};

pub(crate) const SOURCE: Source = Source {
    id: "ansible",
    about: "a registry login in an Ansible task",
    reference: "https://docs.ansible.com/ansible/latest/collections/community/docker/docker_login_module.html",
    places: |_| Vec::new(),
    words: &["docker_login", "podman_login", "docker_image", "podman_image", "helm_registry_auth"],
    find: Find::Map(find),
};

/// Modules that take the password of a registry, without the names of their collections.
const MODULES: &[&str] = &[
    "docker_login",
    "podman_login",
    "docker_image",
    "docker_image_pull",
    "docker_image_push",
    "docker_image_build",
    "podman_image",
    "helm_registry_auth",
];

const REGISTRIES: &[&str] = &["registry_url", "registry", "url", "host"];

const NAMES: (&[&str], &[&str]) =
    (&["username", "docker_username", "user"], &["password", "docker_password"]);

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    for (_, at) in here.fields().filter(|(name, _)| is_module(name)) {
        if let Some(arguments) = at.node.text() {
            free_form(arguments, &at, found);
        }
    }
    let is_task = match here.name() {
        Some("args") => {
            let task = here.map_above();
            task.is_some_and(|task| task.entries().any(|(name, _)| is_module(name)))
        }
        Some("action" | "local_action") => here.text(&["module"]).is_some_and(is_module),
        Some(name) => is_module(name),
        None => false,
    };
    if is_task {
        let of_image = || here.text(&["name"]).map_or(Some(HUB), images::of_image);
        let registry = here.text(REGISTRIES).or_else(of_image);
        login::take_named(here, registry, NAMES, found);
    }
}

fn is_module(name: &str) -> bool {
    let name = name.rsplit('.').next().unwrap_or(name);
    MODULES.contains(&name)
}

/// `docker_login: registry=H username=u password=p`.
fn free_form(arguments: &str, at: &Here<'_>, found: &mut Vec<Found>) {
    let words = shlex::split(&unbroken(arguments)).unwrap_or_default();
    let get = |names: &[&str]| {
        let pairs = words.iter().filter_map(|word| word.split_once('='));
        let mut named = pairs.filter(|(name, _)| names.contains(name));
        named.next().map(|(_, value)| value).filter(|value| !value.is_empty())
    };
    let Some(secret) = get(NAMES.1) else { return };
    let registry = get(REGISTRIES).or(Some(HUB));
    found.push(Found::at(at, Kind::UserPass, secret).of(registry, get(NAMES.0)));
}

/// Arguments with no blanks in the expressions of a template, which are words as a whole.
fn unbroken(arguments: &str) -> String {
    let mut parts = arguments.split("{{");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (inside, after) = part.split_once("}}").unwrap_or((part, ""));
        let inside: String = inside.split_whitespace().collect();
        whole.push_str(&format!("{{{{{inside}}}}}{after}"));
    }
    whole
}

#[cfg(test)]
mod tests {
    use crate::audit::judge;
    use crate::audit::sources::testing::{Login, clean, logins};

    #[test]
    fn tasks_are_found_in_every_form() {
        let text = "- hosts: all\n  tasks:\n  - name: Log in\n    community.docker.docker_login:\n      registry_url: https://reg.example.com\n      username: ada\n      password: s3cret-word\n  - docker_login:\n      username: bob\n      password: 0ther-word\n  - containers.podman.podman_login: {registry: quay.io, username: cy, password: th1rd-word}\n  - docker_login: registry=ghcr.io username=dee password='f0urth word'\n  - local_action:\n      module: docker_login\n      username: eve\n      password: f1fth-word\n  - community.docker.docker_login:\n    args:\n      registry: gcr.io\n      username: fay\n      password: s1xth-word\n";
        assert_eq!(
            logins("play.yml", text),
            [
                Login::of("ansible", "https://reg.example.com", "ada", "s3cret-word", 7),
                Login::of("ansible", "docker.io", "bob", "0ther-word", 10),
                Login::of("ansible", "quay.io", "cy", "th1rd-word", 11),
                Login::of("ansible", "ghcr.io", "dee", "f0urth word", 12),
                Login::of("ansible", "docker.io", "eve", "f1fth-word", 16),
                Login::of("ansible", "gcr.io", "fay", "s1xth-word", 21),
            ]
        );
    }

    #[test]
    fn an_expression_is_one_word_whatever_blanks_it_has() {
        let text = "- docker_login: registry_url=ghcr.io username={{ the_user }} password=s3cret-word\n- docker_login: username=ada password={{ lookup('env', 'WORD') }}\n";
        let expected = [
            ("ghcr.io", "{{the_user}}", "s3cret-word", 1),
            ("docker.io", "ada", "{{lookup(env,WORD)}}", 2),
        ];
        let expected = expected
            .map(|(host, user, secret, line)| Login::of("ansible", host, user, secret, line));
        assert_eq!(logins("play.yml", text), expected);
        assert!(judge::is_no_secret("{{lookup(env,WORD)}}", Some("ada")));
    }

    #[test]
    fn other_tasks_are_clean() {
        let text = "- docker_login: {state: absent}\n- mysql_user: {login_user: root, login_password: s3cret-word}\n- docker_container: {name: a, env: {A: b}}\n";
        clean("play.yml", &[text]);
        clean("play.yml", &["- docker_login: {password: 'x\n"]);
    }
}
