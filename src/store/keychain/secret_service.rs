//! Reading the Secret Service directly: many items in one call, and the state of the keyring.
//!
//! keyring reads an item's attributes one by one, about a millisecond each, and answers "no entry"
//! for a keyring that was never unlocked. `SearchItems` and `GetSecrets` need two calls for any
//! number of items, and say which are locked
//! (<https://specifications.freedesktop.org/secret-service-spec/0.2/>). keyring still writes.

use std::collections::HashMap;
use std::thread;
use std::time::Duration;

use zbus::Address;
use zbus::address::transport::Transport;
use zbus::blocking::Connection;
use zbus::blocking::connection::Builder;
use zbus::zvariant::{DynamicType, ObjectPath, OwnedObjectPath, OwnedValue, Value};
use zeroize::Zeroizing;

use super::session::{ALGORITHM, KeyPair, SessionKey};
use crate::store::{Error, ErrorKind};

const NAME: &str = "org.freedesktop.secrets";
const PATH: &str = "/org/freedesktop/secrets";
const SERVICE: &str = "org.freedesktop.Secret.Service";
const COLLECTION: &str = "org.freedesktop.Secret.Collection";
const ITEM: &str = "org.freedesktop.Secret.Item";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
/// The path that means "there is none".
const NONE: &str = "/";

/// How often a question is asked to which the answer is that there is nobody to ask, and how long
/// it waits in between: GNOME Keyring 42.1 says so now and then of a collection that is there.
const TRIES: usize = 5;
const PAUSE: Duration = Duration::from_millis(20);

/// Which item it is, on the bus.
pub(super) type ItemPath = OwnedObjectPath;

/// An item and its secret.
type Secret = (ItemPath, Zeroizing<Vec<u8>>);

/// Session, parameters, value, content type; as `(oayays)`.
type WireSecret = (OwnedObjectPath, Vec<u8>, Vec<u8>, String);

/// A connection to the session bus.
pub(super) struct SecretService {
    bus: Connection,
}

/// What a search found.
struct Found {
    unlocked: Vec<OwnedObjectPath>,
    locked: Vec<OwnedObjectPath>,
}

impl SecretService {
    /// Connects to the session bus, by a socket of this machine and by nothing else: an address may
    /// also name a host, or a program to run. The service itself is not asked yet.
    pub(super) fn connect() -> Result<Self, Error> {
        let none = |what: &str| {
            let what = format!("no keychain here: {what}");
            Error::new(ErrorKind::Unavailable, what).with_hint(super::SEALED)
        };
        let address = Address::session().map_err(|_| none("there is no D-Bus session bus"))?;
        if !matches!(address.transport(), Transport::Unix(_)) {
            return Err(none("DBUS_SESSION_BUS_ADDRESS names no socket of this machine (unix:)"));
        }
        let bus = Builder::address(address).and_then(Builder::build);
        bus.map(|bus| Self { bus }).map_err(|_| none("there is no D-Bus session bus"))
    }

    /// Whether someone provides the Secret Service or could be started to; starts nothing.
    pub(super) fn is_provided(&self) -> bool {
        let bus = "org.freedesktop.DBus";
        let names = |method: &str| -> Option<Vec<String>> {
            let reply =
                self.bus.call_method(Some(bus), "/org/freedesktop/DBus", Some(bus), method, &());
            reply.ok()?.body().deserialize().ok()
        };
        ["ListNames", "ListActivatableNames"]
            .iter()
            .any(|method| names(method).is_some_and(|all| all.iter().any(|n| n == NAME)))
    }

    /// All items with these attributes and their secrets, in no order.
    ///
    /// # Errors
    /// `Locked` where an item, or the place where there could be one, is locked; `Unavailable`
    /// where there is no keyring. An empty answer is certain.
    pub(super) fn secrets(&self, attributes: &HashMap<&str, &str>) -> Result<Vec<Secret>, Error> {
        let found = self.search(attributes)?;
        if !found.locked.is_empty() {
            return Err(locked());
        }
        if found.unlocked.is_empty() {
            self.absence_is_certain(attributes)?;
            return Ok(Vec::new());
        }
        self.read(&found.unlocked)
    }

    /// The attribute `username` of an item.
    pub(super) fn name(&self, item: &ItemPath) -> Option<String> {
        let value: OwnedValue =
            self.call(item.as_str(), PROPERTIES, "Get", &(ITEM, "Attributes")).ok()?;
        HashMap::<String, String>::try_from(value).ok()?.remove("username")
    }

    /// Whether a new item can be kept now, without a prompt.
    pub(super) fn can_write(&self) -> Result<(), Error> {
        let collection = self.default_collection()?;
        if self.is_locked(&collection)? { Err(locked()) } else { Ok(()) }
    }

    fn search(&self, attributes: &HashMap<&str, &str>) -> Result<Found, Error> {
        let (unlocked, locked) = self.call(PATH, SERVICE, "SearchItems", &(attributes,))?;
        Ok(Found { unlocked, locked })
    }

