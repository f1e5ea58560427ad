//! Keeping one credential: the steps of [`put`](super::Sealed), one by one, so that a test can stop
//! between any two of them.

use super::folder;
use super::index::{Index, Record};
use super::keys::Found;
use super::settings::Settings;
use super::writing::Writing;
use super::{Sealed, checks, entry, seen, stamp};
use crate::credential::Credential;
use crate::files::Temp;
use crate::store::{Error, ErrorKind, payload};

/// An entry that is written and not yet in its place.
pub(super) struct Change<'a> {
    store: &'a Sealed,
    staged: Temp,
    name: String,
    index: Index,
    writing: Writing<'a>,
}

impl<'a> Change<'a> {
    /// Takes the lock and writes the new file beside the old one.
    pub(super) fn begin(store: &'a Sealed, credential: &Credential) -> Result<Self, Error> {
        let folder = &store.folder;
        let name = entry::name(&credential.server);
        let writing = Writing::begin(folder)?;
        folder.check_inner(&folder.entries())?;
        checks::replaceable(&folder.entry_path(&name))?;
        // Read again: the store may have been made anew since it was opened.
        let settings = Settings::read(folder)?;
        let key = store.key_for(&settings)?;
        let sealed = entry::seal(credential, &settings.recipient)?;
        folder::check_entry_size(sealed.len())?;
        if let Some(key) = key {
            store.check_opens(&name, &sealed, credential, &key)?;
        }
        let mut index = store.index_now(&writing)?;
        let staged = writing.stage(&folder.entry_path(&name), &sealed)?;
        let stamp = stamp::of(staged.path())?.unwrap_or_default();
        index.announce(name.clone(), Record::of(credential, &sealed, stamp));
        Ok(Self { store, staged, name, index, writing })
    }

    /// Writes to the index what is about to happen.
    pub(super) fn announce(&mut self) -> Result<(), Error> {
        self.writing.replace(&self.store.folder.index_path(), &self.index.write())
    }

    /// Makes it happen.
    pub(super) fn place(self) -> Result<(), Error> {
        self.writing.place(self.staged, &self.store.folder.entry_path(&self.name))?;
        self.writing.forget_removed();
        Ok(())
    }
}

impl Sealed {
    /// The index as it is now; only under the lock.
    fn index_now(&self, writing: &Writing) -> Result<Index, Error> {
        let bytes = self.folder.read_index()?;
        let mut index = bytes.map(|bytes| Index::read(&bytes)).transpose()?.unwrap_or_default();
        match self.settle(&mut index) {
            // For a moment, perhaps: nothing is written that could be wrong.
            Err(e) if e.kind() == ErrorKind::Failed => return Err(e),
            _ => writing.without_removed(&mut index),
        }
        Ok(index)
    }

    /// The key, where it is at hand. With it or without, nothing is written for a recipient that is
    /// not known to be the store's own.
    fn key_for(&self, settings: &Settings) -> Result<Option<Found>, Error> {
        // Writing needs no key, so one that is missing or unsafe is no reason not to.
        let found = self.keys.find(settings, &self.folder).ok().flatten();
        if self.is_own(settings, found.as_ref())? { Ok(found) } else { Err(seen::unproven()) }
    }

    /// Opens what is about to replace an entry.
    fn check_opens(
        &self,
        name: &str,
        sealed: &[u8],
        kept: &Credential,
        found: &Found,
    ) -> Result<(), Error> {
        let opened = payload::read(
            &self.open_entry(name, Some(&kept.server), sealed, found)?,
            &kept.server,
        )?;
        if opened.same_login(kept) {
            return Ok(());
        }
        let message = "the credential did not come back as it was; the old one was kept";
        Err(Error::new(ErrorKind::Failed, message))
    }

