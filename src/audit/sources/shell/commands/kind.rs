//! What a file with commands is: what a shell or an agent remembers, a log, or a script.

use crate::audit::finding::Kind;

/// Folders in which coding agents keep their sessions.
const AGENTS: &[&str] = &[
    "/.claude/",
    "/.codex/",
    "/.gemini/",
    "/opencode/",
    "/.aider",
    "/.cursor/",
    "/.continue/",
    "/.copilot/",
    "/.goose/",
    "/goose/sessions/",
    "/.qwen/",
];

/// Ends of the names of scripts and of texts for people, whatever they are called.
const SCRIPTS: &[&str] = &[
    ".sh", ".bash", ".zsh", ".fish", ".ps1", ".bat", ".cmd", ".py", ".rb", ".js", ".ts", ".go",
    ".rs", ".java", ".md", ".rst", ".adoc", ".html", ".yml", ".yaml", ".toml", ".mk", ".groovy",
    ".tf", ".patch", ".diff",
];

/// Decides by the path, then by the first lines.
pub(in crate::audit::sources) fn of(path: &str, text: &str) -> Kind {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    if AGENTS.iter().any(|folder| path.contains(folder)) || name.ends_with(".jsonl") {
        return Kind::History;
    }
    if SCRIPTS.iter().any(|end| name.ends_with(end)) {
        return Kind::Script;
    }
    let is_history = ["history", "histfile", "zhistory", ".hist"].iter().any(|w| name.contains(w));
    if is_history || looks_remembered(text) {
        return Kind::History;
    }
    if is_log(path, &name) || looks_traced(text) {
        return Kind::Log;
    }
    Kind::Script
}

fn is_log(path: &str, name: &str) -> bool {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    let words = name.split(['.', '-', '_', ' ']);
    stem.ends_with(".log")
        || words.into_iter().any(|word| matches!(word, "log" | "logs" | "trace" | "console"))
        || matches!(name, "consoletext" | "typescript" | "nohup.out")
        || ["/logs/", "/_diag/", "/log/"].iter().any(|folder| path.contains(folder))
}

/// Times before the commands, as bash, zsh and fish write them.
fn looks_remembered(text: &str) -> bool {
    let digits = |text: &str| text.len() > 8 && text.bytes().all(|b| b.is_ascii_digit());
    let is_time = |line: &str| {
        line.strip_prefix('#').is_some_and(digits)
            || line.strip_prefix(": ").is_some_and(|rest| {
                rest.split_once(':').is_some_and(|(time, rest)| digits(time) && rest.contains(';'))
            })
    };
    let mut lines = text.lines().take(4);
    lines.any(is_time) || text.starts_with("- cmd: ")
}

/// Commands that a shell shows before it runs them, at the start of a line or after its time.
fn looks_traced(text: &str) -> bool {
    let traced = |line: &str| {
        let rest = line.trim_start_matches(|c: char| c.is_ascii_digit() || "[]TZ:.- ".contains(c));
        rest.starts_with("+ ") || rest.starts_with("++ ") || rest.starts_with("##[")
    };
    text.lines().take(400).filter(|line| traced(line)).count() > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_says_what_a_file_is() {
        for (path, kind) in [
            ("/home/a/.bash_history", Kind::History),
            ("/home/a/.bash_history.bak", Kind::History),
            ("/home/a/.zsh_history", Kind::History),
            ("/home/a/.local/share/fish/fish_history", Kind::History),
            ("C:/Users/a/ConsoleHost_history.txt", Kind::History),
            ("/home/a/.histfile", Kind::History),
            ("/home/a/.claude/projects/x/1.jsonl", Kind::History),
            ("/home/a/.gemini/tmp/x/logs.json", Kind::History),
            ("/builds/job.log", Kind::Log),
            ("/builds/job.log.2", Kind::Log),
            ("/builds/build-log.txt", Kind::Log),
            ("/var/lib/jenkins/jobs/x/builds/1/log", Kind::Log),
            ("/app/deploy.sh", Kind::Script),
            ("/app/history.sh", Kind::Script),
            ("/app/Dockerfile", Kind::Script),
            ("/app/login.txt", Kind::Script),
        ] {
            assert_eq!(of(path, ""), kind, "{path}");
        }
    }

    #[test]
    fn a_file_without_a_name_is_known_by_its_lines() {
        assert_eq!(of("/tmp/x", "#1712345680\nls\n"), Kind::History);
        assert_eq!(of("/tmp/x", ": 1712345680:0;ls\n"), Kind::History);
        assert_eq!(of("/tmp/x", "- cmd: ls\n  when: 1\n"), Kind::History);
        assert_eq!(of("/tmp/x", "2026-01-01T10:00:00.1Z + docker ps\n"), Kind::Log);
        assert_eq!(of("/tmp/x", "docker ps\n"), Kind::Script);
    }
}
