//! A secret in the place of a name: as user info in a server key, or as a token that stands where a
//! registry, a user or a file's name is expected. Wherever such a key is read, nothing says or keeps it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use super::{HELPER, IMGSEC, command};
use crate::support::leak::Secrets;
use crate::support::person::{self, Login, Person, Store};
use crate::support::process;

/// A key with a secret in it, in every way of writing one.
fn keys_with(secret: &str) -> Vec<String> {
    vec![
        format!("https://ada:{secret}@a.example"),
        format!("http://ada:{secret}@b.example:5000/v2/"),
        format!("ada:{secret}@c.example"),
        format!("https://{secret}@d.example"),
        format!("https://ada:x/{secret}@e.example"),
        format!("https://ada:x {secret}@f.example"),
        format!("ada:x {secret}@j.example"),
        format!("https://ada:x@{secret}@g.example"),
        format!("https://ada:x@/{secret}@h.example"),
    ]
}

/// A person all of whose clients have keys with secrets in their files, and whose other helper lists
/// them. Returns the files.
fn plant(person: &Person, keys: &[String]) -> Vec<PathBuf> {
    let login = json!({"auth": Base64::encode_string(b"ada:another-word")});
    let auths: Value = keys.iter().map(|key| (key.clone(), login.clone())).collect();
    let helpers: Value = keys.iter().map(|key| (key.clone(), json!("other"))).collect();
    let with = |more: Value| {
        let mut config = json!({"auths": auths, "credHelpers": helpers});
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        config.to_string()
    };
    let hosts: Value = keys
        .iter()
        .map(|key| (key.clone(), json!({"user": "ada", "pass": "another-word"})))
        .collect();
    let mut files = Vec::new();
    for (path, text) in [
        (".docker/config.json", with(json!({"HttpHeaders": {"X": "y"}}))),
        (".docker/config.json.bak", with(json!({}))),
        (".dockercfg", auths.to_string()),
        (".config/containers/auth.json", with(json!({}))),
        (".config/helm/registry/config.json", with(json!({}))),
        (".regctl/config.json", json!({ "hosts": hosts }).to_string()),
        ("tree/config.json", with(json!({"credsStore": "other"}))),
    ] {
        let path = person.home().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        files.push(path);
    }
    let list: Value = keys.iter().map(|key| (key.clone(), json!("ada"))).collect();
    let helper = person.folder().join("bin/docker-credential-other");
    let script = format!(
        "#!/bin/sh\n[ $1 = list ] && cat <<'END' && exit\n{list}\nEND\n\
         [ $1 = get ] && echo '{{\"ServerURL\":\"x\",\"Username\":\"ada\",\"Secret\":\"another-word\"}}' && exit\n\
         echo 'credentials not found in native keychain'\nexit 1\n"
    );
    fs::write(&helper, script).unwrap();
    fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).unwrap();
    files.push(helper);
    files
}

/// Everything that reads the files, or is told a key.
fn asked(key: &str) -> Vec<Vec<&str>> {
    let all = [
        "status",
        "list",
        "setup --dry-run",
        "migrate --dry-run",
        "migrate --from other --dry-run",
        "migrate --from all --dry-run",
        "migrate --from tree/config.json --dry-run",
        "audit",
        "audit tree",
        "audit --fix --dry-run",
        "audit tree --fix --yes",
        "audit tree --fix --yes --registry KEY",
        "migrate --registry KEY",
        "which KEY",
        "which a.example/app",
        "which a.example/app --all",
        "which f.example/app --all",
        "show KEY",
        "verify KEY",
        "verify KEY --image KEY/app",
        "verify --all",
        "login KEY -u ada --password-stdin",
        "login KEY -u ada --password-stdin --no-verify",
        "login KEY -u ada --password-stdin --admin",
        "logout KEY",
        "setup --registry KEY --yes",
        "export KEY --docker-config",
        "rotate KEY --from-command true",
        "rotate KEY --undo",
        "setup --yes",
        "migrate --yes",
        "migrate --from all --yes --overwrite",
        "migrate --from tree/config.json --yes --overwrite",
        "audit --fix --yes --delete-leftovers",
        "login a.example -u ada --password-stdin --no-verify",
        "status",
        "list",
        "logout a.example",
        "migrate --undo --yes --logged-out",
        "setup --undo --yes --logged-out",
        "setup --undo --dry-run",
        "KEY",
    ];
    let words =
        |line: &'static str| line.split(' ').map(|word| if word == "KEY" { key } else { word });
    all.into_iter().map(|line| words(line).collect()).collect()
}

