//! Words that stand for a value: a variable, in any of its spellings, or what a function returns.

/// Whether a value is what a function returns, or is in a list: `token.split(':')`, `os.environ["X"]`.
pub(super) fn is_call(value: &str) -> bool {
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || b"_.".contains(b);
    let length = value.bytes().take_while(is_name).count();
    let (name, rest) = value.split_at(length);
    let is_index = rest.starts_with('[') && (name.contains('.') || rest.ends_with(']'));
    length > 0 && !value.as_bytes()[0].is_ascii_digit() && (rest.starts_with('(') || is_index)
}

/// The name of the variable that is all of a text.
pub(super) fn variable(text: &str) -> Option<&str> {
    let name = text
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'))
        .or_else(|| text.strip_prefix("$env:"))
        .or_else(|| text.strip_prefix("$$"))
        .or_else(|| text.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')')))
        .or_else(|| text.strip_prefix('$'))
        .or_else(|| text.strip_prefix('%').and_then(|rest| rest.strip_suffix('%')))?;
    let name = name.strip_prefix("env.").unwrap_or(name);
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (!name.is_empty() && name.bytes().all(is_name)).then_some(name)
}

/// A text with its variables in it (`$NAME.azurecr.io`, `${NAME}.azurecr.io`) filled in; nothing
/// where there are none, or where one is not known.
pub(super) fn filled_in<'v>(text: &str, value: impl Fn(&str) -> Option<&'v str>) -> Option<String> {
    let mut parts = text.split('$');
    let mut filled = parts.next()?.to_owned();
    let mut is_any = false;
    for part in parts {
        let inside = part.strip_prefix('{').and_then(|rest| rest.split_once('}'));
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let bare = part.split_at(part.find(|c| !is_name(c)).unwrap_or(part.len()));
        let (name, rest) = inside.unwrap_or(bare);
        filled.push_str(value(name)?);
        filled.push_str(rest);
        is_any = true;
    }
    is_any.then_some(filled)
}
