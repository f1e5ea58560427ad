//! One text, all sources: every credential in it, each once.

use std::collections::{HashMap, HashSet};

use base64ct::{Base64, Encoding};
use secrecy::ExposeSecret;

use super::document::{Document, Format, Here, Node, Value};
use super::finding::{Found, MAX_IN_FILE};
use super::prefilter::Wanted;
use super::sources::{self, File, Find};
use super::within::{inner, literals, loose, readings};
use super::{judge, registry};

/// How deep documents may lie in the texts of documents.
const MAX_INNER: usize = 4;

/// How deep readings may lie in readings: a patch in a file that an agent wrote.
const MAX_READINGS: usize = 3;

/// A credential and the source that found it.
#[derive(Debug)]
pub struct Hit {
    /// The name of the source.
    pub rule: &'static str,
    /// What it found.
    pub found: Found,
}

/// How many bytes the credentials of one text may have.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// What was found in a text.
#[derive(Debug, Default)]
pub struct Examined {
    /// In the order of its lines.
    pub hits: Vec<Hit>,
    /// Why it was looked at only in part.
    pub is_partial: Option<&'static str>,
    bytes: usize,
}

impl Examined {
    /// Takes in what a source found, as long as there is room.
    fn collect(&mut self, rule: &'static str, find: impl FnOnce(&mut Vec<Found>)) {
        if self.is_full() {
            return;
        }
        let mut all = Vec::new();
        find(&mut all);
        for found in all {
            self.bytes += found.size();
            if self.hits.len() == MAX_IN_FILE || self.bytes > MAX_BYTES {
                self.is_partial = Some("more credentials than are reported of one file");
                return;
            }
            self.hits.push(Hit { rule, found });
        }
    }

    fn is_full(&self) -> bool {
        self.is_partial.is_some()
    }
}

/// Every credential in a text, in the order of its lines; the same secret on the same line once for
/// each registry. What is no credential (a placeholder, a reference, ciphertext) is among them:
/// [`judge`] knows.
#[must_use]
pub fn examine(path: &str, text: &str) -> Vec<Hit> {
    look(path, text).hits
}

/// [`examine`], and whether it was all.
#[must_use]
pub fn look(path: &str, text: &str) -> Examined {
    look_at(path, text, 0)
}

