//! `imgsec-cred which`: which credential each client would use for an image, from where, and why.

use std::cell::{Cell, OnceCell};
use std::fmt;

use imgsec_cred::credential::{HIDDEN_USERNAME, Login};
use imgsec_cred::files::View;
use imgsec_cred::lookup::{
    self, Answer, Found, Places, Programs, Question, Role, Source, Step, World,
};
use imgsec_cred::machine::Machine;
use imgsec_cred::registry::image::{Image, InvalidImage};
use imgsec_cred::server::ServerKey;
use imgsec_cred::setup::scene::is_ours;
use imgsec_cred::store::{Error, ErrorKind};
use imgsec_cred::text::shell_word;
use imgsec_cred::tokens;
use serde_json::{Value, json};

use crate::args::Which;
use crate::report::{Mark, Report};
use crate::{Outcome, failure, stores};

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

pub(crate) fn run(args: &Which, machine: &Machine, report: &Report) -> anyhow::Result<Outcome> {
    let image = Image::parse(&args.image).map_err(Usage)?;
    let mut places = Places::of(machine).ok_or_else(|| {
        Error::new(ErrorKind::Unavailable, "there is no home folder: HOME is not set")
    })?;
    places.programs = Programs::ask(machine);
    let ours = Ours { machine, listed: OnceCell::new(), is_asked: Cell::new(false) };
    let ask = |name: &str, key: &str| ours.ask(name, key);
    let view = View::default();
    let world = World::new(&places, &view, &ask);
    let question = Question { written: args.image.clone(), image: image.clone() };
    let answers: Vec<_> =
        lookup::ALL.iter().flat_map(|client| (client.look_up)(&question, &world)).collect();
    let kept = ours.kept(image.docker_key());
    let trouble = ours.trouble();
    report.json(&document(&image, &answers, kept.as_deref(), trouble, machine))?;
    say(&image, &answers, machine, report)?;
    warn(&image, &answers, kept.is_some(), report)?;
    match trouble {
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

fn say(
    image: &Image,
    answers: &[Answer],
    machine: &Machine,
    report: &Report,
) -> std::io::Result<()> {
    report.line(&format!("image     {image}"))?;
    report.line(&format!("registry  {}", image.registry()))?;
    for answer in answers {
        let searched = answer.image.as_ref().map(|image| format!(" (looks for {image})"));
        report.line("")?;
        report.line(&format!("{}{}", answer.clients.join(", "), searched.unwrap_or_default()))?;
        for (number, step) in answer.steps.iter().enumerate() {
            let mark = if is_chosen(step.role) { ">" } else { " " };
            report.line(&format!("{mark} {}  {}", number + 1, sentence(step, machine)))?;
        }
        if answer.used().is_none() {
            report.line(&format!("> {}", nothing(answer, image)))?;
        }
    }
    Ok(())
}

fn is_chosen(role: Role) -> bool {
    matches!(role, Role::Used | Role::Perhaps | Role::Stops)
}

fn nothing(answer: &Answer, image: &Image) -> String {
    if answer.clients.contains(&"kubernetes") {
        let key = shell_word(image.registry());
        return format!(
            "nothing from here: a cluster needs an imagePullSecret: imgsec-cred export {key} --k8s NAME"
        );
    }
    "no credential: it asks as nobody (anonymous)".to_owned()
}

/// A step as one line: where, what, and what comes of it.
fn sentence(step: &Step, machine: &Machine) -> String {
    let place = place(&step.source, machine);
    let key = &step.key;
    let what = match &step.found {
        Found::Plain(login) => format!("{} under {key}, in plain text", shown(login.user())),
        Found::Kept(login) => format!("{} for {key}", shown(login.user())),
        Found::OneOf(all) => format!("by chance one of {}", users(all).join(", ")),
        Found::Unknown => match &step.source {
            Source::Helper { name, .. } => format!("asks {name} for {key}"),
            _ => format!("may have {key}"),
        },
        Found::Nothing => format!("nothing for {key}"),
        Found::Trouble(why) => why.clone(),
    };
    format!("{place}: {what}{}", consequence(step))
}

/// Who may be logged in where several logins fit.
fn users(all: &[Found]) -> Vec<String> {
    let user = |found: &Found| match found {
        Found::Plain(login) | Found::Kept(login) => shown(login.user()).to_owned(),
        _ => "nobody".to_owned(),
    };
    all.iter().map(user).collect()
}

fn place(source: &Source, machine: &Machine) -> String {
    match source {
        Source::Variable(name) => (*name).to_owned(),
        Source::File(path) => machine.short(path),
        Source::Helper { name, named_in: None } => {
            format!("helper {name} (Docker's own choice: its file names none)")
        }
        Source::Helper { name, named_in: Some((path, setting)) } => {
            format!("helper {name} ({setting} in {})", machine.short(path))
        }
    }
}

fn consequence(step: &Step) -> &'static str {
    match (step.role, &step.source) {
        (Role::Used, _) => "; this is used",
        (Role::Perhaps, _) => "; used if it has one",
        (Role::Stops, _) => "; it fails here",
        (Role::Shadowed, _) => "; not reached",
        (Role::Unread, _) => "; never read, since a helper is named",
        (Role::Passed, _) => "",
    }
}

/// A user name that is no secret.
fn shown(user: &str) -> &str {
    if tokens::is_secret_username(user, "") { HIDDEN_USERNAME } else { user }
}

/// Plain text that is used although the store keeps a login, or that lies there for nothing.
fn warn(image: &Image, answers: &[Answer], is_kept: bool, report: &Report) -> std::io::Result<()> {
    let mut lines = Vec::new();
    for answer in answers.iter().filter(|answer| answer.is_plain()) {
        let client = answer.clients[0];
        if is_kept && client != "kubernetes" {
            lines.push(format!(
                "{client} uses what lies in plain text, not the login for {} that the store keeps: imgsec-cred migrate",
                image.registry()
            ));
        }
    }
    let is_dead = |step: &Step| step.role == Role::Unread;
    if answers.iter().any(|answer| answer.steps.iter().any(is_dead)) {
        let line = "a login lies in plain text that Docker never reads: imgsec-cred setup moves it";
        lines.push(line.to_owned());
    }
    if !lines.is_empty() {
        report.line("")?;
    }
    lines.iter().try_for_each(|line| report.marked(Mark::Warn, line))
}

fn document(
    image: &Image,
    answers: &[Answer],
    kept: Option<&str>,
    trouble: Option<&Error>,
    machine: &Machine,
) -> Value {
    let clients: Vec<_> = answers.iter().map(|answer| client(answer, kept, machine)).collect();
    json!({
        "schema": "imgsec.which/1",
        "ok": trouble.is_none(),
        "complete": trouble.is_none(),
        "image": image.to_string(),
        "registry": image.registry(),
        "repository": image.repository(),
        "tag": image.tag(),
        "digest": image.digest(),
        "kept_for": kept.map(shown),
        "store_error": trouble.map(failure::of_store),
        "clients": clients,
    })
}

fn client(answer: &Answer, kept: Option<&str>, machine: &Machine) -> Value {
    let steps: Vec<_> = answer.steps.iter().map(|s| step(s, machine)).collect();
    let is_kubernetes = answer.clients.contains(&"kubernetes");
    json!({
        "clients": answer.clients,
        "image": answer.image,
        "uses": answer.used().map(|s| step(s, machine)),
        "plain_text_wins": answer.is_plain() && kept.is_some() && !is_kubernetes,
        "steps": steps,
    })
}

fn step(step: &Step, machine: &Machine) -> Value {
    let (kind, name, file, setting) = match &step.source {
        Source::Variable(name) => ("variable", Some((*name).to_owned()), None, None),
        Source::File(path) => ("file", None, Some(path), None),
        Source::Helper { name, named_in } => {
            let (path, setting) = named_in.as_ref().map(|(p, s)| (p, *s)).unzip();
            ("helper", Some(name.clone()), path, setting)
        }
    };
    let (found, user, why) = match &step.found {
        Found::Plain(login) => ("plain-text", Some(shown(login.user())), None),
        Found::Kept(login) => ("kept", Some(shown(login.user())), None),
        Found::Unknown => ("unknown", None, None),
        Found::Nothing => ("nothing", None, None),
        Found::OneOf(all) => ("one-of", None, Some(users(all).join(", "))),
        Found::Trouble(why) => ("trouble", None, Some(why.clone())),
    };
    let role = match step.role {
        Role::Used => "used",
        Role::Perhaps => "used-if-there",
        Role::Passed => "passed",
        Role::Stops => "fails",
        Role::Shadowed => "shadowed",
        Role::Unread => "never-read",
    };
    json!({
        "source": kind, "name": name, "file": file.map(|f| machine.short(f)), "setting": setting,
        "key": step.key, "found": found, "username": user, "message": why, "role": role,
    })
}
