//! What our programs say: in trouble too, no secret; and nothing that moves a cursor.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use imgsec_cred::server::ServerKey;
use serde_json::{Value, json};

use super::{HELPER, IMGSEC, OURS, command, request};
use crate::support::leak::Secrets;
use crate::support::person::{Login, Person, Store};
use crate::support::plain::PlainText;
use crate::support::process::{self, Ran};

/// Everything that both programs can be asked, but for a `get` that succeeds. No word of it is a
/// secret.
#[track_caller]
fn nothing_said_is_secret(person: &Person, secrets: &Secrets) {
    let said = |program, arguments: &[&str], stdin: &str| {
        let ran = process::run(&mut command(person, program, arguments), stdin.as_bytes());
        secrets.assert_not_in(&format!("{ran:#?}"), ran.said().as_bytes());
        assert!(!ran.said().contains("panicked"), "{ran:#?}");
    };
    for verb in ["list", "version", "nonsense"] {
        said(HELPER, &[verb], "");
    }
    for arguments in [
        &["list"][..],
        &["list", "--json"],
        &["status"],
        &["status", "--json"],
        &["setup", "--dry-run"],
        &["setup", "--dry-run", "--json"],
        &["setup", "--no-input"],
        &["setup", "--undo", "--dry-run"],
        &["show", OURS],
        &["show", OURS, "--json"],
        &["show", OURS, "--field", "username"],
        &["show", OURS, "--field", "secret"],
        &["which", "nginx"],
        &["which", "nginx", "--json"],
        &["export", "nowhere.example", "--docker-config"],
        &["export", OURS, "--k8s", "x", "--pod"],
        &["lock"],
        &["unlock", "--no-input"],
    ] {
        said(IMGSEC, arguments, "");
    }
}

