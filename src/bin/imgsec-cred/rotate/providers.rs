//! The provider of a method: a command, or a registry's own API with the login that is kept for it.

use imgsec_cred::ledger::Ledger;
use imgsec_cred::protocol::client::Helper;
use imgsec_cred::registry::http::Client;
use imgsec_cred::rotate::exec::{self, Exec};
use imgsec_cred::rotate::plan::{Method, Remembered};
use imgsec_cred::rotate::provider::Provider;
use imgsec_cred::rotate::providers::{self, Recipe, Settings};
use imgsec_cred::rotate::supplied;
use imgsec_cred::server::{Reserved, ServerKey};
use imgsec_cred::store::{Error, ErrorKind, Store};
use imgsec_cred::text;

/// The option that says where the API is.
const API: &str = "api";

/// What providers are made of.
pub(super) struct Providers<'a> {
    pub(super) store: &'a Helper,
    pub(super) ledger: &'a Ledger,
    pub(super) client: Client,
    pub(super) tell: &'a dyn Fn(&str),
}

impl<'a> Providers<'a> {
    /// The provider of a method, to make secrets, to end them, or to look for what it made.
    pub(super) fn of(
        &self,
        method: &Method,
        server: &ServerKey,
        username: &str,
    ) -> Result<Box<dyn Provider + 'a>, Error> {
        if method.provider == exec::NAME {
            return Ok(Box::new(Exec::new(method, server, username, self.tell)));
        }
        let admin = match self.store.get(&server.reserved(Reserved::Admin)) {
            Ok(admin) => Some(admin),
            Err(e) if e.kind() == ErrorKind::NotFound => None,
            Err(e) => return Err(e),
        };
        let settings = Settings {
            recipe: self.recipe(method, server)?,
            server: server.clone(),
            username: username.to_owned(),
            admin,
        };
        providers::open(&settings, &self.client).map_err(|e| match (&settings.admin, e.hint()) {
            (None, Some(needs)) => {
                let name = text::shell_word(server.as_str());
                let hint =
                    format!("{needs}; keep it with: imgsec-cred login {name} --admin -u NAME");
                Error::new(e.kind(), e.to_string()).with_hint(hint)
            }
            _ => e,
        })
    }

    /// What the provider is told, and its own name for the secret in use.
    fn recipe(&self, method: &Method, server: &ServerKey) -> Result<Recipe, Error> {
        let pairs: Vec<(&str, &str)> = method
            .options
            .iter()
            .filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
            .collect();
        let api = pairs.iter().find(|(key, _)| *key == API).map(|(_, value)| *value);
        let rest: Vec<_> = pairs.iter().copied().filter(|(key, _)| *key != API).collect();
        let mut recipe = Recipe::new(&method.provider, &rest, api)?;
        if recipe.handle.is_none() {
            let record = self.ledger.of(server)?;
            recipe.handle =
                Remembered::read(record.rotation.as_ref()).and_then(|known| known.handle);
        }
        Ok(recipe)
    }
}

/// Whether a timer can rotate by this method: nobody has to be there.
pub(super) fn needs_nobody(method: &Method) -> bool {
    !method.provider.is_empty() && method.provider != supplied::STDIN
}
