//! Who may name what: the rules of the house that the compiler does not know.

use std::fs;
use std::path::{Path, PathBuf};

/// A word that only these files (or folders, under `src`) may hold.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("keyring::", &["store/keychain/"]),
    ("keyring_core", &["store/keychain/"]),
    ("zbus", &["store/keychain/secret_service.rs"]),
    ("age::", &["store/sealed/"]),
    ("linux_keyutils", &["store/sealed/cache.rs"]),
    ("std::env", &["machine.rs", "bin/imgsec-cred/stores.rs"]),
    ("env::var", &["machine.rs"]),
    ("dirs::", &["machine.rs"]),
    ("clap::", &["bin/imgsec-cred/"]),
    ("anyhow::", &["bin/imgsec-cred/"]),
    ("rpassword", &["bin/imgsec-cred/ask.rs"]),
    ("jsonc_parser", &["clients/", "audit/document/json.rs"]),
    ("saphyr_parser", &["audit/document/yaml.rs"]),
    ("toml_edit", &["audit/document/toml.rs", "lookup/registries_conf.rs"]),
    ("roxmltree", &["audit/document/xml"]),
    ("aho_corasick", &["audit/"]),
    ("ureq", &["registry/http.rs", "registry/tls.rs", "registry/trouble.rs"]),
    ("rustls", &["registry/tls.rs", "registry/trouble.rs"]),
    ("http_auth", &["registry/challenge.rs"]),
    ("ignore::", &["audit/walk.rs", "audit/git.rs"]),
    ("shlex", &["audit/", "bin/imgsec-cred/secrets.rs"]),
    ("io::stdout()", &["process.rs", "bin/imgsec-cred/report.rs"]),
    ("io::stderr()", &["helper.rs", "bin/imgsec-cred/report.rs", "bin/imgsec-cred/ask.rs"]),
    ("set_secret(", &["store/keychain/parts.rs"]),
    // A file of another program changes in the engine alone; the others write files of ours.
    (
        "files::replace",
        &[
            "store/sealed/",
            "setup/apply.rs",
            "setup/journal.rs",
            "settings.rs",
            "ledger.rs",
            "rotate/journal.rs",
            "store/sealed/cache.rs",
            "store/sealed/seen.rs",
            "bin/imgsec-cred/audit/baseline.rs",
        ],
    ),
    ("files::remove", &["setup/apply.rs"]),
    ("fs::write", &["store/sealed/", "files/"]),
    ("fs::rename", &["store/sealed/", "files/"]),
    // What `audit --fix` deletes is a copy that Docker left behind, one at a time and asked for.
    (
        "fs::remove_file",
        &["store/sealed/", "files/", "rotate/journal.rs", "bin/imgsec-cred/audit/fix.rs"],
    ),
    ("OpenOptions::new()", &["store/sealed/", "files/", "bin/imgsec-cred/audit/mod.rs"]),
    ("File::create", &["store/sealed/", "files/"]),
    (
        "create_private_folder",
        &[
            "store/sealed/",
            "files/",
            "setup/apply.rs",
            "setup/journal.rs",
            "settings.rs",
            "ledger.rs",
            "rotate/journal.rs",
        ],
    ),
    (
        "expose_secret()",
        &[
            "credential.rs",
            "store/payload.rs",
            "store/sealed/",
            "protocol/wire.rs",
            "protocol/client.rs",
            "clients/docker/login.rs",
            "audit/",
            "registry/access.rs",
            "registry/http.rs",
            "registry/token.rs",
            "setup/splice.rs",
            "export/auths.rs",
            "registry/about.rs",
            "rotate/masking.rs",
            "rotate/exec.rs",
            "rotate/hooks.rs",
            "rotate/k8s.rs",
            "rotate/providers/",
            "bin/imgsec-cred/ask.rs",
            "bin/imgsec-cred/login.rs",
            "bin/imgsec-cred/rotate/mod.rs",
            "bin/imgsec-cred/setup/place.rs",
            "bin/imgsec-cred/show.rs",
        ],
    ),
];

