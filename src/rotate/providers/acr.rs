//! Tokens of Azure's registries (class B): each has two passwords, of which the idle one is made anew.
//! Without its name both would be. From Azure/azure-rest-api-specs `Microsoft.ContainerRegistry/stable/2022-12-01`
//! (`GenerateCredentialsParameters`, `TokenPassword`), Azure/azure-cli `command_modules/acr/token.py`.

use std::time::{Duration, Instant};

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;

use super::api::{Api, Call, Sealed, json, segment};
use super::options::Acr as Options;
use super::{Admin, Settings, times};
use crate::credential::Credential;
use crate::ledger::time;
use crate::registry::endpoint::{Origin, Url};
use crate::registry::http::{Answer, Body, Client, Login};
use crate::rotate::provider::{Class, Facts, Failure, Issued, Provider};
use crate::store::{Error, ErrorKind};

const API: &str = "https://management.azure.com";

const VERSION: (&str, &str) = ("api-version", "2022-12-01");

const SLOTS: [&str; 2] = ["password1", "password2"];

/// How often it is asked whether Azure has done it, and whether a password is gone.
const MAX_POLLS: usize = 100;
const MAX_LOOKS: usize = 10;

const HINTS: &[(u16, &str)] = &[
    (
        401,
        "Azure access tokens live about an hour: `az account get-access-token --query accessToken -o tsv`",
    ),
    (403, "the Azure login needs a role on the registry that may make credentials of its tokens"),
    (404, "check subscription, resource-group and registry; the token's name is the user name"),
];

/// A token of a registry.
pub(super) struct Acr {
    api: Api,
    admin: Admin,
    /// The id of the registry, with a `/` before it.
    registry: String,
    token: String,
    days: Option<u32>,
    handle: Option<String>,
}

#[derive(Deserialize)]
struct Token {
    properties: Properties,
}

#[derive(Deserialize)]
struct Properties {
    status: Option<String>,
    credentials: Option<Credentials>,
}

#[derive(Deserialize)]
struct Credentials {
    passwords: Option<Vec<Password>>,
}

/// A password as it is listed; the secret is not.
#[derive(Deserialize)]
struct Password {
    name: String,
    expiry: Option<String>,
}

/// The result, or the state of an operation that holds it.
#[derive(Deserialize)]
struct Made {
    username: Option<String>,
    #[serde(default)]
    passwords: Vec<MadePassword>,
    properties: Option<Box<Made>>,
}

/// How far an operation is: what `Azure-AsyncOperation` (`examples/TokenUpdate.json`) leads to.
#[derive(Deserialize)]
struct State {
    status: Option<String>,
}

#[derive(Deserialize)]
struct MadePassword {
    name: String,
    value: Option<Sealed>,
    expiry: Option<String>,
}

/// Which password is in use, and which is made anew.
struct Slots {
    used: String,
    idle: &'static str,
    expiry: Option<String>,
}

impl Acr {
    pub(super) fn open(
        settings: &Settings,
        options: &Options,
        client: &Client,
    ) -> Result<Self, Error> {
        let api = Api::new(client, settings.origin(Some(API))?, "Azure", HINTS);
        if options.subscription.is_empty() || options.resource_group.is_empty() {
            return Err(api
                .error(ErrorKind::Refused, "must be told where the registry is")
                .with_hint("set subscription=ID and resource-group=NAME"));
        }
        let host = Origin::of(&settings.server).map(|origin| origin.host);
        let first = host.as_deref().and_then(|host| host.split('.').next());
        let name = options.registry.as_deref().or(first).unwrap_or_default();
        let registry = format!(
            "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.ContainerRegistry/registries/{}",
            segment(&options.subscription)?,
            segment(&options.resource_group)?,
            segment(name)?,
        );
        Ok(Self {
            api,
            admin: settings.admin()?,
            registry,
            token: segment(&settings.username)?,
            days: options.expires_in_days,
            handle: settings.recipe.handle.clone(),
        })
    }

