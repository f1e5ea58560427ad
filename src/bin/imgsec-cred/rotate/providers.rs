//! The providers by the name of their method.

use imgsec_cred::rotate::exec::{self, Exec};
use imgsec_cred::rotate::plan::Method;
use imgsec_cred::rotate::provider::Provider;
use imgsec_cred::rotate::supplied;
use imgsec_cred::server::ServerKey;

use crate::Refusal;

/// The provider of a method, to end or to look for what it made; those whose secrets are made
/// elsewhere are none.
pub(super) fn of<'a>(
    method: &Method,
    server: &ServerKey,
    username: &str,
    tell: &'a dyn Fn(&str),
) -> Option<Box<dyn Provider + 'a>> {
    match method.provider.as_str() {
        exec::NAME => Some(Box::new(Exec::new(method, server, username, tell))),
        _ => None,
    }
}

/// As [`of`], for a method that a person named.
pub(super) fn named<'a>(
    method: &Method,
    server: &ServerKey,
    username: &str,
    tell: &'a dyn Fn(&str),
) -> Result<Box<dyn Provider + 'a>, Refusal> {
    of(method, server, username, tell).ok_or_else(|| {
        let hint = "there is: --exec, --from-command, --password-stdin";
        Refusal::new(format!("no provider is called {}", method.provider), Some(hint))
    })
}

/// Whether a timer can rotate by this method: nobody has to be there.
pub(super) fn needs_nobody(method: &Method) -> bool {
    !method.provider.is_empty() && method.provider != supplied::STDIN
}
