//! Copies of `config.json` that nobody reads any more: what a killed Docker left, backups of people
//! and editors, files in the trash.

use super::config;
use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::places::Places;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "docker-config-backup",
    about: "a login in a copy of Docker's settings that was left behind",
    reference: "https://github.com/docker/cli/issues/2595",
    places: |places| {
        let mut all = Places::below(&places.docker, "config.json*");
        all.extend(Places::below(&places.docker, ".config.json*"));
        all.extend(Places::below(&places.config, "containers/auth.json*"));
        all.push(places.home.join(".dockercfg*"));
        all.extend(Places::below(&places.data, "Trash/files/config.json*"));
        all.extend(Places::below(&places.data, "Trash/files/.dockercfg*"));
        all
    },
    words: &[r"auths\b", "\"auth\""],
    find: Find::Map(find),
};

/// Ends of names that people and editors give to copies.
const ENDS: &[&str] = &[
    "~",
    ".bak",
    ".backup",
    ".bkp",
    ".old",
    ".orig",
    ".save",
    ".swp",
    ".swo",
    ".swn",
    ".copy",
    ".disabled",
    ".prev",
    ".tmp",
    ".dpkg-old",
    ".rpmsave",
];

/// Folders of copies.
const FOLDERS: &[&str] =
    &["/.Trash/", "/Trash/files/", "/$RECYCLE.BIN/", "/User/History/", "/.history/"];

fn find(file: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if here.up.is_none() && is_backup(file.path) {
        config::find_all(here, found);
    }
}

/// Whether a file is a copy that was left behind, going by its path.
pub(crate) fn is_backup(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let after = ["config.json", "auth.json", ".dockercfg"]
        .iter()
        .find_map(|known| Some(&name[name.find(known)? + known.len()..]));
    after.is_some_and(|after| !after.is_empty())
        || name.starts_with("oras_credstore_temp_")
        || name.contains("copy") && name.contains("config")
        || ENDS.iter().any(|end| name.ends_with(end))
        || FOLDERS.iter().any(|folder| path.contains(folder))
}

#[cfg(test)]
mod tests {
    use super::is_backup;
    use crate::audit::sources::testing::{clean, hits, lines_of};

    #[test]
    fn copies_are_known_by_their_names() {
        for copy in [
            "/h/.docker/config.json2847193056",
            "/h/.docker/config.json.bak",
            "/h/.docker/config.json~",
            "/h/.docker/.config.json.swp",
            "/h/.docker/config.json.2024-01-31",
            "config.json.save",
            "/h/.docker/config (copy).json",
            "/h/.dockercfg.old",
            "/h/.local/share/Trash/files/x.json",
            "/h/.config/Code/User/History/1a/Q.json",
            "/tmp/oras_credstore_temp_123",
            "/h/.config/containers/auth.json.orig",
            "/h/.docker/CONFIG.JSON.BAK",
        ] {
            assert!(is_backup(copy), "{copy}");
        }
        for used in
            ["/h/.docker/config.json", "config.json", "/h/.dockercfg", "/x/auth.json", "a.yaml"]
        {
            assert!(!is_backup(used), "{used}");
        }
    }

    #[test]
    fn a_login_in_a_copy_is_found_by_this_rule_alone() {
        let text = r#"{"auths":{"ghcr.io":{"auth":"YWRhOnMzY3JldC13b3Jk"},"q.lan":{}}}"#;
        let rules: Vec<_> =
            hits("/h/.docker/config.json.bak", text).into_iter().map(|h| h.0).collect();
        assert_eq!(rules, ["docker-config-backup"]);
        let old = r#"{"r.lan":{"auth":"YWRhOnMzY3JldC13b3Jk"}}"#;
        assert_eq!(lines_of("docker-config-backup", "/h/.dockercfg~", old).len(), 1);
        clean("/h/.docker/config.json.bak", &[r#"{"auths":{"q.lan":{}}}"#]);
        clean("/h/.docker/config.json.bak", &[""]);
    }
}