    fn login(&self) -> Login<'_> {
        Login::Bearer(&self.admin.secret)
    }

    fn url(&self, api: &Api, rest: &str) -> Url {
        api.at(&format!("{}/{rest}", self.registry)).with_query(&[VERSION])
    }

    fn passwords(&self, api: &Api) -> Result<Vec<Password>, Error> {
        let url = self.url(api, &format!("tokens/{}", self.token));
        let token: Token = api.get(url, self.login())?;
        if token.properties.status.as_deref() == Some("disabled") {
            return Err(api.error(ErrorKind::Refused, "has disabled this token"));
        }
        Ok(token.properties.credentials.and_then(|c| c.passwords).unwrap_or_default())
    }

    /// The password in use is the only one that is there and not over; of two, the one that the
    /// recipe names. Where that is not clear, nothing is made: it could end the one in use.
    fn slots(&self, api: &Api) -> Result<Slots, Error> {
        let mut live = self.passwords(api)?;
        live.retain(|password| !password.expiry.as_deref().is_some_and(times::is_over));
        if live.len() > 1 {
            live.retain(|password| Some(&password.name) == self.handle.as_ref());
        }
        let found = if live.len() == 1 { live.pop() } else { None };
        let known = found.filter(|used| SLOTS.contains(&used.name.as_str()));
        let Some(used) = known else {
            let words = "does not say which of the token's two passwords is in use";
            return Err(api
                .error(ErrorKind::Refused, words)
                .with_hint("name it: token-id=password1 or token-id=password2"));
        };
        let idle = if used.name == SLOTS[0] { SLOTS[1] } else { SLOTS[0] };
        Ok(Slots { used: used.name, idle, expiry: used.expiry })
    }

    /// The answer to what Azure does later. Asking again is safe; the login goes to no other place.
    fn wait(&self, api: &Api, first: Answer) -> Result<Answer, Error> {
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
            let call = Call { method: "GET", url, login: self.login(), body: Body::Empty };
            answer = api.anew().ask(&call)?;
        }
        Err(api.error(ErrorKind::Failed, "does not say at its own address when it has done it"))
    }

    fn made(&self, api: &Api, answer: &Answer, slot: &str) -> Result<Issued, Error> {
        if answer.status != 200 {
            return Err(api.refused(answer.status));
        }
        let made: Made = api.read(answer)?;
        let made = match made {
            Made { properties: Some(inner), .. } => *inner,
            whole => whole,
        };
        let new = made.passwords.into_iter().find(|password| password.name == slot);
        let Some(MadePassword { value: Some(Sealed(secret)), expiry, .. }) = new else {
            return Err(api.refused(200));
        };
        let expires = times::expiry_of(expiry.as_deref());
        Ok(Issued { username: made.username, secret, expires, handle: Some(slot.to_owned()) })
    }
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

impl Provider for Acr {
    fn name(&self) -> &str {
        "acr"
    }

    fn class(&self) -> Class {
        Class::Additive
    }

    fn preflight(&self, _: &Credential) -> Result<Facts, Error> {
        let Slots { used, idle, expiry } = self.slots(&self.api.anew())?;
        let warning =
            format!("{used} is taken to be in use; whatever still uses {idle} stops working");
        let expires = times::expiry_of(expiry.as_deref());
        Ok(Facts { handle: Some(used), expires, warnings: vec![warning] })
    }

    fn create(&self, _: &str, _: &Credential, _: Option<&SecretString>) -> Result<Issued, Failure> {
        let api = self.api.anew();
        let slots = self.slots(&api).map_err(Failure::Unchanged)?;
        let id = format!("{}/tokens/{}", self.registry, self.token);
        let mut body = json!({ "tokenId": id, "name": slots.idle });
        if let Some(days) = self.days {
            body["expiry"] = time(times::in_days(days)).into();
        }
        let call = Call {
            method: "POST",
            url: self.url(&api, "generateCredentials"),
            login: self.login(),
            body: json(&body).map_err(Failure::Unchanged)?,
        };
        let answer = api.act(&call, &[200, 202])?;
        let answer = self.wait(&api, answer).map_err(Failure::Unknown)?;
        self.made(&api, &answer, slots.idle).map_err(Failure::Unknown)
    }

    /// Takes the password away and leaves the other, as `az acr token credential delete` does.
    fn revoke(&self, handle: &str) -> Result<(), Error> {
        let api = self.api.anew();
        let all = self.passwords(&api)?;
        if !all.iter().any(|password| password.name == handle) {
            return Ok(());
        }
        let left: Vec<_> = all.iter().filter(|password| password.name != handle).collect();
        if left.is_empty() {
            return Err(api.error(ErrorKind::Refused, "would leave the token without a password"));
        }
        let left: Vec<_> = left.iter().map(|password| json!({ "name": password.name })).collect();
        let call = Call {
            method: "PATCH",
            url: self.url(&api, &format!("tokens/{}", self.token)),
            login: self.login(),
            body: json(&json!({ "properties": { "credentials": { "passwords": left } } }))?,
        };
        let answer = api.end(&call, &[200, 201, 202])?;
        if answer.status == 202 {
            // What became of it is looked at below.
            drop(self.wait(&api, answer));
        }
        for _ in 0..MAX_LOOKS {
            if !self.passwords(&api.anew())?.iter().any(|password| password.name == handle) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_secs(1));
        }
        Err(api.error(ErrorKind::Failed, "still has the password that was to be taken away"))
    }
}
