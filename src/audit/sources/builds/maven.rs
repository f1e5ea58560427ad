//! Maven: servers of `settings.xml` whose id is a registry, and the logins of plug-ins that build
//! images (jib, docker-maven-plugin, Spring Boot) in a project.

use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::hosts;
use crate::audit::places::Places;
use crate::audit::sources::images::{self, HUB};
use crate::audit::sources::{File, Find, Source, login};

pub(crate) const SOURCE: Source = Source {
    id: "maven",
    about: "a registry login in Maven's settings or in a project",
    reference: "https://github.com/GoogleContainerTools/jib/blob/master/docs/faq.md",
    places: |places| {
        let names = [".m2/settings.xml", ".mvn/settings.xml"];
        let own = names.iter().map(|name| places.home.join(name));
        own.chain(Places::below(&places.system, "maven/settings.xml")).collect()
    },
    words: &["<server>", "<auth>", "<authConfig", "publishRegistry", "builderRegistry", "<server "],
    find: Find::Map(find),
};

/// Words in the ids of servers that are no registries of images.
const PACKAGES: &[&str] = &[
    "maven",
    "repo",
    "oss",
    "sonatype",
    "snapshot",
    "snapshots",
    "release",
    "releases",
    "central",
    "npm",
    "pkg",
    "packages",
    "github",
    "repository",
    "jcenter",
    "jitpack",
    "apache",
    "ftp",
    "ssh",
];

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    match here.name() {
        Some("server") => {
            let id = here.text(&["id"]).filter(|id| is_image_server(id));
            if let Some(id) = id
                && here.map_above().is_some_and(|map| map.is_named(&["servers"]))
            {
                login::take(here, Some(id), found);
            }
        }
        Some("auth") => {
            let image = here.map_above().filter(|map| map.is_named(&["from", "to"]));
            if let Some(image) = image.and_then(|map| map.text(&["image"])) {
                login::take(here, images::of_image(image), found);
            }
        }
        Some("authConfig") => plugin(here, here, found),
        Some("push" | "pull") => {
            let config = here.map_above().filter(|map| map.is_named(&["authConfig"]));
            if let Some(config) = config {
                plugin(here, config, found);
            }
        }
        Some("publishRegistry" | "builderRegistry") => {
            login::take(here, here.text(&["url"]).or(Some(HUB)), found);
        }
        _ => {}
    }
}

/// A login of docker-maven-plugin, whose registry is beside its `authConfig`.
fn plugin(here: &Here<'_>, config: &Here<'_>, found: &mut Vec<Found>) {
    let beside = config.map_above().and_then(|map| map.text(&["registry", "pushRegistry"]));
    login::take(here, beside.or(Some(HUB)), found);
}

/// Whether the id of a server is a host of images, or says so.
fn is_image_server(id: &str) -> bool {
    let lower = id.trim().to_ascii_lowercase();
    let host = hosts::host(&lower);
    let has_package = || host.split(['.', '-', '_']).any(|part| PACKAGES.contains(&part));
    hosts::is_registry(&lower)
        || ["docker", "dockerhub", "docker-hub", "docker-registry", "container-registry"]
            .contains(&host)
        || (hosts::looks_like_host(host) && !has_package() && !hosts::is_other(host))
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    #[test]
    fn servers_that_are_registries_are_found() {
        let text = "<settings>\n <servers>\n  <server><id>ghcr.io</id><username>ada</username><password>s3cret-word</password></server>\n  <server>\n   <id>reg.example.com:5000</id>\n   <username>bob</username>\n   <password>0ther-word</password>\n  </server>\n  <server><id>nexus-releases</id><username>cy</username><password>th1rd-word</password></server>\n  <server><id>maven.pkg.github.com</id><username>cy</username><password>th1rd-word</password></server>\n </servers>\n</settings>\n";
        assert_eq!(
            logins("settings.xml", text),
            [
                Login::of("maven", "ghcr.io", "ada", "s3cret-word", 3),
                Login::of("maven", "reg.example.com:5000", "bob", "0ther-word", 7),
            ]
        );
    }

    #[test]
    fn plugins_of_a_project_are_found() {
        let text = "<project><build>\n<configuration><to><image>reg.example.com/a</image><auth><username>ada</username>\n<password>s3cret-word</password></auth></to></configuration>\n<configuration><registry>quay.io</registry><authConfig><push><username>bob</username><password>0ther-word</password></push></authConfig></configuration>\n<docker><publishRegistry><username>cy</username><password>th1rd-word</password><url>https://docker.example.com/v1/</url></publishRegistry></docker>\n</build></project>\n";
        assert_eq!(
            logins("pom.xml", text),
            [
                Login::of("maven", "reg.example.com/a", "ada", "s3cret-word", 3),
                Login::of("maven", "quay.io", "bob", "0ther-word", 4),
                Login::of("maven", "https://docker.example.com/v1/", "cy", "th1rd-word", 5),
            ]
        );
    }

    #[test]
    fn other_passwords_are_clean() {
        clean("a.xml", &["<db><auth><user>u</user><password>s3cret-word</password></auth></db>"]);
        clean("settings.xml", &["<settings><server><id>ghcr.io</id><password>x"]);
    }
}