/// [`look`] at a text that is so many readings deep in a file.
fn look_at(path: &str, text: &str, depth: usize) -> Examined {
    let mut all = Examined::default();
    let wanted = Wanted::of(text);
    if !wanted.documents && !wanted.sources.contains(&true) {
        return all;
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let document = Document::read(name, text);
    let file = File { path, document: &document };
    for tree in &document.trees {
        visit(&file, &Here::root(tree), 0, &mut all);
    }
    if document.trees.is_empty() && wanted.documents {
        let name = if document.is_too_large { "" } else { name };
        for tree in &loose::of_file(name, text) {
            visit(&file, &Here::root(tree), 0, &mut all);
        }
        // A pointer needs a file that has a structure as a whole.
        all.hits.iter_mut().for_each(|hit| hit.found.pointer.clear());
    }
    let values = Values::of(&document, &all.hits);
    for (source, _) in sources::ALL.iter().zip(&wanted.sources).filter(|(_, is_wanted)| **is_wanted)
    {
        if let Find::Text(find) = source.find {
            all.collect(source.id, |found| {
                find(&file, found);
                found.retain(|found| !values.say(found));
            });
        }
    }
    if document.trees.is_empty() && wanted.documents {
        look_at_literals(&file, &mut all);
    }
    if depth < MAX_READINGS {
        look_again(&file, depth, &mut all);
    }
    keep_first(&mut all.hits);
    all.hits.sort_by_key(|hit| hit.found.line);
    if document.is_too_large {
        all.is_partial = Some("more values than are read of one file");
    }
    all
}

/// Shows the objects of a program to the sources.
fn look_at_literals(file: &File<'_>, all: &mut Examined) {
    let mut known = std::mem::take(&mut all.hits);
    if let Some(tree) = literals::tree(file.name(), file.document.text) {
        visit(file, &Here::root(&tree), 0, all);
    }
    // A `registry` of a program may be one of packages: one of images says where it is.
    let is_template = literals::is_template(file.name());
    all.hits.retain(|hit| hit.found.registry.is_some() || is_template);
    all.hits.iter_mut().for_each(|hit| hit.found.pointer.clear());
    if is_template {
        all.hits.append(&mut known);
    } else {
        known.append(&mut all.hits);
        all.hits = known;
    }
}

/// Looks at the other readings of a file: what only one of them shows stands behind what is known.
fn look_again(file: &File<'_>, depth: usize, all: &mut Examined) {
    for reading in readings::of(file.path, file.document) {
        for mut hit in look_at(&reading.path, &reading.text, depth + 1).hits {
            hit.found.line = reading.line(hit.found.line);
            if hit.found.line == 0 {
                continue;
            }
            hit.found.pointer.clear();
            all.collect(hit.rule, |found| found.push(hit.found));
        }
    }
}

/// A secret, and its registry in its one spelling.
type Login = (String, String);

/// What sources found in documents that are values of the file, and where each value lies: a source
/// that reads lines finds it once more, on a line inside the value.
struct Values(HashMap<Login, Vec<(usize, usize)>>);

impl Values {
    fn of(document: &Document<'_>, hits: &[Hit]) -> Self {
        let mut ends = HashMap::new();
        // A text of JSON has one line, whatever it says.
        if document.format != Format::Json && !hits.is_empty() {
            document.trees.iter().for_each(|tree| texts(tree, &mut ends));
        }
        let mut logins: HashMap<Login, Vec<(usize, usize)>> = HashMap::new();
        for Hit { found, .. } in hits {
            let Some(end) = ends.get(&found.line) else { continue };
            let [named, unnamed] = [login(found), (login(found).0, registry::name(None))];
            for login in [named, unnamed] {
                logins.entry(login).or_default().push((found.line, *end));
            }
        }
        logins.values_mut().for_each(|values| values.sort_unstable());
        Self(logins)
    }

    fn say(&self, found: &Found) -> bool {
        let Some(values) = self.0.get(&login(found)) else { return false };
        let next = values.partition_point(|(begin, _)| *begin <= found.line);
        next.checked_sub(1).and_then(|at| values.get(at)).is_some_and(|(_, end)| found.line <= *end)
    }
}

fn login(found: &Found) -> Login {
    (found.secret.expose_secret().to_owned(), registry::name(found.registry.as_deref()))
}

/// Gathers where the texts of several lines end, by the lines on which they begin.
fn texts(node: &Node, ends: &mut HashMap<usize, usize>) {
    match &node.value {
        Value::Map(entries) => entries.iter().for_each(|(_, node)| texts(node, ends)),
        Value::List(items) => items.iter().for_each(|node| texts(node, ends)),
        Value::Text(text) => {
            let count = memchr::memchr_iter(b'\n', text.trim_end().as_bytes()).count();
            if count > 0 {
                // The line of a block may be the one of its name.
                ends.insert(node.line, node.line + count + 1);
            }
        }
        Value::Null => {}
    }
}

/// Keeps what the first source found of a secret on a line: a structured source knows more of a
/// place than the one that reads lines. One source may find it for several registries. Base64 of
/// what is found is not found once more, and a bare token that a login has is that login's.
fn keep_first(hits: &mut Vec<Hit>) {
    // What is the default of a variable is the same as without it.
    let said = |found: &Found| judge::literal(found.secret.expose_secret()).to_owned();
    let encoded = |hit: &Hit| Base64::encode_string(said(&hit.found).as_bytes());
    let encoded: HashSet<_> = hits.iter().map(|hit| (hit.found.line, encoded(hit))).collect();
    let bare = |hit: &Hit| sources::BARE.contains(&hit.rule);
    let known: HashSet<_> =
        hits.iter().filter(|hit| !bare(hit)).map(|hit| said(&hit.found)).collect();
    let mut owners = HashMap::new();
    let mut seen = HashSet::new();
    hits.retain(|hit| {
        let found = &hit.found;
        let secret = (found.line, said(found));
        if bare(hit) && known.contains(&secret.1) {
            return false;
        }
        if encoded.contains(&secret) {
            return false;
        }
        let owner = *owners.entry(secret.clone()).or_insert(hit.rule);
        owner == hit.rule && seen.insert((secret, found.registry.clone()))
    });
}

/// Shows a value and all below it to the sources.
fn visit(file: &File<'_>, here: &Here<'_>, depth: usize, all: &mut Examined) {
    if all.is_full() {
        return;
    }
    match &here.node.value {
        Value::Null => {}
        Value::Map(_) => {
            for source in sources::ALL {
                if let Find::Map(find) = source.find {
                    all.collect(source.id, |found| find(file, here, found));
                }
            }
            here.fields().for_each(|(_, at)| visit(file, &at, depth, all));
        }
        Value::List(_) => here.items().for_each(|at| visit(file, &at, depth, all)),
        Value::Text(text) if depth < MAX_INNER => {
            let trees: Vec<Node> = inner::trees(text);
            for node in &trees {
                visit(file, &here.inner(node), depth + 1, all);
            }
        }
        Value::Text(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_in_json_in_yaml_is_found_at_the_line_of_the_text() {
        let text = "kind: Secret\nstringData:\n  .dockerconfigjson: '{\"auths\":{\"ghcr.io\":{\"auth\":\"YWRhOnMzY3JldC13b3Jk\"}}}'\n";
        let hits = examine("a/secret.yaml", text);
        assert_eq!(hits.len(), 1);
        let found = &hits[0].found;
        assert_eq!(found.registry.as_deref(), Some("ghcr.io"));
        assert_eq!(found.username.as_deref(), Some("ada"));
        assert_eq!((found.line, found.pointer.as_str()), (3, "/stringData/.dockerconfigjson"));
        assert_eq!(found.secret.expose_secret(), "s3cret-word");
    }

    /// Rules and lines of what is found.
    fn found(path: &str, text: &str) -> Vec<(&'static str, usize)> {
        examine(path, text).iter().map(|hit| (hit.rule, hit.found.line)).collect()
    }

    #[test]
    fn a_login_deep_in_a_value_is_found_once_and_on_other_lines_again() {
        let text = "write_files:\n- path: /c.toml\n  content: |\n    [[runners]]\n    environment = [\"DOCKER_AUTH_CONFIG={\\\"auths\\\":{\\\"ghcr.io\\\":{\\\"auth\\\":\\\"YWRhOnMzY3JldC13b3Jk\\\"}}}\"]\nruncmd:\n- ls\n- ls\n";
        assert_eq!(found("a.yaml", text).len(), 1);
        let more = format!("{text}- docker login -u ada -p s3cret-word ghcr.io\n");
        let lines: Vec<_> = found("a.yaml", &more).into_iter().map(|(_, line)| line).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[1], 9);
    }

    #[test]
    fn base64_of_a_password_is_no_second_one() {
        let text = "kind: Secret\nmetadata:\n{{- if .x }}\n{{- end }}\n  name: a\ndata:\n  DOCKERHUB_TOKEN: czNjcmV0LXdvcmQ=\n";
        assert_eq!(found("a.yaml", text), [("k8s-basic-auth", 7)]);
    }
}
