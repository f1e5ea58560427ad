//! Making a sealed store, and giving one up: it is there as a whole or not at all, whenever the
//! machine stops.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use secrecy::SecretString;

use super::cache::Halves;
use super::checks;
use super::folder::Folder;
use super::identity::Identity;
use super::index::Index;
use super::seen::Seen;
use super::settings::Settings;
use super::slots::{NewSlot, wrap};
use crate::files;
use crate::store::{Error, ErrorKind, payload};

/// What is left of making a store.
#[derive(Debug)]
pub struct Created {
    /// The store's key. A store without slots has no other copy of it.
    pub identity: Identity,
    /// The passphrase of [`NewSlot::Recovery`], to be shown once.
    pub recovery: Option<SecretString>,
}

/// Whether something is there that must not be made again: a store, whole or damaged.
#[must_use]
pub fn exists(root: &Path) -> bool {
    fs::symlink_metadata(root.join("store.json")).is_ok()
        || fs::symlink_metadata(root.join("entries")).is_ok()
}

/// Makes an empty store in the folder `root`, which must be missing or empty; `state` is the folder of
/// our state, in which it is noted whose store it is.
///
/// Steps that change files: key files of slots are made where they are missing; the whole store is
/// built in a new folder beside `root`, and all of it synced; that folder is renamed to `root`. A
/// stop before the rename leaves no store, and perhaps that folder, which holds nothing readable
/// and is removed by a later call, an hour on.
///
/// # Errors
/// [`ErrorKind::Refused`] where there is a store already, or anything else.
pub fn create(root: &Path, slots: &[NewSlot], state: Option<&Path>) -> Result<Created, Error> {
    prepare(root, slots, state)?.place()
}

/// A store that is made and not yet in its place; gone when dropped before. In between a person can
/// be told its passphrase: a store whose passphrase nobody knows is never there.
#[derive(Debug)]
pub struct Prepared {
    created: Created,
    settings: Settings,
    draft: Draft,
    root: PathBuf,
    state: Option<PathBuf>,
}

impl Prepared {
    /// The passphrase of [`NewSlot::Recovery`].
    #[must_use]
    pub fn recovery(&self) -> Option<&SecretString> {
        self.created.recovery.as_ref()
    }

    /// As [`Sealed::keep_unlocked`](super::Sealed::keep_unlocked), before anybody can find the store
    /// locked.
    ///
    /// # Errors
    /// As there.
    pub fn keep_unlocked(&self, limit: Option<Duration>) -> Result<(), Error> {
        let halves = Halves::of(&self.settings.store_id, self.state.as_deref());
        halves.save(&self.created.identity, limit)
    }

    /// Puts the store in its place.
    ///
    /// # Errors
    /// As [`create`].
    pub fn place(self) -> Result<Created, Error> {
        let seen = self.state.as_ref().map(|state| Seen::of(state, &self.root));
        // What was seen here before is gone; a stop behind this leaves no note of another store.
        seen.iter().filter(|_| !exists(&self.root)).for_each(Seen::forget);
        self.draft.place(&self.root)?;
        // Where it cannot be noted, the next unlock does.
        let _ = seen.map(|seen| seen.note(&self.settings.recipient));
        Ok(self.created)
    }
}

/// Does all that [`create`] does but for the last step, [`Prepared::place`].
///
/// # Errors
/// As [`create`].
pub fn prepare(root: &Path, slots: &[NewSlot], state: Option<&Path>) -> Result<Prepared, Error> {
    refuse_if_taken(root)?;
    checks::parent_of(root)?;
    let identity = Identity::generate();
    let mut settings = Settings {
        store_id: random_id()?,
        recipient: identity.recipient(),
        created_at: payload::time(SystemTime::now()),
        slots: Vec::new(),
    };
    let mut slot_files = Vec::new();
    let mut recovery = None;
    for new in slots {
        let wrapped = wrap(&identity, new, root)?;
        slot_files.push((wrapped.slot.id.clone(), wrapped.file));
        settings.slots.push(wrapped.slot);
        recovery = recovery.or(wrapped.recovery);
    }
    let draft = Draft::beside(root)?;
    draft.fill(&settings, &slot_files)?;
    let created = Created { identity, recovery };
    let (root, state) = (root.to_owned(), state.map(Path::to_owned));
    Ok(Prepared { created, settings, draft, root, state })
}

