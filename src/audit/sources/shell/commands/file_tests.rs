//! Histories, sessions, logs and pipelines with logins in them, and hostile lines.

use std::time::SystemTime;

use super::tests::rows;
use crate::audit::known;
use crate::audit::places::Places;
use crate::audit::scan::Facts;

#[test]
fn histories_of_the_windows_of_macos_are_known_places() {
    let folder = tempfile::tempdir().unwrap();
    let sessions = folder.path().join(".zsh_sessions");
    std::fs::create_dir(&sessions).unwrap();
    std::fs::write(sessions.join("9F.history"), "docker login -u ada -p s3cret-word\n").unwrap();
    let places = Places { home: folder.path().to_owned(), ..Places::default() };
    let facts = Facts { now: SystemTime::UNIX_EPOCH, surroundings: Default::default() };
    assert_eq!(known::known(&[places], &facts).findings.len(), 1);
}

#[test]
fn histories_of_all_shells_are_read() {
    let found = |path: &str, text: &str, line: usize| {
        let expected = ("ghcr.io".into(), "ada".into(), "s3cret word".into(), "history", line);
        assert_eq!(rows(path, text), [expected], "{text}");
    };
    found("/h/.bash_history", "ls\ndocker login -u ada -p 's3cret word' ghcr.io\n", 2);
    found("/h/.bash_history", "#1712345680\ndocker login -u ada -p s3cret\\ word ghcr.io\n", 2);
    found("/h/.zsh_history", ": 1712345680:3;docker login -u ada -p 's3cret word' ghcr.io\n", 1);
    let zsh = ": 1712345680:3;docker login -u ada \\\\\n -p 's3cret word' \\\\\n ghcr.io\n: 1712345690:0;ls\n";
    found("/h/.zsh_history", zsh, 2);
    let fish =
        "- cmd: ls\n  when: 1\n- cmd: docker login -u ada -p s3cret\\\\ word ghcr.io\n  when: 2\n";
    found("/h/fish_history", fish, 3);
    let fish = "- cmd: ls\\ndocker login -u ada \\\\\\n -p 's3cret word' ghcr.io\n  when: 2\n";
    found("/h/fish_history", fish, 1);
    let power = "ls\ndocker login -u ada `\n  -p \"s3cret word\" `\n  ghcr.io\nls\n";
    found("/h/ConsoleHost_history.txt", power, 3);
    found(
        "/h/ConsoleHost_history.txt",
        "'s3cret word' | docker login ghcr.io -u ada --password-stdin\n",
        1,
    );
    found(
        "/h/ConsoleHost_history.txt",
        "ls\nWrite-Output 's3cret word' | & docker.exe login ghcr.io -u ada --password-stdin\n",
        2,
    );
}

#[test]
fn what_is_quoted_for_git_and_grep_is_no_command() {
    for prose in [
        "git commit -am \"ci: docker login -p gone ghcr.io\"",
        "git log --grep 'docker login -p foo'",
        "grep -rn \"docker login -u ada -p s3cret-word ghcr.io\" .",
        "gh pr create --title \"docker login -p goes\"",
    ] {
        assert!(rows("/h/.bash_history", &format!("{prose}\n")).is_empty(), "{prose}");
        let more = format!("{prose} && ssh box \"docker login -u ada -p 'a b' ghcr.io\"\n");
        assert_eq!(rows("/h/.bash_history", &more).len(), 1, "{more}");
    }
    for run in ["bash -c", "ssh box", "sudo su -c", "docker exec x sh -c", "watch", "sh"] {
        let text = format!("{run} \"docker login -u ada -p s3cret-word ghcr.io\"\n");
        assert_eq!(rows("/h/.bash_history", &text).len(), 1, "{text}");
    }
}

