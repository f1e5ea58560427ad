//! Harbor's robots (class A): we choose the secret, and it takes the place of the old one; the end of
//! the robot does not move. From goharbor/harbor `api/v2.0/swagger.yaml` (`ListRobot`, `RefreshSec`),
//! `src/server/v2.0/handler/robot.go`, `src/controller/robot/controller.go` (`IsValidSec`).

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::api::{Api, Call, PAGE, json, segment};
use super::options::Harbor as Options;
use super::{Admin, Settings, times};
use crate::credential::Credential;
use crate::ledger::Expiry;
use crate::registry::http::{Client, Login};
use crate::rotate::provider::{Class, Facts, Failure, Issued, Provider};
use crate::store::{Error, ErrorKind};

const HINTS: &[(u16, &str)] = &[
    (401, "the second login must be a Harbor user's, with the password or the CLI secret"),
    (403, "the second login must be allowed to update robots: a project's admin, or the system's"),
];

/// 62 characters; 40 of them are 238 bits.
const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const LENGTH: usize = 40;

/// A robot of the system or of a project.
pub(super) struct Harbor {
    api: Api,
    admin: Admin,
    project: Option<String>,
}

#[derive(Deserialize)]
struct Robot {
    id: i64,
    name: String,
    #[serde(default = "never")]
    expires_at: i64,
    #[serde(default)]
    disable: bool,
    #[serde(default = "yes")]
    editable: bool,
}

#[derive(Deserialize)]
struct Project {
    project_id: i64,
    name: String,
}

/// The body of the request; its text lives as long as the secret.
#[derive(Serialize)]
struct NewSecret<'a> {
    secret: &'a str,
}

/// The answer: nothing in it is needed, but another page of the server has not this form.
#[derive(Deserialize)]
struct Refreshed {}

fn never() -> i64 {
    -1
}

fn yes() -> bool {
    true
}

impl Harbor {
    pub(super) fn open(
        settings: &Settings,
        options: &Options,
        client: &Client,
    ) -> Result<Self, Error> {
        let api = Api::new(client, settings.origin(None)?, "Harbor", HINTS);
        let project = match (&options.project, settings.username.rsplit_once('+')) {
            (Some(project), _) => Some(project.clone()),
            (None, None) => None,
            // `robot$PROJECT+NAME`; another prefix is a setting of the server.
            (None, Some((before, _))) => match before.strip_prefix("robot$") {
                Some(project) => Some(project.to_owned()),
                None => {
                    let words = "has robots whose names begin in another way than robot$";
                    return Err(api
                        .error(ErrorKind::Refused, words)
                        .with_hint("name the robot's project: project=NAME"));
                }
            },
        };
        Ok(Self { api, admin: settings.admin()?, project })
    }

    fn login(&self) -> Login<'_> {
        Login::Basic(&self.admin.username, &self.admin.secret)
    }

    /// Robots are listed for the system, or for one project by its number.
    fn filter(&self, api: &Api) -> Result<String, Error> {
        let Some(name) = &self.project else { return Ok("Level=system".to_owned()) };
        let url = api.at(&format!("/api/v2.0/projects/{}", segment(name)?));
        let project: Project = api.get(url, self.login())?;
        // A name of digits is read as a number.
        if &project.name != name {
            return Err(api.refused(404));
        }
        Ok(format!("Level=project,ProjectID={}", project.project_id))
    }

    /// The robot whose whole name is the user name, if it can be used at all.
    fn robot(&self, api: &Api, username: &str) -> Result<Robot, Error> {
        let filter = self.filter(api)?;
        let size = PAGE.to_string();
        let all: Vec<Robot> = api.pages(|page| {
            let query = [("q", filter.as_str()), ("page", page), ("page_size", &size)];
            api.get(api.at("/api/v2.0/robots").with_query(&query), self.login())
        })?;
        let error = |words: &str| Err(api.error(ErrorKind::Refused, words));
        let Some(robot) = all.into_iter().find(|robot| robot.name == username) else {
            return error("has no robot of this user name");
        };
        if robot.disable {
            return error("has disabled this robot");
        }
        if !robot.editable {
            return error("has this robot from a version that cannot be changed; make a new one");
        }
        if times::from_epoch(robot.expires_at).is_some_and(|at| at <= std::time::SystemTime::now())
        {
            let words = "says that this robot is over; a new secret does not move its end";
            return Err(api
                .error(ErrorKind::Refused, words)
                .with_hint("give the robot a longer life in Harbor first"));
        }
        Ok(robot)
    }
}

