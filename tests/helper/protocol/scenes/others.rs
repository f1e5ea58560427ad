//! Other programs at the same keychain: what they remove is gone for us, what they add is never
//! taken for ours in silence.

use super::super::judge::expect;
use super::super::row::{Answer, SECRET, listed, login, not_found, request};
use super::{ask, says, with_login};
use crate::support::person::{Person, Store};
use crate::support::process;

pub(crate) const CASES: &[u8] = &[86];

/// libsecret's own program, as a person would use it on our items.
pub(super) struct SecretTool<'a>(pub(super) &'a Person);

impl SecretTool<'_> {
    /// Adds an item like ours for the server of this canonical name.
    pub(super) fn plant(&self, name: &str, secret: &str) {
        self.run(
            &["store", "--label=planted"],
            &["service", "imgsec-cred", "username", name],
            secret,
        );
    }

    /// Adds an item like ours that has one attribute more.
    fn plant_beside(&self, name: &str, secret: &str) {
        let more = ["service", "imgsec-cred", "username", name, "planted", "yes"];
        self.run(&["store", "--label=planted"], &more, secret);
    }

    pub(super) fn look(&self, name: &str) -> String {
        self.run(&["lookup"], &["service", "imgsec-cred", "username", name], "")
    }

    pub(super) fn clear(&self, name: &str) {
        self.run(&["clear"], &["service", "imgsec-cred", "username", name], "");
    }

    fn run(&self, verb: &[&str], attributes: &[&str], stdin: &str) -> String {
        let mut command = self.0.command(process::need("secret-tool"));
        process::run(command.args(verb).args(attributes), stdin.as_bytes()).ok().stdout
    }
}

#[test]
#[ignore = "needs gnome-keyring and secret-tool; run tests/run"]
fn what_another_program_removed_is_gone() {
    let me = Person::new(Store::Keychain);
    with_login(&me, "ghcr.io");
    with_login(&me, "quay.io");
    assert!(SecretTool(&me).look("https://ghcr.io").contains(SECRET), "under another name");
    SecretTool(&me).clear("https://ghcr.io");
    expect(&ask(&me, "get", "ghcr.io"), &not_found());
    expect(&ask(&me, "list", ""), &listed(&[("quay.io", "amy")]));
    expect(&ask(&me, "erase", "ghcr.io"), &Answer::Done);
    with_login(&me, "ghcr.io");
    expect(&ask(&me, "get", "ghcr.io"), &login("ghcr.io", "amy", SECRET));
}

#[test]
#[ignore = "needs gnome-keyring and secret-tool; run tests/run"]
fn of_two_items_for_one_server_neither_is_used() {
    let me = Person::new(Store::Keychain);
    with_login(&me, "ghcr.io");
    with_login(&me, "quay.io");
    let ours = SecretTool(&me).look("https://ghcr.io");
    SecretTool(&me).plant_beside("https://ghcr.io", &ours.replace(SECRET, "planted"));
    let two = "the keychain holds two items for this server, so none is used";
    for (verb, request) in [
        ("get", "ghcr.io".to_owned()),
        ("erase", "ghcr.io".to_owned()),
        ("store", request("ghcr.io", "amy", "new")),
    ] {
        says(&ask(&me, verb, request), two, "delete one of them");
    }
    // What `get` refuses is not listed, and no other login suffers.
    expect(&ask(&me, "list", ""), &listed(&[("quay.io", "amy")]));
    expect(&ask(&me, "get", "quay.io"), &login("quay.io", "amy", SECRET));
    SecretTool(&me).clear("https://ghcr.io");
    expect(&ask(&me, "get", "ghcr.io"), &not_found());
    with_login(&me, "ghcr.io");
    expect(&ask(&me, "get", "ghcr.io"), &login("ghcr.io", "amy", SECRET));
}

/// Docker's own helper keeps its items beside ours, under other attributes.
#[test]
#[ignore = "needs gnome-keyring and Docker's helper; run tests/run"]
fn dockers_helper_and_ours_do_not_see_each_others_logins() {
    let me = Person::new(Store::Keychain);
    let docker = process::need("docker-credential-secretservice");
    let docker =
        |verb: &str, stdin: &str| process::run(me.command(&docker).arg(verb), stdin.as_bytes());
    docker("store", &request("ghcr.io", "theirs", "1")).ok();
    expect(&ask(&me, "get", "ghcr.io"), &not_found());
    expect(&ask(&me, "list", ""), &listed(&[]));
    with_login(&me, "ghcr.io");
    expect(&ask(&me, "erase", "ghcr.io"), &Answer::Done);
    assert_eq!(docker("list", "").ok().stdout, "{\"ghcr.io\":\"theirs\"}\n");
}
