//! What the keychain holds under our name: which login an item is, and what is said of one that is
//! none, or that is there twice.

use std::collections::BTreeMap;

use keyring_core::Entry;
use zeroize::Zeroizing;

#[cfg(target_os = "linux")]
use super::secret_service::ItemPath;
use super::{item_name, parts};
use crate::credential::Credential;
use crate::server::{ServerKey, shown};
use crate::store::{Contents, Error, ErrorKind, Listed, Unusable, payload, remedy};

/// What helps with an item that no verb of ours can name.
const IN_ITS_PROGRAM: &str = "delete it in the keychain's own program";

/// One item as it was read.
pub(super) struct Item {
    pub(super) place: Place,
    payload: Result<Zeroizing<Vec<u8>>, Error>,
}

/// Where an item lies. Its name is asked for only where there is trouble: that is one more request.
pub(super) enum Place {
    #[cfg(target_os = "linux")]
    Path(ItemPath),
    Found(Entry),
    Name(String),
}

impl Item {
    pub(super) fn new(place: Place, payload: Result<Zeroizing<Vec<u8>>, Error>) -> Self {
        Self { place, payload }
    }

    fn parse(&self) -> Result<Credential, Error> {
        payload::parse(self.payload.as_ref().map_err(Clone::clone)?)
    }
}

impl Place {
    /// The name, where it can be told without the keychain's own interface.
    pub(super) fn name(&self) -> Option<String> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Path(_) => None,
            Self::Found(entry) => parts::name_of(entry),
            Self::Name(name) => Some(name.clone()),
        }
    }
}

/// The login for `server` among the items of its name: one, or several that hold the same.
pub(super) fn only_login(items: &[Item], server: &ServerKey) -> Result<Credential, Error> {
    let mut logins = Vec::with_capacity(items.len());
    for item in items {
        let login = item.payload.as_ref().map_err(Clone::clone);
        match login.and_then(|payload| payload::read(payload, server)) {
            Ok(login) => logins.push(login),
            Err(e) if items.len() == 1 => return Err(with_remedy(e, server)),
            Err(_) => return Err(several(items.len(), &logins, server)),
        }
    }
    if !are_same(&logins) {
        return Err(several(items.len(), &logins, server));
    }
    // When a secret was first stored is what counts.
    logins.into_iter().min_by_key(|login| login.created_at).ok_or_else(Error::not_found)
}

/// All items, by what can be done with them. `name` tells under which name an item lies.
pub(super) fn sorted(items: &[Item], name: impl Fn(&Item) -> Option<String>) -> Contents {
    let mut contents = Contents::default();
    let mut by_server: BTreeMap<String, Vec<(&Item, Credential)>> = BTreeMap::new();
    for item in items {
        match item.parse() {
            Ok(login) => {
                let server = login.server.canonical().to_owned();
                by_server.entry(server).or_default().push((item, login));
            }
            Err(e) => contents.unusable.push(unusable(name(item), e)),
        }
    }
    for mut found in by_server.into_values() {
        if found.len() > 1 {
            // What only says that it is for this server takes nothing from its own items.
            found.retain(|(item, login)| {
                let name = name(item);
                let is_its_own = name.as_deref() == Some(&item_name(&login.server));
                if !is_its_own {
                    let error = Error::new(ErrorKind::Damaged, payload::FOR_ANOTHER_SERVER);
                    contents.unusable.push(unusable(name, error));
                }
                is_its_own
            });
        }
        let (count, logins) =
            (found.len(), found.into_iter().map(|(_, login)| login).collect::<Vec<_>>());
        let Some(first) = logins.first() else { continue };
        if are_same(&logins) {
            let (server, username) = (first.server.clone(), first.username.clone());
            contents.listed.push(Listed { server, username });
        } else {
            let error = several(count, &logins, &first.server);
            contents.unusable.push(Unusable { server: Some(first.server.clone()), error });
        }
    }
    contents
}

fn are_same(logins: &[Credential]) -> bool {
    logins.windows(2).all(|pair| pair[0].same_login(&pair[1]))
}

/// Several items for one server that do not hold the same. Users are not named: what `status` says
/// may be pasted anywhere.
fn several(count: usize, logins: &[Credential], server: &ServerKey) -> Error {
    let mut ages: Vec<_> = logins.iter().map(|login| payload::time(login.created_at)).collect();
    ages.extend((ages.len()..count).map(|_| "one that is not ours".to_owned()));
    let ages = ages.join(", ");
    let message = format!(
        "the keychain holds {count} different items for {server} (stored {ages}), so that none is \
         used; a new login replaces them"
    );
    Error::new(ErrorKind::Refused, message).with_hint(remedy(server))
}

fn with_remedy(error: Error, server: &ServerKey) -> Error {
    if error.hint().is_some() { error } else { error.with_hint(remedy(server)) }
}