/// -1 is never.
fn end(robot: &Robot) -> Option<Expiry> {
    times::from_epoch(robot.expires_at).map(times::expiry)
}

impl Provider for Harbor {
    fn name(&self) -> &str {
        "harbor"
    }

    fn class(&self) -> Class {
        Class::Chosen
    }

    fn preflight(&self, current: &Credential) -> Result<Facts, Error> {
        let robot = self.robot(&self.api.anew(), &current.username)?;
        let expires = end(&robot);
        let warnings = expires.iter().map(|expires| {
            format!("a new secret does not move the end of the robot: {}", expires.at)
        });
        Ok(Facts { warnings: warnings.collect(), expires, ..Facts::default() })
    }

    fn choose(&self) -> Result<Option<SecretString>, Error> {
        random().map(Some)
    }

    fn create(
        &self,
        _: &str,
        current: &Credential,
        chosen: Option<&SecretString>,
    ) -> Result<Issued, Failure> {
        let api = self.api.anew();
        let chosen = chosen.ok_or_else(|| {
            Failure::Unchanged(Error::new(ErrorKind::Failed, "no secret was chosen for Harbor"))
        })?;
        let robot = self.robot(&api, &current.username).map_err(Failure::Unchanged)?;
        let body = json(&NewSecret { secret: chosen.expose_secret() });
        let call = Call {
            method: "PATCH",
            url: api.at(&format!("/api/v2.0/robots/{}", robot.id)),
            login: self.login(),
            body: body.map_err(Failure::Unchanged)?,
        };
        let answer = api.act(&call, &[200])?;
        let _: Refreshed = api.read(&answer).map_err(Failure::Unknown)?;
        let expires = end(&robot);
        Ok(Issued { username: None, secret: chosen.clone(), expires, handle: None })
    }

    /// The old one died when the new one was set.
    fn revoke(&self, _: &str) -> Result<(), Error> {
        Ok(())
    }
}

/// 8 to 128 characters with an upper case letter, a lower case one and a digit.
fn random() -> Result<SecretString, Error> {
    // What lies beyond the last whole multiple of 62 is drawn again, so that all are as likely.
    let most = 256 - 256 % ALPHABET.len();
    let mut bytes = Zeroizing::new([0_u8; 64]);
    loop {
        let mut text = Zeroizing::new(String::with_capacity(LENGTH));
        while text.len() < LENGTH {
            getrandom::fill(&mut *bytes).map_err(|_| {
                Error::new(ErrorKind::Failed, "this system gives no random numbers")
            })?;
            let free = LENGTH - text.len();
            let good = bytes.iter().map(|&b| usize::from(b)).filter(|&b| b < most);
            text.extend(good.take(free).map(|b| char::from(ALPHABET[b % ALPHABET.len()])));
        }
        let has = |is: fn(&u8) -> bool| text.as_bytes().iter().any(is);
        if has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit) {
            return Ok(SecretString::from(text.as_str()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chosen_secret_keeps_harbors_rules_and_is_never_the_same() {
        let mut seen = std::collections::BTreeSet::new();
        let mut used = std::collections::BTreeSet::new();
        for _ in 0..500 {
            let secret = random().unwrap();
            let text = secret.expose_secret();
            assert_eq!(text.len(), LENGTH);
            assert!(text.bytes().all(|b| ALPHABET.contains(&b)));
            assert!(text.bytes().any(|b| b.is_ascii_digit()));
            used.extend(text.bytes());
            assert!(seen.insert(text.to_owned()));
        }
        assert_eq!(used.len(), ALPHABET.len());
    }
}
