//! Image references as Docker reads them: `nginx` is `docker.io/library/nginx:latest`.
//!
//! The grammar is that of distribution/reference (`reference.go`, `regexp.go`, `normalize.go`).
//! Unlike it, a name whose first part looks like a registry and is none (`foo_bar.com/x`) is
//! refused: upstream reads it as a repository of no registry.

use std::fmt;

use crate::server::DOCKER_HUB;

/// The registry of an image whose name has none.
const HUB: &str = "docker.io";

/// An older name of the same.
const OLD_HUB: &str = "index.docker.io";

/// The namespace of Docker's own images.
const OFFICIAL: &str = "library/";

/// The tag of an image that has neither tag nor digest.
const LATEST: &str = "latest";

/// The longest repository, in bytes, without its registry.
const MAX_REPOSITORY: usize = 255;

/// The longest tag, in bytes.
const MAX_TAG: usize = 128;

/// Digest algorithms and how many hexadecimal digits each gives (opencontainers/go-digest
/// `algorithm.go`).
const ALGORITHMS: &[(&str, usize)] = &[("sha256", 64), ("sha384", 96), ("sha512", 128)];

/// An image, with everything that its name leaves out. `Display` writes it in full.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Image {
    registry: String,
    repository: String,
    tag: Option<String>,
    digest: Option<String>,
}

/// Why a text is no image reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidImage {
    /// Nothing at all.
    Empty,
    /// It begins with `https://` or another scheme.
    Scheme,
    /// 64 hexadecimal digits: that is the name of an image on this machine.
    Identifier,
    /// The registry is no host, or its port no number.
    Registry,
    /// The repository has a capital letter.
    Capital,
    /// The repository is longer than 255 bytes.
    TooLong,
    /// The repository is not of the form `name/name`.
    Repository,
    /// What follows `:` is no tag.
    Tag,
    /// What follows `@` is no digest of a known algorithm.
    Digest,
}

impl fmt::Display for InvalidImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "no image is named",
            Self::Scheme => "an image reference has no scheme: leave out what ends in ://",
            Self::Identifier => {
                "64 hexadecimal digits are the id of an image on this machine, not a name"
            }
            Self::Registry => "the part before the first / is no registry (host or host:port)",
            Self::Capital => "the repository must be in lower case",
            Self::TooLong => "the repository is longer than 255 characters",
            Self::Repository => {
                "the repository is no name: lower-case letters and digits, joined by . _ __ - or /"
            }
            Self::Tag => "the tag is none: up to 128 letters, digits, _ . -",
            Self::Digest => "the digest is none: sha256: and 64 hexadecimal digits",
        })
    }
}

impl std::error::Error for InvalidImage {}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        self.digest.as_ref().map_or(Ok(()), |digest| write!(f, "@{digest}"))
    }
}

impl Image {
    /// Reads a reference as a person writes it.
    ///
    /// # Errors
    /// [`InvalidImage`], whose text holds nothing of what was given.
    pub fn parse(text: &str) -> Result<Self, InvalidImage> {
        if text.is_empty() {
            return Err(InvalidImage::Empty);
        }
        if text.contains("://") {
            return Err(InvalidImage::Scheme);
        }
        if text.len() == 64 && is_lower_hex(text) {
            return Err(InvalidImage::Identifier);
        }
        let (registry, rest) = split_registry(text);
        if !is_registry(registry) {
            return Err(InvalidImage::Registry);
        }
        let (rest, digest) = match rest.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (rest, None),
        };
        let (path, tag) = match rest.split_once(':') {
            Some((path, tag)) => (path, Some(tag)),
            None => (rest, None),
        };
        let is_official = registry == HUB && !path.contains('/');
        let repository = format!("{}{path}", if is_official { OFFICIAL } else { "" });
        check_repository(path, &repository)?;
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(InvalidImage::Tag);
        }
        if digest.is_some_and(|digest| !is_digest(digest)) {
            return Err(InvalidImage::Digest);
        }
        let tag = tag.or(if digest.is_none() { Some(LATEST) } else { None });
        Ok(Self {
            registry: registry.to_owned(),
            repository,
            tag: tag.map(str::to_owned),
            digest: digest.map(str::to_owned),
        })
    }

    /// The registry, as Docker calls it: `host`, `host:port`, `docker.io`.
    #[must_use]
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The registry's host, without its port; an IPv6 address in its brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        let port = self.port().map_or(0, |port| port.len() + 1);
        &self.registry[..self.registry.len() - port]
    }

    /// The registry's port, where it is written.
    #[must_use]
    pub fn port(&self) -> Option<&str> {
        let (_, port) = self.registry.rsplit_once(':')?;
        (!port.ends_with(']')).then_some(port)
    }

    /// The path on the registry: `library/nginx`.
    #[must_use]
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The path without its last part: `library`.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        self.repository.rsplit_once('/').map(|(namespace, _)| namespace)
    }

    /// The registry and the path, without tag and digest.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }

    /// The tag; `latest` where there is neither tag nor digest.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest, with its algorithm.
    #[must_use]
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// Whether it is on Docker Hub.
    #[must_use]
    pub fn is_on_docker_hub(&self) -> bool {
        self.registry == HUB
    }

    /// The key that Docker has a credential for its registry under
    /// (docker/cli `cli/config/configfile/file.go`, `getAuthConfigKey`).
    #[must_use]
    pub fn docker_key(&self) -> &str {
        if self.is_on_docker_hub() { DOCKER_HUB } else { &self.registry }
    }

    /// The image where Podman looks for a short name: the path as it was written, on a registry or a
    /// namespace of one. `None` where that is no such place.
    #[must_use]
    pub fn on_searched(&self, place: &str) -> Option<Self> {
        let path = match self.repository.strip_prefix(OFFICIAL) {
            Some(path) if !path.contains('/') && place != HUB => path,
            _ => &self.repository,
        };
        let (registry, namespace) = match place.split_once('/') {
            Some((registry, namespace)) => (registry, format!("{namespace}/")),
            None => (place, String::new()),
        };
        let repository = format!("{namespace}{path}");
        let is_good = is_registry(registry) && check_repository(&repository, &repository).is_ok();
        is_good.then(|| Self { registry: registry.to_owned(), repository, ..self.clone() })
    }
}

/// Whether a reference names no registry in the eyes of Podman, which reads `Foo/bar` as a path
/// (containers/image `pkg/shortnames/shortnames.go`, `IsShortName`).
#[must_use]
pub fn is_short_name(text: &str) -> bool {
    let first = text.split_once('/').map_or("", |(first, _)| first);
    !first.contains(['.', ':']) && first != "localhost"
}

/// Splits at the first `/` what is a registry, or gives Docker Hub (`normalize.go`,
/// `splitDockerDomain`).
fn split_registry(text: &str) -> (&str, &str) {
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

fn is_registry(text: &str) -> bool {
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

fn check_repository(written: &str, repository: &str) -> Result<(), InvalidImage> {
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

fn is_tag(tag: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    tag.len() <= MAX_TAG
        && tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|b| is_word(b) || b == b'.' || b == b'-')
}

fn is_digest(digest: &str) -> bool {
    let Some((algorithm, hex)) = digest.split_once(':') else { return false };
    ALGORITHMS.iter().any(|(name, len)| *name == algorithm && hex.len() == *len)
        && is_lower_hex(hex)
}

fn is_lower_hex(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
mod tests;
