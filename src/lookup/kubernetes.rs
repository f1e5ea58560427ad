//! How a cluster finds a credential: from an `imagePullSecret`, and from the files of the kubelet on
//! its node, which know no helper (kubernetes `pkg/credentialprovider/{config,keyring}.go`).

use std::path::PathBuf;

use super::auth_entry::Entry;
use super::auth_file::{Names, Part};
use super::{Answer, Found, Places, Question, Source, Trail, World};
use crate::registry::image::Image;

/// What a kubelet on this machine would use; nothing of this user's.
pub(super) fn look_up(question: &Question, world: &World<'_>) -> Vec<Answer> {
    let image = &question.image;
    let mut trail = Trail::default();
    for path in files(world.places) {
        let source = Source::File(path.clone());
        let file = world.auth_file(&path, Names::AnyCase);
        if let Some(fault) = file.unmarshal_fault(|part| part == Part::Entry || part == Part::Auths)
        {
            trail.look(source, image.registry(), Found::Trouble(fault.reason()));
            continue;
        }
        let mut entries: Vec<&Entry> = file.entries.iter().collect();
        // The longest key is tried first.
        entries.sort_by(|a, b| place(&b.key).cmp(place(&a.key)));
        let is_hub = |entry: &&&Entry| place(&entry.key) == "index.docker.io";
        let entry = entries
            .iter()
            .find(|entry| covers(&entry.key, image))
            .or_else(|| image.is_on_docker_hub().then(|| entries.iter().find(is_hub)).flatten());
        let login = entry.and_then(|entry| entry.login());
        let key = entry.map_or(image.registry(), |entry| entry.key.as_str());
        trail.look(source, key, Found::plain(login));
    }
    vec![trail.answer(&["kubernetes"])]
}

/// The files of a kubelet that are here.
fn files(places: &Places) -> Vec<PathBuf> {
    let kubelet = places.root.join("var/lib/kubelet");
    if !kubelet.is_dir() {
        return Vec::new();
    }
    let folders = [kubelet, places.root.join("root/.docker"), places.root.join(".docker")];
    folders.map(|folder| folder.join("config.json")).into_iter().filter(|f| f.is_file()).collect()
}

/// A key without its scheme and API root.
fn place(key: &str) -> &str {
    let rest = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://"));
    let rest = rest.unwrap_or(key);
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if path.len() < 2 || matches!(path, "/v1/" | "/v2/" | "/v1" | "/v2") { host } else { rest }
}

/// Whether a key, whose labels may be globs, covers the image: as many labels, the same port, and a
/// path that the image's begins with.
fn covers(key: &str, image: &Image) -> bool {
    let place = place(key);
    let (authority, path) = place.split_at(place.find('/').unwrap_or(place.len()));
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (host, Some(port)),
        _ => (authority, None),
    };
    let labels: Vec<_> = host.split('.').collect();
    let asked: Vec<_> = image.host().split('.').collect();
    port == image.port()
        && format!("/{}", image.repository()).starts_with(path)
        && labels.len() == asked.len()
        && labels.iter().zip(asked).all(|(glob, label)| is_match(glob, label))
}

/// A label against a glob of `*` and `?`, in a time that is at most the product of their lengths.
fn is_match(glob: &str, label: &str) -> bool {
    let (glob, label) = (glob.as_bytes(), label.as_bytes());
    let (mut g, mut l) = (0, 0);
    // Behind the last star, and how much of the label it covers.
    let mut star: Option<(usize, usize)> = None;
    while l < label.len() {
        match glob.get(g) {
            Some(b'*') => {
                g += 1;
                star = Some((g, l));
            }
            Some(&c) if c == b'?' || c == label[l] => (g, l) = (g + 1, l + 1),
            _ => match &mut star {
                Some((behind, covered)) => {
                    *covered += 1;
                    (g, l) = (*behind, *covered);
                }
                None => return false,
            },
        }
    }
    glob[g..].iter().all(|b| *b == b'*')
}
