//! Tokens of Azure's registries (class B): each has two passwords, of which the idle one is made anew.
//! Without its name both would be. From Azure/azure-rest-api-specs `Microsoft.ContainerRegistry/stable/2022-12-01`
//! (`GenerateCredentialsParameters`, `TokenPassword`), Azure/azure-cli `command_modules/acr/token.py`.

use std::time::{Duration, SystemTime};

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;

use super::api::{Api, Call, Sealed, json, segment};
use super::options::Acr as Options;
use super::{Admin, Settings, times};
use crate::credential::Credential;
use crate::ledger::time;
use crate::registry::endpoint::{Origin, Url};
use crate::registry::http::{Answer, Client, Login};
use crate::rotate::provider::{Class, Facts, Failure, Issued, Provider};
use crate::store::{Error, ErrorKind};

mod later;

const API: &str = "https://management.azure.com";

const VERSION: (&str, &str) = ("api-version", "2022-12-01");

const SLOTS: [&str; 2] = ["password1", "password2"];

/// How often it is looked whether a password is gone, and whether one was made after all.
const MAX_LOOKS: usize = 10;
const MAX_LATE_LOOKS: usize = 2;

/// How far the clock here and Azure's may be apart, with the time that a rotation takes.
const MAX_APART: Duration = Duration::from_secs(60 * 60);

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
#[serde(rename_all = "camelCase")]
struct Password {
    name: String,
    expiry: Option<String>,
    creation_time: Option<String>,
}

/// The result, or the state of an operation that holds it.
#[derive(Deserialize)]
struct Made {
    username: Option<String>,
    #[serde(default)]
    passwords: Vec<MadePassword>,
    properties: Option<Box<Made>>,
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
    /// When the idle one was made, where there is one.
    idle_made: Option<String>,
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
        let made: Vec<_> = live.iter().map(|p| (p.name.clone(), p.creation_time.clone())).collect();
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
        let idle_made = made.into_iter().find(|(name, _)| name == idle).and_then(|(_, made)| made);
        Ok(Slots { used: used.name, idle, idle_made, expiry: used.expiry })
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

impl Provider for Acr {
    fn name(&self) -> &str {
        "acr"
    }

    fn class(&self) -> Class {
        Class::Additive
    }

    fn preflight(&self, _: &Credential) -> Result<Facts, Error> {
        let Slots { used, idle, idle_made, expiry } = self.slots(&self.api.anew())?;
        let warning =
            format!("{used} is taken to be in use; whatever still uses {idle} stops working");
        let expires = times::expiry_of(expiry.as_deref());
        let now = time(SystemTime::now());
        let trace = Some(format!("{idle} {now} {}", idle_made.as_deref().unwrap_or("none")));
        Ok(Facts { handle: Some(used), expires, warnings: vec![warning], trace })
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
        let answer = later::wait(&api, self.login(), answer).map_err(Failure::Unknown)?;
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
            drop(later::wait(&api, self.login(), answer));
        }
        for _ in 0..MAX_LOOKS {
            if !self.passwords(&api.anew())?.iter().any(|password| password.name == handle) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_secs(1));
        }
        Err(api.error(ErrorKind::Failed, "still has the password that was to be taken away"))
    }

    /// The idle password, where it was made anew since, and not by somebody else long after.
    fn orphans(&self, trace: &str) -> Result<Vec<String>, Error> {
        let Some([slot, begun, before]) = parts(trace) else { return Ok(Vec::new()) };
        for look in 1..=MAX_LATE_LOOKS {
            let all = self.passwords(&self.api.anew())?;
            let made = all.into_iter().find(|password| password.name == slot);
            let made = made.and_then(|password| password.creation_time);
            if let Some(made) = made.filter(|made| made != before) {
                let is_ours = is_near(&made, begun);
                return Ok(if is_ours { vec![slot.to_owned()] } else { Vec::new() });
            }
            if look < MAX_LATE_LOOKS {
                std::thread::sleep(Duration::from_secs(1));
            }
        }
        Ok(Vec::new())
    }
}

fn parts(trace: &str) -> Option<[&str; 3]> {
    trace.split(' ').collect::<Vec<_>>().try_into().ok()
}

/// Whether two times are as near as those of one rotation.
fn is_near(one: &str, other: &str) -> bool {
    let apart = |one: SystemTime, other: SystemTime| {
        one.duration_since(other).unwrap_or_else(|e| e.duration())
    };
    let times = times::parse(one).zip(times::parse(other));
    times.is_some_and(|(one, other)| apart(one, other) < MAX_APART)
}
