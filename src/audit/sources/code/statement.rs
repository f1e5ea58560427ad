//! The statement around an object that is a login: the image it is for, the calls beside it.

use memchr::memmem;

use super::arguments::Arguments;
use super::object::Login;
use crate::audit::sources::images;

/// How far around a word the statement is looked for that it is in, in bytes.
const MAX_STATEMENT: usize = 2_000;

/// How many calls follow one another at most, and how often a name is looked at.
const MAX_CALLS: usize = 20;
const MAX_NAMES: usize = 100;

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

/// `AuthConfig().withUsername("ada").withPassword("…")`: the calls that follow one another from a byte
/// on.
pub(super) fn calls(text: &str, from: usize) -> Option<Login> {
    let (mut registry, mut username, mut secret) = (None, None, None);
    let mut at = from;
    for _ in 0..MAX_CALLS {
        let Some((name, open)) = call(text, at) else { break };
        let given = Arguments::read(text, open)?.place(0).cloned();
        match name {
            "withRegistryAddress" => registry = given.map(|text| text.said),
            "withUsername" => username = given.map(|text| text.said),
            "withPassword" => secret = given,
            _ => {}
        }
        at = Arguments::end(text, open)?;
    }
    Some(Login { registry, username, secret: secret? })
}

/// The name of the call that begins a text with its dot, and where its bracket is.
fn call(text: &str, at: usize) -> Option<(&str, usize)> {
    let name = text.get(at..)?.trim_start().strip_prefix('.')?;
    let (name, _) = name.split_at(name.find('(').filter(|length| *length < 40)?);
    let open = name.as_ptr() as usize - text.as_ptr() as usize + name.len();
    Some((name.trim(), open))
}

/// Where the names end that are given for a word (`auth_config=login`), at other places of the text.
pub(super) fn definitions(text: &str, after: usize) -> impl Iterator<Item = usize> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let rest = text.get(after..).unwrap_or_default().trim_start_matches(['"', '\'']);
    let given = rest.trim_start().strip_prefix(['=', ':']).unwrap_or(rest).trim_start();
    let name = &given[..given.find(|c| !is_part(c)).unwrap_or(given.len())];
    let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let name = if is_name { name } else { "" };
    let all = memmem::find_iter(text.as_bytes(), name).take(if is_name { MAX_NAMES } else { 0 });
    all.filter_map(move |at| {
        let end = at + name.len();
        let is_within = text[..at].ends_with(is_part) || text[end..].starts_with(is_part);
        (!is_within).then_some(end)
    })
}

/// `.server("reg.lan").username("ada").password("…").build()`, of Pulumi and of
/// Docker's older library for Java.
pub(super) fn builder(text: &str, at: usize) -> Option<Login> {
    let (_, end) = statement(text, at);
    let rest = text.get(at..end)?;
    let rest = &rest[..rest.find(".build(")?];
    let given = |name: &str| {
        let open = rest.find(name)? + name.len() - 1;
        Some(Arguments::read(text, at + open)?.place(0)?.clone())
    };
    let registry =
        [".server(", ".address(", ".serverAddress("].iter().find_map(|name| given(name))?.said;
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
