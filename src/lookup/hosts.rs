//! The registry that a key of `auths` stands for, as each client reads it. Most take off a scheme and
//! a path, and differ in the rest.

/// Takes off `http://` or `https://` and a path (docker/cli before 27, `ConvertToHostname`).
pub(super) fn without_scheme(key: &str) -> String {
    let rest = key.strip_prefix("http://").or_else(|| key.strip_prefix("https://"));
    first_part(rest.unwrap_or(key)).to_owned()
}

/// Takes off `http://`, then `https://`, and a path (oras-go `ToHostname`).
pub(super) fn without_schemes(key: &str) -> String {
    let rest = key.strip_prefix("http://").unwrap_or(key);
    first_part(rest.strip_prefix("https://").unwrap_or(rest)).to_owned()
}

/// As docker/cli since 27: any scheme, and no user (`ConvertToHostname`). What is no address is cut
/// at its first slash.
pub(super) fn of_address(key: &str) -> String {
    let Some((scheme, rest)) = key.split_once("://") else { return first_part(key).to_owned() };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    if !is_scheme(scheme) {
        return fallback(rest).unwrap_or_else(|| first_part(key).to_owned());
    }
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match host_and_port(host) {
        Some((host, port)) if !host.is_empty() => joined(host, port),
        _ => fallback(rest).unwrap_or_else(|| first_part(key).to_owned()),
    }
}

/// An address that Go refuses: an IPv6 literal without brackets (`hostFromURLFallback`).
fn fallback(rest: &str) -> Option<String> {
    let host = Some(first_part(rest)).filter(|host| !host.is_empty())?;
    let is_bare_ipv6 = host.matches(':').count() > 1 && !host.starts_with('[');
    match host.rsplit_once(':') {
        Some((address, port)) if is_bare_ipv6 && is_digits(port) => Some(joined(address, port)),
        _ => Some(host.to_owned()),
    }
}

/// As Go's `net/url` does; `None` for what it refuses.
fn host_and_port(authority: &str) -> Option<(&str, &str)> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            match rest {
                "" => (host, ""),
                _ => (host, rest.strip_prefix(':')?),
            }
        }
        None if authority.matches(':').count() > 1 => return None,
        None => authority.split_once(':').unwrap_or((authority, "")),
    };
    let is_host = host.chars().all(|c| !c.is_whitespace() && !"<>\"\\^`{|}%".contains(c));
    (is_host && port.bytes().all(|b| b.is_ascii_digit())).then_some((host, port))
}

fn joined(host: &str, port: &str) -> String {
    match port {
        "" => host.to_owned(),
        _ if host.contains(':') => format!("[{host}]:{port}"),
        _ => format!("{host}:{port}"),
    }
}

fn is_scheme(scheme: &str) -> bool {
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Up to the first slash.
pub(super) fn first_part(text: &str) -> &str {
    text.split('/').next().unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of docker/cli 29.9.3, `cli/config/credentials/file_store_test.go`.
    #[test]
    fn a_key_is_read_as_docker_reads_it() {
        for (key, host) in [
            ("127.0.0.1", "127.0.0.1"),
            ("::1", "::1"),
            ("[::1]", "[::1]"),
            ("example.com", "example.com"),
            ("http://example.com", "example.com"),
            ("https://example.com/v2/", "example.com"),
            ("unix:///var/run/docker.sock", "unix:"),
            ("ftp://example.com", "example.com"),
            ("127.0.0.1:6556", "127.0.0.1:6556"),
            ("::1:6556", "::1:6556"),
            ("[::1]:6556", "[::1]:6556"),
            ("https://127.0.0.1:6555/v2/", "127.0.0.1:6555"),
            ("https://::1:6555/v2/", "[::1]:6555"),
            ("https://[::1]:6555/v2/", "[::1]:6555"),
            ("http://example.com:6555", "example.com:6555"),
            ("oci://a.example", "a.example"),
            ("HTTPS://R.example/v1/", "R.example"),
            ("https://user:pass@r.example/x", "r.example"),
            ("https://r.example:x/", "r.example:x"),
            ("r.example/team", "r.example"),
        ] {
            assert_eq!(of_address(key), host, "{key}");
        }
    }

    #[test]
    fn an_older_docker_knows_two_schemes_in_lower_case() {
        for (key, host) in [
            ("https://example.com/v2/", "example.com"),
            ("http://h:5000", "h:5000"),
            ("oci://a.example", "oci:"),
            ("HTTPS://r.example", "HTTPS:"),
            ("https://user@r.example/x", "user@r.example"),
            ("r.example/team", "r.example"),
        ] {
            assert_eq!(without_scheme(key), host, "{key}");
        }
    }
}
