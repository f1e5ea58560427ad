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
