//! `imgsec-cred list`: which registries have a credential, of what kind and age. Never the secret.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, SystemTime};

use imgsec_cred::credential::Credential;
use imgsec_cred::ledger::{Expiry, Ledger, Record, Records};
use imgsec_cred::machine::Machine;
use imgsec_cred::protocol::client::Helper;
use imgsec_cred::registry::about;
use imgsec_cred::rotate::journal;
use imgsec_cred::server::{self, DOCKER_HUB, ServerKey};
use imgsec_cred::store::{Contents, Error, ErrorKind, Listed, Store, Unusable};
use imgsec_cred::text;
use serde_json::{Value, json};

use crate::args::List;
use crate::report::Report;
use crate::{Outcome, failure, registries, stores};

mod table;

/// How many secrets are read at the same time, to tell their kind.
const AT_ONCE: usize = 8;

/// A secret that was brought here counts as new only when it was stored this much later again.
const SAME_MOMENT: Duration = Duration::from_secs(60);

/// One credential, and what is known about it.
struct Item {
    key: String,
    username: String,
    kind: Option<&'static str>,
    stored_at: Option<SystemTime>,
    expires: Option<Expiry>,
    record: Record,
    /// A rotation that is not through, and until when the secret before this one is kept.
    is_unfinished: bool,
    previous_until: Option<String>,
}

pub(crate) fn run(args: &List, machine: &Machine, report: &Report) -> anyhow::Result<Outcome> {
    let helper = stores::helper(machine)?;
    let Contents { mut listed, mut unusable } = contents(&helper)?;
    listed.sort_by(|a, b| a.server.display().cmp(b.server.display()));
    let (mut items, trouble) = items(&helper, &listed, records(machine, report), &mut unusable);
    items.iter_mut().for_each(|item| item.look_at_rotation(machine));
    let is_asked = args.older_than.is_some() || args.expires_within.is_some();
    if is_asked {
        items.retain(|item| !item.due(args).is_empty());
    }
    let outcome = outcome(args, !items.is_empty(), trouble.is_some(), !unusable.is_empty());
    let documents: Vec<_> = items.iter().map(|item| item.document(args)).collect();
    report.json(&json!({
        "schema": "imgsec.list/1", "ok": outcome == Outcome::Done,
        "complete": trouble.is_none() && unusable.is_empty(),
        "items": documents, "store_error": trouble.as_ref().map(failure::of_store),
        "unusable": unusable.iter().map(document_of_unusable).collect::<Vec<_>>(),
    }))?;
    if let Some(error) = &trouble {
        note(&format!("kinds and ages are not known: {error}"), error.hint(), report);
    }
    if !items.is_empty() || !unusable.is_empty() {
        table::show(&items, &unusable, report)?;
    } else {
        report.note(if is_asked {
            "nothing is due"
        } else {
            "no credentials are kept; imgsec-cred login REGISTRY keeps one"
        });
    }
    for one in &unusable {
        note(&one.error.to_string(), one.error.hint(), report);
    }
    for item in items.iter().filter(|item| item.is_unfinished) {
        let name = registry(&item.key);
        let hint = format!("imgsec-cred rotate {} --resume", text::shell_word(name));
        report.note(&format!("{name}: a rotation is not through: {hint}"));
    }
    Ok(outcome)
}

fn outcome(args: &List, has_items: bool, is_closed: bool, has_unusable: bool) -> Outcome {
    let is_asked = args.older_than.is_some() || args.expires_within.is_some();
    if args.exit_code && has_items {
        Outcome::Attention
    } else if is_asked && is_closed {
        // Nobody may take a store that is locked for one in which nothing is due.
        Outcome::NoStore
    } else if has_unusable {
        Outcome::Partly
    } else {
        Outcome::Done
    }
}

fn note(what: &str, hint: Option<&str>, report: &Report) {
    report.note(what);
    if let Some(hint) = hint {
        report.note(&format!("hint: {hint}"));
    }
}

/// What is kept, and what of it cannot be used. A helper that is no longer ours, or not yet, lists only.
fn contents(helper: &Helper) -> Result<Contents, Error> {
    let mut contents = match helper.whole_store().contents() {
        Err(e) if !e.kind().is_of_the_whole_store() => {
            Contents { listed: helper.list()?, unusable: Vec::new() }
        }
        contents => contents?,
    };
    contents.listed.retain(|listed| !listed.server.is_hidden());
    Ok(contents)
}

/// What the ledger says; without it, nothing.
fn records(machine: &Machine, report: &Report) -> Records {
    match stores::state(machine).and_then(|state| Ledger::new(state).read()) {
        Ok(records) => records,
        Err(e) => {
            report.note(&format!("the last checks are not known: {e}"));
            Records::new()
        }
    }
}

/// Each item with what its secret says; what cannot be read joins `unusable`. Also why the store as a
/// whole gave no answer.
fn items(
    helper: &Helper,
    listed: &[Listed],
    mut records: Records,
    unusable: &mut Vec<Unusable>,
) -> (Vec<Item>, Option<Error>) {
    let (ages, mut trouble) = match helper.ages() {
        Ok(ages) => (ages.into_iter().collect::<BTreeMap<_, _>>(), None),
        Err(e) => (BTreeMap::new(), Some(e)),
    };
    let mut items = Vec::new();
    for batch in listed.chunks(AT_ONCE) {
        let is_closed = trouble.is_some();
        for (listed, secret) in batch.iter().zip(read(helper, batch, is_closed)) {
            let credential = match secret {
                Some(Ok(credential)) => Some(credential),
                // Gone since it was listed.
                Some(Err(e)) if e.kind() == ErrorKind::NotFound => continue,
                Some(Err(error)) if !error.kind().is_of_the_whole_store() => {
                    unusable.push(Unusable { server: Some(listed.server.clone()), error });
                    continue;
                }
                Some(Err(e)) => {
                    trouble.get_or_insert(e);
                    None
                }
                None => None,
            };
            let (key, username) = (listed.server.display(), &listed.username);
            let record = records.remove(listed.server.canonical()).unwrap_or_default();
            items.push(Item::new(key, username, credential.as_ref(), record, ages.get(key)));
        }
    }
    (items, trouble)
}

