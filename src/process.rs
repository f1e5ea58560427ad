//! What each of our programs is to the system: hard to read for others, and careful with its streams.

use std::fs::File;
use std::io;
#[cfg(unix)]
use std::os::fd::AsFd;
#[cfg(windows)]
use std::os::windows::io::AsHandle;

/// Turns off core dumps and the reading of our memory by other programs of this user, and makes
/// every file we create readable by its owner alone. On Windows there is nothing to do.
///
/// # Errors
/// Where the program runs with another user's rights (setuid): then it must not go on.
pub fn harden() -> Result<(), &'static str> {
    #[cfg(unix)]
    {
        use rustix::fs::Mode;
        use rustix::process::{
            Resource, Rlimit, getegid, geteuid, getgid, getuid, setrlimit, umask,
        };
        // Each of these is best effort: a system that refuses one still runs the rest.
        #[cfg(target_os = "linux")]
        let _ =
            rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
        umask(Mode::from_raw_mode(0o077));
        if getuid() != geteuid() || getgid() != getegid() {
            return Err("refusing to run with another user's rights (setuid)");
        }
    }
    Ok(())
}

/// Whether the caller left our standard output closed.
///
/// Rust's start-up opens `/dev/null` for reading and writing in the place of a closed one; a caller
/// who does not care for the answer opens it for writing only.
#[must_use]
pub fn stdout_was_closed() -> bool {
    #[cfg(unix)]
    {
        use rustix::fs::{OFlags, fcntl_getfl, fstat, stat};
        let out = rustix::stdio::stdout();
        let (Ok(ours), Ok(null), Ok(flags)) = (fstat(out), stat("/dev/null"), fcntl_getfl(out))
        else {
            return true;
        };
        ours.st_rdev == null.st_rdev && ours.st_ino == null.st_ino && flags.contains(OFlags::RDWR)
    }
    #[cfg(not(unix))]
    false
}

/// Standard input as a file: what is read never passes through a buffer that nobody wipes.
///
/// # Errors
/// Where the system has no descriptor left.
pub fn standard_input() -> io::Result<File> {
    #[cfg(unix)]
    return Ok(io::stdin().as_fd().try_clone_to_owned()?.into());
    #[cfg(windows)]
    return Ok(io::stdin().as_handle().try_clone_to_owned()?.into());
}

/// Standard output as a file, as [`standard_input`].
///
/// # Errors
/// Where the system has no descriptor left.
pub fn standard_output() -> io::Result<File> {
    #[cfg(unix)]
    return Ok(io::stdout().as_fd().try_clone_to_owned()?.into());
    #[cfg(windows)]
    return Ok(io::stdout().as_handle().try_clone_to_owned()?.into());
}
