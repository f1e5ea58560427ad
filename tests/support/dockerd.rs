//! A Docker engine of a test's own. It runs no containers (no network, no cgroups needed) and so
//! works where containers cannot: it pushes, pulls, and builds images that run no command.

use std::process::Command;

use super::process::{self, Service};

/// `dockerd` on a private socket, with private folders.
#[derive(Debug)]
pub(crate) struct Dockerd {
    _daemon: Service,
    dir: tempfile::TempDir,
}

impl Dockerd {
    pub(crate) fn start() -> Self {
        assert!(rustix::process::geteuid().is_root(), "dockerd needs root: run tests/run");
        let dir = process::folder("eng");
        let at = |name: &str| dir.path().join(name);
        std::fs::write(at("daemon.json"), "{}").unwrap();
        let mut daemon = Service::start(&process::need("dockerd"), &at("dockerd.log"), |command| {
            command.args(["--iptables=false", "--ip6tables=false", "--bridge=none"]);
            command.args(["--storage-driver=vfs", "--shutdown-timeout=1"]);
            for (flag, name) in [
                ("config-file", "daemon.json"),
                ("data-root", "data"),
                ("exec-root", "exec"),
                ("pidfile", "pid"),
            ] {
                command.arg(format!("--{flag}={}", at(name).display()));
            }
            command.arg(format!("--host={}", host(&dir)));
        });
        let docker = process::need("docker");
        daemon.until(|_| {
            let mut ask = Command::new(&docker);
            ask.args(["--host", &host(&dir), "version"]);
            process::run(&mut ask, b"").status.success().then_some(())
        });
        Self { _daemon: daemon, dir }
    }

    /// What `DOCKER_HOST` is set to.
    pub(crate) fn host(&self) -> String {
        host(&self.dir)
    }
}

fn host(dir: &tempfile::TempDir) -> String {
    format!("unix://{}", dir.path().join("engine").display())
}
