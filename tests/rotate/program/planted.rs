//! What is noted of a rotation names commands: it counts only where nobody else could have written
//! it. What commands print, and what of them is kept, holds no secret.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};

use base64ct::{Base64, Base64Url, Encoding};
use serde_json::{Value, json};

use super::scene::{Said, Scene};

/// A rotation whose hook is still to run, in a journal that says that the attacker's runs.
struct Planted {
    scene: Scene,
    journal: PathBuf,
}

impl Planted {
    fn new() -> Self {
        let scene = Scene::new();
        scene.accept(&[&scene.old, &scene.new]);
        let (hook, theirs) =
            (scene.script("hook", "exit 1"), scene.script("theirs", "touch pwned"));
        scene.give(&scene.new, &["--hook", &hook]).is("hook-failed", 3);
        let folder = scene.person.home().join(".local/state/imgsec-cred/rotations");
        let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let journal = files.into_iter().find(|file| file.extension() == Some("json".as_ref()));
        let journal = journal.unwrap();
        let text = fs::read_to_string(&journal).unwrap();
        assert!(text.contains(&hook), "{text}");
        fs::write(&journal, text.replace(&hook, &theirs)).unwrap();
        Self { scene, journal }
    }

    /// This folder and those above it, up to the home.
    fn folders(&self) -> impl Iterator<Item = &Path> {
        let home = self.scene.person.home();
        self.journal.ancestors().skip(1).take_while(move |folder| folder.starts_with(&home))
    }

    #[track_caller]
    fn is_refused(&self, words: &str, hint: &str) {
        for all in [&["--resume"][..], &["--undo"]] {
            let said = self.scene.rotate(all);
            assert_eq!(said.code, 3, "{said:#?}");
            assert!(said.stderr.contains(words) && said.stderr.contains(hint), "{said:#?}");
        }
        self.scene.run(&["--all", "--if-due"], b"");
        assert!(!self.scene.path("pwned").exists(), "it ran");
    }

    /// Without any of it the attack goes through: so it is what stops it.
    #[track_caller]
    fn would_run(&self) {
        let said = self.scene.rotate(&["--resume"]);
        assert!(self.scene.path("pwned").exists(), "{said:#?}");
    }
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_journal_that_others_could_have_written_runs_no_command() {
    let planted = Planted::new();
    for open in [0o620, 0o602, 0o666] {
        mode(&planted.journal, open);
        let hint = format!("hint: chmod go-w {}", planted.journal.display());
        planted.is_refused("other users may write to it (mode 6", &hint);
    }
    mode(&planted.journal, 0o600);
    for folder in planted.folders() {
        for open in [0o720, 0o702, 0o777] {
            mode(folder, open);
            let hint = format!("hint: chmod go-w {}", folder.display());
            planted.is_refused("other users may write to it (mode 7", &hint);
        }
        mode(folder, 0o700);
    }
    planted.would_run();
}

#[test]
fn a_journal_behind_a_link_runs_no_command() {
    let planted = Planted::new();
    let away = planted.scene.path("away");
    let ours = [&planted.journal, &planted.journal.parent().unwrap().to_owned()];
    for path in ours.into_iter().chain([&planted.journal.ancestors().nth(2).unwrap().to_owned()]) {
        fs::rename(path, &away).unwrap();
        symlink(&away, path).unwrap();
        planted.is_refused("a symbolic link where none may be", "cp -rpL ");
        fs::remove_file(path).unwrap();
        fs::rename(&away, path).unwrap();
    }
    planted.would_run();
}

/// As with `sudo -E`: root, and the home of somebody else.
#[test]
fn a_journal_of_another_user_runs_no_command_not_even_for_root() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let planted = Planted::new();
    let nobody = |path: &Path, owner| chown(path, Some(owner), None).unwrap();
    let all = || planted.folders().chain([planted.journal.as_path()]);
    for path in all() {
        nobody(path, 65_534);
        planted.is_refused("belongs to another user (uid 65534)", "not with sudo");
        nobody(path, 0);
    }
    all().for_each(|path| nobody(path, 65_534));
    planted.is_refused("belongs to another user (uid 65534)", "not with sudo");
    all().for_each(|path| nobody(path, 0));
    planted.would_run();
}

#[test]
fn a_command_line_with_a_token_is_neither_run_nor_remembered() {
    let scene = Scene::new();
    scene.accept(&[&scene.old, &scene.new]);
    let token = format!("ghp_{}", "aB3".repeat(12));
    let script = scene.script("script", "touch ran; cat secret");
    let header = format!("Authorization: Bearer {token}");
    let shell = format!("{script} 'TOKEN={token} ls'");
    for words in [
        &["--yes", "--exec", &script, "-H", &header][..],
        &["--yes", "--exec-raw", "--exec", &script, &format!("--token={token}")],
        &["--from-command", &shell],
        &["--hook", &shell, "--from-command", &script],
        &["--dry-run", "--from-command", &shell],
    ] {
        let said: Said = scene.rotate(words).is("refused", 6);
        assert!(said.stderr.contains("holds a token (github-pat)"), "{said:#?}");
        assert!(said.stderr.contains("hint: ") && !said.stderr.contains(&token), "{said:#?}");
    }
    assert!(!scene.path("ran").exists() && scene.journal().is_empty());
    let ledger = scene.person.home().join(".local/state/imgsec-cred/ledger.json");
    assert!(!fs::read_to_string(ledger).unwrap_or_default().contains(&token));
    scene.rotate(&["--from-command", &script]).is("rotated", 0);
}

/// As `curl -v -u`, and what else a script may do with the secret.
#[test]
fn in_what_a_failing_hook_prints_the_secret_is_masked_in_every_form() {
    let scene = Scene::new();
    scene.accept(&[&scene.old, &scene.new]);
    let (user, secret) = (&scene.new.user, &scene.new.password);
    let pair = format!("{user}:{secret}");
    let hex = |text: &str| text.bytes().map(|b| format!("{b:02x}")).collect::<String>();
    let forms = [
        secret.clone(),
        Base64::encode_string(pair.as_bytes()).trim_end_matches('=').to_owned(),
        Base64Url::encode_string(format!("x{pair}").as_bytes()).trim_end_matches('=').to_owned(),
        hex(secret),
        hex(secret).to_uppercase(),
        secret.bytes().map(|b| format!("%{b:02X}")).collect(),
        secret.chars().rev().collect(),
        Value::from(secret.as_str()).to_string().trim_matches('"').to_owned(),
        secret.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect(),
    ];
    let said: Vec<_> = forms.iter().map(|form| format!("> said {form}\n")).collect();
    scene.write("said", &said.concat());
    let hook = scene.script("hook", "cat said; cat said >&2; test -e works");
    let ran = scene.give(&scene.new, &["--hook", &hook]).is("hook-failed", 3);
    assert_eq!(ran.stderr.matches("> said ****").count(), 2 * forms.len(), "{ran:#?}");
    for form in &forms {
        assert!(!ran.stderr.contains(form), "{form} in {ran:#?}");
    }
    scene.write("works", "");
    let ran = scene.rotate(&["--resume"]).is("rotated", 0);
    assert!(!ran.stderr.contains("said"), "{ran:#?}");
    assert_eq!(ran.item["hooks"], json!([{"name": "hook", "ok": true}]));
}
