//! Amazon's ECS agent: a variable that holds the logins of its registries, in both of its forms.

use crate::audit::auths;
use crate::audit::document::{self, Format, Here, Node};
use crate::audit::finding::Found;
use crate::audit::places::Places;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "ecs-agent",
    about: "a registry login of the ECS agent",
    reference: "https://github.com/aws/amazon-ecs-agent/blob/master/agent/dockerclient/dockerauth/doc.go",
    places: |places| Places::below(&places.system, "ecs/ecs.config"),
    words: &["ECS_ENGINE_AUTH_DATA"],
    find: Find::Text(find),
};

const NAME: &str = "ECS_ENGINE_AUTH_DATA";

fn find(file: &File<'_>, found: &mut Vec<Found>) {
    // Most files have none, and may be megabytes.
    if memchr::memmem::find(file.document.text.as_bytes(), NAME.as_bytes()).is_none() {
        return;
    }
    for (number, line) in file.document.text.lines().enumerate() {
        let Some((_, value)) = line.split_once(NAME) else { continue };
        let begin = found.len();
        for tree in trees(value) {
            entries(&tree, found);
        }
        for there in &mut found[begin..] {
            there.line = number + 1;
            there.pointer.clear();
        }
    }
}

fn entries(tree: &Node, found: &mut Vec<Found>) {
    let here = Here::root(tree);
    auths::find(&here, found);
    for (registry, entry) in here.fields().filter(|(name, _)| *name != "auths") {
        auths::entry_of(registry, &entry, found);
    }
}

/// The object in what comes after the name of the variable; its quotes may be escaped.
fn trees(value: &str) -> Vec<Node> {
    let Some((_, rest)) = value.split_once('{') else { return Vec::new() };
    let body = rest.rfind('}').map_or("", |end| &rest[..end]);
    let whole = format!("{{{body}}}");
    let parsed = document::parse(Format::Json, &whole);
    parsed
        .or_else(|| document::parse(Format::Json, &whole.replace("\\\"", "\"")))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    const HUB: &str = "https://index.docker.io/v1/";

    #[test]
    fn both_types_are_found() {
        let text = "ECS_CLUSTER=a\nECS_ENGINE_AUTH_TYPE=docker\nECS_ENGINE_AUTH_DATA={\"https://index.docker.io/v1/\":{\"username\":\"ada\",\"password\":\"s3cret-word\",\"email\":\"a@b.example\"}}\n";
        assert_eq!(
            logins("ecs.config", text),
            [Login::of("ecs-agent", HUB, "ada", "s3cret-word", 3)]
        );
        let text = "ECS_ENGINE_AUTH_TYPE=dockercfg\nECS_ENGINE_AUTH_DATA={\"https://index.docker.io/v1/\":{\"auth\":\"YWRhOnMzY3JldC13b3Jk\",\"email\":\"a@b.example\"}}\n";
        assert_eq!(
            logins("ecs.config", text),
            [Login::of("ecs-agent", HUB, "ada", "s3cret-word", 2)]
        );
    }

    #[test]
    fn a_script_that_writes_it_is_found() {
        for text in [
            "echo 'ECS_ENGINE_AUTH_DATA={\"ghcr.io\":{\"username\":\"ada\",\"password\":\"s3cret-word\"}}' >> /etc/ecs/ecs.config",
            "echo \"ECS_ENGINE_AUTH_DATA={\\\"ghcr.io\\\":{\\\"username\\\":\\\"ada\\\",\\\"password\\\":\\\"s3cret-word\\\"}}\" >> x",
        ] {
            let expected = [Login::of("ecs-agent", "ghcr.io", "ada", "s3cret-word", 1)];
            assert_eq!(logins("user-data.sh", text), expected);
        }
    }

    #[test]
    fn no_login_is_clean() {
        clean("ecs.config", &["ECS_ENGINE_AUTH_DATA={}\nECS_ENGINE_AUTH_DATA=\n"]);
        clean("ecs.config", &["ECS_ENGINE_AUTH_DATA={\"a\":{\"password\":\"x\"\n"]);
    }
}
