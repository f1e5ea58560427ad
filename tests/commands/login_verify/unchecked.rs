//! The registries whose certificates other clients do not check: we do, and say so.

use std::fs;

use serde_json::{Value, json};

use super::{SECRET, basic, is, verify_as};
use crate::support::person::{Person, Store};
use crate::support::web::Web;

/// Docker's engine would believe anybody who says he is the registry. We do not, and say so.
#[test]
fn that_docker_skips_the_checks_is_told() {
    let (listed, other) = (Web::start(basic), Web::start(basic));
    let person = Person::new(Store::Sealed);
    let file = person.home().join(".config/docker/daemon.json");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    let settings = json!({"insecure-registries": [listed.host(), "10.0.0.0/8"]});
    fs::write(&file, settings.to_string()).unwrap();
    let skipped_by = |web: &Web| {
        let verified = verify_as(&person, web, "ada", SECRET, &[]);
        is(&verified, "verified", "accepted", 0);
        verified.item["tls"]["skipped_by"].clone()
    };
    assert_eq!(skipped_by(&listed), json!(file));
    assert_eq!(skipped_by(&other), Value::Null);
    let said = person.run_ours(&["verify", "--all"]).ok().stdout;
    let line =
        format!("Docker skips the TLS checks for it: insecure-registries in {}", file.display());
    assert_eq!(said.matches(&line).count(), 1, "{said}");
    // The audit goes by the same settings.
    let auth = "YWRhOmNvcnJlY3QtaG9yc2UtNw==";
    person.write_docker_config(&json!({"auths": {listed.host(): {"auth": auth}}}));
    let audit = person.run_ours(&["audit", "--json"]).stdout;
    let audit: Value = serde_json::from_str(&audit).unwrap();
    let signals = audit["findings"][0]["signals"].as_array().unwrap();
    assert!(signals.contains(&json!("insecure-registry")), "{audit}");
}

/// So it is with Podman, whose settings are of another form.
#[test]
fn that_podman_skips_the_checks_is_told() {
    let (listed, mirror, other) = (Web::start(basic), Web::start(basic), Web::start(basic));
    let person = Person::new(Store::Sealed);
    let own = person.home().join(".config/containers/registries.conf");
    let more = own.with_file_name("registries.conf.d").join("50-lan.conf");
    fs::create_dir_all(more.parent().unwrap()).unwrap();
    let table =
        |host: &str, is: bool| format!("[[registry]]\nlocation = \"{host}\"\ninsecure = {is}\n");
    let mirrored = format!(
        "[[registry]]\nprefix = \"hub.lan/org\"\nlocation = \"quay.lan/org\"\n\
         [[registry.mirror]]\nlocation = \"{}\"\ninsecure = true\n",
        mirror.host()
    );
    fs::write(&own, table(&listed.host(), false) + &table(&other.host(), true) + &mirrored)
        .unwrap();
    fs::write(&more, table(&listed.host(), true) + &table(&other.host(), false)).unwrap();
    let skipped_by = |web: &Web| {
        let verified = verify_as(&person, web, "ada", SECRET, &[]);
        is(&verified, "verified", "accepted", 0);
        assert_eq!(verified.item["tls"]["skipped_by"], Value::Null);
        verified.item["tls"]["skipped_by_podman"].clone()
    };
    assert_eq!(skipped_by(&listed), json!(more));
    assert_eq!(skipped_by(&mirror), json!(own));
    assert_eq!(skipped_by(&other), Value::Null);
    let said = person.run_ours(&["verify", "--all"]).ok().stdout;
    for file in [&own, &more] {
        let line = format!("Podman skips the TLS checks for it: insecure in {}", file.display());
        assert_eq!(said.lines().filter(|said| said.trim() == line).count(), 1, "{said}");
    }
    let mut login = person.command(env!("CARGO_BIN_EXE_imgsec-cred"));
    login.args(["login", &listed.host(), "-u", "ada", "--password-stdin"]);
    let said = person.finish(&mut login, SECRET.as_bytes()).ok().stdout;
    assert!(said.contains("Podman skips the TLS checks for it"), "{said}");
    // The form before, and one that is broken: with that Podman does not start.
    fs::remove_file(&more).unwrap();
    let before = format!("[registries.insecure]\nregistries = [\"{}\"]\n", other.host());
    fs::write(&own, before).unwrap();
    assert_eq!((skipped_by(&other), skipped_by(&listed)), (json!(own), Value::Null));
    fs::write(&own, "[[registry]").unwrap();
    assert_eq!(skipped_by(&other), Value::Null);
}