fn unusable(name: Option<String>, error: Error) -> Unusable {
    // A long name is only a digest of its server.
    let address = name.as_deref().filter(|name| !name.starts_with(super::DIGEST));
    let server = address.and_then(|name| ServerKey::parse(name).ok());
    let server = server.map(|server| spelled(&server).unwrap_or(server));
    let what = match &server {
        Some(server) => format!("the keychain's item for {server}: {error}"),
        None => format!("an item of the keychain (imgsec-cred): {error}"),
    };
    let told = Error::new(error.kind(), what);
    let hint = match (error.hint(), &server, name) {
        (Some(hint), ..) => hint.to_owned(),
        (None, Some(server), _) => remedy(server),
        (None, None, Some(name)) => format!("{IN_ITS_PROGRAM} (username: {})", shown(&name)),
        (None, None, None) => IN_ITS_PROGRAM.to_owned(),
    };
    Unusable { error: told.with_hint(hint), server }
}

/// A canonical name as people write it.
fn spelled(server: &ServerKey) -> Option<ServerKey> {
    ServerKey::parse(server.host()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::DOCKER_HUB;
    use std::time::{Duration, SystemTime};

    fn key(server: &str) -> ServerKey {
        ServerKey::parse(server).unwrap()
    }

    fn payload(server: &str, secret: &str, days: u64) -> Zeroizing<Vec<u8>> {
        let login = Credential::new(key(server), "ada".to_owned(), secret.into());
        let created_at = SystemTime::UNIX_EPOCH + Duration::from_secs(days * 86_400);
        payload::write(&Credential { created_at, ..login })
    }

    fn items(all: &[(&str, Zeroizing<Vec<u8>>)]) -> Vec<Item> {
        let item = |(name, payload): &(&str, Zeroizing<Vec<u8>>)| {
            Item::new(Place::Name((*name).to_owned()), Ok(payload.clone()))
        };
        all.iter().map(item).collect()
    }

    fn bytes(text: &str) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(text.as_bytes().to_vec())
    }

    const GHCR: &str = "https://ghcr.io";

    #[test]
    fn two_items_with_the_same_login_are_one_login() {
        let two = items(&[
            (GHCR, payload("ghcr.io", "hunter2", 2)),
            (GHCR, payload("GHCR.io", "hunter2", 1)),
        ]);
        let login = only_login(&two, &key("ghcr.io")).unwrap();
        assert_eq!(payload::time(login.created_at), "1970-01-02T00:00:00Z");
        let contents = sorted(&two, |item| item.place.name());
        assert_eq!((contents.listed.len(), contents.unusable.len()), (1, 0));
    }

    #[test]
    fn two_items_with_different_logins_are_named_and_none_is_used() {
        for second in [payload("ghcr.io", "hunter3", 1), bytes("hunter3"), bytes(r#"{"v":2}"#)] {
            let two = items(&[(GHCR, payload("ghcr.io", "hunter2", 2)), (GHCR, second.clone())]);
            let error = only_login(&two, &key("ghcr.io")).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Refused);
            assert_eq!(error.hint(), Some("imgsec-cred login ghcr.io"));
            let text = error.to_string();
            assert!(text.contains("2 different items for ghcr.io"), "{text}");
            assert!(text.contains("1970-01-03") && !text.contains("hunter"), "{text}");
        }
        let two = items(&[
            (GHCR, payload("ghcr.io", "hunter2", 2)),
            (GHCR, payload("ghcr.io", "hunter3", 1)),
            ("https://quay.io", payload("quay.io", "hunter2", 1)),
        ]);
        let contents = sorted(&two, |item| item.place.name());
        assert_eq!(contents.listed[0].server, key("quay.io"));
        assert_eq!(contents.listed.len(), 1);
        assert_eq!(contents.unusable[0].server, Some(key("ghcr.io")));
        assert_eq!(contents.unusable[0].error.hint(), Some("imgsec-cred login ghcr.io"));
    }

    #[test]
    fn an_item_that_is_no_login_is_named_by_where_it_lies_and_hides_no_other() {
        let all = items(&[
            (GHCR, bytes("hunter2")),
            (DOCKER_HUB, bytes(r#"{"v":2}"#)),
            ("https://r.example/team", bytes("{}")),
            ("sha256:00ff", bytes("")),
            ("https://evil.example", payload("quay.io", "hunter2", 1)),
            ("https://quay.io", payload("quay.io", "hunter3", 1)),
        ]);
        let contents = sorted(&all, |item| item.place.name());
        assert_eq!(contents.listed.len(), 1);
        assert_eq!(contents.listed[0].server, key("quay.io"));
        let mut said: Vec<_> = contents
            .unusable
            .iter()
            .map(|one| (one.server.as_ref().map(ServerKey::as_str), one.error.hint()))
            .collect();
        said.sort();
        assert_eq!(
            said,
            [
                (None, Some("delete it in the keychain's own program (username: sha256:00ff)")),
                (Some("docker.io"), Some("update imgsec-cred")),
                (Some("evil.example"), Some("imgsec-cred login evil.example")),
                (Some("ghcr.io"), Some("imgsec-cred login ghcr.io")),
                (Some("https://r.example/team"), Some("imgsec-cred logout https://r.example/team")),
            ]
        );
        assert!(contents.unusable.iter().all(|one| !one.error.to_string().contains("hunter")));
    }
}
