//! `imgsec-cred which`: which credential each client would use for an image, from where, and why.

use std::cell::{Cell, OnceCell};
use std::collections::BTreeSet;
use std::fmt;

use imgsec_cred::credential::{HIDDEN_USERNAME, Login};
use imgsec_cred::files::View;
use imgsec_cred::lookup::{self, Asked, Found, Places, Presence, Programs, Reading, World};
use imgsec_cred::machine::Machine;
use imgsec_cred::registry::image::InvalidImage;
use imgsec_cred::server::ServerKey;
use imgsec_cred::setup::scene::is_ours;
use imgsec_cred::store::{Error, ErrorKind};
use imgsec_cred::tokens;

use crate::args::Which;
use crate::report::Report;
use crate::{Outcome, stores};

mod document;
mod words;

/// The image named on the command line is none.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) InvalidImage);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no image: {}", self.0)
    }
}

impl std::error::Error for Usage {}

/// What our own store lists, asked for once.
struct Ours<'a> {
    machine: &'a Machine,
    listed: OnceCell<Result<Vec<(ServerKey, String)>, Error>>,
    /// Some client asks it.
    is_asked: Cell<bool>,
}

/// What is answered.
struct Told<'a> {
    machine: &'a Machine,
    world: &'a World<'a>,
    reading: Reading,
    answers: Vec<Asked>,
    /// The user of the login that our store keeps for it.
    kept: Option<String>,
    /// Why our store could not be asked.
    trouble: Option<&'a Error>,
}

pub(crate) fn run(args: &Which, machine: &Machine, report: &Report) -> anyhow::Result<Outcome> {
    let mut places = Places::of(machine).ok_or_else(|| {
        Error::new(ErrorKind::Unavailable, "there is no home folder: HOME is not set")
    })?;
    let ours = Ours { machine, listed: OnceCell::new(), is_asked: Cell::new(false) };
    let ask = |name: &str, key: &str| ours.ask(name, key);
    let view = View::default();
    let mut keys = lookup::servers(&World::new(&places, &view, &ask));
    keys.extend(ours.keys());
    let reading = lookup::read(&args.image, &keys).map_err(Usage)?;
    places.programs = Programs::ask(machine);
    let world = World::new(&places, &view, &ask);
    let answers = lookup::ask_all(&reading.question, &world);
    let kept = ours.kept(reading.question.image.docker_key());
    let told = Told { machine, world: &world, reading, answers, kept, trouble: ours.trouble() };
    report.json(&document::of(&told))?;
    words::say(&told, args.all, report)?;
    match told.trouble {
        None => Ok(Outcome::Done),
        Some(error) => {
            report.note(&format!("the store gives no answer: {error}"));
            if let Some(hint) = error.hint() {
                report.note(&format!("hint: {hint}"));
            }
            Ok(Outcome::NoStore)
        }
    }
}

impl Told<'_> {
    /// The clients of an answer of which just this is known.
    fn clients_that_are(&self, (client, answer): &Asked, presence: Presence) -> Vec<&'static str> {
        let is_it = |name: &&&str| client.presence(name, self.world) == presence;
        answer.clients.iter().filter(is_it).copied().collect()
    }
}

impl Ours<'_> {
    /// What a helper has for a key: ours is asked what it lists, no other is run.
    fn ask(&self, name: &str, key: &str) -> Found {
        let program = format!("docker-credential-{name}");
        if self.machine.find_program(&program).is_none() {
            return Found::Trouble(format!("{program} is not on the PATH"));
        }
        if !is_ours(name) {
            return Found::Unknown;
        }
        self.is_asked.set(true);
        match self.listed() {
            Err(error) => Found::Trouble(error.to_string()),
            Ok(_) => {
                self.kept(key).map_or(Found::Nothing, |user| Found::Kept(Login::of_user(user)))
            }
        }
    }

    fn listed(&self) -> &Result<Vec<(ServerKey, String)>, Error> {
        self.listed.get_or_init(|| {
            let keys = stores::helper(self.machine)?.list_keys()?.into_iter();
            Ok(keys.filter_map(|(key, user)| Some((ServerKey::parse(&key).ok()?, user))).collect())
        })
    }

    /// The keys of the credentials that it lists.
    fn keys(&self) -> BTreeSet<String> {
        let listed = self.listed().as_ref().ok().into_iter().flatten();
        listed.map(|(server, _)| server.as_str().to_owned()).collect()
    }

    /// The user of the credential that our store would give for a key.
    fn kept(&self, key: &str) -> Option<String> {
        let asked = ServerKey::parse(key).ok()?;
        let listed = self.listed().as_ref().ok()?.iter();
        let found = listed.filter(|(server, _)| server.answers(&asked));
        found.max_by_key(|(server, _)| server.canonical().len()).map(|(_, user)| user.clone())
    }

    /// Why our store could not be asked; that nothing of ours is installed or set up is no trouble
    /// where no client asks it.
    fn trouble(&self) -> Option<&Error> {
        let is_trouble = |e: &&Error| self.is_asked.get() || e.kind() != ErrorKind::Unavailable;
        self.listed().as_ref().err().filter(is_trouble)
    }
}

/// A user name that is no secret.
fn shown(user: &str) -> &str {
    if tokens::is_secret_username(user, "") { HIDDEN_USERNAME } else { user }
}

/// Who may be logged in where several logins fit.
fn users(all: &[Found]) -> Vec<String> {
    let user = |found: &Found| match found {
        Found::Plain(login) | Found::Kept(login) => shown(login.user()).to_owned(),
        _ => "nobody".to_owned(),
    };
    all.iter().map(user).collect()
}
