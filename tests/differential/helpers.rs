//! Credential helpers of other people, as scripts: they keep what they are given in files of their
//! own, and behave or misbehave as a scene says.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::scene::{Does, Helper};

/// Where a helper keeps its logins, below the person's folder: a file for each key, with the key, the
/// user and the secret on a line each.
pub(crate) const FOLDER: &str = "helpers";

/// Puts the program into `bin`, and its logins beside it.
pub(crate) fn install(folder: &Path, name: &str, helper: &Helper, filled: &dyn Fn(&str) -> String) {
    let data = folder.join(FOLDER).join(name);
    fs::create_dir_all(&data).unwrap();
    for (key, login) in &helper.logins {
        let (key, (user, secret)) = (filled(key), login.split_once(':').unwrap());
        let at = data.join(key.replace(['/', ':'], "_"));
        fs::write(at, format!("{key}\n{user}\n{secret}\n")).unwrap();
    }
    if helper.does == Does::Missing {
        return;
    }
    let counter = folder.join(FOLDER).join(format!("{name}.minted"));
    fs::write(&counter, "0").unwrap();
    let script = script(helper.does)
        .replace("DATA", &data.display().to_string())
        .replace("COUNTER", &counter.display().to_string())
        .replace("NAME", name);
    let program = folder.join("bin").join(format!("docker-credential-{name}"));
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
}

const NOT_FOUND: &str = "{ echo 'credentials not found in native keychain'; exit 1; }";

fn script(does: Does) -> String {
    let hang = "exec sleep 25";
    let crash = "kill -SEGV $$";
    let locked = "echo 'the keychain is locked'; exit 1";
    let get = match does {
        Does::Hangs => hang.to_owned(),
        Does::Crashes => crash.to_owned(),
        Does::Locked => locked.to_owned(),
        Does::AnswersAll => "user=any-NAME secret=of-any; answer".to_owned(),
        Does::Mints => format!(
            "[ -f \"$at\" ] || {NOT_FOUND}
n=$(($(cat 'COUNTER') + 1)); echo $n >'COUNTER'
{{ read -r _; read -r user; }} <\"$at\"; secret=minted-NAME-$n; answer"
        ),
        _ => format!(
            "[ -f \"$at\" ] || {NOT_FOUND}
{{ read -r _; read -r user; read -r secret; }} <\"$at\"; answer"
        ),
    };
    let list = match does {
        Does::Hangs | Does::ListHangs => hang,
        Does::Crashes | Does::ListCrashes => crash,
        Does::Locked => locked,
        Does::ListFails => "echo 'no such collection' >&2; exit 1",
        Does::ListWarns => "echo 'WARNING: this helper is old'; list",
        Does::ListsLabels => "label='Registry credentials for '; list",
        Does::Mints | Does::AnswersAll => "echo '{}'",
        _ => "list",
    };
    let store = match does {
        Does::Hangs => hang,
        Does::Crashes => crash,
        Does::Locked => locked,
        Does::Mints | Does::AnswersAll | Does::RefusesStore => "echo 'not implemented'; exit 1",
        _ => {
            "field ServerURL; key=$value; place; field Username; user=$value; field Secret
printf '%s\\n%s\\n%s\\n' \"$key\" \"$user\" \"$value\" >\"$at\""
        }
    };
    let erase = match does {
        Does::Hangs => hang,
        Does::Crashes => crash,
        Does::Locked => locked,
        Does::Mints | Does::AnswersAll => "echo 'not implemented'; exit 1",
        _ => "rm -f \"$at\"",
    };
    format!(
        r#"#!/bin/sh
input=$(cat)
place() {{ at='DATA'/$(printf %s "$key" | tr '/:' '__'); }}
field() {{ value=$(printf %s "$input" | sed -n 's/.*"'$1'": *"\([^"]*\)".*/\1/p'); }}
answer() {{ printf '{{"ServerURL":"%s","Username":"%s","Secret":"%s"}}\n' "$key" "$user" "$secret"; }}
list() {{
    separator='{{'
    for at in 'DATA'/*; do
        [ -f "$at" ] || continue
        {{ read -r key; read -r user; }} <"$at"
        printf '%s"%s%s":"%s"' "$separator" "$label" "$key" "$user"; separator=,
    done
    [ "$separator" = , ] || printf '{{'
    echo '}}'
}}
key=$input label=; place
case $1 in
get) {get} ;;
list) {list} ;;
store) {store} ;;
erase) {erase} ;;
*) exit 1 ;;
esac
"#
    )
}

/// How many tokens a helper has made so far, over all.
pub(crate) fn minted(folder: &Path) -> Vec<(String, u64)> {
    let Ok(entries) = fs::read_dir(folder.join(FOLDER)) else { return Vec::new() };
    let names = entries.filter_map(|entry| entry.unwrap().file_name().into_string().ok());
    let counters = names.filter_map(|name| name.strip_suffix(".minted").map(str::to_owned));
    counters
        .map(|name| {
            let path = folder.join(FOLDER).join(format!("{name}.minted"));
            let count = fs::read_to_string(path).unwrap_or_default().trim().parse().unwrap_or(0);
            (name, count)
        })
        .collect()
}
