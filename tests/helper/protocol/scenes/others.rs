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
fn of_two_items_with_different_logins_none_is_used_until_a_new_login_or_a_logout() {
    let me = Person::new(Store::Keychain);
    with_login(&me, "ghcr.io");
    with_login(&me, "quay.io");
    let ours = SecretTool(&me).look("https://ghcr.io");
    let plant =
        || SecretTool(&me).plant_beside("https://ghcr.io", &ours.replace(SECRET, "planted"));
    plant();
    let two = "the keychain holds 2 different items for ghcr.io (stored 20";
    says(&ask(&me, "get", "ghcr.io"), two, "imgsec-cred login ghcr.io");
    // What `get` refuses is not listed, and no other login suffers.
    let list = ask(&me, "list", "").ok();
    assert_eq!(list.stdout, "{\"quay.io\":\"amy\"}\n");
    assert!(list.stderr.contains(two) && !list.stderr.contains("planted"), "{list:#?}");
    expect(&ask(&me, "get", "quay.io"), &login("quay.io", "amy", SECRET));
    expect(&ask(&me, "store", request("ghcr.io", "zed", "new")), &Answer::Done);
    expect(&ask(&me, "get", "ghcr.io"), &login("ghcr.io", "zed", "new"));
    plant();
    expect(&ask(&me, "erase", "ghcr.io"), &Answer::Done);
    expect(&ask(&me, "get", "ghcr.io"), &not_found());
    expect(&ask(&me, "list", ""), &listed(&[("quay.io", "amy")]));
}

/// Two programs may make the same item at the same time.
#[test]
#[ignore = "needs gnome-keyring and secret-tool; run tests/run"]
fn two_items_with_the_same_login_are_one() {
    let me = Person::new(Store::Keychain);
    with_login(&me, "ghcr.io");
    let ours = SecretTool(&me).look("https://ghcr.io");
    let is_one = |user: &str, secret: &str| {
        expect(&ask(&me, "get", "ghcr.io"), &login("ghcr.io", user, secret));
        expect(&ask(&me, "list", ""), &listed(&[("ghcr.io", user)]));
    };
    SecretTool(&me).plant_beside("https://ghcr.io", &ours);
    is_one("amy", SECRET);
    // The person's own verbs go on, and leave one item.
    me.run_ours(&["logout", "ghcr.io"]).ok();
    expect(&ask(&me, "get", "ghcr.io"), &not_found());
    with_login(&me, "ghcr.io");
    SecretTool(&me).plant_beside("https://ghcr.io", &ours);
    let mut login = me.command(env!("CARGO_BIN_EXE_imgsec-cred"));
    login.args(["login", "ghcr.io", "-u", "zed", "--password-stdin", "--no-verify"]);
    process::run(&mut login, b"new").ok();
    is_one("zed", "new");
    SecretTool(&me).clear("https://ghcr.io");
    expect(&ask(&me, "get", "ghcr.io"), &not_found());
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
