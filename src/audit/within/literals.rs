//! Objects that stand in a program as they are, in JavaScript, TypeScript and Bicep: names without
//! quotes, texts in any quotes. They say what a file of JSON says, and are read as one.

use crate::audit::document::{MAX_DEPTH, Node, Value};
use crate::audit::sources::blocks::{self, Block};

/// Ends of the names of programs whose objects are read.
const PROGRAMS: &[&str] =
    &[".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".bicep", ".bicepparam"];

/// Words of which each object with a login has one.
const WORDS: &[&str] = &["assword", "auth:", "auth':", "auth\":", "SecretRef"];

/// The objects of a program as one tree; none, for most files.
#[must_use]
pub(in crate::audit) fn tree(name: &str, text: &str) -> Option<Node> {
    let is_program = PROGRAMS.iter().any(|end| name.ends_with(end));
    let has_word = || {
        WORDS.iter().any(|word| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some())
    };
    (is_program && (is_template(name) || has_word())).then(|| joined(blocks::read(text, false)))
}

/// Whether a file is Bicep, which is settings and no program: its parameters are as those of any
/// other.
#[must_use]
pub(in crate::audit) fn is_template(name: &str) -> bool {
    [".bicep", ".bicepparam"].iter().any(|end| name.ends_with(end))
}

/// Inner blocks stand behind those around them: each is put into its own from the last one on.
fn joined(mut blocks: Vec<Block>) -> Node {
    let mut inside: Vec<Vec<(String, Node, usize)>> = blocks.iter().map(|_| Vec::new()).collect();
    loop {
        let (Some(block), Some(mut children)) = (blocks.pop(), inside.pop()) else {
            break Node { value: Value::Null, line: 1 };
        };
        children.reverse();
        let name = block.names.last().cloned().unwrap_or_default();
        let (up, (node, depth)) = (block.up, node(block, children));
        match up.and_then(|up| inside.get_mut(up)) {
            Some(above) if depth < MAX_DEPTH => above.push((name, node, depth)),
            Some(_) => {}
            None => break node,
        }
    }
}

/// A block with what is in it, and how deep it is.
fn node(block: Block, children: Vec<(String, Node, usize)>) -> (Node, usize) {
    let depth = children.iter().map(|(_, _, depth)| depth + 1).max().unwrap_or_default();
    let begin = block.fields.first().map(|field| field.line);
    let line = begin.or_else(|| Some(children.first()?.1.line)).unwrap_or(1);
    if block.is_list {
        let items = children.into_iter().map(|(_, node, _)| node).collect();
        return (Node { value: Value::List(items), line }, depth);
    }
    let fields = block
        .fields
        .into_iter()
        .map(|field| (field.name, Node { value: Value::Text(field.value), line: field.line }));
    let children = children.into_iter().map(|(name, node, _)| (name, node));
    (Node { value: Value::Map(fields.chain(children).collect()), line }, depth)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use crate::audit::examine::examine;

    /// Rule, registry, user, secret and line of each finding.
    fn found(name: &str, text: &str) -> Vec<String> {
        let hits = examine(name, text).into_iter().map(|hit| {
            let found = hit.found;
            assert_eq!(found.pointer, "");
            let of = |text: Option<String>| text.unwrap_or_default();
            let secret = found.secret.expose_secret();
            format!(
                "{} {} {} {secret} {}",
                hit.rule,
                of(found.registry),
                of(found.username),
                found.line
            )
        });
        hits.collect()
    }

    #[test]
    fn objects_of_scripts_say_what_json_says() {
        let text = "export const settings: Settings = {\n  auths: {\n    'ghcr.io': { auth: 'YWRhOnMzY3JldC13b3Jk' },\n    \"r.lan\": {\n      username: 'bob', // his\n      password: `0ther-word`,\n    },\n  },\n};\n";
        let expected =
            ["docker-config ghcr.io ada s3cret-word 3", "docker-config r.lan bob 0ther-word 6"];
        for name in ["a.ts", "a.js", "a.config.mjs"] {
            assert_eq!(found(name, text), expected, "{name}");
        }
        assert!(found("a.txt", text).is_empty());
    }

    #[test]
    fn objects_of_bicep_end_with_their_lines() {
        let text = "resource group 'Microsoft.ContainerInstance/containerGroups@2023-05-01' = {\n  name: 'a'\n  properties: {\n    imageRegistryCredentials: [\n      {\n        server: 'acme.azurecr.io'\n        username: 'acme'\n        password: 's3cret-word'\n      }\n      { server: 'two.azurecr.io', username: 'acme', password: '0ther-word' }\n    ]\n  }\n}\n";
        let expected = [
            "registry-login acme.azurecr.io acme s3cret-word 8",
            "registry-login two.azurecr.io acme 0ther-word 10",
        ];
        assert_eq!(found("main.bicep", text), expected);
    }

    #[test]
    fn parameters_of_bicep_are_found_with_what_is_beside() {
        let text = "param registryServer string = 'acme.azurecr.io'\nparam registryUsername string = 'acme'\n@secure()\nparam registryPassword string = 's3cret-word'\n@secure()\nparam dockerHubToken string\n";
        let rule = "named-registry-secret";
        let expected = [format!("{rule} acme.azurecr.io acme s3cret-word 4")];
        assert_eq!(found("main.bicep", text), expected);
        let text = "using './main.bicep'\nparam dockerHubToken = 's3cret-word'\nparam tag = readEnvironmentVariable('X')\n";
        assert_eq!(found("main.bicepparam", text), [format!("{rule} docker.io  s3cret-word 2")]);
    }

    #[test]
    fn what_is_not_written_out_is_none() {
        for value in ["word", "process.env.WORD", "getWord('x')", "'a' + 'b'", "''"] {
            let text = format!(
                "const a = {{ auths: {{ 'r.lan': {{ username: 'a', password: {value} }} }} }};\n"
            );
            assert!(found("a.ts", &text).is_empty(), "{value}");
        }
        assert!(found("a.ts", "const a = { auths: { 'r.lan': { auth: 'YWRhOnMz").is_empty());
    }

    #[test]
    fn hostile_programs_end_soon() {
        for unit in ["{", "[{", "a: {", "}", "{ auths: {", "auth: 'x'\n", "a: [", "]}"] {
            let _ = examine("a.js", &format!("auth: {}", unit.repeat(100_000 / unit.len())));
        }
    }
}
