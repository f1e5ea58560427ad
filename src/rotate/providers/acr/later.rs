//! What Azure does later (Azure/azure-rest-api-specs, `x-ms-long-running-operation`): a 202, and an
//! address at which it says how far it is.

use std::time::{Duration, Instant};

use serde::Deserialize;

use super::super::api::{Api, Call};
use crate::registry::endpoint::{Origin, Url};
use crate::registry::http::{Answer, Body, Login};
use crate::store::{Error, ErrorKind};

/// How often it is asked whether Azure has done it.
const MAX_POLLS: usize = 100;

/// How far an operation is: what `Azure-AsyncOperation` (`examples/TokenUpdate.json`) leads to.
#[derive(Deserialize)]
struct State {
    status: Option<String>,
}

/// The answer to what Azure does later. Asking again is safe; the login goes to no other place.
pub(super) fn wait(api: &Api, login: Login<'_>, first: Answer) -> Result<Answer, Error> {
    let end = Instant::now() + api.limit() * 4;
    let mut answer = first;
    let mut at: Option<Url> = None;
    for _ in 0..MAX_POLLS {
        if answer.status != 202 && !is_running(api, &answer)? {
            return Ok(answer);
        }
        at = next(&answer, api.origin()).or(at);
        let Some(url) = at.clone() else { break };
        let pause = answer.header("retry-after").find_map(|s| s.parse().ok()).unwrap_or(1);
        std::thread::sleep(Duration::from_secs(std::cmp::min(pause, 10_u64)));
        if Instant::now() >= end {
            return Err(api.error(ErrorKind::TimedOut, "did not do it in time"));
        }
        answer = api.anew().ask(&Call { method: "GET", url, login, body: Body::Empty })?;
    }
    Err(api.error(ErrorKind::Failed, "does not say at its own address when it has done it"))
}

/// Where Azure says how far it is, if that is at the same place: `Location` is where the result
/// will be, and comes before the state alone.
fn next(answer: &Answer, origin: &Origin) -> Option<Url> {
    let named = answer.header("location").next();
    let named = named.or_else(|| answer.header("azure-asyncoperation").next());
    let url = origin.at("/").join(named?)?;
    (&url.origin == origin).then_some(url)
}

/// Whether an answer is the state of an operation that has not ended.
fn is_running(api: &Api, answer: &Answer) -> Result<bool, Error> {
    if answer.status != 200 {
        return Ok(false);
    }
    let state: State = api.read(answer)?;
    match state.status.as_deref() {
        None | Some("Succeeded") => Ok(false),
        Some("Failed" | "Canceled") => Err(api.error(ErrorKind::Failed, "could not do it")),
        Some(_) => Ok(true),
    }
}
