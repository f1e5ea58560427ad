//! What strace saw: the calls by which a program changed files, the Secret Service or the kernel's
//! keyring, each with what it takes to meet just that call again.

use std::collections::HashMap;
use std::fmt;

/// Every call that can change one of them. strace passes over those with a question mark that this
/// kernel does not have.
pub(crate) const CALLS: &str = "openat,?open,?creat,write,?pwrite64,?writev,?pwritev,?pwritev2,\
fsync,fdatasync,?sync_file_range,?msync,?copy_file_range,?sendfile,?splice,?fallocate,ftruncate,\
?truncate,?rename,?renameat,?renameat2,?link,?linkat,?symlink,?symlinkat,?unlink,?unlinkat,?mkdir,\
?mkdirat,?rmdir,?mknod,?mknodat,?chmod,?fchmod,?fchmodat,?chown,?fchown,?fchownat,?lchown,\
?utimensat,?setxattr,?fsetxattr,sendmsg,sendto,?sendmmsg,add_key,keyctl";

/// A call that changed something, or waited until it was on the disk.
#[derive(Clone)]
pub(crate) struct Change {
    pub(crate) call: String,
    /// Which one of its kind it is in its thread, as strace counts.
    nth: usize,
    /// Another thread made an nth call of the kind before: this is the path that only this one has,
    /// and the count of the calls with it.
    only_with: Option<(String, usize)>,
    /// As strace shows it.
    pub(crate) line: String,
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.line)
    }
}

impl Change {
    /// strace's options that meet just this call.
    pub(crate) fn inject(&self, how: &str) -> String {
        let call = &self.call;
        match &self.only_with {
            None => format!("-e inject={call}:{how}:when={}", self.nth),
            Some((path, nth)) => format!("-P {path} -e inject={call}:{how}:when={nth}"),
        }
    }

    /// With these options strace shows no other calls.
    pub(crate) fn is_seen_alone(&self) -> bool {
        self.only_with.is_some()
    }

    /// It was met and not made.
    pub(crate) fn is_met(&self) -> bool {
        self.line.ends_with("(INJECTED)") || self.line.ends_with(" = ?")
    }
}

/// All changes in a trace, in their order; those that the kernel refused are left out.
pub(crate) fn changes(trace: &str) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut in_thread: HashMap<(&str, &str), usize> = HashMap::new();
    let mut with_path: HashMap<(&str, &str, &str), usize> = HashMap::new();
    let mut first: HashMap<(&str, usize), &str> = HashMap::new();
    let lines = whole(trace);
    for line in &lines {
        let Some((thread, call, arguments)) = parse(line) else { continue };
        let nth = in_thread.entry((thread, call)).and_modify(|n| *n += 1).or_insert(1);
        let path = path(arguments);
        let nth_with_path =
            with_path.entry((thread, call, path)).and_modify(|n| *n += 1).or_insert(1);
        let is_first = *first.entry((call, *nth)).or_insert(thread) == thread;
        let line = format!("{call}({arguments}");
        let is_refused =
            arguments.rsplit_once(" = ").is_some_and(|(_, value)| value.starts_with("-1 "));
        if is_change(call, arguments) && (!is_refused || line.ends_with("(INJECTED)")) {
            let only_with = (!is_first).then(|| (path.to_owned(), *nth_with_path));
            changes.push(Change { call: call.to_owned(), nth: *nth, only_with, line });
        }
    }
    changes
}

/// The lines of a trace, with those calls in one line that another thread's made two of. A call that
/// was never finished ends in ` = ?`, as strace shows one whose program was killed in it, at times
/// after it has shown it as unfinished twice.
fn whole(trace: &str) -> Vec<String> {
    const UNFINISHED: &str = " <unfinished ...>";
    let mut lines: Vec<String> = Vec::new();
    let mut open: HashMap<&str, usize> = HashMap::new();
    for line in trace.lines() {
        let thread = line.split(' ').next().unwrap_or_default();
        if let Some(begun) = line.strip_suffix(UNFINISHED) {
            open.entry(thread).or_insert_with(|| {
                lines.push(format!("{begun} = ?"));
                lines.len() - 1
            });
        } else if let Some((_, end)) = line.split_once(" resumed>") {
            if let Some(begun) = open.remove(thread).map(|at| &mut lines[at]) {
                *begun = format!("{}{end}", begun.trim_end_matches(" = ?"));
            }
        } else {
            lines.push(line.to_owned());
        }
    }
    lines
}

/// `PID call(arguments) = value`; without `-f` the PID is left out.
fn parse(line: &str) -> Option<(&str, &str, &str)> {
    let (thread, shown) = match line.split_once(' ') {
        Some((pid, rest)) if pid.bytes().all(|b| b.is_ascii_digit()) => (pid, rest.trim_start()),
        _ => ("", line),
    };
    let (call, arguments) = shown.split_once('(')?;
    let is_call = call.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_call.then_some((thread, call, arguments))
}

/// The first path among the arguments: a text, or the file of a descriptor.
fn path(arguments: &str) -> &str {
    let text = arguments.split('"').nth(1);
    text.or_else(|| arguments.split(['<', '>']).nth(1)).unwrap_or_default()
}

fn is_change(call: &str, arguments: &str) -> bool {
    match call {
        "openat" | "open" => ["O_CREAT", "O_TRUNC"].iter().any(|flag| arguments.contains(flag)),
        "keyctl" => {
            let reads = ["SEARCH", "READ", "DESCRIBE", "GET_KEYRING_ID, KEY_SPEC_USER"];
            !reads.iter().any(|what| arguments.starts_with(&format!("KEYCTL_{what}")))
        }
        // To a file: not to a pipe, a terminal or an event counter.
        "write" | "pwrite64" | "writev" | "pwritev" | "pwritev2" | "fsync" | "fdatasync" => {
            let to = arguments.split_once('<').map_or("", |(_, to)| to);
            to.starts_with('/') && (!to.starts_with("/dev/") || to.starts_with("/dev/shm/"))
        }
        _ => true,
    }
}
