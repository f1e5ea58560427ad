//! One registry: what `login` and `logout` change besides the store, and who would still be answered
//! by something else.

use super::apply::Edit;
use super::check;
use super::scene::{Origin, Role, Scene, is_ours};
use crate::clients::docker::{Change, DockerConfig};
use crate::credential::Credential;
use crate::files::View;
use crate::lookup::{Source, Step};
use crate::server::ServerKey;
use crate::store::Error;
use zeroize::Zeroizing;

/// What stands before our store for some clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// The clients.
    pub clients: Vec<&'static str>,
    /// What they use.
    pub step: Step,
}

/// What clients use for a registry instead of our store, in every context.
#[must_use]
pub fn others(scene: &Scene<'_>, server: &ServerKey) -> Vec<Other> {
    let mut others: Vec<Other> = Vec::new();
    for look in check::look(scene, &View::default(), &scene.kept) {
        let key = scene.question(look.question).image.docker_key().to_owned();
        let is_it = ServerKey::parse(&key).is_ok_and(|key| key.canonical() == server.canonical());
        let Some(step) = look.used.filter(|step| is_it && !is_from_us(step)) else { continue };
        match others.iter_mut().find(|other| other.step.source == step.source) {
            Some(other) => other.clients.extend(look.clients),
            None => others.push(Other { clients: look.clients.to_vec(), step }),
        }
    }
    for other in &mut others {
        let mut seen = std::collections::BTreeSet::new();
        other.clients.retain(|client| seen.insert(*client));
    }
    others
}

fn is_from_us(step: &Step) -> bool {
    matches!(&step.source, Source::Helper { name, .. } if is_ours(name))
}

/// Docker's mark for "logged in" in its own file; none where it is there already.
///
/// # Errors
/// Where the file is broken.
pub fn mark(scene: &Scene<'_>, server: &ServerKey) -> Result<Option<Edit>, Error> {
    let Some(number) = scene.docker() else { return Ok(None) };
    edit(&scene.files[number].config, number, &[Change::Mark(server.as_str())])
}

/// Takes a login that was removed from the store out of every file that holds the same one, and
/// Docker's marks for it.
///
/// # Errors
/// Where a file is broken.
pub fn forget(
    scene: &Scene<'_>,
    server: &ServerKey,
    removed: &[Credential],
) -> Result<Vec<Edit>, Error> {
    let mut edits = Vec::new();
    for (number, file) in scene.files.iter().enumerate() {
        let here = scene.candidates.iter().filter(|one| {
            one.origin == Origin::File(number)
                && one.credential.server.canonical() == server.canonical()
                && removed.iter().any(|was| was.same_login(&one.credential))
        });
        let mut changes: Vec<_> = here.map(|one| Change::Blank(&one.key)).collect();
        let is_it = |key: &str| {
            let rest = key.split_once("://").map_or(key, |(_, rest)| rest);
            let host = rest.split('/').next().unwrap_or(rest);
            [key, host].iter().any(|text| {
                ServerKey::parse(text).is_ok_and(|key| key.canonical() == server.canonical())
            })
        };
        let entries = file.config.entries();
        let marks = entries.iter().filter(|entry| file.role == Role::Docker && is_it(&entry.key));
        changes.extend(marks.map(|entry| Change::Forget(&entry.key)));
        edits.extend(edit(&file.config, number, &changes)?);
    }
    Ok(edits)
}

fn edit(config: &DockerConfig, file: usize, changes: &[Change<'_>]) -> Result<Option<Edit>, Error> {
    let after = config.changed(changes)?;
    if changes.is_empty() || after.as_bytes() == config.bytes() {
        return Ok(None);
    }
    let path = config.path().to_owned();
    let before = path.exists().then(|| Zeroizing::new(config.bytes().to_vec()));
    let after = Some(Zeroizing::new(after.as_bytes().to_vec()));
    Ok(Some(Edit::new(path, before, after, Some(file))))
}
