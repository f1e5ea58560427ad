//! The registry that an image is of.

/// Docker Hub, which programs log in to where nothing else is said.
pub(super) const HUB: &str = "docker.io";

/// The registry of an image reference, by Docker's rule: what is before the first `/` where it
/// looks like a host, else Docker Hub. `None` where that is a variable.
pub(super) fn of_image(image: &str) -> Option<&str> {
    let bare = image.trim();
    let bare = bare.split_once("://").map_or(bare, |(_, rest)| rest);
    if bare.is_empty() || bare.starts_with(['$', '{', '(', '<']) {
        return None;
    }
    match bare.split_once('/') {
        Some((host, _)) if host.contains(['.', ':']) || host == "localhost" => Some(bare),
        _ => Some(HUB),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_names_its_registry() {
        assert_eq!(of_image("ghcr.io/o/a:1"), Some("ghcr.io/o/a:1"));
        assert_eq!(of_image("docker://localhost/a"), Some("localhost/a"));
        assert_eq!(of_image("registry:5000/a"), Some("registry:5000/a"));
        assert_eq!(of_image("acme/app:1"), Some(HUB));
        assert_eq!(of_image("node:18"), Some(HUB));
        assert_eq!(of_image("$IMAGE/x"), None);
    }
}
