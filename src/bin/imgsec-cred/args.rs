//! The command line: clap's types and nothing else.

use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

mod export;
mod moves;
mod registries;
mod rotate;
mod show;
mod stores;

pub(crate) use self::export::Export;
pub(crate) use self::moves::{Audit, Back, Migrate};
pub(crate) use self::registries::{Asking, Login, Verify};
pub(crate) use self::rotate::Rotate;
pub(crate) use self::show::{Field, Show};
pub(crate) use self::stores::{Setup, Unlock};

/// Keep container-registry credentials out of plain text.
#[derive(Parser)]
#[command(version, disable_help_subcommand = true, max_term_width = 100)]
#[command(
    after_help = "Exit status: 0 done, 1 something needs attention, 2 usage, 3 could not finish,
4 the store is locked or unavailable, 5 the registry or the network gave no verdict, 6 refused (needs --yes or a terminal), 130 interrupted.
Undo the last change of setup, migrate or rotate with: imgsec-cred VERB --undo"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,

    #[command(flatten)]
    pub(crate) shared: Shared,
}

/// What every verb takes.
#[derive(Args, Clone)]
pub(crate) struct Shared {
    /// Answer in JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// Never ask; refuse instead
    #[arg(long, global = true)]
    pub(crate) no_input: bool,

    /// No hints, only errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,

    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Make Docker keep its passwords here, and move those that lie in plain text
    Setup(Setup),
    /// Show what is in use and why, and what to fix
    #[command(visible_alias = "doctor")]
    Status,
    /// Find registry credentials that lie open, on this machine or in the paths named
    Audit(Audit),
    /// Move credentials out of files and other helpers into the store
    #[command(visible_alias = "import")]
    Migrate(Migrate),
    /// Store a credential after the registry has accepted it
    Login(Login),
    /// Remove the credential for a registry
    Logout(Logout),
    /// Show which registries have a credential (never the secret)
    #[command(visible_alias = "ls")]
    List(List),
    /// Show one credential; the secret itself only with --reveal
    #[command(visible_alias = "get")]
    Show(Show),
    /// Show which credential each client (docker, podman, helm, …) would use for an image, and why
    Which(Which),
    /// Ask registries whether their credentials still work
    Verify(Verify),
    /// Replace a credential: check the new one, keep the old one a while
    Rotate(Box<Rotate>),
    /// Write a Kubernetes Secret or a Docker auth file with credentials of the store
    Export(Export),
    /// Open the sealed store for some hours
    Unlock(Unlock),
    /// Close the sealed store now
    Lock,
}

impl Verb {
    /// The verb that the answer in JSON is named after; none for `export`, whose `--json` is the
    /// form of a manifest.
    pub(crate) fn answers_as(&self) -> Option<&'static str> {
        Some(match self {
            Self::Setup(_) => "setup",
            Self::Status => "status",
            Self::Audit(args) if args.undo => "migrate",
            Self::Audit(_) => "audit",
            Self::Migrate(_) => "migrate",
            Self::Login(_) => "login",
            Self::Logout(_) => "logout",
            Self::List(_) => "list",
            Self::Show(_) => "show",
            Self::Which(_) => "which",
            Self::Verify(_) => "verify",
            Self::Rotate(_) => "rotate",
            Self::Export(_) => return None,
            Self::Unlock(_) => "unlock",
            Self::Lock => "lock",
        })
    }
}

#[derive(Args)]
pub(crate) struct List {
    /// Only secrets that are older than this, or of unknown age
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub(crate) older_than: Option<Duration>,

    /// Only secrets that end within this time, or have ended
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub(crate) expires_within: Option<Duration>,

    /// Exit with 1 where something is shown
    #[arg(long)]
    pub(crate) exit_code: bool,
}

#[derive(Args)]
pub(crate) struct Logout {
    /// The registry, such as ghcr.io or docker.io
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub(crate) registry: Option<String>,

    /// Every registry; needs --confirm=all
    #[arg(long, requires = "confirm")]
    pub(crate) all: bool,

    /// The word `all`
    #[arg(long, value_name = "WORD", value_parser = ["all"])]
    pub(crate) confirm: Option<String>,

    /// Only the login with which `rotate` makes new secrets (`login --admin`)
    #[arg(long, conflicts_with = "all")]
    pub(crate) admin: bool,
}

#[derive(Args)]
pub(crate) struct Which {
    /// An image as you would pull it, such as nginx or ghcr.io/acme/app:1.2, or a registry that has a
    /// login, such as ghcr.io
    #[arg(value_name = "IMAGE")]
    pub(crate) image: String,

    /// Also show clients that are not installed, and libraries that do as docker does
    #[arg(long)]
    pub(crate) all: bool,
}

/// A time that can be added to any date.
fn span(text: &str) -> Result<Duration, String> {
    const MOST: Duration = Duration::from_secs(100 * 31_557_600);
    let span = humantime::parse_duration(text);
    let span = span.map_err(|_| "a time such as 90d, 12h or 30m".to_owned())?;
    if span > MOST { Err("at most 100y".to_owned()) } else { Ok(span) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use std::path::Path;

    /// Every file of the source: its path, and its text without comments.
    fn sources() -> Vec<(String, String)> {
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        let mut sources = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap().replace("\\\n", " ");
                let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
                sources.push((path.display().to_string(), code.collect::<Vec<_>>().join("\n")));
            }
        }
        sources
    }

    fn flags(command: &clap::Command) -> Vec<&str> {
        command.get_arguments().filter_map(clap::Arg::get_long).collect()
    }

    #[test]
    fn every_command_that_is_named_is_there() {
        let (ours, mut count) = (Cli::command(), 0);
        for (path, text) in sources() {
            for line in text.split("imgsec-cred ").skip(1) {
                let end = line.find(['"', ',', ';', ')', '`', '|', '\n']).unwrap_or(line.len());
                let mut words = line[..end].split_whitespace();
                let Some(verb) = words.next().and_then(|verb| ours.find_subcommand(verb)) else {
                    continue;
                };
                count += 1;
                for word in words.filter_map(|word| word.strip_prefix("--")) {
                    let flag =
                        word.split(['=', ']', '\'', '.', ':', '{']).next().unwrap_or_default();
                    let is_known = [&ours, verb].iter().any(|one| flags(one).contains(&flag));
                    assert!(flag.is_empty() || is_known, "{path}: {}", &line[..end]);
                }
            }
        }
        assert!(count > 50, "{count}");
    }

    #[test]
    fn every_flag_that_a_hint_names_is_one_of_ours() {
        let ours = Cli::command();
        let known: Vec<_> = ours.get_subcommands().chain([&ours]).flat_map(flags).collect();
        // What is said to other programs.
        let others = ["wsl ", "systemctl ", "kubectl ", "cargo "];
        for (path, text) in sources() {
            let hints =
                text.split("with_hint(\"").skip(1).filter_map(|hint| hint.split('"').next());
            for hint in hints.filter(|hint| !others.iter().any(|other| hint.contains(other))) {
                for flag in hint.split("--").skip(1) {
                    let flag =
                        flag.split([' ', ',', '=', ')', ';', '`']).next().unwrap_or_default();
                    assert!(known.contains(&flag), "{path}: --{flag}");
                }
            }
        }
    }
}
