//! `proxies` of Docker's `config.json`: Docker hands them to every container it starts.

use crate::audit::document::Here;
use crate::audit::finding::{Found, Kind};
use crate::audit::places::Places;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "docker-proxies",
    about: "a password in the address of a proxy that Docker hands to containers",
    reference: "https://docs.docker.com/engine/cli/proxy/",
    places: |places| Places::below(&places.docker, "config.json"),
    words: &["httpproxy", "httpsproxy", "ftpproxy", "allproxy"],
    find: Find::Map(find),
};

const NAMES: &[&str] = &["httpProxy", "httpsProxy", "ftpProxy", "allProxy"];

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    let Some(proxies) = here.field("proxies") else { return };
    for (_, daemon) in proxies.fields() {
        let mut said = Vec::new();
        for at in NAMES.iter().filter_map(|name| daemon.field(name)) {
            let Some((user, password)) = at.node.text().and_then(userinfo) else { continue };
            // One login for all of a daemon's proxies is one secret.
            if !said.contains(&password) {
                let user = Some(user.as_str()).filter(|user| !user.is_empty());
                found.push(Found::at(&at, Kind::ProxyUserinfo, &*password).of(None, user));
                said.push(password);
            }
        }
    }
}

/// User and password in the address of a proxy, `http://user:password@host:port`, both decoded;
/// nothing where it has no password.
pub(crate) fn userinfo(address: &str) -> Option<(String, String)> {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let (userinfo, _) = authority.rsplit_once('@')?;
    let (user, password) = userinfo.split_once(':')?;
    (!password.is_empty()).then(|| (decoded(user), decoded(password)))
}

/// Text without `%41` and its like.
pub(crate) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = |byte: u8| char::from(byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
        rest = after;
        if let [high, low, after @ ..] = after
            && *first == b'%'
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            bytes.push(high * 16 + low);
            rest = after;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::userinfo;
    use crate::audit::sources::testing::lines_of;

    #[test]
    fn a_password_in_a_proxys_address_is_found_once() {
        let text = r#"{"proxies":{"default":{"httpProxy":"http://ada:s3cret-word@px.lan:3128","httpsProxy":"http://ada:s3cret-word@px.lan:3128","noProxy":"a:b@c"},
            "tcp://h:2376":{"HTTPSProxy":"https://bob:w%40rd@px.lan"}}}"#;
        let expected = ["* ada proxy-userinfo s3cret-word", "* bob proxy-userinfo w@rd"];
        assert_eq!(lines_of("docker-proxies", "/h/.docker/config.json", text), expected);
    }

    #[test]
    fn proxies_without_a_password_are_clean() {
        for address in [
            "http://px.lan:3128",
            "http://ada@px.lan",
            "http://ada:@px.lan",
            "px:3128",
            "",
            "http://px/a:b@c",
        ] {
            assert_eq!(userinfo(address), None, "{address}");
            let text = format!(r#"{{"proxies":{{"default":{{"httpProxy":"{address}"}}}}}}"#);
            assert!(lines_of("docker-proxies", "config.json", &text).is_empty());
        }
        assert!(lines_of("docker-proxies", "c.json", r#"{"proxies":["httpProxy"]}"#).is_empty());
        assert_eq!(userinfo("u:p%zz%4@px:1"), Some(("u".into(), "p%zz%4".into())));
    }
}
