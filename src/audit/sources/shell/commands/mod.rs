//! Commands that hold a secret: `docker login -p`, `skopeo copy --src-creds`, `echo … | podman
//! login --password-stdin` and their like, in shell histories, sessions of coding agents, logs,
//! scripts, recipes and pipelines.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::audit::finding::Found;
use crate::audit::places::Places;
use crate::audit::sources::{File, Find, Source};

#[cfg(test)]
mod any_text_tests;
mod charts;
#[cfg(test)]
mod file_tests;
mod images;
pub(in crate::audit::sources) mod kind;
pub(super) mod lines;
mod lists;
mod login;
mod marks;
mod options;
mod programs;
mod quotes;
mod references;
pub(in crate::audit::sources) mod requests;
mod scan;
mod stdin;
#[cfg(test)]
mod tests;
mod trees;
mod words;

/// Texts without one of these have no such command.
const WORDS: &[&str] = &[
    " login",
    "\"login\"",
    "\"login\\\"", // in a text of JSON
    "'login'",
    "<string>login<",     // in a property list
    "docker\", \"login ", // program and arguments
    "arguments = \"login ",
    "-creds",
    "-password",
    "registry-token",
    "identity-token",
    "auth-basic",
    "pull --auth",
    "registry:login ",
    "ctr i",
    "ctr -n",
    "ctr --",
    "oras p",
    "regctl r",
    "/v2/",
    "/api/v2.0/", // Harbor's
    "auth.docker.io",
    "edentials.password=",
    "secret.password=",
    "secrets.password=",
    "registry.password=",
    "auth.password=",
    "harboradminpassword=",
    "container-image.password=",
    "\ncreds=",
    // `login`, `-creds` and `-password`, as Linux' audit writes them.
    "006c6f67696e00",
    "206c6f67696e20",
    "2d6372656473",
    "2d70617373776f7264",
    "dockerfile.password=",
    "ddocker.password=",
];

pub(crate) const SOURCE: Source = Source {
    id: "command",
    about: "a login on a command line",
    reference: "https://github.com/docker/cli/blob/master/cli/command/registry/login.go",
    places,
    words: WORDS,
    find: Find::Text(find),
};

fn find(file: &File<'_>, found: &mut Vec<Found>) {
    found.extend(scanned(file).map(scan::Scan::finish).unwrap_or_default());
}

/// What the commands of a file say of the secrets that they are given: registry and user name.
pub(super) fn said(file: &File<'_>) -> HashMap<String, scan::Said> {
    scanned(file).map(scan::Scan::said).unwrap_or_default()
}

fn scanned<'t>(file: &File<'t>) -> Option<scan::Scan<'t>> {
    let text = file.document.text;
    if !marks::may_hold(text) && memchr::memmem::find(text.as_bytes(), b"login").is_none() {
        return None;
    }
    let mut scan = scan::Scan::new(file.path, text);
    scan.whole();
    scan.trees(&file.document.trees);
    Some(scan)
}

/// Files in a home folder that remember commands.
const AT_HOME: &[&str] = &[
    ".bash_history",
    ".zsh_history",
    ".zhistory",
    ".zsh_sessions/*", // macOS: a history for each window
    ".histfile",
    ".history",
    ".sh_history",
    ".ash_history",
    ".ksh_history",
    ".tcsh_history",
    ".config/fish/fish_history",
    ".bashrc",
    ".bash_profile",
    ".bash_login",
    ".bash_aliases",
    ".profile",
    ".zshrc",
    ".zprofile",
    ".zshenv",
    ".zlogin",
    ".config/fish/config.fish",
    ".claude/history.jsonl",
    ".claude/projects/*",
    ".codex/history.jsonl",
    ".codex/sessions/*",
    ".gemini/tmp/*",
    "AppData/Roaming/Microsoft/Windows/PowerShell/PSReadLine/ConsoleHost_history.txt",
];

fn places(places: &Places) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = AT_HOME.iter().map(|path| places.home.join(path)).collect();
    all.extend(Places::below(&places.data, "fish/fish_history"));
    all.extend(Places::below(&places.data, "powershell/PSReadLine/ConsoleHost_history.txt"));
    all.extend(Places::below(&places.data, "opencode/*"));
    all.extend(places.named("HISTFILE"));
    all
}
