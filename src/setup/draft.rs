//! A plan in the making: which logins move, and which helper each file names for what. Where a client
//! would lose by it, the draft is mended step by step until none does.

use std::collections::{BTreeMap, BTreeSet};

use zeroize::Zeroizing;

use super::check::{self, Look, Loss};
use super::containers::{self, Order};
use super::scene::{Candidate, Kept, Origin, Role, Scene, is_ours};
use crate::clients::docker::Change;
use crate::credential::Login;
use crate::files::View;
use crate::lookup::{Found, Source};
use crate::protocol::NAME;
use crate::server::ServerKey;
use crate::store::Error;

/// After so many rounds without an end there is none.
const MAX_ROUNDS: usize = 32;

/// Which logins move and what the files name.
#[derive(Clone)]
pub(super) struct Draft {
    /// Of each candidate, whether it moves.
    pub(super) moving: Vec<bool>,
    /// Why a candidate stays that was to move.
    pub(super) why: BTreeMap<usize, String>,
    /// The files whose `credsStore` becomes ours.
    pub(super) defaults: BTreeSet<usize>,
    /// What `credHelpers` of a file is to name for a registry.
    pub(super) named: BTreeMap<(usize, String), String>,
    /// The drop-in for Podman and its kin.
    pub(super) order: Option<Order>,
}

/// A draft by which nobody loses.
pub(super) struct Good {
    pub(super) draft: Draft,
    pub(super) after: Vec<Look>,
}

/// One step that may give a client back what it would lose.
#[derive(Clone, PartialEq, Eq)]
enum Mend {
    Name(usize, String, String),
    Unname(String),
    Stay(Vec<usize>, String),
    NoDefault(usize),
}

impl Draft {
    /// A draft that changes nothing.
    pub(super) fn idle(scene: &Scene<'_>) -> Self {
        Self {
            moving: vec![false; scene.candidates.len()],
            why: BTreeMap::new(),
            defaults: BTreeSet::new(),
            named: BTreeMap::new(),
            order: None,
        }
    }

