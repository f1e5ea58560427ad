//! The registry's own API: makes secrets as each class promises, and loses a request or an answer.

use imgsec_cred::credential::Credential;
use imgsec_cred::rotate::provider::{Class, Facts, Failure, Issued, Provider};
use imgsec_cred::store::{Error, ErrorKind};
use secrecy::{ExposeSecret, SecretString};

use super::world::{Loss, World};

impl Provider for &World {
    fn name(&self) -> &str {
        "fake"
    }

    fn class(&self) -> Class {
        self.class
    }

    fn preflight(&self, current: &Credential) -> Result<Facts, Error> {
        let accepted = self.accepted.borrow();
        let is_used = |secret: &String| current.secret.expose_secret() == secret;
        let mut used = accepted.iter().filter(|(_, (s, _))| !self.is_pair || is_used(s));
        let handle = used.next_back().map(|(handle, _)| handle.clone());
        let trace = self.has_no_labels.get().then(|| format!("after {}", self.made.get()));
        Ok(Facts { handle, trace, ..Facts::default() })
    }

    fn choose(&self) -> Result<Option<SecretString>, Error> {
        Ok((self.class == Class::Chosen).then(|| format!("chosen{}", self.made.get()).into()))
    }

    fn create(
        &self,
        operation: &str,
        current: &Credential,
        chosen: Option<&SecretString>,
    ) -> Result<Issued, Failure> {
        self.calls.borrow_mut().push("create".to_owned());
        let lost = || Failure::Unknown(Error::new(ErrorKind::TimedOut, "no answer"));
        let _ = self.step(false);
        let loss = self.loss.replace(Loss::None);
        if loss == Loss::Request {
            return Err(lost());
        }
        let secret = match chosen {
            Some(chosen) => chosen.expose_secret().to_owned(),
            None => format!("made{}", self.made.get()),
        };
        let used = current.secret.expose_secret();
        if self.is_pair {
            self.accepted.borrow_mut().retain(|_, (secret, _)| secret == used);
            assert_eq!(self.accepted.borrow().len(), 1, "the other one is rotated, once");
        } else if self.class != Class::Additive {
            self.accepted.borrow_mut().clear();
        }
        let label = if self.has_no_labels.get() { "" } else { operation };
        let handle = self.accept(&secret, label);
        let _ = self.step(false);
        if loss == Loss::Response {
            return Err(lost());
        }
        Ok(Issued { username: None, secret: secret.into(), expires: None, handle: Some(handle) })
    }

    fn revoke(&self, handle: &str) -> Result<(), Error> {
        self.calls.borrow_mut().push(format!("revoke {handle}"));
        if self.revocations_fail.get() {
            return Err(Error::new(ErrorKind::Failed, "not today"));
        }
        let _ = self.step(false);
        let was_there = self.accepted.borrow_mut().remove(handle).is_some();
        if self.is_pair && was_there {
            self.accept(&format!("nobodys{}", self.made.get()), "a rotation");
        }
        let _ = self.step(false);
        Ok(())
    }

    fn orphans(&self, trace: &str) -> Result<Vec<String>, Error> {
        if self.is_pair {
            return Ok(Vec::new());
        }
        let before = trace.strip_prefix("after ").map(|before| before.parse::<u32>().unwrap());
        let number = |handle: &str| handle[1..].parse::<u32>().unwrap();
        let accepted = self.accepted.borrow();
        let made = accepted.iter().filter(|(handle, (_, label))| match before {
            Some(before) => number(handle) > before,
            None => label == trace,
        });
        Ok(made.map(|(handle, _)| handle.clone()).collect())
    }
}
