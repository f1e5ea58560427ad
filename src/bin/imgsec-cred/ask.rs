//! Asking the person: yes or no, a line, or a passphrase that nobody sees.

use std::io::{self, BufRead, IsTerminal, Read};

use anyhow::Context;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::Refusal;
use crate::args::Shared;
use crate::report;

/// Whether there is a person who could be asked.
pub(crate) fn can_ask(shared: &Shared) -> bool {
    !shared.no_input && io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for a yes; anything else is a no.
pub(crate) fn yes(question: &str) -> anyhow::Result<bool> {
    report::prompt(&format!("{question} [y/N] "))?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "Yes" | "YES"))
}

/// Goes on where the person said yes before, or does now; `why` and `hint` are for a script, which
/// cannot be asked.
pub(crate) fn go_ahead(shared: &Shared, is_yes: bool, why: &str, hint: &str) -> anyhow::Result<()> {
    if is_yes {
        return Ok(());
    }
    if !can_ask(shared) {
        return Err(Refusal::new(why, Some(hint)).into());
    }
    if yes("Go ahead?")? { Ok(()) } else { Err(Refusal::new("nothing was changed", None).into()) }
}

/// Asks for a line, without the white space around it.
pub(crate) fn line(question: &str) -> anyhow::Result<String> {
    report::prompt(question)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}

/// Asks for a passphrase on the terminal, without showing it.
pub(crate) fn passphrase(question: &str) -> anyhow::Result<SecretString> {
    report::prompt(question)?;
    #[cfg(unix)]
    restore_echo_when_interrupted()?;
    let typed = rpassword::read_password().context("cannot read the passphrase")?;
    Ok(SecretString::from(typed))
}

/// A signal that ends the program while a prompt hides what is typed must not leave it hidden:
/// rpassword restores the terminal only when it returns.
#[cfg(unix)]
fn restore_echo_when_interrupted() -> anyhow::Result<()> {
    use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let before = tcgetattr(io::stdin()).context("cannot read the terminal's settings")?;
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            // The program ends either way.
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, &before);
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    });
    Ok(())
}

/// Asks for a new passphrase twice; `None` where the person gives none.
pub(crate) fn new_passphrase() -> anyhow::Result<Option<SecretString>> {
    let first = passphrase("New passphrase (empty: one is made for you): ")?;
    if first.expose_secret().is_empty() {
        return Ok(None);
    }
    let second = passphrase("Once more: ")?;
    if first.expose_secret() != second.expose_secret() {
        return Err(Refusal::new("the two passphrases differ; nothing was changed", None).into());
    }
    Ok(Some(first))
}

/// Reads a passphrase from an open file descriptor: its first line, without the line end.
#[cfg(unix)]
pub(crate) fn passphrase_from(descriptor: i32) -> anyhow::Result<SecretString> {
    let path = format!("/dev/fd/{descriptor}");
    let file = std::fs::File::open(&path)
        .with_context(|| format!("cannot read file descriptor {descriptor}"))?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    file.take(4096).read_to_end(&mut bytes)?;
    let line = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = std::str::from_utf8(line).context("the passphrase is not UTF-8")?;
    if text.is_empty() {
        return Err(Refusal::new("the passphrase is empty", None).into());
    }
    Ok(SecretString::from(text))
}

/// Windows has no numbered descriptors.
#[cfg(not(unix))]
pub(crate) fn passphrase_from(_: i32) -> anyhow::Result<SecretString> {
    let _ = (Zeroizing::new(0), io::stdin().lock().read(&mut []));
    Err(Refusal::new("--passphrase-fd works on Unix only", None).into())
}