/// Removes a store, whole or damaged, that nothing can open any more.
///
/// Steps that change files: the folder is renamed, so that no half of it is ever found in its
/// place; what is in it is removed.
///
/// # Errors
/// [`ErrorKind::Failed`] and its like, of the file system.
pub fn discard(root: &Path) -> Result<(), Error> {
    let aside = aside(root)?;
    fs::rename(root, &aside).map_err(|e| checks::failed(root, e))?;
    fs::remove_dir_all(&aside).map_err(|e| checks::failed(&aside, e))
}

fn refuse_if_taken(root: &Path) -> Result<(), Error> {
    if exists(root) {
        let message = format!("a sealed store is already there, in {}", checks::shown(root));
        return Err(Error::new(ErrorKind::Refused, message).with_hint("imgsec-cred status"));
    }
    match fs::read_dir(root) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(checks::failed(root, e)),
        Ok(mut files) => files.next().map_or(Ok(()), |_| {
            let message = format!("{} is not empty and holds no sealed store", checks::shown(root));
            Err(Error::new(ErrorKind::Refused, message))
        }),
    }
}

fn random_id() -> Result<String, Error> {
    files::random_hex::<8>().map_err(|e| Error::io("cannot get random numbers", &e))
}

/// What starts the name of a folder on its way to become a store, or to go.
const ASIDE: &str = ".imgsec-cred-store-";

/// Nobody takes so long to make a store, or to remove it.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// A new name beside `root`.
fn aside(root: &Path) -> Result<PathBuf, Error> {
    Ok(files::folder_of(root).join(format!("{ASIDE}{}", random_id()?)))
}

/// Removes what calls that were stopped left beside `root`.
fn remove_abandoned(parent: &Path) {
    for file in fs::read_dir(parent).into_iter().flatten().flatten() {
        let is_named = file.file_name().to_str().is_some_and(|name| name.starts_with(ASIDE));
        let age = file.metadata().and_then(|about| about.modified()).map(|time| time.elapsed());
        if is_named && matches!(age, Ok(Ok(age)) if age > ABANDONED) {
            // What cannot be removed now harms nobody.
            let _ = fs::remove_dir_all(file.path());
        }
    }
}

/// A store that is not yet in its place; removed when dropped before.
#[derive(Debug)]
struct Draft {
    path: PathBuf,
    is_placed: bool,
}

impl Draft {
    fn beside(root: &Path) -> Result<Self, Error> {
        let parent = files::folder_of(root);
        files::create_private_folder(parent)?;
        let about = fs::metadata(parent).map_err(|e| checks::failed(parent, e))?;
        checks::owner_of_parent(parent, &about)?;
        remove_abandoned(parent);
        let path = aside(root)?;
        make_folder(&path)?;
        Ok(Self { path, is_placed: false })
    }

    fn fill(&self, settings: &Settings, slot_files: &[(String, Vec<u8>)]) -> Result<(), Error> {
        // Opened as a store: a file system that keeps no owners and modes is found out here.
        let folder = Folder::open(&self.path)?;
        for inner in [folder.entries(), folder.slots()] {
            make_folder(&inner)?;
        }
        for (id, file) in slot_files {
            write(&folder.slot_path(id), file)?;
        }
        write(&folder.lock_path(), b"")?;
        write(&folder.index_path(), &Index::default().write())?;
        write(&folder.settings_path(), &settings.write())
    }

    fn place(mut self, root: &Path) -> Result<(), Error> {
        // Only Windows minds an empty folder there; a folder that is not empty stays.
        #[cfg(windows)]
        let _ = fs::remove_dir(root);
        fs::rename(&self.path, root).map_err(|e| match e.kind() {
            io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists => {
                let message =
                    format!("a sealed store is already there, in {}", checks::shown(root));
                Error::new(ErrorKind::Refused, message).with_hint("imgsec-cred status")
            }
            _ => checks::failed(root, e),
        })?;
        self.is_placed = true;
        files::sync_folder(files::folder_of(root)).map_err(|e| checks::failed(root, e))
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_placed {
            // The error that led here is the one to report.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// A new folder, for its owner alone.
fn make_folder(path: &Path) -> Result<(), Error> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "only Unix gives folders a mode"))]
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|e| checks::failed(path, e))
}

/// A new file of a folder that no one else uses yet.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let io = |e| checks::failed(path, e);
    let mut temp = files::Temp::beside(path).map_err(io)?;
    temp.write(bytes).map_err(io)?;
    temp.rename(path).map_err(io)
}