    /// Takes the record of an entry out of the index.
    pub(super) fn forget_record(&self, name: &str, writing: &Writing) -> Result<(), Error> {
        let mut index = self.index_now(writing)?;
        index.records.remove(name);
        writing.replace(&self.folder.index_path(), &index.write())?;
        writing.forget_removed();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::ServerKey;
    use crate::store::sealed::{KeySources, NewSlot, create};
    use crate::store::{ErrorKind, Store};
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::fs;

    /// Where a writer is killed.
    #[derive(Debug, Clone, Copy)]
    enum Stop {
        Staged,
        Announced,
        Never,
    }

    #[derive(Debug, Clone)]
    enum Step {
        Put(usize, usize, Stop),
        /// Whether the index is written as well.
        Remove(usize, bool),
        DamageIndex,
        List,
    }

    fn any_step() -> impl Strategy<Value = Step> {
        let stop = prop_oneof![Just(Stop::Staged), Just(Stop::Announced), Just(Stop::Never)];
        prop_oneof![
            5 => (0..4_usize, 0..3_usize, stop).prop_map(|(s, u, stop)| Step::Put(s, u, stop)),
            3 => (0..4_usize, any::<bool>()).prop_map(|(s, whole)| Step::Remove(s, whole)),
            1 => Just(Step::DamageIndex),
            1 => Just(Step::List),
        ]
    }

    fn server(number: usize) -> ServerKey {
        ServerKey::parse(["ghcr.io", "quay.io", "docker.io", "imgsec-internal://x"][number])
            .unwrap()
    }

    fn user(number: usize) -> String {
        ["ada", "<token>", "g \"h\""][number].to_owned()
    }

    fn put(store: &Sealed, on: usize, by: usize, stop: Stop) {
        let credential = Credential::new(server(on), user(by), format!("secret-{on}-{by}").into());
        let mut change = Change::begin(store, &credential).unwrap();
        if !matches!(stop, Stop::Staged) {
            change.announce().unwrap();
        }
        if matches!(stop, Stop::Never) {
            return change.place().unwrap();
        }
        // A killed writer closes its files, and removes nothing.
        let temp = change.staged.path().to_owned();
        let bytes = fs::read(&temp).unwrap();
        drop(change);
        fs::write(temp, bytes).unwrap();
    }

    fn remove(store: &Sealed, on: usize, whole: bool) {
        if whole {
            return store.remove(&server(on)).unwrap();
        }
        // A killed one has renamed the file.
        let name = entry::name(&server(on));
        let _ = fs::rename(store.folder.entry_path(&name), store.folder.removed_path(&name));
    }

    fn listed(store: &Sealed) -> Result<BTreeMap<String, String>, ErrorKind> {
        let list = store.list().map_err(|e| e.kind())?;
        let pairs: Vec<_> =
            list.iter().map(|l| (l.server.canonical().to_owned(), l.username.clone())).collect();
        let map: BTreeMap<_, _> = pairs.iter().cloned().collect();
        assert_eq!(map.len(), pairs.len(), "a server is listed twice");
        Ok(map)
    }

    fn readable(store: &Sealed) -> BTreeMap<String, String> {
        let all = (0..4).map(|n| store.get(&server(n)));
        all.filter_map(|answer| match answer {
            Ok(c) => Some((c.server.canonical().to_owned(), c.username)),
            Err(e) if e.kind() == ErrorKind::NotFound => None,
            Err(e) => panic!("{e}"),
        })
        .collect()
    }

    #[test]
    fn a_record_without_its_file_is_not_listed_when_another_is_built_again() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("store");
        create(&root, &[NewSlot::KeyFile(&dir.path().join("key"))], None).unwrap();
        let open = Sealed::open(&root, KeySources::default()).unwrap();
        put(&open, 0, 0, Stop::Never);
        fs::write(open.folder.index_path(), "").unwrap();
        put(&open, 1, 1, Stop::Never);
        put(&open, 2, 2, Stop::Never);
        remove(&open, 1, false);
        let left = [0, 2].map(|n| (server(n).canonical().to_owned(), user(n)));
        assert_eq!(listed(&open), Ok(BTreeMap::from(left.clone())));
        assert_eq!(listed(&open), Ok(BTreeMap::from(left)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(30))]
        #[test]
        fn list_and_get_agree_wherever_writers_are_killed(steps in prop::collection::vec(any_step(), 1..12)) {
            let dir = tempfile::tempdir().unwrap();
            let root = dir.path().join("store");
            create(&root, &[NewSlot::KeyFile(&dir.path().join("key"))], None).unwrap();
            let open = Sealed::open(&root, KeySources::default()).unwrap();
            let mut model = BTreeMap::new();
            let mut is_index_whole = true;
            for step in steps {
                match step {
                    Step::Put(on, by, stop) => {
                        put(&open, on, by, stop);
                        if matches!(stop, Stop::Never) {
                            model.insert(server(on).canonical().to_owned(), user(by));
                        }
                    }
                    Step::Remove(on, whole) => {
                        remove(&open, on, whole);
                        model.remove(server(on).canonical());
                    }
                    Step::DamageIndex => {
                        fs::write(open.folder.index_path(), "{\"format\":1,").unwrap();
                        is_index_whole = false;
                    }
                    Step::List => {
                        prop_assert_eq!(listed(&open), Ok(model.clone()));
                        is_index_whole = true;
                    }
                }
                prop_assert_eq!(&readable(&open), &model);
                // The same while locked, unless the index must be built again.
                fs::rename(dir.path().join("key"), dir.path().join("away")).unwrap();
                match listed(&open) {
                    Err(kind) => {
                        prop_assert_eq!(kind, ErrorKind::Locked);
                        prop_assert!(!is_index_whole);
                    }
                    list => prop_assert_eq!(list, Ok(model.clone())),
                }
                fs::rename(dir.path().join("away"), dir.path().join("key")).unwrap();
            }
            prop_assert_eq!(listed(&open), Ok(model));
            let left = fs::read_dir(root.join("entries")).unwrap().count();
            put(&open, 0, 0, Stop::Never);
            let temps = fs::read_dir(root.join("entries")).unwrap().flatten();
            prop_assert!(temps.map(|f| f.file_name()).all(|f| !Temp::is_named(f.to_str().unwrap())), "{left}");
        }
    }
}
