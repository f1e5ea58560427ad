//! Salt's pillars and Puppet's data: maps of registries, by the name of the map.

use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::sources::{File, Find, Source, login};

pub(crate) const SOURCE: Source = Source {
    id: "salt-pillar",
    about: "a registry login in a Salt pillar or in Puppet's data",
    reference: "https://docs.saltproject.io/en/latest/ref/modules/all/salt.modules.dockermod.html",
    places: |_| Vec::new(),
    words: &["docker-registries", "docker::regist", "docker_registries", "docker-auths"],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    let mut names = here.names();
    let (Some(registry), Some(map)) = (names.next(), names.next()) else { return };
    if map.ends_with("docker-registries")
        || map.ends_with("docker_registries")
        || matches!(map, "docker::registry_auth::registries" | "docker::registries")
    {
        // An address in the entry says more than a name of the entry.
        let written = here.text(&["server", "registry", "url"]).unwrap_or(registry);
        login::take(here, Some(written), found);
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    #[test]
    fn registries_of_pillars_and_data_are_found() {
        let text = "docker-registries:\n  hub.acme.example:\n    email: a@b.example\n    username: ada\n    password: s3cret-word\nstage-docker-registries:\n  reg.example.com: {username: bob, password: 0ther-word}\n";
        assert_eq!(
            logins("pillar.sls.yaml", text),
            [
                Login::of("salt-pillar", "hub.acme.example", "ada", "s3cret-word", 5),
                Login::of("salt-pillar", "reg.example.com", "bob", "0ther-word", 7),
            ]
        );
        let data = "docker::registry_auth::registries:\n  'reg.example.com:5000':\n    username: ada\n    password: s3cret-word\n";
        assert_eq!(
            logins("common.yaml", data),
            [Login::of("salt-pillar", "reg.example.com:5000", "ada", "s3cret-word", 4)]
        );
        clean("p.yaml", &["docker-registries:\n  ghcr.io: {username: ada}\n"]);
        clean("p.yaml", &["docker-registries: {a: {password: [\n"]);
    }
}
