//! The grammar of image references, part by part (distribution/reference `regexp.go`,
//! `normalize.go`).

use super::{HUB, InvalidImage};

/// An older name of the same.
const OLD_HUB: &str = "index.docker.io";

/// The longest repository, in bytes, without its registry.
const MAX_REPOSITORY: usize = 255;

/// The longest tag, in bytes.
const MAX_TAG: usize = 128;

/// Digest algorithms and how many hexadecimal digits each gives (opencontainers/go-digest
/// `algorithm.go`).
const ALGORITHMS: &[(&str, usize)] = &[("sha256", 64), ("sha384", 96), ("sha512", 128)];

/// Splits at the first `/` what is a registry, or gives Docker Hub (`normalize.go`,
/// `splitDockerDomain`).
pub(super) fn split_registry(text: &str) -> (&str, &str) {
    match text.split_once('/') {
        Some((OLD_HUB, rest)) => (HUB, rest),
        Some((first, rest))
            if first == "localhost"
                || first.contains(['.', ':'])
                || first.bytes().any(|b| b.is_ascii_uppercase()) =>
        {
            (first, rest)
        }
        _ => (HUB, text),
    }
}

pub(super) fn is_registry(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((ip, port)) => {
            let is_ip = !ip.is_empty() && ip.bytes().all(|b| b.is_ascii_hexdigit() || b == b':');
            if !is_ip {
                return false;
            }
            ("ip", port)
        }
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let is_port = |port: &str| {
        port.strip_prefix(':')
            .is_some_and(|port| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
    };
    host.split('.').all(is_label) && (port.is_empty() || is_port(port))
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

pub(super) fn check_repository(written: &str, repository: &str) -> Result<(), InvalidImage> {
    if written.chars().any(char::is_uppercase) {
        Err(InvalidImage::Capital)
    } else if !repository.split('/').all(is_path_part) {
        Err(InvalidImage::Repository)
    } else if repository.len() > MAX_REPOSITORY {
        Err(InvalidImage::TooLong)
    } else {
        Ok(())
    }
}

/// Letters and digits in lower case, joined by one dot, one or two underscores, or any dashes.
fn is_path_part(part: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let is_end = |b: Option<&u8>| b.is_some_and(|b| is_word(*b));
    let mut joints =
        part.split(|c: char| c.is_ascii() && is_word(c as u8)).filter(|j| !j.is_empty());
    is_end(part.as_bytes().first())
        && is_end(part.as_bytes().last())
        && joints.all(|j| matches!(j, "." | "_" | "__") || j.bytes().all(|b| b == b'-'))
}

pub(super) fn is_tag(tag: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    tag.len() <= MAX_TAG
        && tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|b| is_word(b) || b == b'.' || b == b'-')
}

pub(super) fn is_digest(digest: &str) -> bool {
    let Some((algorithm, hex)) = digest.split_once(':') else { return false };
    ALGORITHMS.iter().any(|(name, len)| *name == algorithm && hex.len() == *len)
        && is_lower_hex(hex)
}

pub(super) fn is_lower_hex(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}
