//! What the credential helpers of others answer, asked once for each registry. A login is taken over
//! only from a helper that keeps it; what a helper makes when it is asked stays with the helper.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::clients::credential_helpers::{self, Kind};
use crate::credential::{Credential, Login};
use crate::lookup::Found;
use crate::protocol::client::Helper;
use crate::server::ServerKey;
use crate::store::{Error, ErrorKind, Store};

/// Stands for every registry that is named nowhere.
pub(super) const ANY_OTHER: &str = "any-other-registry.invalid";

/// Some releases of docker-credential-secretservice list the label of an item, and answer only to
/// what is behind this.
const LABEL: &str = "Registry credentials for ";

/// After so many requests in a row that were not answered in time, no more are made.
const PATIENCE: usize = 2;

/// User names that go with tokens which are made for an hour or twelve: Amazon's, Google's, Azure's.
const MINTED_FOR: &[&str] =
    &["AWS", "oauth2accesstoken", "_dcgcloud_token", "00000000-0000-0000-0000-000000000000"];

/// What a helper has for a registry.
#[derive(Clone)]
pub enum Answer {
    /// A login that it keeps.
    Keeps(Rc<Credential>),
    /// It answers with what it makes, or with what is another machine's: it has to go on doing so.
    Held,
    /// Nothing.
    Nothing,
    /// It gives no answer: why.
    Trouble(Error),
    /// Its program is not there.
    Missing,
}

/// The helpers of others on this machine.
pub struct Helpers<'a> {
    /// The program of a name, if it is on the PATH.
    find: &'a dyn Fn(&str) -> Option<Helper>,
    /// Whether our own store is that of the Windows around this WSL.
    on_windows: bool,
    asked: RefCell<BTreeMap<String, Rc<Asked>>>,
}

/// One helper, and what it answered so far.
struct Asked {
    program: Option<Helper>,
    kind: Kind,
    /// It lists nothing, and nobody knows what it answers for.
    may_make_any: bool,
    name: String,
    /// The registries that it lists.
    listed: Result<BTreeSet<String>, Error>,
    answers: RefCell<BTreeMap<String, Answer>>,
    late: RefCell<usize>,
}

impl<'a> Helpers<'a> {
    /// Those whose programs `find` finds.
    #[must_use]
    pub fn new(find: &'a dyn Fn(&str) -> Option<Helper>) -> Self {
        Self { find, on_windows: false, asked: RefCell::default() }
    }

    /// The same where our own store may be that of the Windows around this WSL: then Windows' helpers
    /// keep logins on the same machine as ours.
    #[must_use]
    pub fn with_store_on_windows(self, on_windows: bool) -> Self {
        Self { on_windows, ..self }
    }

    /// What `docker-credential-NAME` has for a registry, called by this key.
    #[must_use]
    pub fn answer(&self, name: &str, key: &str) -> Answer {
        self.asked(name).answer(key)
    }

    /// The same in the words of `lookup`.
    #[must_use]
    pub fn found(&self, name: &str, key: &str) -> Found {
        match self.answer(name, key) {
            Answer::Keeps(credential) => Found::Kept(Login::from(&*credential)),
            Answer::Held => Found::Unknown,
            Answer::Nothing => Found::Nothing,
            Answer::Trouble(why) => Found::Trouble(why.to_string()),
            Answer::Missing => {
                Found::Trouble(format!("docker-credential-{name} is not on the PATH"))
            }
        }
    }

    /// The registries that it lists; none where it does not.
    #[must_use]
    pub fn listed(&self, name: &str) -> BTreeSet<String> {
        self.asked(name).listed.as_ref().cloned().unwrap_or_default()
    }

    /// Why it does not list what it keeps.
    #[must_use]
    pub fn trouble(&self, name: &str) -> Option<Error> {
        self.asked(name).listed.as_ref().err().cloned()
    }

    /// Its program as a store.
    #[must_use]
    pub fn program(&self, name: &str) -> Option<Box<dyn Store>> {
        (self.find)(name).map(|helper| Box::new(helper) as Box<dyn Store>)
    }

    /// Whether its program is there.
    #[must_use]
    pub fn is_there(&self, name: &str) -> bool {
        self.asked(name).program.is_some()
    }

    /// Makes a helper forget what it keeps for a server.
    ///
    /// # Errors
    /// Those of the helper.
    pub fn remove(&self, name: &str, server: &ServerKey) -> Result<(), Error> {
        let gone = || {
            let what = format!("docker-credential-{name} is not on the PATH");
            Error::new(ErrorKind::Unavailable, what)
        };
        self.asked(name).program.as_ref().ok_or_else(gone)?.remove(server)
    }

    fn asked(&self, name: &str) -> Rc<Asked> {
        if let Some(asked) = self.asked.borrow().get(name) {
            return Rc::clone(asked);
        }
        let kind = match credential_helpers::kind(name) {
            Kind::Elsewhere if self.on_windows && credential_helpers::is_of_windows(name) => {
                Kind::Keeps
            }
            kind => kind,
        };
        let asked = Rc::new(Asked::new(name, kind, (self.find)(name)));
        self.asked.borrow_mut().insert(name.to_owned(), Rc::clone(&asked));
        asked
    }
}