/// What each module of the library may import of ours; a module imports nothing that imports it.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("server", &[]),
    ("text", &[]),
    ("tokens", &[]),
    ("deadline", &[]),
    ("process", &["deadline"]),
    ("machine", &[]),
    ("credential", &["server"]),
    ("files", &[]),
    ("daemon", &["files"]),
    ("store", &["credential", "files", "server", "text"]),
    ("settings", &["files", "machine", "store", "text"]),
    ("ledger", &["credential", "files", "server", "store"]),
    (
        "registry",
        &["credential", "daemon", "deadline", "files", "server", "store", "text", "tokens"],
    ),
    ("protocol", &["credential", "deadline", "server", "store", "text"]),
    ("clients", &["credential", "files", "server", "store", "text"]),
    ("audit", &["daemon", "files", "server", "text", "tokens"]),
    (
        "rotate",
        &[
            "credential",
            "deadline",
            "export",
            "files",
            "ledger",
            "process",
            "registry",
            "server",
            "store",
            "text",
            "tokens",
        ],
    ),
    ("export", &["credential", "server", "text"]),
    (
        "setup",
        &[
            "clients",
            "credential",
            "files",
            "lookup",
            "protocol",
            "registry",
            "server",
            "settings",
            "store",
        ],
    ),
    ("lookup", &["clients", "credential", "deadline", "files", "machine", "registry", "server"]),
    ("choice", &["credential", "files", "machine", "protocol", "server", "settings", "store"]),
    ("helper", &["choice", "deadline", "machine", "process", "protocol", "server", "store"]),
];

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                files.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files
}

/// The code of a file without its comments and its tests.
fn code(text: &str) -> String {
    let code =
        text.split("\n#[cfg(test)]").next().unwrap().split("\n#[cfg(all(test").next().unwrap();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Whether a text holds a word, and not as the end of a longer one (`image::` is not `age::`).
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_')
    })
}

#[test]
fn each_word_is_only_where_it_belongs() {
    let mut wrong = Vec::new();
    // A module's tests in a file of their own.
    let is_test = |name: &str| {
        name.contains("/tests/")
            || ["/tests.rs", "_tests.rs", "/testing.rs"].iter().any(|end| name.ends_with(end))
    };
    for (name, text) in sources().into_iter().filter(|(name, _)| !is_test(name)) {
        for (word, places) in ONLY_IN {
            if has_word(&code(&text), word) && !places.iter().any(|place| name.starts_with(place)) {
                wrong.push(format!("{name} names {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn imports_run_one_way() {
    let mut wrong = Vec::new();
    for (name, text) in
        sources().iter().filter(|(name, _)| !name.starts_with("bin/") && name != "lib.rs")
    {
        let module = name.split(['/', '.']).next().unwrap();
        let (_, allowed) = MAY_IMPORT
            .iter()
            .find(|(m, _)| *m == module)
            .unwrap_or_else(|| panic!("{module} is new: give it its place in MAY_IMPORT"));
        let code = code(text).replace("use crate::{", "use crate::").replace("\n", " ");
        for (at, _) in code.match_indices("crate::") {
            let rest = &code[at + "crate::".len()..];
            let ends = rest.find(';').unwrap_or(rest.len());
            let is_list = code[..at].ends_with("use ") && rest[..ends].ends_with('}');
            let list = if is_list { &rest[..ends] } else { rest };
            let names = list.split(|c: char| !(c.is_alphanumeric() || c == '_')).take(if is_list {
                usize::MAX
            } else {
                1
            });
            for imported in names.filter(|n| MAY_IMPORT.iter().any(|(m, _)| m == n)) {
                if imported != module && !allowed.contains(&imported) {
                    wrong.push(format!("{name} imports {imported}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_file_opens_with_why_it_exists() {
    let without: Vec<_> = sources()
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//! "))
        .map(|(name, _)| name)
        .collect();
    assert!(without.is_empty(), "{without:#?}");
}

#[test]
fn every_dependency_says_why_it_is_there() {
    let manifest =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let mut in_dependencies = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_dependencies = line.contains("dependencies");
        } else if in_dependencies && line.contains('=') {
            assert!(
                line.contains('#') || ["hkdf", "num-bigint"].iter().any(|d| line.starts_with(d)),
                "{line}"
            );
        }
    }
}

#[test]
fn every_test_that_the_threat_model_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let model = fs::read_to_string(root.join("packaging/security.md")).unwrap();
    let mut code: String = sources().into_iter().map(|(_, text)| text).collect();
    let mut folders = vec![root.join("tests")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                code.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    let named: Vec<_> =
        model.split('`').skip(1).step_by(2).filter(|w| w.matches('_').count() > 3).collect();
    assert!(named.len() > 15, "{named:?}");
    for name in named {
        assert!(code.contains(&format!("fn {name}()")), "{name}");
    }
}
