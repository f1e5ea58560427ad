//! Ending all that a command started, also what left its process group (`setsid`). On Linux whatever
//! its parent leaves behind becomes a child of ours while the command runs, so that it is found;
//! elsewhere only the process group is ended.

use std::process::Child;

/// What a command started.
pub(super) struct Descendants {
    #[cfg(target_os = "linux")]
    adopted: linux::Adopted,
}

impl Descendants {
    /// From here on nothing that is started is lost. One command at a time: until this is dropped
    /// another thread waits here.
    pub(super) fn follow() -> Self {
        Self {
            #[cfg(target_os = "linux")]
            adopted: linux::Adopted::begin(),
        }
    }

    /// Ends a command and all that it started; that something is already gone is no failure.
    pub(super) fn end(&self, child: &mut Child) {
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process_group};
            let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
        }
        #[cfg(target_os = "linux")]
        self.adopted.end_below(rustix::process::Pid::from_child(child));
        let _ = child.kill();
        let _ = child.wait();
        #[cfg(target_os = "linux")]
        self.adopted.end_all();
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::HashSet;
    use std::fs;
    use std::sync::{Mutex, MutexGuard, PoisonError};
    use std::time::{Duration, Instant};

    use rustix::process::{
        Pid, Signal, WaitOptions, getpgrp, getpid, kill_process, set_child_subreaper, waitpid,
    };

    /// Whose children become ours is one setting of the whole process.
    static ONE_COMMAND: Mutex<()> = Mutex::new(());

    /// How long what starts new processes is chased.
    const LIMIT: Duration = Duration::from_secs(2);

    /// A process, as `/proc/PID/stat` has it.
    struct Process {
        pid: Pid,
        parent: Option<Pid>,
        group: Option<Pid>,
        is_zombie: bool,
    }

    pub(super) struct Adopted {
        /// Our children from before, such as a service that an earlier command left running.
        earlier: HashSet<Pid>,
        _alone: MutexGuard<'static, ()>,
    }

    impl Adopted {
        pub(super) fn begin() -> Self {
            let _alone = ONE_COMMAND.lock().unwrap_or_else(PoisonError::into_inner);
            // Where the system refuses, the process group is what is ended.
            let _ = set_child_subreaper(Some(getpid()));
            let ours = processes().into_iter().filter(|one| one.parent == Some(getpid()));
            Self { earlier: ours.map(|one| one.pid).collect(), _alone }
        }

        /// Ends what a command started, in any process group, before it leaves that behind.
        pub(super) fn end_below(&self, command: Pid) {
            for pid in below(&processes(), HashSet::from([command])) {
                let _ = kill_process(pid, Signal::KILL);
            }
        }

        /// Ends all that was left behind. Of our children those of our own process group are the
        /// helpers that other threads ask.
        pub(super) fn end_all(&self) {
            let (us, group) = (Some(getpid()), Some(getpgrp()));
            let end = Instant::now() + LIMIT;
            loop {
                let all = processes();
                let is_orphan = |one: &&Process| {
                    one.parent == us && one.group != group && !self.earlier.contains(&one.pid)
                };
                let orphans: HashSet<_> = all.iter().filter(is_orphan).map(|one| one.pid).collect();
                let found = below(&all, orphans.clone());
                for &pid in found.iter().chain(&orphans) {
                    let _ = kill_process(pid, Signal::KILL);
                }
                for &pid in &orphans {
                    let _ = waitpid(Some(pid), WaitOptions::NOHANG);
                }
                let is_over = found.is_empty() && orphans.is_empty();
                if is_over || Instant::now() >= end {
                    return;
                }
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }

    impl Drop for Adopted {
        fn drop(&mut self) {
            let _ = set_child_subreaper(None);
        }
    }

    /// All that these started, and what that started, as far as it runs.
    fn below(all: &[Process], mut parents: HashSet<Pid>) -> Vec<Pid> {
        let mut found = Vec::new();
        loop {
            let is_new = |one: &&Process| {
                one.parent.is_some_and(|parent| parents.contains(&parent))
                    && !parents.contains(&one.pid)
            };
            let new: Vec<_> =
                all.iter().filter(is_new).map(|one| (one.pid, one.is_zombie)).collect();
            if new.is_empty() {
                return found;
            }
            parents.extend(new.iter().map(|(pid, _)| *pid));
            found.extend(new.iter().filter(|(_, is_zombie)| !is_zombie).map(|(pid, _)| *pid));
        }
    }

    fn processes() -> Vec<Process> {
        let all = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        pids.filter_map(process).collect()
    }

    fn process(pid: i32) -> Option<Process> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name before it is in brackets, and may hold some.
        let mut words = stat.rsplit_once(')')?.1.split_ascii_whitespace();
        let is_zombie = words.next()? == "Z";
        let mut number = || Pid::from_raw(words.next()?.parse().ok()?);
        let (parent, group) = (number(), number());
        Some(Process { pid: Pid::from_raw(pid)?, parent, group, is_zombie })
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::time::Duration;

    use zeroize::Zeroizing;

    use super::super::command::{LIMIT, run};

    fn sh(script: &str) -> Vec<String> {
        ["/bin/sh", "-c", script].map(str::to_owned).to_vec()
    }

    fn is_running(pid: &str) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
        stat.is_ok_and(|stat| !stat.contains(") Z"))
    }

    /// Each writes its number when it runs; all are to be gone when the limit is over.
    #[test]
    fn what_left_the_process_group_ends_with_the_command() {
        let hide = "exec >/dev/null 2>&1 </dev/null; echo $$ >>pids; exec sleep 300";
        for script in [
            format!("setsid sh -c '{hide}' & sleep 300"),
            // Its parent is gone.
            format!("(setsid sh -c '{hide}' &); sleep 300"),
            format!("(setsid sh -c \"(setsid sh -c '{hide}' &)\" &); sleep 300"),
            // In a process group of its own, of the same session.
            format!("set -m; (sh -c '{hide}' & exit) ; sleep 300"),
            // A whole family: the one in the middle is what was left behind.
            format!(
                "(setsid sh -c \"(sh -c '{hide}' & setsid sh -c '{hide}' & wait)\" &); sleep 300"
            ),
            // It keeps our pipe open, so that no end of the command is seen.
            "(setsid sh -c 'echo $$ >>pids; exec sleep 300' &); true".to_owned(),
        ] {
            let dir = tempfile::tempdir().unwrap();
            let script = format!("cd {}; {script}", dir.path().display());
            let ended = run(&sh(&script), Zeroizing::default(), Duration::from_millis(700));
            assert!(ended.is_err(), "{script}");
            let pids = std::fs::read_to_string(dir.path().join("pids")).unwrap();
            assert!(!pids.is_empty() && !pids.lines().any(is_running), "{script}: {pids}");
        }
    }

    #[test]
    fn a_service_that_a_command_started_goes_on_also_when_another_one_takes_too_long() {
        let dir = tempfile::tempdir().unwrap();
        let here = dir.path().display();
        let start = format!(
            "cd {here}; setsid sh -c 'echo $$ >pid; exec sleep 300' >/dev/null 2>&1 </dev/null &\n\
             until [ -s pid ]; do sleep 0.01; done"
        );
        assert!(run(&sh(&start), Zeroizing::default(), LIMIT).is_ok_and(|e| e.status.success()));
        assert!(run(&sh("sleep 300"), Zeroizing::default(), Duration::from_millis(50)).is_err());
        let pid = std::fs::read_to_string(dir.path().join("pid")).unwrap();
        assert!(is_running(&pid));
        let pid = rustix::process::Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    }
}
