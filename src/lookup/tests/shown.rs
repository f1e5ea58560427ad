//! Which clients are on a machine, and which of them come to the same.

use super::*;

fn presence(here: &Here, name: &str) -> Presence {
    let view = View::default();
    let world = World::new(&here.places, &view, &ask);
    let all = ask_all(&Question::of("ghcr.io/a").unwrap(), &world);
    let (client, _) = all.iter().find(|(_, answer)| answer.clients.contains(&name)).unwrap();
    client.presence(name, &world)
}

#[test]
fn a_client_is_known_by_its_own_program() {
    let here = Here::new();
    for name in ["docker", "buildx", "compose", "docker build (classic)", "crane", "kubernetes"] {
        assert_eq!(presence(&here, name), Presence::Missing, "{name}");
    }
    for name in ["docker", "cosign", "buildah", "kubectl"] {
        here.program(name);
    }
    for name in ["docker", "cosign", "buildah", "kubernetes"] {
        assert_eq!(presence(&here, name), Presence::Installed, "{name}");
    }
    for name in ["crane", "ko", "podman", "buildx"] {
        assert_eq!(presence(&here, name), Presence::Missing, "{name}");
    }
    for name in ["docker build (classic)", "docker-py", "jib", "testcontainers-go"] {
        assert_eq!(presence(&here, name), Presence::Unknown, "{name}");
    }
}

#[test]
#[cfg(unix)]
fn plug_ins_are_found_in_their_folders_and_clients_by_their_settings() {
    let here = Here::new();
    here.program("x");
    for (folder, name) in [
        ("home/.docker/cli-plugins", "docker-buildx"),
        ("root/usr/libexec/docker/cli-plugins", "docker-compose"),
    ] {
        let folder = here.dir.path().join(folder);
        fs::create_dir_all(&folder).unwrap();
        fs::copy(here.dir.path().join("bin/x"), folder.join(name)).unwrap();
    }
    here.file("run/containers/auth.json", "{}");
    for (name, wanted) in [
        ("buildx", Presence::Installed),
        ("compose", Presence::Installed),
        ("docker", Presence::Missing),
        ("podman", Presence::Installed),
        ("buildah", Presence::Missing),
    ] {
        assert_eq!(presence(&here, name), wanted, "{name}");
    }
}

#[test]
fn clients_that_come_to_the_same_are_one() {
    let here = Here::new();
    here.file("home/.docker/config.json", &format!("{{{}}}", auths(&[("ghcr.io", "ada")])));
    let blocks = |image: &str| -> Vec<String> {
        let view = View::default();
        let world = World::new(&here.places, &view, &ask);
        let all = ask_all(&Question::of(image).unwrap(), &world);
        let answers = all.iter().map(|(_, answer)| (answer.clients.to_vec(), answer));
        merged(answers).iter().map(|block| block.clients.join(" ")).collect()
    };
    let [same, cluster] = &blocks("ghcr.io/a")[..] else { panic!("{:?}", blocks("ghcr.io/a")) };
    // crane has looked for the repository before, and helm in its own file.
    assert!(same.starts_with("docker buildx compose ") && same.contains("crane"), "{same}");
    assert!(same.contains("helm") && same.contains("jib"), "{same}");
    assert_eq!(cluster, "kubernetes");
    // Where nothing is found it matters who has looked where.
    here.file("run/containers/auth.json", "{}");
    let none = blocks("quay.io/a");
    assert!(none[0].starts_with("docker ") && !none[0].contains("podman"), "{none:?}");
    // Plain text behind a helper is no answer to Docker, and one to Podman.
    let plain = auths(&[("ghcr.io", "ada")]);
    here.file("home/.docker/config.json", &format!(r#"{{"credsStore":"imgsec",{plain}}}"#));
    let with_helper = blocks("ghcr.io/a");
    assert!(with_helper.iter().any(|block| block.starts_with("podman ")), "{with_helper:?}");
}
