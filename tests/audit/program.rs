//! `imgsec-cred audit` as a person and a pipeline run it: what it prints, how it ends, and that
//! nothing on a disk stops it or makes it say a secret. What it finds is the corpus's matter.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64ct::{Base64, Encoding};
use serde_json::Value;

const PASSWORD: &str = "kept-nowhere-else-71";

/// A home folder with a login in plain text, and a folder beside it.
struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir_all(world.path("home/.docker")).unwrap();
        fs::create_dir(world.path("tree")).unwrap();
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path
    }

    fn audit(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_imgsec-cred"));
        command.arg("audit").args(arguments).current_dir(self.folder.path());
        command.env_clear().env("HOME", self.path("home"));
        let output = command.output().unwrap();
        for said in [&output.stdout, &output.stderr] {
            assert_says_no_secret(said);
        }
        output
    }

    /// The answer in JSON, and the exit status.
    fn json(&self, arguments: &[&str]) -> (Value, i32) {
        let output = self.audit(&[arguments, &["--json"]].concat());
        let document = serde_json::from_slice(&output.stdout).unwrap();
        (document, output.status.code().unwrap())
    }
}

fn assert_says_no_secret(said: &[u8]) {
    let said = String::from_utf8_lossy(said);
    assert!(!said.contains(PASSWORD) && !said.contains(&auth()[8..]), "{said}");
}

fn auth() -> String {
    Base64::encode_string(format!("ada:{PASSWORD}").as_bytes())
}

