//! The plan that the arguments of `rotate` make, of what is said and what is remembered.

use imgsec_cred::ledger::{self, Expiry};
use imgsec_cred::rotate::plan::{Method, Plan};
use imgsec_cred::rotate::{exec, supplied};
use serde_json::{Map, Value};

use crate::Refusal;
use crate::args::Rotate;
use crate::secrets::words;

impl Rotate {
    pub(super) fn expires(&self) -> Option<Expiry> {
        let at = self.expires_at?;
        Some(Expiry { at: ledger::time(at), source: "given".to_owned() })
    }

    /// The plan: what is said now, else what is remembered, else what is usual.
    pub(super) fn plan(&self, remembered: Option<Plan>) -> anyhow::Result<Plan> {
        let mut plan = remembered.unwrap_or_default();
        if let Some(method) = self.method()? {
            // A command that is the same again is known to be additive.
            let is_same =
                method.command == plan.method.command && method.is_raw == plan.method.is_raw;
            let is_additive = plan.method.is_additive && is_same;
            plan.method = Method { is_additive, ..method };
        }
        plan.verify = self.need().unwrap_or(plan.verify);
        for (said, field) in [
            (self.keep_previous, &mut plan.keep_previous),
            (self.grace, &mut plan.grace),
            (self.older_than, &mut plan.older_than),
            (self.expires_within, &mut plan.expires_within),
        ] {
            *field = said.map_or(*field, |said| said.as_secs());
        }
        if let Some(hooks) = self.hooks() {
            plan.hooks = hooks.into_iter().map(words).collect::<Result<_, _>>()?;
            plan.hooks_need_secret = self.hooks_need_secret;
        }
        plan.k8s = self.places().unwrap_or(plan.k8s);
        Ok(plan)
    }

    /// How the new secret is made, where it is said.
    fn method(&self) -> anyhow::Result<Option<Method>> {
        let named = |provider: &str| Method { provider: provider.to_owned(), ..Method::default() };
        if self.password_stdin {
            return Ok(Some(named(supplied::STDIN)));
        }
        if let Some(command) = &self.from_command {
            return Ok(Some(Method { command: words(command)?, ..named(supplied::COMMAND) }));
        }
        if !self.exec.is_empty() {
            let command = self.exec.iter().skip_while(|word| *word == "--").cloned().collect();
            let (pass_current, is_raw) = (self.pass_current, self.exec_raw);
            return Ok(Some(Method { command, pass_current, is_raw, ..named(exec::NAME) }));
        }
        let Some(provider) = &self.provider else { return Ok(None) };
        let mut options = Map::new();
        for setting in &self.settings {
            let (key, value) = setting
                .split_once('=')
                .ok_or_else(|| Refusal::new(format!("{setting} is not KEY=VALUE"), None))?;
            options.insert(key.to_owned(), Value::from(value));
        }
        Ok(Some(Method { options, ..named(provider) }))
    }
}
