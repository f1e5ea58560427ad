//! Images and addresses among the words of a command.

/// An image with its registry; one without is on Docker Hub.
pub(super) fn with_registry(image: &str) -> String {
    let rest = image.strip_prefix("docker://").unwrap_or(image);
    let is_hub = !rest.contains("://") && !is_host(rest.split('/').next().unwrap_or(rest));
    if is_hub && !rest.starts_with(['$', '<', '{']) {
        return "docker.io".to_owned();
    }
    rest.to_owned()
}

fn is_host(text: &str) -> bool {
    text.contains(['.', ':']) || text == "localhost"
}

/// Whether a word is an address, or an image with a registry.
pub(super) fn is_address(text: &str) -> bool {
    if text.contains("://") {
        return true;
    }
    let host = text.split('/').next().unwrap_or(text);
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b".-_:[]".contains(&b);
    let begins = host.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'[');
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| {
        port.bytes().all(|b| b.is_ascii_digit()) && !port.is_empty() && port.len() < 6
    });
    let has_dot = host.trim_matches('.').contains('.');
    begins && host.bytes().all(is_plain) && (has_dot || has_port || host == "localhost")
}

/// Without what prose and markup put around a word.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_end_matches(['.', ',', ';', '"', '\'', '`', ')', ']', '}']).trim_start_matches('"')
}
