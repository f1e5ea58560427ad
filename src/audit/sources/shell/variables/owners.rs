//! Whose a variable is in a structured file: each container, service, step or server of an agent has
//! its own, and what is above it counts for all that is below.

use super::assignments::Assignment;

/// Names of maps and lists that are the variables, or the arguments, of what they lie in.
const PARTS: &[&str] = &["env", "envs", "environment", "args", "command"];

/// The pointer of what a variable is for; nothing where a line says it, or where it lies in no such
/// part.
pub(super) fn owner(of: &Assignment) -> Option<&str> {
    let mut pointer = of.pointer.as_str();
    while let Some((above, name)) = pointer.rsplit_once('/') {
        if PARTS.contains(&name) {
            return Some(above);
        }
        // Its own name, its place in a list, the field with its value.
        let is_own = name == of.name || name.bytes().all(|b| b.is_ascii_digit()) || name == "value";
        if !is_own && above.len() + name.len() + 1 < of.pointer.len() {
            return None;
        }
        pointer = above;
    }
    None
}

/// Whether two variables are for two things that lie beside each other.
pub(super) fn are_apart(one: &Assignment, other: &Assignment) -> bool {
    let (Some(one), Some(other)) = (owner(one), owner(other)) else { return false };
    let is_below = |below: &str, above: &str| {
        below.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    !is_below(one, other) && !is_below(other, one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::sources::testing::{Login, logins};

    fn owner_of(name: &str, pointer: &str) -> Option<String> {
        let (name, pointer) = (name.to_owned(), pointer.to_owned());
        let value = String::new();
        let assignment = Assignment { name, value, line: 1, ends: 0, pointer, is_text: true };
        owner(&assignment).map(str::to_owned)
    }

    #[test]
    fn variables_belong_to_what_their_part_lies_in() {
        for (pointer, expected) in [
            ("/mcpServers/a/env/X", Some("/mcpServers/a")),
            ("/mcpServers/a/args/3", Some("/mcpServers/a")),
            ("/spec/containers/0/env/1/value", Some("/spec/containers/0")),
            ("/jobs/a/variables/X/value", None),
            ("/env/X", Some("")),
            ("/env/a/b/X", None),
            ("/X", None),
            ("", None),
        ] {
            assert_eq!(owner_of("X", pointer).as_deref(), expected, "{pointer}");
        }
    }

    #[test]
    fn a_password_has_no_user_of_what_lies_beside() {
        let server = |env: &str| format!("{{\"env\": {{{env}}}}}");
        let user = server("\"DOCKER_USERNAME\": \"bob\"");
        let text = |other: &str, above: &str| {
            format!("{{{above}\"s\": {{\"a\": {user}, \"b\": {}}}}}", server(other))
        };
        let word = "\"DOCKER_PASSWORD\": \"s3cret-word\"";
        let login = |user| [Login::of("variable", "", user, "s3cret-word", 1)];
        assert_eq!(logins("a.json", &text(word, "")), login(""));
        let own = format!("\"DOCKER_USERNAME\": \"ada\", {word}");
        assert_eq!(logins("a.json", &text(&own, "")), login("ada"));
        let above = "\"env\": {\"DOCKER_USERNAME\": \"ada\"}, ";
        assert_eq!(logins("a.json", &text(word, above)), login("ada"));
    }

    #[test]
    fn arguments_of_a_container_set_variables_and_say_the_user() {
        let login = [Login::of("variable", "docker.io", "ada", "s3cret-word", 1)];
        for args in [
            r#""-e", "HUB_PAT_TOKEN=s3cret-word", "mcp/dockerhub", "--username=ada""#,
            r#""-eHUB_PAT_TOKEN=s3cret-word", "-e", "HUB_USERNAME=ada""#,
            r#""--env=HUB_PAT_TOKEN=s3cret-word", "--env=HUB_USERNAME=ada""#,
        ] {
            let text = format!("{{\"s\": {{\"a\": {{\"args\": [{args}]}}}}}}");
            assert_eq!(logins("a.json", &text), login, "{args}");
        }
    }
}
