//! What a person means who names an image, or a registry: `localhost:5000` is both.

use super::Question;
use super::servers::{self, ANY};
use crate::registry::image::{Image, InvalidImage};

/// A name as it is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What the clients are asked for: the image, or one that stands for all in the registry.
    pub question: Question,
    /// Whether it is taken for a registry.
    pub is_registry: bool,
    /// How the other meaning is written.
    pub other: Option<String>,
}

/// Reads a name. Docker takes it for an image; a registry that is known here, which `keys` are, is meant
/// by its name.
///
/// # Errors
/// Where it is neither.
pub fn read<'a>(
    written: &str,
    keys: impl IntoIterator<Item = &'a String>,
) -> Result<Reading, InvalidImage> {
    let image = Image::parse(written);
    let registry = registry(written);
    let is_known = |registry: &Image| {
        let is_it = |key: &String| servers::is_of(key, registry.registry());
        registry.is_on_docker_hub() || keys.into_iter().any(is_it)
    };
    match registry {
        Some(registry) if is_known(&registry) => Ok(Reading {
            other: image.ok().filter(|_| !registry.is_on_docker_hub()).map(|i| i.to_string()),
            question: Question { written: String::new(), image: registry },
            is_registry: true,
        }),
        registry => {
            let is_likely = registry.is_some() && is_likely_registry(written);
            let question = Question { written: written.to_owned(), image: image? };
            let other = is_likely.then(|| format!("{written}/IMAGE"));
            Ok(Reading { question, is_registry: false, other })
        }
    }
}

/// An image of the registry of this name, where it may be one.
fn registry(written: &str) -> Option<Image> {
    let is_alone = !written.contains(['/', '@']);
    let name = written.to_ascii_lowercase();
    let image = is_alone.then(|| Image::parse(&format!("{name}/{ANY}")).ok())??;
    let is_named = image.registry() == name || name == "index.docker.io";
    is_named.then_some(image)
}

/// Nobody who writes `postgres:16` means a registry on port 16.
fn is_likely_registry(written: &str) -> bool {
    let (host, port) = written.split_once(':').unwrap_or((written, ""));
    host == "localhost" || host.contains('.') || (4..=5).contains(&port.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(written: &str, keys: &[&str]) -> (String, bool, Option<String>) {
        let keys: Vec<_> = keys.iter().map(|key| (*key).to_owned()).collect();
        let reading = read(written, &keys).unwrap();
        (reading.question.image.name(), reading.is_registry, reading.other)
    }

    fn some(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn a_registry_that_is_known_is_meant_by_its_name() {
        let any = |registry: &str| format!("{registry}/{ANY}");
        let image = some("docker.io/library/localhost:5000");
        for key in ["localhost:5000", "http://localhost:5000/v2/", "localhost:5000/team"] {
            let registry = (any("localhost:5000"), true, image.clone());
            assert_eq!(meant("localhost:5000", &["quay.io", key]), registry, "{key}");
        }
        let ghcr = meant("ghcr.io", &["https://ghcr.io"]);
        assert_eq!(ghcr, (any("ghcr.io"), true, some("docker.io/library/ghcr.io:latest")));
        // No image is written so.
        assert_eq!(meant("GHCR.IO", &["ghcr.io"]), (any("ghcr.io"), true, None));
        assert_eq!(meant("[::1]:5000", &["[::1]:5000"]), (any("[::1]:5000"), true, None));
        let hub = meant("docker.io", &[]);
        assert_eq!(hub, (any("docker.io"), true, None));
    }

    #[test]
    fn an_image_stays_one_and_the_other_meaning_is_named_where_it_is_likely() {
        for (written, other) in [
            ("localhost:5000", some("localhost:5000/IMAGE")),
            ("ghcr.io", some("ghcr.io/IMAGE")),
            ("registry:5000", some("registry:5000/IMAGE")),
            ("postgres:16", None),
            ("nginx", None),
            ("nginx:stable", None),
            ("localhost:5000/app", None),
        ] {
            let (_, is_registry, said) = meant(written, &["other.example", "localhost:5001"]);
            assert_eq!((is_registry, said), (false, other), "{written}");
        }
        assert!(!meant("nginx", &["nginx"]).1);
        assert!(read("GHCR.IO", &[]).is_err());
        assert!(read("https://ghcr.io", &["ghcr.io".to_owned()]).is_err());
    }
}
