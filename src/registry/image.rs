//! Image references as Docker reads them: `nginx` is `docker.io/library/nginx:latest`.
//!
//! The grammar is that of distribution/reference (`reference.go`, `regexp.go`, `normalize.go`).
//! Unlike it, a name whose first part looks like a registry and is none (`foo_bar.com/x`) is
//! refused: upstream reads it as a repository of no registry.

use std::fmt;

use self::grammar::{
    check_repository, is_digest, is_lower_hex, is_registry, is_tag, split_registry,
};
use crate::server::DOCKER_HUB;

mod grammar;

/// The registry of an image whose name has none.
const HUB: &str = "docker.io";

/// The namespace of Docker's own images.
const OFFICIAL: &str = "library/";

/// The tag of an image that has neither tag nor digest.
const LATEST: &str = "latest";

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

    /// An image of this registry, whose name is taken as it is: what a client would ask for, even
    /// where no person could write it.
    #[must_use]
    pub fn at(registry: &str, repository: &str) -> Self {
        let tag = Some(LATEST.to_owned());
        Self { registry: registry.to_owned(), repository: repository.to_owned(), tag, digest: None }
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
}

/// Whether a reference names no registry in the eyes of Podman, which reads `Foo/bar` as a path
/// (containers/image `pkg/shortnames/shortnames.go`, `IsShortName`).
#[must_use]
pub fn is_short_name(text: &str) -> bool {
    let first = text.split_once('/').map_or("", |(first, _)| first);
    !first.contains(['.', ':']) && first != "localhost"
}

#[cfg(test)]
mod tests;
