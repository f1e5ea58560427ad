//! What is wrong with the arguments: a line for people, the answer for programs. Values that were
//! typed are not repeated: one may be a password in the wrong place.

use std::error::Error;
use std::process::ExitCode;

use clap::CommandFactory;
use clap::error::{ContextKind, ErrorKind};
use imgsec_cred::{machine, server, text};

use crate::args::{Cli, Color, Shared};
use crate::failure;
use crate::report::{self, Report};

/// The name of the answer where no verb is named.
const NO_VERB: &str = "usage";

/// Says what is wrong; with `--json` among the arguments, in JSON as well.
pub(crate) fn end(error: &clap::Error) -> ExitCode {
    let words = own_words(machine::arguments());
    let verb = verb(&words);
    let is_json = words.iter().any(|word| word == "--json");
    if is_verb_missing(error) && !is_json {
        // The whole help, as clap has it.
        report::usage(&error.render().to_string());
        return ExitCode::from(2);
    }
    let message = text::plain(&message(error));
    let hint = text::plain(&hint(error, verb.as_deref()));
    report::failure(&message, Some(&hint));
    if let (true, Some(name)) = (is_json, answers_as(verb.as_deref(), &words)) {
        let shared = Shared { json: true, no_input: true, quiet: false, color: Color::Never };
        // Nobody is left to be told that nobody listens.
        let _ = Report::new(&shared, false)
            .failed(name, &failure::document("usage", &message, Some(&hint)));
    }
    ExitCode::from(2)
}

/// The arguments but for those of a command that `rotate` is to run.
fn own_words(arguments: Vec<String>) -> Vec<String> {
    let is_others = |word: &String| word == "--" || word.split('=').next() == Some("--exec");
    arguments.into_iter().take_while(|word| !is_others(word)).collect()
}

/// The verb that is named, by its first name.
fn verb(words: &[String]) -> Option<String> {
    let cli = Cli::command();
    let named = words.iter().find_map(|word| cli.find_subcommand(word))?;
    Some(named.get_name().to_owned())
}

/// The verb that the answer is named after, as [`crate::args::Verb::answers_as`] has it.
fn answers_as<'a>(verb: Option<&'a str>, words: &[String]) -> Option<&'a str> {
    match verb {
        Some("export") => None,
        Some("audit") if words.iter().any(|word| word == "--undo") => Some("migrate"),
        verb => Some(verb.unwrap_or(NO_VERB)),
    }
}

fn is_verb_missing(error: &clap::Error) -> bool {
    use ErrorKind::{DisplayHelpOnMissingArgumentOrSubcommand, MissingSubcommand};
    [DisplayHelpOnMissingArgumentOrSubcommand, MissingSubcommand].contains(&error.kind())
}

/// What happened, in a line.
fn message(error: &clap::Error) -> String {
    let named = context(error, ContextKind::InvalidArg);
    let option = named.clone().unwrap_or_else(|| "an option".to_owned());
    match error.kind() {
        ErrorKind::UnknownArgument => match named.filter(|named| named.starts_with('-')) {
            Some(named) => format!("there is no option {}", named.split('=').next().unwrap_or("-")),
            None => "there is a word too many".to_owned(),
        },
        ErrorKind::InvalidSubcommand => {
            let named = context(error, ContextKind::InvalidSubcommand).unwrap_or_default();
            format!("there is no verb {}", server::shown_key(&named))
        }
        _ if is_verb_missing(error) => "no verb is given".to_owned(),
        ErrorKind::InvalidValue => match context(error, ContextKind::InvalidValue) {
            Some(_) => format!("{option} does not take this value"),
            None => format!("{option} needs a value"),
        },
        ErrorKind::ValueValidation => match error.source() {
            Some(why) => format!("{option}: {why}"),
            None => format!("{option} does not take this value"),
        },
        ErrorKind::MissingRequiredArgument => format!("missing: {option}"),
        ErrorKind::ArgumentConflict => match context(error, ContextKind::PriorArg) {
            Some(prior) if prior != option => format!("{option} does not go with {prior}"),
            _ => format!("{option} is given twice"),
        },
        ErrorKind::InvalidUtf8 => "an argument is not utf-8".to_owned(),
        _ => format!("{option} is not understood"),
    }
}

/// What helps: the help, and the words that are taken there.
fn hint(error: &clap::Error, verb: Option<&str>) -> String {
    let help = match verb {
        Some(verb) => format!("imgsec-cred {verb} --help"),
        None => "imgsec-cred --help".to_owned(),
    };
    let suggested =
        [ContextKind::ValidValue, ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand];
    match suggested.iter().find_map(|&kind| context(error, kind)) {
        Some(suggested) if suggested != "--password" => format!("{help} ({suggested})"),
        _ => help,
    }
}

fn context(error: &clap::Error, kind: ContextKind) -> Option<String> {
    error.get(kind).map(ToString::to_string).filter(|text| !text.is_empty())
}