    /// The changes of one file.
    pub(super) fn changes<'a>(&'a self, scene: &'a Scene<'_>, file: usize) -> Vec<Change<'a>> {
        let moving = scene.candidates.iter().zip(&self.moving).filter(|(_, moving)| **moving);
        let here = moving.filter(|(one, _)| one.origin == Origin::File(file));
        let mut changes: Vec<_> = here.map(|(one, _)| Change::Blank(&one.key)).collect();
        let named = self.named.iter().filter(|((at, _), _)| *at == file);
        changes.extend(named.map(|((_, key), name)| Change::Helper(key, Some(name))));
        if self.defaults.contains(&file) {
            changes.push(Change::Store(Some(NAME)));
        }
        changes
    }

    /// The files as they would be.
    pub(super) fn view(&self, scene: &Scene<'_>) -> Result<View, Error> {
        let mut view = View::default();
        for (number, file) in scene.files.iter().enumerate() {
            let changes = self.changes(scene, number);
            if !changes.is_empty() {
                let text = file.config.changed(&changes)?;
                let bytes = Zeroizing::new(text.as_bytes().to_vec());
                view.plan(file.config.path(), Some(bytes));
            }
        }
        if let Some(text) = self.order.and_then(|order| containers::text(order, scene.here())) {
            for path in containers::paths(scene.here()) {
                view.plan(&path, Some(Zeroizing::new(text.clone().into_bytes())));
            }
        }
        Ok(view)
    }

    /// What our store would keep.
    pub(super) fn kept(&self, scene: &Scene<'_>) -> Kept {
        let mut kept = scene.kept.clone();
        for (one, _) in scene.candidates.iter().zip(&self.moving).filter(|(_, moving)| **moving) {
            kept.add(&one.credential.server, Login::from(&one.credential));
        }
        kept
    }

    /// Mends the draft until no client loses by it; the loss that is left, where none helps.
    /// `is_accepted` says of a loss that the person chose it.
    pub(super) fn mended(
        mut self,
        scene: &Scene<'_>,
        before: &[Look],
        is_accepted: &dyn Fn(&Loss) -> bool,
    ) -> Result<Result<Good, Loss>, Error> {
        let mut tried: BTreeMap<(&str, Option<usize>), Vec<Mend>> = BTreeMap::new();
        for _ in 0..MAX_ROUNDS {
            let view = self.view(scene)?;
            let after = check::look(scene, &view, &self.kept(scene));
            let mut losses = check::losses(before, &after, scene.helpers);
            losses.retain(|loss| !is_accepted(loss));
            if losses.is_empty() {
                let unused = self.unused(scene, &after);
                if unused.is_empty() {
                    return Ok(Ok(Good { draft: self, after }));
                }
                for (number, why) in unused {
                    self.stay(scene, number, &why);
                }
                continue;
            }
            // One step for a registry at a time: it may help other clients of it as well.
            let mut mended = BTreeSet::new();
            for loss in losses {
                let server = loss
                    .before
                    .question
                    .map(|number| canonical(scene.question(Some(number)).image.docker_key()));
                if !mended.insert(server) {
                    continue;
                }
                let tried =
                    tried.entry((loss.before.clients[0], loss.before.question)).or_default();
                let mends = self.mends(scene, &loss);
                let Some(mend) = mends.into_iter().find(|mend| !tried.contains(mend)) else {
                    return Ok(Err(loss));
                };
                tried.push(mend.clone());
                self.take(scene, mend);
            }
        }
        let view = self.view(scene)?;
        let after = check::look(scene, &view, &self.kept(scene));
        let losses = check::losses(before, &after, scene.helpers);
        match losses.into_iter().find(|loss| !is_accepted(loss)) {
            Some(loss) => Ok(Err(loss)),
            None => Ok(Ok(Good { draft: self, after })),
        }
    }

    fn take(&mut self, scene: &Scene<'_>, mend: Mend) {
        match mend {
            Mend::Name(file, key, name) => drop(self.named.insert((file, key), name)),
            Mend::Unname(key) => self.unname(&key),
            Mend::Stay(numbers, why) => {
                numbers.into_iter().for_each(|number| self.stay(scene, number, &why));
            }
            Mend::NoDefault(file) => drop(self.defaults.remove(&file)),
        }
    }

    /// Leaves a login where it is, and names nobody for it.
    pub(super) fn stay(&mut self, scene: &Scene<'_>, number: usize, why: &str) {
        self.moving[number] = false;
        self.why.entry(number).or_insert_with(|| why.to_owned());
        let server = scene.candidates[number].credential.server.as_str().to_owned();
        let goes_on = scene
            .candidates
            .iter()
            .zip(&self.moving)
            .any(|(one, moving)| *moving && is_same(one.credential.server.as_str(), &server));
        if !goes_on && scene.kept.login(&scene.candidates[number].credential.server).is_none() {
            self.unname(&server);
        }
    }

    fn unname(&mut self, server: &str) {
        self.named.retain(|(_, key), name| !(is_ours(name) && is_same(key, server)));
    }

    /// What may give the client back what it would lose, the best first.
    fn mends(&self, scene: &Scene<'_>, loss: &Loss) -> Vec<Mend> {
        let mut mends = Vec::new();
        let clients = loss.before.clients.join(", ");
        let image = &scene.question(loss.before.question).image;
        let used = loss.before.used.as_ref();
        if let (Some(step), Some(_)) = (used, loss.before.question)
            && let Source::Helper { name, .. } = &step.source
            && !is_ours(name)
        {
            let defaults = self.defaults.iter();
            mends.extend(defaults.map(|&file| Mend::Name(file, step.key.clone(), name.clone())));
        }
        let server = image.docker_key();
        let of_server = |one: &Candidate| is_same(one.credential.server.as_str(), server);
        let moving = || scene.candidates.iter().enumerate().filter(|(n, _)| self.moving[*n]);
        let answered: Vec<_> = moving()
            .filter(|(_, one)| used.is_some_and(|step| has_login(&step.found, one)))
            .collect();
        // Podman and its kin call Docker Hub by another name.
        let keys =
            if loss.before.clients.contains(&"skopeo") || loss.before.clients.contains(&"podman") {
                [image.registry(), server]
            } else {
                [server, image.registry()]
            };
        for (_, one) in answered.iter().filter(|(_, one)| of_server(one)) {
            let own = match one.origin {
                Origin::File(file) if !scene.files[file].config.is_flat() => Some(file),
                _ => None,
            };
            for file in own.into_iter().chain(scene.docker()) {
                let is_free = |key: &str| scene.is_free(file, key);
                let key = keys[0];
                if is_free(key) && !self.named.contains_key(&(file, key.to_owned())) {
                    mends.push(Mend::Name(file, key.to_owned(), NAME.to_owned()));
                }
            }
        }
        let hiding: Vec<_> = moving().filter(|(_, one)| of_server(one)).map(|(n, _)| n).collect();
        let is_hidden = loss.after.used.as_ref().is_some_and(|step| {
            matches!(&step.source, Source::Helper { name, .. } if is_ours(name))
                && matches!(step.found, Found::Kept(_))
        });
        if is_hidden && !hiding.is_empty() {
            let what = used.map_or("another login", |step| step.key.as_str());
            let why =
                format!("a helper for the registry would hide the login for {what} from {clients}");
            mends.push(Mend::Stay(hiding.clone(), why));
        }
        for numbers in [answered.iter().map(|(n, _)| *n).collect(), hiding] {
            if !numbers.is_empty() {
                mends.push(Mend::Stay(numbers, scene.reason(image.docker_key(), &clients)));
            }
        }
        if self.named.keys().any(|(_, key)| is_same(key, server)) {
            mends.push(Mend::Unname(server.to_owned()));
        }
        let helms = self.defaults.iter().filter(|file| scene.files[**file].role == Role::Helm);
        if loss.before.clients.contains(&"helm") {
            mends.extend(helms.map(|file| Mend::NoDefault(*file)));
        }
        mends
    }

    /// The logins of files that no client would get from our store, and why.
    fn unused(&self, scene: &Scene<'_>, after: &[Look]) -> Vec<(usize, String)> {
        let mut given: BTreeMap<String, Vec<&Login>> = BTreeMap::new();
        for look in after {
            if let Some(step) = &look.used
                && let (Source::Helper { name, .. }, Found::Kept(login)) =
                    (&step.source, &step.found)
                && is_ours(name)
            {
                let server = canonical(scene.question(look.question).image.docker_key());
                given.entry(server).or_default().push(login);
            }
        }
        let is_used = |one: &Candidate| {
            let login = Login::from(&one.credential);
            let given = given.get(one.credential.server.canonical()).into_iter().flatten();
            given.into_iter().any(|other| other.is_same(&login))
        };
        let files = scene.candidates.iter().enumerate().filter(|(n, one)| {
            let is_of_file = matches!(one.origin, Origin::File(_));
            self.moving[*n] && is_of_file && !one.credential.server.is_hidden()
        });
        let unused = files.filter(|(_, one)| !is_used(one));
        unused
            .map(|(n, one)| (n, scene.reason(one.credential.server.as_str(), "no client")))
            .collect()
    }
}

