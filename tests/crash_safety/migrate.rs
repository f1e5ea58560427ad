//! `imgsec-cred migrate`, `audit --fix` and `migrate --undo`: fifty credentials in ten files.

use std::fs;
use std::path::PathBuf;

use base64ct::{Base64, Encoding};
use serde_json::{Map, Value, json};

use super::{ended_well, every_error, kill_ours};
use crate::support::fault::{Fault, Met, Traced, Whom};
use crate::support::person::{Login, Person, Store};
use crate::support::snapshot::Snapshot;
use crate::support::strace::Change;

const FILES: usize = 10;
const IN_EACH: usize = 5;

/// A person with logins in many files that Docker could be pointed at.
struct Scattered {
    person: Person,
    /// The folder of the files.
    folder: PathBuf,
    /// The file, the registry and the login.
    logins: Vec<(PathBuf, String, Login)>,
}

impl Scattered {
    fn new(store: Store) -> Self {
        let person = Person::new(store);
        let folder = person.home().join("machines");
        fs::create_dir(&folder).unwrap();
        let mut logins = Vec::new();
        for file in 0..FILES {
            let path = folder.join(format!("{file}/config.json"));
            fs::create_dir(path.parent().unwrap()).unwrap();
            let mut auths = Map::new();
            for entry in 0..IN_EACH {
                let login = person.new_login("ada");
                let pair = format!("{}:{}", login.user, login.password);
                let registry = format!("r{file}{entry}.lan:5000");
                let auth = json!({ "auth": Base64::encode_string(pair.as_bytes()) });
                auths.insert(registry.clone(), auth);
                logins.push((path.clone(), registry, login));
            }
            let config = json!({"auths": auths, "HttpHeaders": {"X": "y"}});
            fs::write(&path, format!("{config:#}")).unwrap();
        }
        Self { person, folder, logins }
    }

    fn migrate(&self) -> Vec<String> {
        let mut words: Vec<_> = ["migrate", "--yes"].map(str::to_owned).to_vec();
        for file in 0..FILES {
            let path = self.folder.join(format!("{file}/config.json"));
            words.extend(["--from".to_owned(), path.display().to_string()]);
        }
        words
    }

    fn fix(&self) -> Vec<String> {
        let folder = self.folder.display().to_string();
        let mut words: Vec<_> = ["audit", &folder, "--fix", "--yes"].map(str::to_owned).to_vec();
        for (_, registry, _) in &self.logins {
            words.extend(["--registry".to_owned(), registry.clone()]);
        }
        words
    }

    fn is_plain(entry: &Value, login: &Login) -> bool {
        let pair = format!("{}:{}", login.user, login.password);
        entry["auth"] == Base64::encode_string(pair.as_bytes())
    }

    /// Each login is in its file, or in the store and the file names the helper for it. Returns how
    /// many are in their files.
    #[track_caller]
    fn nothing_is_lost(&self, met: &Met) -> usize {
        let mut plain = 0;
        for (path, registry, login) in &self.logins {
            let config: Value = serde_json::from_slice(&fs::read(path).unwrap())
                .unwrap_or_else(|e| panic!("{} is torn: {e}: {met:#?}", path.display()));
            assert_eq!(config["HttpHeaders"]["X"], "y", "{met:#?}");
            if Self::is_plain(&config["auths"][registry], login) {
                assert!(config["credHelpers"][registry].is_null(), "{registry}: {met:#?}");
                plain += 1;
            } else {
                assert_eq!(config["credHelpers"][registry], "imgsec", "{registry}: {met:#?}");
                assert_eq!(self.person.login_for(registry).as_ref(), Some(login), "{met:#?}");
            }
        }
        plain
    }

    /// The files, our folder of state, and a sealed store.
    fn now(&self) -> Snapshot {
        let home = self.person.home();
        Snapshot::of(&[self.folder.clone(), home.join(".local")])
    }
}

/// Runs `words` with faults, then again without, and each time asks whether all `end` in the files.
fn each(
    of: &Scattered,
    words: &[String],
    faults: impl Fn(usize, Whom, &Change) -> Vec<Fault>,
    end: usize,
) {
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let before = of.now();
    let count = Traced::ours(&of.person, &words).each(
        "",
        faults,
        || before.put_back(),
        |met| {
            of.nothing_is_lost(met);
            ended_well(&of.person, met);
            // An undo that was killed when all was done has nothing left to do.
            let again = of.person.run_ours(&words);
            assert!(matches!(again.status.code(), Some(0 | 6)), "{met:#?} {again:#?}");
            assert_eq!(of.nothing_is_lost(met), end, "{met:#?} {again:#?}");
        },
    );
    println!("{words:?}: {count} faults");
    assert!(count > FILES, "it was not seen to change anything");
    before.put_back();
}

/// Kills two of the helpers, and the program with them: while credentials are stored.
fn kill_helpers(_: usize, whom: Whom, _: &Change) -> Vec<Fault> {
    let is_one = matches!(whom, Whom::Helper(call) if call == 3 || call == 76);
    if is_one { vec![Fault::Kill, Fault::KillBoth] } else { Vec::new() }
}

/// Kills the program at a change, or lets that change fail; over all of them every error occurs.
fn kill_or_error(number: usize, whom: Whom, change: &Change) -> Vec<Fault> {
    match number % 3 {
        _ if whom != Whom::Program => Vec::new(),
        0 => every_error(number, whom, change).into_iter().skip(number / 3 % 4).take(1).collect(),
        _ => kill_ours(number, whom, change),
    }
}

/// As [`kill_or_error`], at a part of the changes.
fn some_kill_or_error(number: usize, whom: Whom, change: &Change) -> Vec<Fault> {
    if number.is_multiple_of(4) { kill_or_error(number, whom, change) } else { Vec::new() }
}

#[test]
#[ignore = "needs strace; run tests/run"]
fn fifty_credentials_in_ten_files_survive_migrate_and_undo() {
    let of = Scattered::new(Store::Sealed);
    each(&of, &of.migrate(), kill_helpers, 0);
    // Kept already: the runs differ no longer in the store, only in the files.
    let migrate = of.migrate();
    let migrate: Vec<_> = migrate.iter().map(String::as_str).collect();
    of.person.run_ours(&[&migrate[..], &["--keep-source"]].concat()).ok();
    each(&of, &of.migrate(), kill_or_error, 0);
    of.person.run_ours(&migrate).ok();
    let undo = ["migrate", "--undo", "--yes", "--insecure-plaintext"].map(str::to_owned);
    each(&of, &undo, kill_or_error, FILES * IN_EACH);
}

#[test]
#[ignore = "needs strace and gnome-keyring; run tests/run"]
fn fifty_credentials_in_ten_files_survive_a_fix_into_a_keychain() {
    let of = Scattered::new(Store::Keychain);
    // Kept already, as above: files are read as often as the plan is mended, and that depends on it.
    let fix = of.fix();
    let fix: Vec<_> = fix.iter().map(String::as_str).collect();
    of.person.run_ours(&[&fix[..], &["--keep-source"]].concat());
    each(&of, &of.fix(), some_kill_or_error, 0);
}
