//! The way to a file, from the root on, folder by folder and link by link. Only this user and root
//! can change an entry of a folder that was checked, so what was seen stays true.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use super::super::Error;
use super::TrustedLinks;

/// As many links as the kernel follows.
const MAX_LINKS: u32 = 40;

const STICKY: u32 = 0o1000;
const OTHERS_WRITE: u32 = 0o022;
const GROUP_WRITES: u32 = 0o020;

/// Where a path leads.
pub(super) struct Way {
    /// The path without any link.
    pub(super) end: PathBuf,
    /// What is wrong with the first folder or link that is not safe.
    pub(super) trouble: Result<(), Error>,
}

/// One step, and whether a link may not stand there.
struct Step {
    name: Name,
    is_no_link: bool,
}

enum Name {
    Root,
    Up,
    Down(OsString),
}

/// Follows a path. What is not safe is an error only once there is something at its end: what is
/// missing is not obeyed.
///
/// # Errors
/// [`Error::Missing`], [`Error::Dangling`] and those of the system.
pub(super) fn to(path: &Path, links: TrustedLinks<'_>) -> Result<Way, Error> {
    let missing = |error| match Error::io(path, error) {
        Error::Missing(path) if fs::symlink_metadata(&path).is_ok() => Error::Dangling(path),
        error => error,
    };
    let whole = std::path::absolute(path).map_err(missing)?;
    let mut steps = steps(&whole, links);
    let mut way = Way { end: PathBuf::from("/"), trouble: Ok(()) };
    let mut followed = 0;
    while let Some(step) = steps.pop_front() {
        match step.name {
            Name::Root => way.end = PathBuf::from("/"),
            // No link is left in it, so what is above is what its name says.
            Name::Up => drop(way.end.pop()),
            Name::Down(name) => way.end.push(name),
        }
        let about = fs::symlink_metadata(&way.end).map_err(missing)?;
        if !about.is_symlink() {
            // Of the end itself the open file is judged.
            if !steps.is_empty() || about.is_dir() {
                way.note(check(&way.end, &about));
            }
            continue;
        }
        followed += 1;
        if followed > MAX_LINKS {
            return Err(missing(rustix::io::Errno::LOOP.into()));
        }
        way.note(link(&way.end, &about, step.is_no_link));
        let target = fs::read_link(&way.end).map_err(missing)?;
        way.end.pop();
        let anywhere = self::steps(&target, TrustedLinks::Anywhere);
        anywhere.into_iter().rev().for_each(|step| steps.push_front(step));
    }
    Ok(way)
}

impl Way {
    fn note(&mut self, found: Result<(), Error>) {
        if self.trouble.is_ok() {
            self.trouble = found;
        }
    }
}

fn steps(path: &Path, links: TrustedLinks<'_>) -> VecDeque<Step> {
    let mut so_far = PathBuf::new();
    let step = |part: Component<'_>| {
        so_far.push(part);
        let name = match part {
            Component::Normal(name) => Name::Down(name.to_owned()),
            Component::ParentDir => Name::Up,
            Component::CurDir => return None,
            Component::RootDir | Component::Prefix(_) => Name::Root,
        };
        let is_no_link = match links {
            TrustedLinks::Anywhere => false,
            TrustedLinks::NotFrom(ours) => so_far.starts_with(ours),
        };
        Some(Step { name, is_no_link })
    };
    path.components().filter_map(step).collect()
}

fn link(path: &Path, about: &Metadata, is_no_link: bool) -> Result<(), Error> {
    if is_no_link {
        return Err(Error::Link(path.to_owned()));
    }
    owner(path, about)
}

/// A folder or a file on the way.
pub(super) fn check(path: &Path, about: &Metadata) -> Result<(), Error> {
    owner(path, about)?;
    let mode = about.mode();
    // In a sticky folder others cannot rename or remove what is not theirs.
    let is_shared = about.is_dir() && mode & STICKY != 0;
    if mode & OTHERS_WRITE == 0 || is_shared {
        return Ok(());
    }
    // Where each user has a group of their own the usual umask is 002, and so `~/.config` is open to it.
    if mode & OTHERS_WRITE == GROUP_WRITES && about.is_dir() && is_own_group(about) {
        return Ok(());
    }
    Err(Error::OpenToOthers(path.to_owned(), mode & 0o7777))
}

fn owner(path: &Path, about: &Metadata) -> Result<(), Error> {
    let uid = about.uid();
    let is_ours = uid == 0 || uid == rustix::process::geteuid().as_raw();
    if is_ours || !about.is_file() && is_of_nobody_here(uid) {
        return Ok(());
    }
    Err(Error::ForeignOwner(path.to_owned(), uid))
}

/// Whether a folder's group is that of its owner alone.
fn is_own_group(about: &Metadata) -> bool {
    let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
    about.uid() != 0
        && about.uid() == rustix::process::geteuid().as_raw()
        && has_nobody_else(about.uid(), about.gid(), &text("/etc/group"), &text("/etc/passwd"))
}

/// Whether a group is known, by what these files say (group(5), passwd(5)), and has this user alone.
fn has_nobody_else(uid: u32, gid: u32, groups: &str, users: &str) -> bool {
    let number = |text: Option<&&str>| text.and_then(|text| text.parse::<u32>().ok());
    let users: Vec<Vec<_>> = users.lines().map(|line| line.split(':').collect()).collect();
    let is_us =
        |name: &str| users.iter().any(|user| user[0] == name && number(user.get(2)) == Some(uid));
    let others = users.iter().filter(|user| number(user.get(3)) == Some(gid));
    let is_primary_of_us = others.clone().all(|user| number(user.get(2)) == Some(uid));
    let mut groups = groups.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let Some(group) = groups.find(|group| number(group.get(2)) == Some(gid)) else { return false };
    let members = group.get(3).copied().unwrap_or_default().split(',');
    others.count() > 0 && is_primary_of_us && members.filter(|name| !name.is_empty()).all(is_us)
}

/// In a rootless container, or in bubblewrap, what belongs to the root of the machine has no owner
/// that this process could tell; `/home` is such a folder there.
fn is_of_nobody_here(uid: u32) -> bool {
    if cfg!(not(target_os = "linux")) {
        return false;
    }
    let number = |text: &str| text.trim().parse::<u32>().ok();
    let overflow = fs::read_to_string("/proc/sys/kernel/overflowuid").ok();
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    let is_whole = map.split_whitespace().map(number).eq([Some(0), Some(0), Some(u32::MAX)]);
    !map.is_empty() && !is_whole && overflow.as_deref().and_then(number) == Some(uid)
}

#[cfg(test)]
mod tests {
    use super::has_nobody_else;

    #[test]
    fn a_group_is_ones_own_where_nobody_else_is_in_it() {
        let users = "root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/sh\n\
                     bob:x:1001:100::/home/bob:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n";
        let groups = |members: &str| format!("users:x:100:\nada:x:1000:{members}\n");
        assert!(has_nobody_else(1000, 1000, &groups(""), users));
        assert!(has_nobody_else(1000, 1000, &groups("ada"), users));
        assert!(!has_nobody_else(1000, 1000, &groups("bob"), users));
        assert!(!has_nobody_else(1000, 1000, &groups("ada,bob"), users));
        assert!(!has_nobody_else(1000, 100, &groups(""), users));
        let two = format!("{users}eve:x:1002:1000::/home/eve:/bin/sh\n");
        assert!(!has_nobody_else(1000, 1000, &groups(""), &two));
        assert!(!has_nobody_else(1000, 1000, "", users));
        assert!(!has_nobody_else(1000, 1000, &groups(""), ""));
    }
}
