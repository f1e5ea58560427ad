//! What Helm is told for a chart: `--set imageCredentials.password=…`, by the names that charts have
//! for the login of a registry.

use super::login::Login;
use super::options::Options;
use super::words::Word;
use crate::audit::sources::anywhere::any_registry::plain;
use crate::audit::sources::anywhere::field_words::MAPS;
use crate::audit::sources::login::{SECRETS, USERS};

/// What fields with a registry are called.
const REGISTRIES: &[&str] = &["registry", "server", "url", "host", "address"];

/// The logins that are set.
pub(super) fn logins(options: &Options<'_>) -> Vec<Login> {
    let set: Vec<Setting> = options.all(&["set", "set-string"]).flat_map(settings).collect();
    let text = |map: &str, names: &[&str]| {
        let said = set.iter().find(|one| one.map == map && names.contains(&one.name.as_str()));
        said.map(|one| one.value.text.clone())
    };
    if let Some(harbor) = harbor(options) {
        return vec![harbor];
    }
    let secrets = set.iter().filter(|one| SECRETS.contains(&one.name.as_str()));
    let logins = secrets.filter(|one| is_login(&one.map)).map(|one| Login {
        registry: text(&one.map, REGISTRIES),
        username: text(&one.map, USERS),
        secret: one.value.clone(),
    });
    logins.collect()
}

/// Harbor's chart: `--set externalURL=…,harborAdminPassword=…`.
fn harbor(options: &Options<'_>) -> Option<Login> {
    let given = |name: &str| {
        let mut set = options.all(&["set", "set-string"]);
        set.find_map(|word| {
            let mut settings = word.text.split(',').filter_map(|setting| setting.split_once('='));
            let (_, value) = settings.find(|(field, _)| *field == name)?;
            Some(Word { text: value.to_owned(), ..word.clone() })
        })
    };
    let secret = given("harborAdminPassword")?;
    let registry = given("externalURL").map(|word| word.text);
    Some(Login { registry, username: Some("admin".to_owned()), secret })
}

/// `imageCredentials.password=word`: a map, the name of a field in it, and its value.
struct Setting {
    map: String,
    name: String,
    value: Word,
}

/// The settings of one option, which commas part.
fn settings(word: &Word) -> impl Iterator<Item = Setting> {
    word.text.split(',').filter_map(|setting| {
        let (path, value) = setting.split_once('=')?;
        let (map, name) = path.rsplit_once('.')?;
        let value = Word { text: value.to_owned(), ..word.clone() };
        Some(Setting { map: map.to_owned(), name: name.to_ascii_lowercase(), value })
    })
}

/// Whether a map is the login of a registry, going by its last name: `global.imageCredentials`,
/// `imagePullSecrets[0]`.
fn is_login(map: &str) -> bool {
    let last = map.rsplit('.').next().unwrap_or(map);
    let name = plain(last.split('[').next().unwrap_or(last));
    name == "registry" || MAPS.contains(&name.as_str())
}