    /// An unlocked keyring answers for all its items. A locked one is believed only if it has just
    /// shown that it searches while locked, by finding another item of ours.
    fn absence_is_certain(&self, attributes: &HashMap<&str, &str>) -> Result<(), Error> {
        let collection = self.default_collection()?;
        if !self.is_locked(&collection)? {
            return Ok(());
        }
        let ours = HashMap::from([("service", attributes.get("service").copied().unwrap_or(""))]);
        if self.search(&ours)?.locked.is_empty() { Err(locked()) } else { Ok(()) }
    }

    fn default_collection(&self) -> Result<OwnedObjectPath, Error> {
        let path: OwnedObjectPath = self.call(PATH, SERVICE, "ReadAlias", &("default",))?;
        if path.as_str() == NONE {
            return Err(Error::new(
                ErrorKind::Unavailable,
                "the keychain has no default collection: it was never unlocked in this session",
            )
            .with_hint("log in to the desktop, or run: imgsec-cred setup --store sealed"));
        }
        Ok(path)
    }

    fn is_locked(&self, collection: &ObjectPath<'_>) -> Result<bool, Error> {
        let value: OwnedValue =
            self.call(collection.as_str(), PROPERTIES, "Get", &(COLLECTION, "Locked"))?;
        bool::try_from(value).map_err(|_| protocol_error())
    }

    fn read(&self, items: &[OwnedObjectPath]) -> Result<Vec<Secret>, Error> {
        let (session, key) = self.open_session()?;
        let secrets: HashMap<OwnedObjectPath, WireSecret> =
            self.call(PATH, SERVICE, "GetSecrets", &(items, &session))?;
        let open = |(item, (_, iv, sealed, _)): (ItemPath, WireSecret)| {
            Ok((item, key.decrypt(&iv, &sealed).ok_or_else(protocol_error)?))
        };
        secrets.into_iter().map(open).collect()
    }

    fn open_session(&self) -> Result<(OwnedObjectPath, SessionKey), Error> {
        let pair = KeyPair::generate()
            .ok_or_else(|| Error::new(ErrorKind::Failed, "the system gives no random numbers"))?;
        let ours = Value::from(pair.public());
        let (theirs, session): (OwnedValue, OwnedObjectPath) =
            self.call(PATH, SERVICE, "OpenSession", &(ALGORITHM, ours))?;
        let theirs: Vec<u8> = theirs.try_into().map_err(|_| protocol_error())?;
        let key = pair.shared_with(&theirs).ok_or_else(protocol_error)?;
        Ok((session, key))
    }

    fn call<B, R>(&self, path: &str, interface: &str, method: &str, body: &B) -> Result<R, Error>
    where
        B: serde::Serialize + DynamicType,
        R: for<'d> zbus::zvariant::DynamicDeserialize<'d>,
    {
        let ask = || self.bus.call_method(Some(NAME), path, Some(interface), method, body);
        let mut reply = ask();
        for _ in 1..TRIES {
            if !reply.as_ref().is_err_and(is_unanswered) {
                break;
            }
            thread::sleep(PAUSE);
            reply = ask();
        }
        let reply = reply.map_err(|e| in_words(&e))?;
        reply.body().deserialize().map_err(|_| protocol_error())
    }
}

/// The keyring is there and locked.
pub(super) fn locked() -> Error {
    Error::new(ErrorKind::Locked, "the keychain is locked")
        .with_hint("unlock the keychain (log in to the desktop), then try again")
}

fn protocol_error() -> Error {
    Error::new(ErrorKind::Failed, "the keychain gave an answer that is not the Secret Service's")
}

/// Nothing was done: there is no such object, or not yet.
fn is_unanswered(error: &zbus::Error) -> bool {
    let name = "org.freedesktop.DBus.Error.UnknownMethod";
    matches!(error, zbus::Error::MethodError(is, _, _) if is.as_str() == name)
}

/// Only the error's name is kept: its text comes from another program.
fn in_words(error: &zbus::Error) -> Error {
    let zbus::Error::MethodError(name, _, _) = error else {
        return Error::new(ErrorKind::Unavailable, "the D-Bus session bus does not answer")
            .with_hint(super::SEALED);
    };
    match name.as_str() {
        "org.freedesktop.DBus.Error.ServiceUnknown"
        | "org.freedesktop.DBus.Error.NameHasNoOwner" => Error::new(
            ErrorKind::Unavailable,
            "no keychain here: nothing on the D-Bus session bus provides org.freedesktop.secrets",
        )
        .with_hint(super::SEALED),
        "org.freedesktop.Secret.Error.IsLocked" => locked(),
        other => Error::new(ErrorKind::Failed, format!("the keychain failed with {other}"))
            .with_hint("imgsec-cred status"),
    }
}
