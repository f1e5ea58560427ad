//! `.dockercfg`, the settings of old Dockers: registries at the top, without `auths`. Docker no
//! longer reads it; Podman, the kubelet, docker-py and GitLab's runner do.

use crate::audit::auths;
use crate::audit::document::{Here, Step};
use crate::audit::finding::Found;
use crate::audit::hosts;
use crate::audit::places::Places;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "dockercfg",
    about: "a login in the settings of old Dockers",
    reference: "https://docs.docker.com/engine/deprecated/",
    places: |places| {
        let mut all = vec![places.home.join(".dockercfg")];
        all.extend(Places::below(&places.docker, ".dockercfg"));
        all
    },
    // A pair without `auth` has nothing else; the last is base64 of `{"https://`.
    words: &["dockercfg", "\"auth\"", "\"username\"", "eyJodHRwczovL"],
    find: Find::Map(find),
};

/// Maps whose entries belong to other rows, or to no registry (Composer's `http-basic`).
const OTHERS: &[&str] = &["auths", "http-basic", "otherCreds"];

fn find(file: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if let Step::Name(name) = here.step
        && OTHERS.iter().any(|other| name.eq_ignore_ascii_case(other))
    {
        return;
    }
    find_in(here, file.name().contains("dockercfg") || here.is_below(".dockercfg"), found);
}

/// The entries of a map that are logins of registries; a user and a password without `auth` are one
/// only in a `.dockercfg`.
pub(crate) fn find_in(here: &Here<'_>, is_dockercfg: bool, found: &mut Vec<Found>) {
    for (registry, entry) in here.fields() {
        let is_login = || {
            let auth = entry.text(&["auth"]).and_then(auths::decode).is_some();
            let pair = ["username", "password"].iter().all(|name| entry.text(&[name]).is_some());
            auth || is_dockercfg && pair
        };
        if hosts::is_address(registry) && is_login() {
            auths::entry_of(registry, &entry, found);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{clean, hits, lines_of};

    const AUTH: &str = "YWRhOnMzY3JldC13b3Jk"; // ada:s3cret-word

    #[test]
    fn registries_at_the_top_are_logins() {
        let text = format!(
            r#"{{"https://index.docker.io/v1/":{{"auth":"{AUTH}","email":"a@b.c"}},"r.lan:5000":{{"auth":"{AUTH}"}}}}"#
        );
        let expected =
            ["https://index.docker.io/v1/ ada auth s3cret-word", "r.lan:5000 ada auth s3cret-word"];
        assert_eq!(lines_of("dockercfg", "/h/.dockercfg", &text), expected);
        assert_eq!(lines_of("dockercfg", "/srv/any.json", &text), expected);
    }

    #[test]
    fn a_pair_is_a_login_where_the_file_says_so() {
        let pair = |host: &str| {
            format!(r#"{{"{host}":{{"username":"ada","password":"s3cret-word","auth":""}}}}"#)
        };
        assert_eq!(hits("/h/.dockercfg", &pair("r.lan")).len(), 1);
        assert!(lines_of("dockercfg", "/srv/x.json", &pair("registry.example.com")).is_empty());
    }

    #[test]
    fn what_lies_elsewhere_is_no_login_of_old_dockers() {
        let composer =
            r#"{"http-basic":{"nexus.acme.com":{"username":"u","password":"p","auth":""}}}"#;
        clean("auth.json", &[composer]);
        let entry = format!(r#"{{"basic":{{"auth":"{AUTH}"}}}}"#);
        clean("settings.json", &[&entry]);
        let auths = format!(r#"{{"auths":{{"ghcr.io":{{"auth":"{AUTH}"}}}}}}"#);
        assert!(lines_of("dockercfg", "/h/.dockercfg", &auths).is_empty());
        clean("/h/.dockercfg", &[r#"{"r.lan":{"auth":"Og==","email":"x"}}"#]);
        clean("/h/.dockercfg", &[r#"{"r.lan":{"auth":"#]);
    }
}
