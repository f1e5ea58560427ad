//! Documents in files that as a whole have no structure, or none that their names say: what a script
//! writes (`cat > FILE <<EOF`), YAML with a template's expressions or errors in it, sections of INI.

mod excerpts;
mod outline;
mod sections;

use std::cell::LazyCell;
use std::collections::HashSet;
use std::sync::LazyLock;

use memchr::memmem;

use crate::audit::document::{self, Format, Lines, Node, Value};
use crate::audit::words::Words;
use crate::audit::{prefilter, program};

/// How many words may stand after `<<` whose end is missing.
const MAX_OPEN: usize = 16;

/// How many documents a text may hold.
const MAX_DOCUMENTS: usize = 2_000;

/// What stands for `{{` and `}}` while a template is read: characters that no text has.
const MARKS: [(&str, &str); 2] = [("{{", "\u{f8f0}"), ("}}", "\u{f8f1}")];

/// What stands for a quote in an expression: `"{{env "TOKEN"}}"`, as regsync has it.
const QUOTE: (char, char) = ('"', '\u{f8f2}');

/// Words of which each document with a login has one.
static WORDS: LazyLock<Option<Words>> =
    LazyLock::new(|| Words::new(["pass", "token", "auth", "dockerc"]));

/// The trees of a file, or of what can be read of it, with its lines.
#[must_use]
pub(in crate::audit) fn of_file(name: &str, text: &str) -> Vec<Node> {
    let mut found = documents(text);
    if program::is_one(name) {
        found.extend(excerpts::of_program(text));
    }
    if !found.is_empty() {
        return found;
    }
    let has_login = || WORDS.as_ref().is_none_or(|words| words.are_in(text.as_bytes()));
    match document::named(name) {
        Some(Format::Yaml) if has_login() => outline::trees(text),
        None if is_yaml(text) && has_login() => {
            document::parse(Format::Yaml, text).unwrap_or_default()
        }
        _ if sections::may_be_in(text) && has_login() => sections::tree(text).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Whether a text begins as YAML does: its first two lines are names with a colon, or items.
fn is_yaml(text: &str) -> bool {
    let is_said = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let mut lines = text.lines().filter(is_said).skip_while(|line| line.trim_end() == "---");
    let is_line = |line: &str| {
        let line = line.trim().trim_start_matches("- ");
        let (name, value) = line.split_once(':').unwrap_or_default();
        let is_name = |b: u8| b.is_ascii_alphanumeric() || b"_-./".contains(&b);
        !name.is_empty()
            && name.bytes().all(is_name)
            && (value.is_empty() || value.starts_with(' '))
    };
    // The history of fish has its own reader.
    !text.starts_with("- cmd: ") && (0..2).all(|_| lines.next().is_some_and(is_line))
}

/// The trees of all documents in a text, with the lines of the text.
#[must_use]
pub fn documents(text: &str) -> Vec<Node> {
    let mut found = heredocs(text);
    found.extend(excerpts::documents(text));
    if found.is_empty() { template(text) } else { found }
}

/// The trees of what a script writes.
fn heredocs(text: &str) -> Vec<Node> {
    let lines = LazyCell::new(|| Lines::of(text));
    let mut found = Vec::new();
    let mut open = HashSet::new();
    let mut next = 0;
    while let Some(at) = memmem::find(&text.as_bytes()[next..], b"<<") {
        let line = &text[next + at..];
        let line = line.split_once('\n').map_or(line, |(line, _)| line);
        next += at + line.len();
        if found.len() >= MAX_DOCUMENTS {
            break;
        }
        let Some(word) = heredoc(line).filter(|word| !open.contains(word)) else { continue };
        let body = text.get(next + 1..).unwrap_or_default();
        let Some(length) = end(body, word) else {
            if open.len() == MAX_OPEN {
                break;
            }
            open.insert(word);
            continue;
        };
        let begin = next;
        let trees = read(&body[..length]);
        found.extend(trees.into_iter().map(|tree| tree.placed(&|n| lines.line(begin) + n)));
        next += 1 + length;
    }
    found
}

/// Where the line begins that is nothing but this word.
fn end(body: &str, word: &str) -> Option<usize> {
    let blanks = [' ', '\t'];
    memmem::find_iter(body.as_bytes(), word).find_map(|at| {
        let before = body[..at].trim_end_matches(blanks);
        let after = body[at + word.len()..].trim_start_matches(blanks);
        let is_alone = (before.is_empty() || before.ends_with('\n'))
            && (after.is_empty() || after.starts_with('\n'));
        is_alone.then_some(before.len())
    })
}

/// The word that ends what follows a line: `<<EOF`, `<<-'EOF'`, `<< "EOF"`.
fn heredoc(line: &str) -> Option<&str> {
    let (_, after) = line.split_once("<<")?;
    let after = after.trim_start_matches(['-', '~']).trim_start();
    let after = after.trim_start_matches(['\'', '"', '\\']);
    let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
    let word = &after[..end];
    word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_').then_some(word)
}

/// The trees of a document whose name is not known.
fn read(text: &str) -> Vec<Node> {
    if !prefilter::may_hold_credentials(text.as_bytes()) {
        return Vec::new();
    }
    let formats: &[Format] = match text.trim_start().chars().next() {
        Some('{') => &[Format::Json, Format::Yaml],
        _ => &[Format::Toml, Format::Yaml],
    };
    let trees = formats.iter().find_map(|format| document::parse(*format, text));
    trees.unwrap_or_else(|| template(text))
}

/// The trees of YAML among a template's expressions: lines of nothing else are dropped, others stay
/// in the values as they are written.
fn template(text: &str) -> Vec<Node> {
    if memmem::find(text.as_bytes(), b"{{").is_none() {
        return Vec::new();
    }
    let mut marked = String::with_capacity(text.len());
    for line in text.lines() {
        let trimmed = line.trim();
        let is_dropped =
            trimmed.starts_with("{{") && trimmed.ends_with("}}") || trimmed.starts_with("{%");
        if !is_dropped && line.contains("{{") {
            marked.push_str(&hidden(line));
        } else if !is_dropped {
            marked.push_str(line);
        }
        marked.push('\n');
    }
    let trees = document::parse(Format::Yaml, &marked).unwrap_or_default();
    trees.into_iter().map(unmarked).collect()
}

/// A line with [`MARKS`], and with [`QUOTE`] in its expressions.
fn hidden(line: &str) -> String {
    let mut parts = line.split("{{");
    let mut marked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (inside, after) = part.split_once("}}").unwrap_or((part, ""));
        marked.push_str(MARKS[0].1);
        marked.push_str(&inside.replace("\\\"", "\"").replace(QUOTE.0, &QUOTE.1.to_string()));
        if inside.len() < part.len() {
            marked.push_str(MARKS[1].1);
        }
        marked.push_str(after);
    }
    marked.replace("}}", MARKS[1].1)
}

/// A tree as it was before [`MARKS`].
fn unmarked(mut node: Node) -> Node {
    let plain =
        |text: String| {
            let text = text.replace(QUOTE.1, &QUOTE.0.to_string());
            MARKS.iter().fold(text, |text, (plain, mark)| {
                if text.contains(mark) { text.replace(mark, plain) } else { text }
            })
        };
    node.value = match node.value {
        Value::Text(text) => Value::Text(plain(text)),
        Value::List(items) => Value::List(items.into_iter().map(unmarked).collect()),
        Value::Map(entries) => Value::Map(
            entries.into_iter().map(|(name, node)| (plain(name), unmarked(node))).collect(),
        ),
        Value::Null => Value::Null,
    };
    node
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::audit::examine::examine;

    /// Rule, registry, secret and line of each finding.
    fn found(text: &str) -> Vec<(&'static str, String, String, usize)> {
        let hits = examine("install.sh", text).into_iter();
        hits.map(|hit| {
            assert_eq!(hit.found.pointer, "");
            let secret = hit.found.secret.expose_secret().to_owned();
            (hit.rule, hit.found.registry.unwrap_or_default(), secret, hit.found.line)
        })
        .collect()
    }

    #[test]
    fn what_a_script_writes_is_read_as_its_format() {
        let yaml = "#!/bin/sh\ncat > /etc/rancher/k3s/registries.yaml <<EOF\nconfigs:\n  r.lan:\n    auth:\n      username: ada\n      password: s3cret-word\nEOF\nk3s server\n";
        let expected =
            |rule, line| vec![(rule, "r.lan".to_owned(), "s3cret-word".to_owned(), line)];
        assert_eq!(found(yaml), expected("k3s-registries", 7));
        let toml = "set -e\ntee -a /etc/containerd/config.toml > /dev/null <<'END'\n[plugins.\"io.containerd.grpc.v1.cri\".registry.configs.\"r.lan\".auth]\npassword = \"s3cret-word\"\nEND\n";
        assert_eq!(found(toml), expected("containerd-config", 4));
        let json = "cat <<-EOF > ~/.docker/config.json\n{\n  \"auths\": {\"r.lan\": {\n    \"auth\": \"YWRhOnMzY3JldC13b3Jk\"}}\n}\n\tEOF\n";
        assert_eq!(found(json), expected("docker-config", 4));
    }

    #[test]
    fn a_template_is_read_around_its_expressions() {
        let text = "{{- if .Values.secret }}\nkind: Secret\nmetadata:\n  name: {{ .Release.Name }}-pull\n  labels:\n    {{- include \"app.labels\" . | nindent 4 }}\nstringData:\n  .dockerconfigjson: '{\"auths\":{\"r.lan\":{\"auth\":\"YWRhOnMzY3JldC13b3Jk\"}}}'\n  other: {{ .Values.other }}\n{{- end }}\n";
        let hits = found(text);
        assert_eq!(hits, [("k8s-pull-secret", "r.lan".to_owned(), "s3cret-word".to_owned(), 8)]);
        let trees = documents("a: {{ .Values.a }}\n");
        assert_eq!(trees[0].get("a").unwrap().text(), Some("{{ .Values.a }}"));
    }

    #[test]
    fn quotes_in_an_expression_end_no_text() {
        let text = "creds:\n- registry: r.lan\n  user: \"{{env \"U\"}}\"\n  pass: s3cret-word\n- pass: \"{{env \\\"P\\\"}}\"\n";
        let trees = documents(text);
        let items = trees[0].get("creds").unwrap().items();
        assert_eq!(items[0].get("user").unwrap().text(), Some("{{env \"U\"}}"));
        assert_eq!(items[0].get("pass").unwrap().text(), Some("s3cret-word"));
        assert_eq!(items[1].get("pass").unwrap().text(), Some("{{env \"P\"}}"));
    }

    #[test]
    fn yaml_is_read_under_any_name_where_it_begins_so() {
        let text = "# halyard\ncurrentDeployment: default\ndeploymentConfigurations:\n- name: default\n  providers:\n    dockerRegistry:\n      accounts:\n      - name: lan\n        address: https://r.lan\n        username: ada\n        password: s3cret-word\n";
        let expected =
            [("registry-login", "https://r.lan".to_owned(), "s3cret-word".to_owned(), 11)];
        assert_eq!(found(text), expected);
        assert!(found(&format!("Some words.\n{text}")).is_empty());
        assert!(found(&format!("{text}x: [\n")).is_empty());
    }

    #[test]
    fn scripts_without_documents_have_none() {
        for text in [
            "",
            "echo $((1 << 2))\n",
            "cat <<EOF\nauths\n",
            "cat << EOF\nauths: [\nEOF\n",
            "x <<< $y\n",
            "<<",
        ] {
            assert!(documents(text).is_empty(), "{text}");
        }
        let many: String = (0..50_000).map(|n| format!("cat <<W{n}\n")).collect();
        assert!(documents(&many).is_empty());
    }
}