#[test]
fn sessions_of_agents_are_read() {
    let found = |text: &str| {
        let expected = ("ghcr.io".into(), "ada".into(), "s3cret-word".into(), "history", 2);
        let text = format!("{{\"type\":\"x\"}}\n{text}\n");
        assert_eq!(rows("/h/.claude/projects/p/1.jsonl", &text), [expected], "{text}");
    };
    found(r#"{"input":{"command":"docker login -u ada -p s3cret-word ghcr.io"}}"#);
    found(r#"{"input":{"command":"docker login -u ada -p \"s3cret-word\" ghcr.io && ls"}}"#);
    found(r#"{"input":{"command":"cd x\ndocker login -u ada -p 's3cret-word' ghcr.io\nls"}}"#);
    found(
        r#"{"arguments":"{\"command\":[\"bash\",\"-lc\",\"docker login -u ada -p s3cret-word ghcr.io\"]}"}"#,
    );
    found(
        r#"{"arguments":"{\"command\":\"docker login -u ada -p \\\"s3cret-word\\\" ghcr.io\"}"}"#,
    );
    found(r#"{"command":["docker","login","-u","ada","-p","s3cret-word","ghcr.io"]}"#);
    found(
        r#"{"input":{"command":"echo 's3cret-word' | docker login ghcr.io -u ada --password-stdin"}}"#,
    );
    found(
        r#"{"a":"it's","input":{"command":"docker login -u ada -p s3cret-word ghcr.io","d":"Don't"}}"#,
    );
}

#[test]
fn traces_in_logs_are_read() {
    let found = |text: &str, line: usize| {
        let expected = ("ghcr.io".into(), "ada".into(), "s3cret-word".into(), "log", line);
        assert_eq!(rows("/b/job.log", text), [expected], "{text}");
    };
    found("+ docker login --username ada --password s3cret-word ghcr.io\nLogin Succeeded\n", 1);
    found("2026-01-01T10:00:00.1Z + docker login -u ada -p s3cret-word ghcr.io\n", 1);
    found("\u{1b}[32;1m$ docker login -u ada -p s3cret-word ghcr.io\u{1b}[0;m\n", 1);
    found("ok\n##[command]/usr/bin/docker login -u ada -p s3cret-word ghcr.io\n", 2);
    found("#8 0.345 + docker login -u ada -p s3cret-word ghcr.io\n", 1);
    found("Step 3/5 : RUN docker login -u ada -p s3cret-word ghcr.io\n", 1);
    found(
        "{\"log\":\"+ docker login -u ada -p s3cret-word ghcr.io\\n\",\"stream\":\"stderr\"}\n",
        1,
    );
    found("+ echo s3cret-word\n+ docker login ghcr.io -u ada --password-stdin\n", 1);
    found("+ docker login ghcr.io -u ada --password-stdin\n+ echo s3cret-word\n", 2);
    let told = "+ echo 'Logging in'\n+ docker login ghcr.io -u ada --password-stdin\n";
    assert!(rows("/b/job.log", told).is_empty());
}

#[test]
fn texts_and_lists_of_pipelines_are_read() {
    let found = |path: &str, text: &str, line: usize| {
        let expected = ("ghcr.io".into(), "ada".into(), "s3cret-word".into(), "script", line);
        assert_eq!(rows(path, text), [expected], "{text}");
    };
    found(
        "/p/.gitlab-ci.yml",
        "job:\n  script:\n    - docker login -u ada -p s3cret-word ghcr.io\n",
        3,
    );
    found("/p/ci.yml", "run: |\n  set -e\n  docker login -u ada -p s3cret-word ghcr.io\n", 3);
    found("/p/ci.yml", "- run: 'docker login -u ada -p s3cret-word ghcr.io'\n", 1);
    found(
        "/p/ci.yml",
        "args:\n- docker\n- login\n- -u\n- ada\n- -p\n- s3cret-word\n- ghcr.io\n",
        7,
    );
    found(
        "/p/package.json",
        "{\"scripts\":{\n\"l\":\"docker login -u ada -p s3cret-word ghcr.io\"}}",
        2,
    );
    found(
        "/p/ci.yml",
        "env:\n  TOKEN: s3cret-word\nrun: echo $TOKEN | docker login ghcr.io -u ada --password-stdin\n",
        2,
    );
    let folded = "run: >-\n  docker login\n  -u ada\n  -p s3cret-word\n  ghcr.io\n";
    assert_eq!(rows("/p/ci.yml", folded).len(), 1);
}

#[test]
fn hostile_lines_are_read_to_their_end() {
    let long = |part: &str| {
        let mut line = part.repeat(500_000 / part.len());
        line.push_str(" docker login -p x");
        line
    };
    for part in [
        "\"",
        "'",
        "`",
        "$(",
        "\"$(",
        "{{",
        "${",
        "<a",
        "\\\"",
        "\"$(\" )",
        "docker ",
        "docker > ",
        "\"docker\",",
        "docker login -p ",
        "\\",
        "#",
        "| ",
        "$X ",
        "docker login -p $X;",
        "\"login\"",
    ] {
        let found = rows("/b/job.log", &long(part)).len();
        assert!(found <= 50_000, "{part}: {found}");
    }
}
