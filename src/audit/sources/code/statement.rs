//! The statement around an object that is a login: the image it is for, the calls beside it.

use memchr::memmem;

use super::arguments::Arguments;
use super::object::Login;
use crate::audit::sources::images;

/// How far around a word the statement is looked for that it is in, in bytes.
const MAX_STATEMENT: usize = 2_000;

/// The image that a call pulls or pushes with the login that is its later argument.
pub(super) fn image_before(text: &str, at: usize) -> Option<String> {
    let begin = statement(text, at).0;
    let before = text.get(begin..at)?;
    let call = ["pull(", "push("].iter().filter_map(|name| before.rfind(name)).max()?;
    let given = Arguments::read(text, begin + call + "pull".len())?;
    let image = given.place(0).or_else(|| given.text(&["repository", "image"]))?;
    images::of_image(&image.said).map(str::to_owned)
}

/// `.withRegistryUsername("ada").withRegistryPassword("…")`, of Docker's library for Java.
pub(super) fn chain(text: &str, at: usize) -> Option<Login> {
    let (begin, end) = statement(text, at);
    let given = |names: &[&str]| {
        names.iter().find_map(|name| {
            let at = memmem::find(&text.as_bytes()[begin..end], name.as_bytes())?;
            Arguments::read(text, begin + at + name.len())?.place(0).cloned()
        })
    };
    let registry = given(&["withRegistryUrl", "withRegistryAddress"]).map(|text| text.said);
    let username = given(&["withRegistryUsername", "withUsername"]).map(|text| text.said);
    let secret = given(&["withRegistryPassword", "withPassword"])?;
    Some(Login { registry, username, secret })
}

/// `.server("reg.lan").username("ada").password("…").build()`, of Pulumi for Java.
pub(super) fn builder(text: &str, at: usize) -> Option<Login> {
    let (_, end) = statement(text, at);
    let rest = text.get(at..end)?;
    let rest = &rest[..rest.find(".build(")?];
    let given = |name: &str| {
        let open = rest.find(name)? + name.len() - 1;
        Some(Arguments::read(text, at + open)?.place(0)?.clone())
    };
    let registry = given(".server(").or_else(|| given(".address("))?.said;
    let username = given(".username(").map(|text| text.said);
    Some(Login { registry: Some(registry), username, secret: given(".password(")? })
}

/// Where the statement begins and ends that a byte is in.
fn statement(text: &str, at: usize) -> (usize, usize) {
    let boundary = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    let first = boundary(at.saturating_sub(MAX_STATEMENT)).unwrap_or(0);
    let last = boundary(at + MAX_STATEMENT).unwrap_or(text.len());
    let begin = text[first..at].rfind(';').map_or(first, |end| first + end + 1);
    (begin, text[at..last].find(';').map_or(last, |end| at + end))
}