impl Scene<'_> {
    /// Whether a file may name our helper for a key: it names no other one.
    fn is_free(&self, file: usize, key: &str) -> bool {
        let config = &self.files[file].config;
        !config.is_flat() && config.helper(key).is_none_or(|name| name.is_empty() || is_ours(name))
    }

    /// Why a login for this server stays, though it was to move.
    fn reason(&self, server: &str, clients: &str) -> String {
        let named = self.files.iter().flat_map(|file| file.config.helpers());
        let other = named
            .filter(|(key, name)| is_same(key, server) && !name.is_empty() && !is_ours(name))
            .map(|(_, name)| name)
            .next();
        match other {
            Some(name) => format!("docker-credential-{name} is named for it (credHelpers)"),
            None if clients == "no client" => "no client would ask for it here".to_owned(),
            None => format!("{clients} would no longer find it"),
        }
    }
}

/// Whether what is found is the login of a candidate.
fn has_login(found: &Found, one: &Candidate) -> bool {
    match found {
        Found::Plain(login) | Found::Kept(login) => login.is_same(&Login::from(&one.credential)),
        Found::OneOf(several) => several.iter().any(|found| has_login(found, one)),
        _ => false,
    }
}

/// Whether two keys mean the same server.
pub(super) fn is_same(a: &str, b: &str) -> bool {
    canonical(a) == canonical(b)
}

pub(super) fn canonical(key: &str) -> String {
    ServerKey::parse(key).map_or_else(|_| key.to_owned(), |key| key.canonical().to_owned())
}