fn config(registry: &str) -> String {
    format!("{{\n\t\"auths\": {{\n\t\t\"{registry}\": {{\"auth\": \"{}\"}}\n\t}}\n}}\n", auth())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_table_says_where_what_and_what_to_do() {
    let world = World::new();
    world.write("home/.docker/config.json", config("https://index.docker.io/v1/"));
    let output = world.audit(&[]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout);
    let row = said.lines().nth(1).unwrap();
    let words: Vec<_> = row.split_whitespace().collect();
    assert_eq!(
        words,
        ["high", "docker.io", "ada", "password", "~/.docker/config.json:3"],
        "{said}"
    );
    assert!(said.contains("imgsec-cred setup") && said.contains("1 finding; "), "{said}");
    assert!(output.stderr.is_empty());
}

#[test]
fn a_clean_machine_is_told_so() {
    let world = World::new();
    world.write("home/.docker/config.json", r#"{"auths":{"ghcr.io":{}},"credsStore":"imgsec"}"#);
    let output = world.audit(&[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).starts_with("nothing found; "), "{output:?}");
}

#[test]
fn the_json_has_its_stable_shape() {
    let world = World::new();
    let path = world.write("tree/a/config.json", config("GHCR.IO"));
    let (document, status) = world.json(&["tree"]);
    assert_eq!(status, 1);
    assert_eq!(document["schema"], "imgsec.audit/1");
    assert_eq!((&document["complete"], &document["looked_at"]), (&true.into(), &1.into()));
    let finding = &document["findings"][0];
    for (name, value) in [
        ("severity", "high"),
        ("registry", "ghcr.io"),
        ("username", "ada"),
        ("kind", "auth"),
        ("token_type", "password"),
        ("state", "unknown"),
    ] {
        assert_eq!(finding[name], value, "{name}");
    }
    let location = &finding["locations"][0];
    assert_eq!(fs::canonicalize(location["path"].as_str().unwrap()).ok(), None, "relative");
    assert!(path.ends_with(location["path"].as_str().unwrap()), "{location}");
    assert_eq!(
        (&location["line"], &location["pointer"]),
        (&3.into(), &"/auths/GHCR.IO/auth".into())
    );
    for name in ["id", "rule", "expires_at", "signals", "fix"] {
        assert!(finding.get(name).is_some(), "{name}");
    }
}

#[test]
fn an_id_survives_moved_lines_and_another_folder_and_tells_registries_apart() {
    let world = World::new();
    world.write("tree/config.json", config("ghcr.io"));
    world.write("other/config.json", format!("\n\n{}", config("ghcr.io")));
    world.write("third/config.json", config("quay.io"));
    let id = |folder| world.json(&[folder]).0["findings"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(id("tree"), id("other"));
    assert_ne!(id("tree"), id("third"));
    assert_eq!(id("tree").len(), 32);
}

#[test]
fn the_sarif_names_rule_place_and_fingerprint_and_quotes_nothing() {
    let world = World::new();
    world.write("tree/with space/config.json", config("ghcr.io"));
    let output = world.audit(&["tree", "--sarif"]);
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["version"], "2.1.0");
    let run = &document["runs"][0];
    let result = &run["results"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    assert!(rules.iter().any(|rule| rule["id"] == result["ruleId"]));
    assert_eq!(result["level"], "error");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "tree/with%20space/config.json");
    assert_eq!(place["artifactLocation"]["uriBaseId"], "SRCROOT");
    assert_eq!(place["region"]["startLine"], 3);
    assert!(place["region"].get("snippet").is_none());
    assert_eq!(result["partialFingerprints"]["imgsecFinding/v1"].as_str().unwrap().len(), 32);
}

#[test]
fn a_baseline_accepts_what_is_in_it_until_it_expires() {
    let world = World::new();
    world.write("tree/config.json", config("ghcr.io"));
    let accept = ["tree", "--baseline", "accepted", "--update-baseline"];
    assert_eq!(world.audit(&accept).status.code(), Some(0));
    assert_says_no_secret(&fs::read(world.path("accepted")).unwrap());
    let with = ["tree", "--baseline", "accepted"];
    assert_eq!(world.json(&with).0["findings"].as_array().unwrap().len(), 0);
    // What people add is kept.
    let line = fs::read_to_string(world.path("accepted")).unwrap();
    let line = line.replace("\"reason\":\"\"", "\"reason\":\"old runner\",\"by\":\"ada\"");
    fs::write(world.path("accepted"), &line).unwrap();
    world.write("tree/more/config.json", config("quay.io"));
    assert_eq!(world.audit(&with).status.code(), Some(1));
    assert_eq!(world.audit(&accept).status.code(), Some(0));
    let lines = fs::read_to_string(world.path("accepted")).unwrap();
    assert!(lines.lines().count() == 2 && lines.contains(line.trim()), "{lines}");
    assert!(lines.lines().is_sorted());
    // An end in the past.
    let ended = line.replace("\"by\":", "\"expires\":\"2020-01-31\",\"by\":");
    fs::write(world.path("accepted"), ended).unwrap();
    assert_eq!(world.json(&with).0["findings"].as_array().unwrap().len(), 2);
    // A baseline that cannot be read accepts nothing.
    fs::write(world.path("accepted"), "{\n").unwrap();
    let output = world.audit(&with);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("accepted is broken: line 1"), "{output:?}");
}

#[test]
fn how_bad_it_must_be_to_fail_is_chosen() {
    let world = World::new();
    world.write("tree/config.json", config("ghcr.io"));
    let ends = |arguments: &[&str]| world.audit(&[&["tree"], arguments].concat()).status.code();
    assert_eq!(ends(&["--fail-on", "high"]), Some(1));
    assert_eq!(ends(&["--fail-on", "critical"]), Some(0));
    assert_eq!(ends(&["--exit-zero"]), Some(0));
    assert_eq!(ends(&["--fail-on", "awful"]), Some(2));
}

#[test]
fn the_answer_goes_into_a_file_as_it_is() {
    let world = World::new();
    world.write("tree/config.json", config("ghcr.io"));
    let answer = world.write("answer.json", "x".repeat(100_000));
    symlink(&answer, world.path("link")).unwrap();
    let output = world.audit(&["tree", "--json", "-o", "link"]);
    assert!(output.stdout.is_empty() && output.status.code() == Some(1), "{output:?}");
    assert!(world.path("link").is_symlink());
    let written = fs::read(&answer).unwrap();
    assert_says_no_secret(&written);
    assert_eq!(serde_json::from_slice::<Value>(&written).unwrap()["schema"], "imgsec.audit/1");
    let output = world.audit(&["tree", "-o", "/dev/full"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(Path::new("/dev/full").exists());
}

#[test]
fn links_are_not_followed_and_hidden_and_ignored_files_are_looked_at() {
    let world = World::new();
    let outside = world.write("outside/config.json", config("outside.example"));
    symlink(&outside, world.path("tree/link.json")).unwrap();
    symlink(world.path("tree"), world.path("tree/loop")).unwrap();
    world.write("tree/.gitignore", "*\n");
    world.write("tree/.hidden/.config.json", config("hidden.example"));
    let (document, _) = world.json(&["tree"]);
    let registries: Vec<_> =
        document["findings"].as_array().unwrap().iter().map(|f| &f["registry"]).collect();
    assert_eq!(registries, ["hidden.example"]);
    // What is named is looked at, link or not.
    assert_eq!(world.json(&["tree/link.json"]).0["findings"][0]["registry"], "outside.example");
}

#[test]
fn nothing_on_a_disk_stops_it() {
    let world = World::new();
    let deep = |open: &str, close: &str| open.repeat(100_000) + &close.repeat(100_000);
    world.write("tree/deep.json", format!("{{\"auths\":{}}}", deep("[", "]")));
    world.write("tree/deep.yaml", format!("auths: {}", deep("{a: ", "}")));
    world.write("tree/deep.toml", format!("auths = {}", deep("[", "]")));
    world.write("tree/deep.tf", format!("auths = {}", deep("[", "]")));
    world.write("tree/deep.xml", format!("<auths>{}</auths>", deep("<a>", "</a>")));
    let mut bomb = "auths: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for n in 1..20 {
        let many = vec![format!("*a{}", n - 1); 10].join(",");
        bomb.push_str(&format!("a{n}: &a{n} [{many}]\n"));
    }
    world.write("tree/bomb.yaml", bomb);
    world.write("tree/line.sh", format!("auths docker login {}", "-p ".repeat(1_000_000)));
    world.write("tree/bytes", [b"auths".as_slice(), &[0xff; 100_000]].concat());
    let pipe = world.path("tree/pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let sparse = fs::File::create(world.path("tree/sparse")).unwrap();
    sparse.set_len(1 << 40).unwrap();
    let name = "a\u{1b}[2Kb\nc/config.json";
    world.write(&format!("tree/{name}"), config("ghcr.io"));
    let (document, status) = world.json(&["tree"]);
    assert_eq!(status, 3, "{document}");
    let skipped = document["skipped"].as_array().unwrap();
    let skipped: Vec<_> = skipped.iter().filter_map(|one| one["path"].as_str()).collect();
    assert_eq!(skipped, ["tree/bomb.yaml", "tree/deep.xml"], "too many values");
    assert_eq!(document["findings"].as_array().unwrap().len(), 1);
    assert!(document["findings"][0]["locations"][0]["path"].as_str().unwrap().ends_with(name));
    let table = text(&world.audit(&["tree"]).stdout);
    assert!(!table.contains('\u{1b}') && table.contains(r"a\x1b[2Kb\x0ac/config.json"), "{table}");
}

#[test]
fn what_cannot_be_looked_at_is_named_and_the_answer_is_partial() {
    let world = World::new();
    world.write("tree/config.json", config("ghcr.io"));
    world.write("tree/large.log", "docker login \n".repeat(700_000));
    let (document, status) = world.json(&["tree"]);
    assert_eq!((status, &document["complete"]), (3, &false.into()));
    assert_eq!(document["skipped"][0]["path"], "tree/large.log");
    assert_eq!(document["skipped"][0]["message"], "larger than 8 MB");
    assert_eq!(document["findings"].as_array().unwrap().len(), 1);
}

#[test]
fn a_path_that_is_missing_is_named_and_the_others_are_looked_at() {
    let world = World::new();
    world.write("tree/config.json", config("ghcr.io"));
    let (document, status) = world.json(&["no such folder", "tree"]);
    assert_eq!((status, &document["complete"]), (3, &false.into()));
    assert_eq!(document["findings"].as_array().unwrap().len(), 1);
    let skipped = &document["skipped"][0];
    let expected = ("no such folder".into(), "no such file or folder".into());
    assert_eq!((&skipped["path"], &skipped["message"]), (&expected.0, &expected.1));
    let output = world.audit(&["no such folder"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stdout).contains("no such folder: no such file or folder"), "{output:?}");
}

#[test]
fn a_hostile_registry_or_user_name_moves_no_cursor() {
    let world = World::new();
    let auth = Base64::encode_string(format!("a\u{1b}]0;x\u{7}\n\u{202e}:{PASSWORD}").as_bytes());
    world.write(
        "tree/config.json",
        format!(r#"{{"auths":{{"h\u001b[2Jx.example":{{"auth":"{auth}"}}}}}}"#),
    );
    for arguments in [&["tree"][..], &["tree", "--json"], &["tree", "--sarif"]] {
        let said = text(&world.audit(arguments).stdout);
        assert!(!said.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{said}");
    }
}
