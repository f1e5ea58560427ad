//! Quay's robots (class C): the server makes the new token, and the old one dies at once. A robot's
//! owner may read its token, so a lost answer is asked for once more without changing anything. From
//! quay/quay `endpoints/api/robot.py` (`RegenerateOrgRobot`, `RegenerateUserRobot`),
//! `endpoints/api/robot_models_interface.py`.

use secrecy::SecretString;
use serde::Deserialize;

use super::api::{Api, Call, Sealed, segment};
use super::options::{Owner, Quay as Options};
use super::{Admin, Settings};
use crate::credential::Credential;
use crate::registry::http::{Body, Client, Login};
use crate::rotate::provider::{Class, Facts, Failure, Issued, Provider};
use crate::store::{Error, ErrorKind};

const HINTS: &[(u16, &str)] = &[
    (
        401,
        "the second login must be an OAuth token of an application in Quay; its user name does not matter",
    ),
    (
        403,
        "the OAuth token needs org:admin (user:admin for a person's own robot), of somebody who administers the organization",
    ),
    (404, "is the robot a person's own? then set owner=user"),
];

/// One robot.
pub(super) struct Quay {
    api: Api,
    admin: Admin,
    /// `/api/v1/…/robots/NAME`.
    path: String,
}

#[derive(Deserialize)]
struct Robot {
    name: String,
    /// Left out for those who may not see it.
    token: Option<Sealed>,
}

impl Quay {
    pub(super) fn open(
        settings: &Settings,
        options: &Options,
        client: &Client,
    ) -> Result<Self, Error> {
        let api = Api::new(client, settings.origin(None)?, "Quay", HINTS);
        let Some((owner, robot)) = settings.username.split_once('+') else {
            let words = "rotates robots only, whose user names are ORGANIZATION+ROBOT";
            return Err(api.error(ErrorKind::Refused, words));
        };
        let (owner, robot) = (segment(owner)?, segment(robot)?);
        let path = match options.owner {
            Owner::Organization => format!("/api/v1/organization/{owner}/robots/{robot}"),
            Owner::User => format!("/api/v1/user/robots/{robot}"),
        };
        Ok(Self { api, admin: settings.admin()?, path })
    }

    /// The robot, which must be the one of this user name: a person's OAuth token sees that
    /// person's robots, whatever name is before the `+`.
    fn robot(&self, api: &Api, username: &str) -> Result<Robot, Error> {
        let robot: Robot = api.get(api.at(&self.path), Login::Bearer(&self.admin.secret))?;
        if robot.name == username {
            return Ok(robot);
        }
        Err(api
            .error(ErrorKind::Refused, "has this robot for another user than the login's")
            .with_hint("the OAuth token must be of the robot's owner"))
    }

    /// What a request came to whose answer was lost: the token that Quay has now, where it is a new
    /// one. The old one proves nothing, for the request may still be on its way.
    fn after_loss(&self, current: &Credential, lost: Error) -> Result<Issued, Failure> {
        let robot = self.robot(&self.api.anew(), &current.username).ok();
        match robot.and_then(|robot| robot.token) {
            Some(token) if !current.has_secret(&token.0) => Ok(issued(token)),
            _ => Err(Failure::Unknown(lost)),
        }
    }
}

fn issued(token: Sealed) -> Issued {
    Issued { username: None, secret: token.0, expires: None, handle: None }
}

impl Provider for Quay {
    fn name(&self) -> &str {
        "quay"
    }

    fn class(&self) -> Class {
        Class::Destructive
    }

    fn preflight(&self, current: &Credential) -> Result<Facts, Error> {
        let api = self.api.anew();
        let robot = self.robot(&api, &current.username)?;
        match robot.token {
            Some(token) if current.has_secret(&token.0) => Ok(Facts::default()),
            Some(_) => Err(api
                .error(ErrorKind::Refused, "has another token for this robot than the one kept here")
                .with_hint("somebody else rotated it: take the token from Quay with `imgsec-cred rotate --password-stdin`")),
            None => Err(api.refused(403)),
        }
    }

    fn create(
        &self,
        _: &str,
        current: &Credential,
        _: Option<&SecretString>,
    ) -> Result<Issued, Failure> {
        let api = self.api.anew();
        let known = self.robot(&api, &current.username).map_err(Failure::Unchanged)?;
        if known.token.is_some_and(|token| !current.has_secret(&token.0)) {
            let words = "has another token for this robot than the one kept here";
            return Err(Failure::Unchanged(api.error(ErrorKind::Refused, words)));
        }
        let call = Call {
            method: "POST",
            url: api.at(&format!("{}/regenerate", self.path)),
            login: Login::Bearer(&self.admin.secret),
            body: Body::Empty,
        };
        let made = match api.act(&call, &[200, 201]) {
            Ok(answer) => api.read::<Robot>(&answer).map_err(Failure::Unknown),
            Err(failure) => Err(failure),
        };
        match made {
            Ok(Robot { token: Some(token), name }) if name == current.username => Ok(issued(token)),
            Ok(_) => self.after_loss(current, api.refused(200)),
            Err(Failure::Unknown(lost)) => self.after_loss(current, lost),
            Err(unchanged) => Err(unchanged),
        }
    }

    /// The old one died when the new one was made.
    fn revoke(&self, _: &str) -> Result<(), Error> {
        Ok(())
    }
}
