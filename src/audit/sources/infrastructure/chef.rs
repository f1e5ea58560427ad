//! Chef's recipes and Puppet's manifests: the resource that logs in to a registry.

use crate::audit::finding::Found;
use crate::audit::sources::blocks::{self, Block};
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "chef-puppet",
    about: "a registry login in a Chef recipe or a Puppet manifest",
    reference: "https://github.com/sous-chefs/docker/blob/main/documentation/docker_registry.md",
    places: |_| Vec::new(),
    words: &["docker_registry", "docker::registry"],
    find: Find::Text(find),
};

fn find(file: &File<'_>, found: &mut Vec<Found>) {
    let name = file.name();
    let is_ruby = name.contains(".rb");
    if !is_ruby && !name.contains(".pp") {
        return;
    }
    let blocks = blocks::read(file.document.text, is_ruby);
    for block in &blocks {
        let is_resource = block.is("docker_registry") || block.is("docker::registry");
        if !is_resource && !is_of_class(block, &blocks) {
            continue;
        }
        if let Some(password) = block.field(&["password"]) {
            let named = match is_resource {
                true => block.names.get(1).or(block.title.as_ref()),
                false => block.names.first(),
            };
            let named = named.map(String::as_str);
            let registry = block.text(&["serveraddress", "server"]).or(named);
            let username = block.text(&["username"]);
            found.push(password.found(registry, username));
        }
    }
}

/// Whether a block is one of the registries of Puppet's class `docker::registry_auth`.
fn is_of_class(block: &Block, blocks: &[Block]) -> bool {
    let above = |block: &Block| blocks.get(block.up?);
    let registries = above(block).filter(|above| above.is("registries"));
    let class = registries.and_then(above);
    class.and_then(|class| class.title.as_deref()) == Some("docker::registry_auth")
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    #[test]
    fn recipes_and_manifests_are_found() {
        let recipe = "docker_registry 'https://reg.example.com/' do\n  username 'ada'\n  password 's3cret-word' # here\n  email 'a@b.example'\nend\n\ndocker_registry 'hub' do\n  serveraddress 'https://index.docker.io/v1/'\n  username 'bob'\n  password '0ther-word'\nend\n";
        assert_eq!(
            logins("default.rb", recipe),
            [
                Login::of("chef-puppet", "https://reg.example.com/", "ada", "s3cret-word", 3),
                Login::of("chef-puppet", "https://index.docker.io/v1/", "bob", "0ther-word", 10),
            ]
        );
        let manifest = "class a {\n  docker::registry { 'reg.example.com:5000':\n    username => 'ada',\n    password => 's3cret-word',\n  }\n  docker::registry { 'ghcr.io': username => 'bob', password => '0ther-word' }\n}\n";
        assert_eq!(
            logins("init.pp", manifest),
            [
                Login::of("chef-puppet", "reg.example.com:5000", "ada", "s3cret-word", 4),
                Login::of("chef-puppet", "ghcr.io", "bob", "0ther-word", 6),
            ]
        );
    }

    #[test]
    fn references_and_other_resources_are_clean() {
        let recipe = "docker_registry 'h' do\n  password node['p']\nend\nuser 'a' do\n  password 's3cret-word'\nend\n";
        clean("default.rb", &[recipe]);
        clean(
            "init.pp",
            &[
                "docker::registry { 'h': password => $p }\nuser { 'a': password => 's3cret-word' }\n",
            ],
        );
        clean("default.rb", &["docker_registry 'h' do\n password 'x"]);
    }
}
