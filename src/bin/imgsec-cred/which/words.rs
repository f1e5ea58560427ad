//! What `which` says to people.

use imgsec_cred::lookup::{
    self, Answer, DockerProgram, Found, Merged, Presence, Role, Source, Step, docker_variable,
};
use imgsec_cred::machine::Machine;
use imgsec_cred::server::shown_key;
use imgsec_cred::text::shell_word;

use super::{Told, document, shown, users};
use crate::report::{Mark, Report};

pub(super) fn say(told: &Told<'_>, all: bool, report: &Report) -> std::io::Result<()> {
    let image = &told.reading.question.image;
    match told.reading.is_registry {
        true => report.line(&format!("registry  {} (any image in it)", image.registry()))?,
        false => {
            report.line(&format!("image     {image}"))?;
            report.line(&format!("registry  {}", image.registry()))?;
        }
    }
    if let Some(other) = &told.reading.other {
        let read = match told.reading.is_registry {
            true => "read as a registry, since it is known here; as an image",
            false => "read as an image, as Docker does; as a registry",
        };
        report.line(&format!("{read}: imgsec-cred which {}", shell_word(other)))?;
    }
    let merged = merged(told, all);
    for merged in &merged {
        report.line("")?;
        tell(merged, told, report)?;
    }
    let shown: usize = merged.iter().map(|merged| merged.clients.len()).sum();
    let left = told.answers.iter().map(|(_, answer)| answer.clients.len()).sum::<usize>() - shown;
    if left > 0 {
        report.line("")?;
        let line =
            format!("{left} more with --all: not installed, or libraries that do as docker does");
        report.line(&line)?;
    }
    warn(&merged, told, report)
}

/// What is shown: clients that are installed, and libraries that do not do as Docker does.
fn merged(told: &Told<'_>, all: bool) -> Vec<Merged> {
    let docker = told.answers.first().map(|(_, answer)| answer);
    let clients = |asked: &lookup::Asked| -> Vec<&'static str> {
        let answer = &asked.1;
        let is_as_docker = docker.is_some_and(|docker| lookup::sends_alike(docker, answer));
        match told.clients_that_are(asked, Presence::Installed) {
            _ if all => answer.clients.to_vec(),
            installed if installed.is_empty() && !is_as_docker => {
                told.clients_that_are(asked, Presence::Unknown)
            }
            installed => installed,
        }
    };
    let answers = told.answers.iter().map(|asked| (clients(asked), &asked.1));
    lookup::merged(answers.filter(|(clients, _)| !clients.is_empty()))
}

fn tell(merged: &Merged, told: &Told<'_>, report: &Report) -> std::io::Result<()> {
    let answer = &merged.answer;
    let searched = answer.image.as_ref().map(|image| format!(" (looks for {image})"));
    report.line(&format!("{}{}", names(merged, told), searched.unwrap_or_default()))?;
    for (number, step) in answer.steps.iter().enumerate() {
        let is_chosen = matches!(step.role, Role::Used | Role::Perhaps | Role::Stops);
        let mark = if is_chosen { ">" } else { " " };
        report.line(&format!("{mark} {}  {}", number + 1, sentence(step, told.machine)))?;
    }
    if answer.used().is_none() {
        report.line(&format!("> {}", nothing(answer, told)))?;
    }
    Ok(())
}

/// The clients, and what docker is where it is Podman.
fn names(merged: &Merged, told: &Told<'_>) -> String {
    let program = told.world.places.programs.docker;
    let podman = match program {
        DockerProgram::Podman(_) => document::docker(program),
        _ => None,
    };
    let name = |name: &&str| match &podman {
        Some(podman) if *name == "docker" => format!("docker ({podman})"),
        _ => (*name).to_owned(),
    };
    merged.clients.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn nothing(answer: &Answer, told: &Told<'_>) -> String {
    if answer.clients.contains(&"kubernetes") {
        let key = shell_word(told.reading.question.image.registry());
        return format!(
            "nothing from here: a cluster needs an imagePullSecret: imgsec-cred export {key} --k8s NAME"
        );
    }
    "no credential: anonymous pull".to_owned()
}

/// A step as one line: where, what, and what comes of it.
fn sentence(step: &Step, machine: &Machine) -> String {
    let place = place(&step.source, machine);
    let key = shown_key(&step.key);
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
        (Role::Unread, Source::Variable(_)) => "; ignored by this version of Docker",
        (Role::Unread, _) => "; never read, since a helper is named",
        (Role::Passed, _) => "",
    }
}

/// What is not as one would think.
fn warn(all: &[Merged], told: &Told<'_>, report: &Report) -> std::io::Result<()> {
    let registry = told.reading.question.image.registry();
    let mut lines = Vec::new();
    let uses_plain =
        |merged: &&Merged| merged.answer.is_plain() && merged.clients[0] != "kubernetes";
    let plain: Vec<_> = all.iter().filter(uses_plain).map(|merged| names(merged, told)).collect();
    if !plain.is_empty() && told.kept.is_some() {
        lines.push(format!(
            "{}: the login in plain text is used, not the one for {registry} that the store keeps: imgsec-cred migrate",
            plain.join(", ")
        ));
    }
    let is_dead = |step: &Step| step.role == Role::Unread && matches!(step.source, Source::File(_));
    if all.iter().any(|merged| merged.answer.steps.iter().any(is_dead)) {
        let line =
            "a login is stored in plain text that Docker never reads: imgsec-cred setup moves it";
        lines.push(line.to_owned());
    }
    lines.extend(ignored_variable(told));
    if !lines.is_empty() {
        report.line("")?;
    }
    lines.iter().try_for_each(|line| report.marked(Mark::Warn, line))
}

/// That a variable is set which the Docker of this machine does not read.
fn ignored_variable(told: &Told<'_>) -> Option<String> {
    let places = told.world.places;
    let program = places.programs.docker;
    let is_set = places.docker_auth_config.is_some();
    let docker = document::docker(program).filter(|_| is_set)?;
    let name = docker_variable::NAME;
    (!docker_variable::is_read_by(program)).then(|| match program {
        DockerProgram::Podman(_) => {
            format!("{name} is set, and docker, which is {docker}, ignores it")
        }
        _ => format!("{name} is set, and {docker} ignores it: Docker reads it from 28.3 on"),
    })
}