#[track_caller]
fn nothing_is_said_or_kept(person: &Person, secrets: &Secrets, keys: &[String]) {
    let planted = plant(person, keys);
    for key in keys {
        for words in
            asked(key).into_iter().filter(|words| *key == keys[0] || words.contains(&key.as_str()))
        {
            for json in [&[][..], &["--json"]] {
                let words = [&words[..], json].concat();
                let ran = process::run(&mut command(person, IMGSEC, &words), b"another-word\n");
                secrets.assert_not_in(&format!("{words:?}: {ran:#?}"), ran.said().as_bytes());
                assert!(!ran.said().contains("panicked"), "{words:?}: {ran:#?}");
            }
        }
        for file in ["--sarif", "--json", "--quiet"] {
            let words = ["audit", "tree", file, "--output", "out", "--baseline", "accepted"];
            let words = [&words[..], &["--update-baseline"]].concat();
            process::run(&mut command(person, IMGSEC, &words), b"");
        }
        let request = json!({"ServerURL": key, "Username": "ada", "Secret": "another-word"});
        for (verb, stdin) in
            [("store", request.to_string()), ("get", key.clone()), ("erase", key.clone())]
        {
            let ran = process::run(&mut command(person, HELPER, &[verb]), stdin.as_bytes());
            secrets.assert_not_in(&format!("{verb}: {ran:#?}"), ran.said().as_bytes());
        }
    }
    person::each_file(person.folder(), &mut |path, bytes| {
        if !planted.iter().any(|file| file == path) {
            secrets.assert_not_in(&path.display().to_string(), bytes);
        }
    });
}

#[test]
fn user_info_in_a_server_key_is_neither_said_nor_kept() {
    let person = Person::new(Store::Sealed);
    let mut secrets = Secrets::default();
    let keys = keys_with(&secrets.add());
    nothing_is_said_or_kept(&person, &secrets, &keys);
    assert_eq!(person.listed().keys().collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn a_token_in_the_place_of_a_registry_is_never_said() {
    let person = Person::new(Store::Sealed);
    let mut secrets = Secrets::default();
    let mut keys = Vec::new();
    for (before, after) in [("ghp_", ""), ("dckr_pat_", ".example"), ("glpat-", "/org")] {
        keys.push(format!("{before}{}{after}", secrets.add()));
    }
    // Under a name that is a host these can be kept; what is on the disk is the store's.
    let planted = plant(&person, &keys);
    for key in &keys {
        for words in
            asked(key).into_iter().filter(|words| *key == keys[0] || words.contains(&key.as_str()))
        {
            for json in [&[][..], &["--json"]] {
                let words = [&words[..], json].concat();
                let ran = process::run(&mut command(&person, IMGSEC, &words), b"another-word\n");
                secrets.assert_not_in(&format!("{words:?}: {ran:#?}"), ran.said().as_bytes());
            }
        }
    }
    // As a user, and as the name of a folder.
    let token = format!("ghp_{}", secrets.add());
    let login = Login { user: token.clone(), password: "another-word".into() };
    person.keep("z.example", &login.user, &login.password);
    let folder = person.home().join("tree").join(&token);
    fs::create_dir_all(&folder).unwrap();
    fs::copy(&planted[0], folder.join("config.json")).unwrap();
    for words in [
        "list",
        "list --json",
        "show z.example",
        "status",
        "audit tree",
        "audit tree --json",
        "audit tree --sarif",
    ] {
        let words: Vec<_> = words.split(' ').collect();
        let ran = process::run(&mut command(&person, IMGSEC, &words), b"");
        secrets.assert_not_in(&format!("{words:?}: {ran:#?}"), ran.said().as_bytes());
    }
}

#[test]
fn the_helper_refuses_to_keep_a_password_in_a_key_and_finds_none() {
    let person = Person::new(Store::Sealed);
    person.keep("h.example", "ada", "another-word");
    for key in keys_with("s3cret") {
        let request = json!({"ServerURL": key, "Username": "ada", "Secret": "x"}).to_string();
        let ran = person.helper("store", &request).fails();
        assert!(
            ran.stdout.contains("user name or password") && !ran.said().contains("s3cret"),
            "{ran:#?}"
        );
        // An error would end a build that asks for every registry of its settings.
        let ran = person.helper("get", &key).fails();
        assert_eq!(
            (ran.stdout.as_str(), ran.stderr.as_str()),
            ("credentials not found in native keychain\n", "")
        );
        person.helper("erase", &key).ok();
    }
    assert_eq!(person.listed().len(), 1);
}

#[test]
fn what_is_no_secret_is_shown_as_it_is() {
    let person = Person::new(Store::Sealed);
    person.keep("r.example:5000", "ada@example.com", "another-word");
    let listed = person.run_ours(&["list"]).ok().stdout;
    assert!(listed.contains("r.example:5000") && listed.contains("ada@example.com"), "{listed}");
    let image = format!("r.example:5000/acme/app:1.2@sha256:{}", "0123abcd".repeat(8));
    let which = person.run_ours(&["which", &image, "--json"]).stdout;
    assert!(which.contains(&image), "{which}");
    let path = person.home().join("node_modules/@acme/app");
    fs::create_dir_all(&path).unwrap();
    let config = json!({"auths": {"r.example": {"auth": Base64::encode_string(b"ada@example.com:hard-to-guess-4711")}}});
    fs::write(path.join("config.json"), config.to_string()).unwrap();
    let said = person.run_ours(&["audit", "node_modules"]).stdout;
    assert!(
        said.contains("node_modules/@acme/app/config.json:1") && said.contains("ada@example.com"),
        "{said}"
    );
    assert!(Path::new(&path).exists());
}
