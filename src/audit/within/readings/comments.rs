//! Settings that somebody has commented out: a file as it was before.

use std::sync::LazyLock;

use super::{MAX_TEXT, Reading};
use crate::audit::words::Words;

/// Words of which each login has one.
static WORDS: LazyLock<Option<Words>> = LazyLock::new(|| Words::new(["pass", "token", "auth"]));

/// The file with what looks like settings in its comments; nothing where no comment is a secret's.
/// The other lines are only around them.
pub(super) fn without(path: &str, text: &str) -> Option<Reading> {
    let is_login = |said: &String| WORDS.as_ref().is_none_or(|words| words.are_in(said.as_bytes()));
    if !text.lines().filter_map(setting).any(|said| is_login(&said)) {
        return None;
    }
    let mut reading = Reading::of(path);
    let mut lines = text.lines().enumerate().peekable();
    let mut before = None;
    while let Some((at, line)) = lines.next() {
        let said = setting(line);
        let name = said.as_deref().map_or_else(|| name(line), name);
        let is_comment = inside(line.trim_start()).is_some();
        if let Some(said) = &said {
            reading.push(said, at + 1);
        } else {
            // What stands beside its former value is not read now.
            let next = lines.peek().and_then(|(_, next)| setting(next));
            let is_newer =
                name.is_some() && (name == before || name == next.as_deref().and_then(self::name));
            reading.push(if is_comment || is_newer { "" } else { line }, 0);
        }
        before = name.filter(|_| said.is_some());
    }
    Some(reading)
}

/// What a comment says, with the indent before its sign, where it looks like a setting.
fn setting(line: &str) -> Option<String> {
    let said = line.trim_start();
    let indent = &line[..line.len() - said.len()];
    let said = inside(said)?;
    let said = said.strip_prefix(' ').unwrap_or(said);
    let is_one =
        name(said).is_some() || said.starts_with('[') || said.trim_start().starts_with("- ");
    is_one.then(|| format!("{indent}{said}"))
}

/// What a comment says.
fn inside(line: &str) -> Option<&str> {
    let hash = line.strip_prefix('#').map(|said| said.trim_start_matches('#'));
    hash.or_else(|| line.strip_prefix("//"))
}

/// A document of XML without the signs of its comments; nothing where no comment is a secret's.
pub(super) fn of_markup(path: &str, text: &str) -> Option<Reading> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let mut comments = text.split("<!--").skip(1).filter_map(|rest| rest.split("-->").next());
    if !comments.any(|comment| comment.to_ascii_lowercase().contains("password>")) {
        return None;
    }
    let mut reading = Reading::of(path);
    let plain = text.replace("<!--", "").replace("-->", "");
    plain.lines().enumerate().for_each(|(at, line)| reading.push(line, at + 1));
    Some(reading)
}

/// The name of a setting: `name: x`, `- name: x`, `name = x`.
fn name(line: &str) -> Option<String> {
    let said = line.trim_start().trim_start_matches("- ").trim_start_matches(['"', '\'']);
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let length = said.find(|c| !is_name(c)).unwrap_or(said.len());
    let (name, rest) = said.split_at(length);
    let rest = rest.trim_start_matches(['"', '\'']).trim_start();
    let is_field = rest == ":" || rest.starts_with(": ") || rest.starts_with('=');
    // Keys of lists of registries have ports.
    let has_port = rest.starts_with(':') && rest.ends_with(':');
    (!name.is_empty() && (is_field || has_port)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    const RULE: &str = "registry-login";

    #[test]
    fn settings_that_are_commented_out_are_read() {
        let whole = "a: 1\n# Registries to pull from.\n# registry:\n#   server: r.example.com\n#   username: ada\n#   password: s3cret-word\nb: 2\n";
        let expected = [Login::of(RULE, "r.example.com", "ada", "s3cret-word", 6)];
        assert_eq!(logins("values.yaml", whole), expected);
        let manual = format!("# Manual\n\n```yaml\n{whole}```\n");
        let expected = [Login::of(RULE, "r.example.com", "ada", "s3cret-word", 9)];
        assert_eq!(logins("README.md", &manual), expected);
        let part = "imageCredentials:\n  registry: r.example.com\n  username: ada\n  #password: 0ther-word\n  password: s3cret-word\n";
        let login = |secret, line| Login::of(RULE, "r.example.com", "ada", secret, line);
        assert_eq!(logins("values.yaml", part), [login("0ther-word", 4), login("s3cret-word", 5)]);
    }

    #[test]
    fn comments_of_other_languages_are_read() {
        let hcl = "provider \"docker\" {\n  registry_auth {\n    address  = \"r.lan:5000\"\n    username = \"ada\"\n    // password = \"s3cret-word\"\n    password = var.password\n  }\n}\n";
        let found = logins("main.tf", hcl);
        assert_eq!(found[0], Login::of("terraform", "r.lan:5000", "ada", "s3cret-word", 5));
        let properties = "#docker.password=s3cret-word\ndocker.username=ada\n";
        let expected = [Login::of("named-registry-secret", "docker.io", "ada", "s3cret-word", 1)];
        assert_eq!(logins("gradle.properties", properties), expected);
        let xml = "<settings><servers>\n<!--server><id>r.example.com</id><username>ada</username>\n<password>s3cret-word</password></server-->\n<!-- old --></servers></settings>";
        let xml = xml.replace("<!--server>", "<!--<server>").replace("</server-->", "</server>-->");
        let expected = [Login::of("maven", "r.example.com", "ada", "s3cret-word", 3)];
        assert_eq!(logins("settings.xml", &xml), expected);
    }

    #[test]
    fn words_in_comments_are_none() {
        clean(
            "values.yaml",
            &[
                "# The password of registry: see the manual\nregistry:\n  username: ada\n",
                "registry:\n  server: r.example.com\n  # the password: see there\n  # password\n",
                "# db:\n#   password: s3cret-word\nregistry: r.example.com\n",
            ],
        );
    }
}