/// A request with a secret in it that no helper can take.
#[test]
fn a_request_that_is_refused_is_not_quoted() {
    let person = Person::new(Store::Sealed);
    let mut secrets = Secrets::default();
    let secret = secrets.add();
    for (verb, request) in [
        ("store", secret.clone()),
        ("store", format!("\"{secret}\"")),
        ("store", format!(r#"{{"ServerURL":"ghcr.io","Username":"u","Secret":"{secret}"#)),
        ("store", format!(r#"{{"ServerURL":"ghcr.io","Username":"u","Secret":["{secret}"]}}"#)),
        ("store", format!(r#"{{"ServerURL":"ghcr.io","Username":"","Secret":"{secret}"}}"#)),
        ("store", format!(r#"{{"ServerURL":"","Username":"u","Secret":"{secret}"}}"#)),
        ("store", format!(r#"{{"ServerURL":"a\nb","Username":"u","Secret":"{secret}"}}"#)),
        ("store", format!(r#"{{"ServerURL":"ghcr.io","Username":"u","Secret":"{secret}\ud800"}}"#)),
        (
            "store",
            format!(r#"{{"ServerURL":"ghcr.io","Username":"u","Secret":"{secret}"}} {secret}"#),
        ),
        ("store", format!(r#"{{"{secret}":{{"{secret}":1}},"Secret":{secret}}}"#)),
        ("get", format!("{{\"Secret\":\"{secret}\"}}")),
        ("get", format!("ghcr.io\n{secret}")),
        ("erase", format!("ghcr.io\r{secret}")),
        (&secret, String::new()),
    ] {
        let ran = process::run(&mut command(&person, HELPER, &[verb]), request.as_bytes());
        if verb != secret {
            secrets.assert_not_in(&format!("{ran:#?}"), ran.said().as_bytes());
        }
        assert!(!ran.said().contains("panicked"), "{ran:#?}");
    }
    // A secret of the wrong size.
    let large = request(OURS, &Login { user: "u".into(), password: secret.repeat(60_000) });
    let ran = process::run(&mut command(&person, HELPER, &["store"]), large.as_bytes()).fails();
    secrets.assert_not_in("too large", ran.said().as_bytes());
    assert_eq!(person.listed().len(), 0);
}

#[test]
fn a_sealed_store_in_trouble_says_no_secret() {
    let plain = PlainText::with_store(Store::Sealed);
    let person = &plain.person;
    let mut secrets = Secrets::default();
    for (_, login) in &plain.logins {
        secrets.search_for(login.password.split('"').next().unwrap());
    }
    secrets.search_for("AGE-SECRET-KEY-1");
    nothing_said_is_secret(person, &secrets);
    plain.set_up().ok();
    let login = secrets.new_login(person, "amy");
    person.keep(OURS, &login.user, &login.password);
    nothing_said_is_secret(person, &secrets);
    // Another login in the file than in the store: a conflict.
    person.write_docker_config(&json!({"auths": {"ghcr.io": {"auth": "YTpi"}}}));
    let conflict = person.run_ours(&plain.setup()).fails();
    secrets.assert_not_in("a conflict", conflict.said().as_bytes());

    let store = person.home().join(".local/share/imgsec-cred/sealed");
    let change_each = |change: &dyn Fn(Vec<u8>) -> Vec<u8>| {
        for file in fs::read_dir(store.join("entries")).unwrap() {
            let file = file.unwrap().path();
            fs::write(&file, change(fs::read(&file).unwrap())).unwrap();
        }
        let ran = person.helper("get", OURS).fails();
        secrets.assert_not_in(&format!("{ran:#?}"), ran.said().as_bytes());
        nothing_said_is_secret(person, &secrets);
    };
    change_each(&|mut bytes| {
        bytes.pop();
        bytes
    });
    change_each(&|_| b"age-encryption.org/v1\n".to_vec());
    // An entry of ours that is not encrypted at all.
    change_each(&|_| request(OURS, &login).into_bytes());
    for file in ["index.json", "store.json"] {
        fs::write(store.join(file), request(OURS, &login)).unwrap();
        nothing_said_is_secret(person, &secrets);
    }
    // Broken settings of Docker, and of ours, with a secret at the place where they break.
    let settings = person.home().join(".config/imgsec-cred/settings.json");
    let config = person.home().join(".docker/config.json");
    let broken = format!(r#"{{"auths":{{"x":{{"auth":"{}" {} }}"#, login.password, login.password);
    for path in [config, settings] {
        fs::write(path, &broken).unwrap();
        nothing_said_is_secret(person, &secrets);
    }
}

/// Puts an item of ours into the keychain that we did not write.
fn plant(person: &Person, server: &str, secret: &[u8]) {
    let mut tool = person.command(process::need("secret-tool"));
    let key = ServerKey::parse(server).unwrap();
    tool.args(["store", "--label=planted", "service", "imgsec-cred", "username", key.canonical()]);
    process::run(&mut tool, secret).ok();
}

#[test]
#[ignore = "needs gnome-keyring and secret-tool; run tests/run"]
fn a_keychain_with_strange_items_says_no_secret() {
    let person = Person::new(Store::Keychain);
    let mut secrets = Secrets::default();
    let login = secrets.new_login(&person, "amy");
    person.keep(OURS, &login.user, &login.password);
    let other = format!(
        r#"{{"v":1,"server":"other.example","username":"u","secret":"{}","created_at":"2026-01-01T00:00:00Z"}}"#,
        secrets.add()
    );
    let not_text = [secrets.add().as_bytes(), b"\xff\xfe"].concat();
    for (number, secret) in [
        secrets.add().into_bytes(),
        not_text,
        other.into_bytes(),
        format!(r#"{{"v":1,"secret":"{}""#, secrets.add()).into_bytes(),
        format!(r#"{{"v":2,"secret":"{}"}}"#, secrets.add()).into_bytes(),
        format!(r#"["{}"]"#, secrets.add()).into_bytes(),
    ]
    .iter()
    .enumerate()
    {
        let server = format!("strange{number}.example");
        plant(&person, &server, secret);
        let get = person.helper("get", &server).fails();
        secrets.assert_not_in(&format!("{get:#?}"), get.said().as_bytes());
        assert!(!get.said().contains("not found"), "{get:#?}");
        nothing_said_is_secret(&person, &secrets);
        for (verb, stdin) in [("store", request(&server, &login)), ("erase", server.clone())] {
            let ran = person.helper(verb, &stdin);
            secrets.assert_not_in(&format!("{ran:#?}"), ran.said().as_bytes());
        }
    }
    // A second item for the same server.
    plant(&person, OURS, secrets.add().as_bytes());
    let get = person.helper("get", OURS);
    assert!(get.status.success() || secrets.find(get.said().as_bytes()).is_none(), "{get:#?}");
    nothing_said_is_secret(&person, &secrets);
    person.lock();
    nothing_said_is_secret(&person, &secrets);
}

/// A C0 control, an 8-bit one, DEL, and letters that turn the direction of writing.
const EVIL: &str = "\u{1b}[2K\u{1b}]0;x\u{7}\u{9b}31m\u{7f}\u{202e}\u{2066}\u{200f}\r";

#[track_caller]
fn is_harmless(ran: &Ran) {
    let is_evil = |c: &char| EVIL.contains(*c) && !c.is_ascii_graphic();
    let found: Vec<_> = ran.said().chars().filter(is_evil).collect();
    assert!(found.is_empty(), "{found:?} in {ran:#?}");
}

#[test]
fn no_name_from_outside_moves_a_cursor_or_turns_the_writing() {
    let person = Person::new(Store::Sealed);
    let user = format!("amy{EVIL}");
    person.keep("ghcr.io", &user, "pw");
    person.keep("quay.io/\u{202e}\u{2066}org", &user, "pw");
    // Another helper, whose list and words are as evil as they can be.
    let helper = person.folder().join("bin/docker-credential-evil");
    let list =
        json!({ "evil.example": user, format!("key{EVIL}"): "u", "\u{202e}x.example": user });
    let script = format!(
        "#!/bin/sh\n[ $1 = list ] && printf '%s' '{list}' && exit\nprintf '{EVIL}'\nexit 1\n"
    );
    fs::write(&helper, script).unwrap();
    fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).unwrap();
    let auths = json!({ format!("h{EVIL}"): {"auth": "YTpi"}, "\u{202e}h": {"auth": "!"}, "x": {"auth": "YTpi"} });
    let config = json!({"auths": auths, "credsStore": "evil", "credHelpers": {format!("r{EVIL}"): format!("n{EVIL}")}});
    let odd = person.folder().join(format!("odd{EVIL}"));
    fs::create_dir(&odd).unwrap();
    fs::write(odd.join("config.json"), config.to_string()).unwrap();
    for arguments in [
        &["list"][..],
        &["list", "--json"],
        &["status"],
        &["status", "--json"],
        &["setup", "--dry-run"],
        &["setup", "--dry-run", "--json"],
        &["setup", "--yes", "--no-input"],
        &["setup", "--undo", "--dry-run"],
        &["setup", "--undo", "--yes", "--json"],
        &["setup", "--registry", EVIL],
        &["which", "ghcr.io/acme/app"],
        &["which", "ghcr.io/acme/app", "--json"],
        &["which", EVIL],
        &["show", "ghcr.io"],
        &["show", "ghcr.io", "--json"],
        &["show", EVIL],
        &["export", EVIL, "--docker-config"],
        &["logout", "ghcr.io"],
        &["logout", EVIL],
        &["logout", "--all", "--confirm=all", "--json"],
    ] {
        let mut command = command(&person, IMGSEC, arguments);
        is_harmless(&process::run(command.env("DOCKER_CONFIG", &odd), b""));
    }
    for (verb, stdin) in [("get", EVIL), ("store", EVIL), (EVIL, "")] {
        is_harmless(&person.helper(verb, stdin));
    }
    // In JSON a program still reads the name as it is; one of several lines could be a secret.
    for (user, shown) in [("ada\u{202e}root", "ada\u{202e}root"), (user.as_str(), "(hidden)")] {
        person.keep("ghcr.io", user, "pw");
        let listed = person.run_ours(&["list", "--json"]).stdout;
        let listed: Value = serde_json::from_str(&listed).unwrap();
        assert_eq!(listed["items"][0]["username"], shown);
    }
}

#[test]
fn a_server_of_two_lines_is_refused_and_nothing_is_kept_for_either() {
    for store in [Store::Sealed] {
        let person = Person::new(store);
        person.keep("ghcr.io", "amy", "pw");
        for end in ["\n", "\r", "\r\n", "\0", "\u{85}", "\u{b}"] {
            let server = format!("ghcr.io{end}evil.example");
            let login = Login { user: "u".into(), password: "pw".into() };
            for (verb, stdin) in
                [("store", request(&server, &login)), ("get", server.clone()), ("erase", server)]
            {
                let ran = person.helper(verb, &stdin).fails();
                assert!(ran.stdout.contains("control character"), "{verb} {ran:#?}");
            }
        }
        assert_eq!(
            person.listed().into_iter().collect::<Vec<_>>(),
            [("ghcr.io".into(), "amy".into())]
        );
    }
}