impl Asked {
    fn new(name: &str, kind: Kind, program: Option<Helper>) -> Self {
        let listed = match (&program, kind) {
            // What it makes or fetches for a list would only cost time.
            (None, _) | (_, Kind::Mints | Kind::Elsewhere | Kind::Nothing) => Ok(Vec::new()),
            (Some(helper), _) => helper.list_keys(),
        };
        let late = matches!(&listed, Err(e) if e.kind() == ErrorKind::TimedOut);
        // One that is known to keep logins and lists none is asked as one that nobody knows: what it
        // answers all the same it made.
        let lists_nothing = matches!(&listed, Ok(listed) if listed.is_empty());
        let is_keeper = kind == Kind::Keeps;
        let kind = if is_keeper && lists_nothing { Kind::Unknown } else { kind };
        let key = |(key, _): (String, String)| key.strip_prefix(LABEL).unwrap_or(&key).to_owned();
        Self {
            program,
            kind,
            may_make_any: lists_nothing && !is_keeper,
            name: name.to_owned(),
            listed: listed.map(|listed| listed.into_iter().map(key).collect()),
            answers: RefCell::default(),
            late: RefCell::new(if late { PATIENCE } else { 0 }),
        }
    }

    fn answer(&self, key: &str) -> Answer {
        if let Some(answer) = self.answers.borrow().get(key) {
            return answer.clone();
        }
        let answer = match &self.program {
            None => Answer::Missing,
            Some(_) if key == ANY_OTHER => self.for_any_other(),
            Some(helper) => self.ask(helper, key),
        };
        self.answers.borrow_mut().insert(key.to_owned(), answer.clone());
        answer
    }

    /// What can be said of registries that are named nowhere.
    fn for_any_other(&self) -> Answer {
        let is_closed = |answer: &Answer| matches!(answer, Answer::Trouble(_));
        match (self.kind, &self.listed) {
            (Kind::Mints | Kind::Elsewhere, _) => Answer::Held,
            (Kind::Nothing, _) => Answer::Nothing,
            (_, Err(why)) if self.answers.borrow().values().any(is_closed) => {
                Answer::Trouble(why.clone())
            }
            (Kind::Unknown, _) => {
                let holds_one = self.answers.borrow().values().any(|a| matches!(a, Answer::Held));
                let answers_all = || {
                    let key = ServerKey::parse(ANY_OTHER).ok();
                    self.program.as_ref().zip(key).is_some_and(|(h, key)| h.get(&key).is_ok())
                };
                if self.may_make_any || holds_one || self.is_late() || answers_all() {
                    Answer::Held
                } else {
                    Answer::Nothing
                }
            }
            _ => Answer::Nothing,
        }
    }

    fn is_late(&self) -> bool {
        *self.late.borrow() >= PATIENCE
    }

    fn ask(&self, helper: &Helper, key: &str) -> Answer {
        let row = credential_helpers::known(&self.name);
        let by_name = row.and_then(|row| row.answers_for(key));
        match (self.kind, by_name) {
            (Kind::Nothing, _) => return Answer::Nothing,
            (Kind::Mints, Some(true)) => return Answer::Held,
            _ => {}
        }
        let Ok(server) = ServerKey::parse(key) else { return Answer::Nothing };
        let is_listed = self.lists(&server);
        // A helper that keeps logins lists them; a path is asked for by few, and kept for fewer.
        if is_listed == Some(false) && self.kind == Kind::Keeps || self.is_probe(key, is_listed) {
            return Answer::Nothing;
        }
        if self.is_late() {
            return Answer::Trouble(Error::new(
                ErrorKind::TimedOut,
                format!("docker-credential-{} does not answer in time", self.name),
            ));
        }
        match self.get(helper, &server) {
            Err(e) if e.kind() == ErrorKind::NotFound || by_name == Some(false) => {
                // One that makes tokens for other registries fails for this one in its own words.
                let is_late = e.kind() == ErrorKind::TimedOut;
                if is_late { Answer::Trouble(e) } else { Answer::Nothing }
            }
            Err(e) => Answer::Trouble(e),
            Ok(credential) if self.is_kept(helper, &credential, is_listed) => {
                Answer::Keeps(Rc::new(credential))
            }
            Ok(_) => Answer::Held,
        }
    }

    /// A repository that `lookup` asks for, and that nothing is known of.
    fn is_probe(&self, key: &str, is_listed: Option<bool>) -> bool {
        key.contains('/') && !key.contains("://") && is_listed != Some(true)
    }

    fn get(&self, helper: &Helper, server: &ServerKey) -> Result<Credential, Error> {
        let answer = helper.get(server);
        let is_late = matches!(&answer, Err(e) if e.kind() == ErrorKind::TimedOut);
        *self.late.borrow_mut() = if is_late { *self.late.borrow() + 1 } else { 0 };
        answer
    }

    fn lists(&self, server: &ServerKey) -> Option<bool> {
        let listed = self.listed.as_ref().ok()?;
        let is_same = |key: &String| {
            key == server.as_str()
                || ServerKey::parse(key).is_ok_and(|key| key.canonical() == server.canonical())
        };
        Some(listed.iter().any(is_same))
    }

    /// Whether a login is one that the helper keeps: by its name, or else since it lists it and gives
    /// it twice.
    fn is_kept(&self, helper: &Helper, login: &Credential, is_listed: Option<bool>) -> bool {
        match self.kind {
            Kind::Keeps => true,
            Kind::Unknown => {
                is_listed != Some(false)
                    && !MINTED_FOR.contains(&login.username.as_str())
                    && helper.get(&login.server).is_ok_and(|again| again.same_login(login))
            }
            _ => false,
        }
    }
}
