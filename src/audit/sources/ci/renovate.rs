//! Renovate: rules for hosts of images, as JSON or in a script. What is `encrypted` there is a map
//! of its own and no secret.

use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::hosts;
use crate::audit::sources::blocks::{self, Block};
use crate::audit::sources::{File, Find, Source, login};

pub(crate) const SOURCE: Source = Source {
    id: "renovate",
    about: "a registry login in Renovate's settings",
    reference: "https://github.com/renovatebot/renovate/blob/main/docs/usage/docker.md",
    places: |_| Vec::new(),
    words: &["hostRules", "RENOVATE_HOST_RULES"],
    find: Find::Map(find),
};

pub(crate) const SCRIPT: Source =
    Source { id: "renovate-script", find: Find::Text(script), ..SOURCE };

const HOSTS: &[&str] = &["matchHost", "hostName", "baseUrl", "domainName", "endpoint"];

const SECRETS: &[&str] = &["password", "token"];

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if here.is_named(&["hostRules", "RENOVATE_HOST_RULES"]) {
        let host = here.text(HOSTS);
        if is_docker(here.text(&["hostType"]), host) {
            login::take_named(here, host, (login::USERS, SECRETS), found);
        }
    }
}

fn script(file: &File<'_>, found: &mut Vec<Found>) {
    let text = file.document.text;
    if !file.document.trees.is_empty() || !text.contains("hostRules") {
        return;
    }
    let blocks = blocks::read(text, false);
    for block in blocks.iter().filter(|block| is_rule(block, &blocks)) {
        let host = block.text(HOSTS);
        let fields = block.fields.iter().filter(|f| SECRETS.contains(&f.name.as_str()));
        if is_docker(block.text(&["hostType"]), host) {
            let username = block.text(login::USERS);
            found.extend(fields.map(|f| f.found(host, username)));
        }
    }
}

fn is_rule(block: &Block, blocks: &[Block]) -> bool {
    let up = block.up.and_then(|place| blocks.get(place));
    up.is_some_and(|up| up.names.iter().any(|name| name.ends_with("hostRules")))
}

/// Whether a rule is for a registry of images; without a type its host must look like one.
fn is_docker(kind: Option<&str>, host: Option<&str>) -> bool {
    match kind {
        Some(kind) => kind == "docker",
        None => host.is_some_and(hosts::is_registry),
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    #[test]
    fn rules_for_images_are_found() {
        let text = "{\n \"hostRules\": [\n  {\"hostType\": \"docker\", \"matchHost\": \"reg.example.com\", \"username\": \"ada\",\n   \"password\": \"s3cret-word\"},\n  {\"matchHost\": \"ghcr.io\", \"username\": \"bob\", \"password\": \"0ther-word\"},\n  {\"hostType\": \"docker\", \"matchHost\": \"quay.io\", \"token\": \"th1rd-word\"},\n  {\"hostType\": \"npm\", \"matchHost\": \"registry.example.com\", \"token\": \"x\"},\n  {\"matchHost\": \"docker.io\", \"encrypted\": {\"password\": \"wcFMA\"}},\n ]\n}\n";
        assert_eq!(
            logins("renovate.json", text),
            [
                Login::of("renovate", "reg.example.com", "ada", "s3cret-word", 4),
                Login::of("renovate", "ghcr.io", "bob", "0ther-word", 5),
                Login::of("renovate", "quay.io", "", "th1rd-word", 6),
            ]
        );
    }

    #[test]
    fn rules_in_a_script_are_found() {
        let text = "module.exports = {\n  platform: 'gitlab',\n  hostRules: [\n    {\n      hostType: 'docker',\n      matchHost: 'reg.example.com',\n      username: 'ada',\n      password: 's3cret-word',\n    },\n    { matchHost: 'docker.io', username: 'bob', password: process.env.HUB },\n    { hostType: 'npm', matchHost: 'docker.io', token: 'x' },\n  ],\n};\n";
        assert_eq!(
            logins("config.js", text),
            [Login::of("renovate-script", "reg.example.com", "ada", "s3cret-word", 8)]
        );
        clean("config.js", &["module.exports = { hostRules: [ { token: 'x"]);
    }
}