/// The secrets of a few items at once; none where the store is closed.
fn read(
    helper: &Helper,
    batch: &[Listed],
    is_closed: bool,
) -> Vec<Option<Result<Credential, Error>>> {
    let get = |listed: &Listed| (!is_closed).then(|| helper.get(&listed.server));
    thread::scope(|scope| {
        let running: Vec<_> = batch.iter().map(|listed| scope.spawn(move || get(listed))).collect();
        running.into_iter().map(|one| one.join().ok().flatten()).collect()
    })
}

fn document_of_unusable(one: &Unusable) -> Value {
    let key = one.server.as_ref().map(ServerKey::display);
    json!({"registry": key.map(registry), "key": key, "error": failure::of_store(&one.error)})
}

impl Item {
    fn new(
        key: &str,
        username: &str,
        credential: Option<&Credential>,
        record: Record,
        stored_at: Option<&String>,
    ) -> Self {
        let record = if record.username == username { record } else { Record::default() };
        let time = |text: &String| humantime::parse_rfc3339(text).ok();
        let imported = record.imported_at.as_ref().and_then(time);
        // What was brought here may have been old.
        let stored_at = stored_at
            .and_then(time)
            .filter(|at| imported.is_none_or(|imported| *at > imported + SAME_MOMENT));
        let own = credential.and_then(registries::expiry);
        Self {
            key: key.to_owned(),
            username: credential.map_or(username, registries::username).to_owned(),
            kind: credential.map(kind),
            stored_at,
            expires: own.or_else(|| record.expires.clone()),
            record,
            is_unfinished: false,
            previous_until: None,
        }
    }

    /// What the journal says, where there is one that can be read.
    fn look_at_rotation(&mut self, machine: &Machine) {
        let server = ServerKey::parse(&self.key).ok();
        let journal = server.zip(stores::state(machine).ok());
        let journal = journal.and_then(|(server, state)| journal::look(state, &server).ok());
        if let Some(journal) = journal {
            self.is_unfinished = journal.running.is_some();
            self.previous_until = journal.previous_until;
        }
    }

    fn document(&self, args: &List) -> Value {
        let time = |at: SystemTime| humantime::format_rfc3339_seconds(at).to_string();
        json!({
            "registry": registry(&self.key), "key": self.key, "username": self.username,
            "kind": if self.username == "<token>" { "identity-token" } else { "password" },
            "token_type": self.kind,
            "stored_at": self.stored_at.map(time), "age_known": self.stored_at.is_some(),
            "rotated_at": self.record.rotated_at,
            "rotation_unfinished": self.is_unfinished, "previous_until": self.previous_until,
            "expires_at": self.expires.as_ref().map(|e| &e.at),
            "expires_source": self.expires.as_ref().map(|e| &e.source),
            "checked": self.record.checked.as_ref().map(|c| json!({"at": c.at, "verdict": c.verdict, "level": c.level})),
            "due": self.due(args),
        })
    }

    /// Why it should be renewed, by what was asked for. An age that is not known counts as old.
    fn due(&self, args: &List) -> Vec<&'static str> {
        let now = SystemTime::now();
        let is_old = args.older_than.is_some_and(|limit| {
            self.stored_at.is_none_or(|at| now.duration_since(at).is_ok_and(|age| age > limit))
        });
        let end = self.expires.as_ref().and_then(|e| humantime::parse_rfc3339(&e.at).ok());
        let ends =
            args.expires_within.is_some_and(|limit| end.is_some_and(|end| end < now + limit));
        let why = [("age", is_old), ("expiry", ends)];
        why.into_iter().filter_map(|(why, is)| is.then_some(why)).collect()
    }

    fn row(&self) -> [String; 6] {
        let day = |text: &str| text.split('T').next().unwrap_or_default().to_owned();
        let stored =
            self.stored_at.map(|at| day(&humantime::format_rfc3339_seconds(at).to_string()));
        let checked = self.record.checked.as_ref();
        let expired =
            |at: &str| humantime::parse_rfc3339(at).is_ok_and(|end| end < SystemTime::now());
        [
            text::plain(registry(&self.key)),
            text::plain(&self.username),
            self.kind.unwrap_or("-").to_owned(),
            stored.unwrap_or_else(|| "unknown".to_owned()),
            self.expires.as_ref().map_or("-".to_owned(), |e| {
                format!("{}{}", day(&e.at), if expired(&e.at) { " (ended)" } else { "" })
            }),
            checked.map_or("-".to_owned(), |c| format!("{} {}", day(&c.at), c.verdict)),
        ]
    }
}

/// What the secret looks like, such as `github-pat`.
fn kind(credential: &Credential) -> &'static str {
    if credential.username == "<token>" {
        return "identity-token";
    }
    about::of(credential, SystemTime::now()).token.token_type
}

/// The name people use for a server: `docker.io` for Docker Hub; without a user name or password.
pub(crate) fn registry(key: &str) -> &str {
    let is_hub = ServerKey::parse(key).is_ok_and(|server| server.canonical() == DOCKER_HUB);
    if is_hub { "docker.io" } else { server::without_user_info(key) }
}
