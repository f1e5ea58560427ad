//! What each of our programs is to the system: hard to read for others, and careful with its streams.

use std::fs::File;
use std::io::{self, Read, Write};
#[cfg(unix)]
use std::os::fd::AsFd;
#[cfg(windows)]
use std::os::windows::io::AsHandle;
use std::time::Duration;
#[cfg(unix)]
use std::time::Instant;

use zeroize::Zeroizing;

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

/// Reads standard input to its end, keeps up to one byte more than `max_bytes`, and takes up to
/// `drained` more, so that no writer fails on a broken pipe. `None` where the end does not come
/// within `limit`.
///
/// Straight from the descriptor: what passes through the standard library's own buffer is never wiped.
///
/// # Errors
/// Those of the descriptor, as where it is a folder.
#[cfg(unix)]
pub fn read_input(
    max_bytes: usize,
    drained: u64,
    limit: Duration,
) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    use rustix::event::{PollFd, PollFlags, poll};
    let mut input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let end = Instant::now() + limit;
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    let mut chunk = Zeroizing::new([0; 8 * 1024]);
    let mut total: u64 = 0;
    while total <= drained {
        let left =
            end.saturating_duration_since(Instant::now()).try_into().map_err(io::Error::other)?;
        if poll(&mut [PollFd::new(&input, PollFlags::IN)], Some(&left))? == 0 {
            return Ok(None);
        }
        let read = input.read(&mut *chunk)?;
        if read == 0 {
            break;
        }
        total += read as u64;
        let kept = read.min((max_bytes + 1).saturating_sub(bytes.len()));
        bytes.extend_from_slice(&chunk[..kept]);
    }
    Ok(Some(bytes))
}

/// As on Unix, on a thread that is given up: Windows cannot wait for a pipe with a limit.
#[cfg(windows)]
pub fn read_input(
    max_bytes: usize,
    drained: u64,
    limit: Duration,
) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut input = File::from(io::stdin().as_handle().try_clone_to_owned()?);
    let read = move || {
        let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
        Read::by_ref(&mut input).take(max_bytes as u64 + 1).read_to_end(&mut bytes)?;
        io::copy(&mut input.take(drained), &mut io::sink())?;
        Ok(bytes)
    };
    crate::deadline::within(limit, read).transpose()
}

/// Writes to standard output, as [`read_input`] reads.
///
/// # Errors
/// Where not all of it could be written, and where the caller left standard output closed.
pub fn write_output(bytes: &[u8]) -> io::Result<()> {
    if stdout_was_closed() {
        return Err(io::ErrorKind::BrokenPipe.into());
    }
    let stdout = io::stdout();
    #[cfg(unix)]
    let mut output = File::from(stdout.as_fd().try_clone_to_owned()?);
    #[cfg(windows)]
    let mut output = File::from(stdout.as_handle().try_clone_to_owned()?);
    output.write_all(bytes)
}

/// Rust's start-up opens `/dev/null` for reading and writing in the place of a closed descriptor; a
/// caller who does not care for the answer opens it for writing only.
fn stdout_was_closed() -> bool {
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

/// Whether what is written there is seen by nobody: the null device, which stands in for a standard
/// stream that is closed as well.
#[cfg(unix)]
#[must_use]
pub fn is_nowhere(stream: &impl std::os::fd::AsFd) -> bool {
    let null = rustix::fs::stat("/dev/null");
    let is_null = |about: rustix::fs::Stat| null.is_ok_and(|null| null.st_rdev == about.st_rdev);
    rustix::fs::fstat(stream).is_ok_and(is_null)
}

/// As on Unix, where that can be told.
#[cfg(not(unix))]
#[must_use]
pub fn is_nowhere<S>(_: &S) -> bool {
    false
}
