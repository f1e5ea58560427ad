//! `imgsec-cred show`: one credential. The secret is masked; `--reveal` is the door it leaves by.

use std::time::SystemTime;

use imgsec_cred::credential::{Credential, HIDDEN_USERNAME};
use imgsec_cred::machine::Machine;
use imgsec_cred::registry::about::{self, About};
use imgsec_cred::registry::revoke;
use imgsec_cred::server::ServerKey;
use imgsec_cred::store::{Error, ErrorKind, Store};
use imgsec_cred::text;
use imgsec_cred::tokens::Token;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::args::{Field, Shared, Show};
use crate::list::registry;
use crate::report::{self, Report};
use crate::{Outcome, Refusal, registries, stores};

pub(crate) fn run(
    args: &Show,
    shared: &Shared,
    machine: &Machine,
    report: &Report,
) -> anyhow::Result<Outcome> {
    if args.field == Some(Field::Secret) && !args.reveal {
        let hint = "imgsec-cred show REGISTRY --reveal";
        return Err(Refusal::new("the secret is shown only with --reveal", Some(hint)).into());
    }
    let key = ServerKey::parse(&args.registry)
        .map_err(|e| Refusal::new(e.to_string(), Some("imgsec-cred list")))?;
    let credential = stores::helper(machine)?.get(&key).map_err(|e| said(e, &key))?;
    let about = about::of(&credential, SystemTime::now());
    match args.field {
        _ if shared.json => document(&credential, &about, args.reveal, report)?,
        Some(Field::Username) if about.is_username_secret && !args.reveal => {
            let why = "the user name is a secret itself, and shown only with --reveal";
            return Err(Refusal::new(why, None).into());
        }
        Some(Field::Username) => bare(&credential.username, report)?,
        _ if args.reveal => {
            warn_at_terminal(report);
            bare(credential.secret.expose_secret(), report)?;
        }
        _ => table(&credential, &about, report)?,
    }
    Ok(Outcome::Done)
}

/// That nothing is kept, in words for a person.
fn said(error: Error, key: &ServerKey) -> Error {
    if error.kind() != ErrorKind::NotFound {
        return error;
    }
    let what = format!("no credential is kept for {}", registry(key.as_str()));
    Error::new(ErrorKind::NotFound, what).with_hint("imgsec-cred list")
}

fn warn_at_terminal(report: &Report) {
    if report::is_to_terminal() {
        report.warning("the secret is on your screen now, and in what the terminal keeps of it");
    }
}

/// A text by itself: into a pipe or a file byte for byte, on a terminal escaped and with a line end.
fn bare(text: &str, report: &Report) -> std::io::Result<()> {
    if report::is_to_terminal() {
        let line = Zeroizing::new(format!("{}\n", text::plain(text)));
        report.door(line.as_bytes())
    } else {
        report.door(text.as_bytes())
    }
}

fn table(credential: &Credential, about: &About, report: &Report) -> std::io::Result<()> {
    let user = if about.is_username_secret { HIDDEN_USERNAME } else { &credential.username };
    let revoke = revoke::of(&about.token);
    report.line(&format!("registry  {}", registry(credential.server.as_str())))?;
    report.line(&format!("user      {user}"))?;
    report.line(&format!("secret    {} ({})", about.masked, about.token.token_type))?;
    if let Some(end) = about.token.expires_at {
        let end = humantime::format_rfc3339_seconds(end);
        report.line(&format!("expires   {end} ({})", about.token.state.name()))?;
    }
    match revoke.page {
        Some(page) => report.line(&format!("revoke    {page} ({})", revoke.how)),
        None => report.line(&format!("revoke    {}", revoke.how)),
    }
}

/// How the secret is ended at the registry, for programs.
pub(crate) fn revocation(token: &Token) -> Value {
    let revoke = revoke::of(token);
    json!({"page": revoke.page, "how": revoke.how, "ends_by_itself": revoke.ends_by_itself})
}

fn document(
    credential: &Credential,
    about: &About,
    reveal: bool,
    report: &Report,
) -> std::io::Result<()> {
    let is_masked = about.is_username_secret && !reveal;
    let token = &about.token;
    let expires = registries::expiry(credential);
    let kind = if credential.username == "<token>" { "identity-token" } else { "password" };
    let mut document = json!({
        "schema": "imgsec.show/1",
        "ok": true,
        "complete": true,
        "registry": registry(credential.server.as_str()),
        "key": credential.server.as_str(),
        "username": if is_masked { HIDDEN_USERNAME } else { &credential.username },
        "kind": kind,
        "token_type": token.token_type,
        "provider": token.provider,
        "masked": about.masked,
        "expires_at": expires.as_ref().map(|e| &e.at),
        "expires_source": expires.as_ref().map(|e| &e.source),
        "state": token.state.name(),
        "revoke": revocation(token),
        "contains_secret": reveal,
        "secret": null,
    });
    if !reveal {
        return report.json(&document);
    }
    warn_at_terminal(report);
    document["secret"] = Value::from(credential.secret.expose_secret());
    let answer = Zeroizing::new(format!("{document:#}"));
    let answer = Zeroizing::new(format!("{}\n", text::plain_json(&answer)));
    report.door(answer.as_bytes())
}
