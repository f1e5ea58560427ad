//! Memory on hostile files: whatever a file of the largest size says, `imgsec-cred audit` stays below
//! 64 MB; and with a tree of them not far above, since what they leave in pieces is used again.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use imgsec_cred::audit::document::MAX_VALUES;

/// The most that the whole program may take, in kilobytes: for one file, and for a tree of them.
const OF_A_FILE: u64 = 64 * 1000;
const OF_A_TREE: u64 = 96 * 1000;

/// The largest file that is read; a quarter of it where the program is not optimized, and slow.
const FILE_BYTES: usize = if cfg!(debug_assertions) { 2 << 20 } else { 8 << 20 };

/// A begin, what is repeated, and an end.
fn full(begin: &str, unit: &str, end: &str) -> String {
    let count = (FILE_BYTES - begin.len() - end.len()) / unit.len();
    format!("{begin}{}{end}", unit.repeat(count))
}

/// Numbered units, as many as there is room for.
fn numbered(begin: &str, unit: &dyn Fn(usize) -> String, end: &str) -> String {
    let mut text = begin.to_owned();
    for number in 0.. {
        let next = unit(number);
        if text.len() + next.len() + end.len() > FILE_BYTES {
            break;
        }
        text.push_str(&next);
    }
    text + end
}

/// A map of variables that still has a tree, however small the file.
fn variables(count: usize) -> String {
    let entry = |n: usize| format!("\"A{n}_DOCKER_PASSWORD\":\"p4ss{n}wd\",");
    format!("{{{}}}", (0..count).map(entry).collect::<String>())
}

/// Names and texts; each has a word that lets it be read closely.
fn hostile() -> Vec<(&'static str, String)> {
    let auth =
        |n: usize| format!("\"r{n}.lan\":{{\"username\":\"u\",\"password\":\"p4ss{n}wd\"}},");
    let variable = |n: usize| format!("A{n}_DOCKER_PASSWORD=p4ss{n}wd\n");
    let login = |n: usize| format!("docker login -u u -p p4ss{n}wd r.lan\n");
    vec![
        ("numbers.json", full("{\"auths\":[", "1,", "1]}")),
        ("texts.json", full("{\"auths\":[", "\"a\",", "1]}")),
        ("maps.json", full("{\"auths\":[", "{},", "1]}")),
        ("names.json", full("{\"auths\":{", "\"a\":1,", "}}")),
        ("nested.json", full("{\"auths\":[", "[[[[{}]]]],", "1]}")),
        ("deep.json", full("{\"auths\":", "[", "")),
        ("auths.json", numbered("{\"auths\":{", &auth, "}}")),
        (
            "user.json",
            numbered(&format!("{{\"{}\":{{\"auths\":{{", "n".repeat(FILE_BYTES / 4)), &auth, "}}}"),
        ),
        ("numbers.yaml", full("auths: [", "1,", "1]")),
        ("name.yaml", full("{auths: [", "1,", "1]}")),
        ("lines.yaml", full("auths:\n", "- 1\n", "")),
        ("names.yaml", full("auths: 1\n", "a: 1\n", "")),
        ("deep.yaml", full("auths: ", "[", "")),
        (
            "aliases.yaml",
            full(&format!("auths: &x {}\n", "x".repeat(FILE_BYTES / 8)), "a: *x\n", ""),
        ),
        ("numbers.toml", full("auths=[", "1,", "1]")),
        ("names.toml", numbered("auths=1\n", &|n| format!("a{n}=1\n"), "")),
        ("tables.toml", full("auths=1\n", "[[a]]\n", "")),
        ("dots.toml", full("auths", ".a", "=1\n")),
        ("elements.xml", full("<auths>", "<b>1</b>", "</auths>")),
        ("attributes.xml", numbered("<auths ", &|n| format!("a{n}='' "), "/>")),
        ("deep.xml", full("<auths>", "<a>", "")),
        ("numbers.tf", full("auths=[", "1,", "1]")),
        ("blocks.tf", full("auths=1\n", "a b c {}\n", "")),
        ("blocks.ts", full("const c = {auths:{", "a:{auth:'x'},", "}}")),
        ("fields.js", full("const c = {auths:{", "a:'x',password:'y',", "}}")),
        ("lists.js", full("const c = {password:'x',b:", "[", "")),
        ("fields.gradle", full("docker { auth {\n", "password = 'a'\n", "}}")),
        ("blocks.gradle", full("docker { auth {\n", "a {}\n", "}}")),
        ("requests.http", full("GET https://r/v2/\n", "Authorization: Basic x:y\n", "")),
        ("slashes.txt", full("", "/v2/\n", "")),
        ("logins.sh", numbered("", &login, "")),
        ("line.sh", full("", "docker login -u u -p s3cret-word r.lan; ", "")),
        ("words.sh", full("", "docker login ", "")),
        ("variables.env", numbered("", &variable, "")),
        ("variables.json", variables(MAX_VALUES - 10)),
        ("template.yaml", full("", "a: {{ auths }}\n", "")),
        ("inside.txt", full("", "{\"auths\":{}}\n", "")),
        ("ends.txt", full("docker login\r\n", "\r\n", "")),
    ]
}

/// The most memory that the program had when it looked at this, in kilobytes.
fn peak(path: &Path, note: &Path) -> u64 {
    let mut command = Command::new(crate::support::process::need("time"));
    command.args(["-f", "%M", "-o"]).arg(note).arg(env!("CARGO_BIN_EXE_imgsec-cred"));
    command.args(["audit", "--exit-zero"]).arg(path);
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert!(status.success(), "{}", path.display());
    fs::read_to_string(note).unwrap().trim().parse().unwrap()
}

#[test]
#[ignore = "needs time; run tests/run"]
fn no_file_makes_it_take_more_than_64_mb() {
    let world = tempfile::tempdir().unwrap();
    let (tree, note) = (world.path().join("tree"), world.path().join("note"));
    fs::create_dir(&tree).unwrap();
    for (name, text) in hostile() {
        fs::write(tree.join(name), text).unwrap();
    }
    for file in fs::read_dir(&tree).unwrap().map(|file| file.unwrap().path()) {
        let kilobytes = peak(&file, &note);
        assert!(kilobytes < OF_A_FILE, "{}: {kilobytes} kB", file.display());
    }
    let kilobytes = peak(&tree, &note);
    assert!(kilobytes < OF_A_TREE, "all: {kilobytes} kB");
}
