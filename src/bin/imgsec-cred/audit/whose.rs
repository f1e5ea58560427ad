//! Whose files `audit --fix` may move logins from: those that a client of this user reads. A tree may
//! come from a stranger, so a login in any other file moves only where its registry is named.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use imgsec_cred::audit::finding::Finding;
use imgsec_cred::audit::remedy;
use imgsec_cred::audit::scan::Scan;
use imgsec_cred::files::real;
use imgsec_cred::lookup::{self, Places};
use imgsec_cred::machine::Machine;
use imgsec_cred::server::ServerKey;
use imgsec_cred::text;

use crate::Refusal;
use crate::args::Audit;
use crate::changes::here;

/// What may move.
pub(super) struct Allowed {
    read_here: BTreeSet<PathBuf>,
    named: Vec<ServerKey>,
}

impl Allowed {
    pub(super) fn by(args: &Audit, machine: &Machine) -> anyhow::Result<Self> {
        let parse =
            |host: &String| ServerKey::parse(host).map_err(|e| Refusal::new(e.to_string(), None));
        let named = args.registry.iter().map(parse).collect::<Result<_, _>>()?;
        let here = Places::of(machine);
        let bare = here.as_ref().map(Places::without_variables);
        let read = here.iter().chain(&bare).flat_map(lookup::files).map(|(path, _)| path);
        let read_here = read.chain(here::known_files(machine)).map(|path| real(&path)).collect();
        Ok(Self { read_here, named })
    }

    /// The registries that the person named; with any, no other login moves.
    pub(super) fn named(&self) -> &[ServerKey] {
        &self.named
    }

    /// Whether no client of this user reads the file.
    pub(super) fn is_foreign(&self, path: &Path) -> bool {
        !self.read_here.contains(&real(path))
    }

    /// Whether a login may move out of this file.
    pub(super) fn is_allowed(&self, finding: &Finding, path: &Path) -> bool {
        if self.named.is_empty() {
            return !self.is_foreign(path);
        }
        let server = ServerKey::parse(&finding.registry);
        let is_it = |server: &ServerKey, one: &ServerKey| one.canonical() == server.canonical();
        server.is_ok_and(|server| self.named.iter().any(|one| is_it(&server, one)))
    }

    /// The findings that move only where their registry is named, and the files they lie in.
    pub(super) fn held_back<'s>(&self, scan: &'s Scan) -> Vec<(&'s Finding, &'s Path)> {
        let all = scan.findings.iter().filter(|_| self.named.is_empty());
        let movable = all.flat_map(|f| remedy::movable(f).map(move |(path, _)| (f, path)));
        movable.filter(|(_, path)| self.is_foreign(path)).collect()
    }
}

/// The command that moves these.
pub(super) fn command(held_back: &[(&Finding, &Path)], args: &Audit) -> String {
    // Nothing from a file but a plain host gets into a command that somebody copies.
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b".-:[]".contains(&b);
    let name = |(finding, _): &(&Finding, &Path)| match finding.registry.as_str() {
        registry if registry.bytes().all(is_plain) => text::shell_word(registry),
        _ => "REGISTRY".to_owned(),
    };
    let names: BTreeSet<_> = held_back.iter().map(name).collect();
    let names = names.into_iter().map(|name| format!(" --registry {name}"));
    let paths =
        args.paths.iter().map(|path| format!(" {}", text::shell_word(&path.to_string_lossy())));
    format!("imgsec-cred audit --fix{}{}", names.collect::<String>(), paths.collect::<String>())
}
