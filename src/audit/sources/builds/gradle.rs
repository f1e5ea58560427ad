//! Gradle: logins of the plug-ins that build images, in Groovy or Kotlin.

use crate::audit::finding::Found;
use crate::audit::sources::blocks::{self, Block, Field};
use crate::audit::sources::images::{self, HUB};
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "gradle",
    about: "a registry login in a Gradle build",
    reference: "https://github.com/GoogleContainerTools/jib/blob/master/jib-gradle-plugin/README.md",
    places: |_| Vec::new(),
    words: &[
        "auth {",
        "auth{",
        "auth.password",
        "registryCredentials",
        "publishRegistry",
        "builderRegistry",
        "dockerRegistry {",
    ],
    find: Find::Text(find),
};

/// How many logins of one block are looked at: each looks for its user name.
const MAX_DOTTED: usize = 100;

fn find(file: &File<'_>, found: &mut Vec<Found>) {
    if !file.name().contains(".gradle") && !file.name().ends_with(".kts") {
        return;
    }
    let blocks = blocks::read(file.document.text, false);
    for block in &blocks {
        let up = block.up.and_then(|place| blocks.get(place));
        if let Some(password) = block.field(&["password", "token"])
            && let Some(registry) = registry(block, up, password)
        {
            let username = block.text(&["username", "userName"]);
            found.push(password.found(registry, username));
        }
        let dotted_ones = block.fields.iter().filter(|f| f.name.ends_with("auth.password"));
        for password in dotted_ones.take(MAX_DOTTED) {
            dotted(block, password, found);
        }
    }
}

/// The registry of a block that is a login; the inner one is `None` where it is a variable.
fn registry<'b>(
    block: &'b Block,
    up: Option<&'b Block>,
    password: &Field,
) -> Option<Option<&'b str>> {
    let image = |image: Option<&'b str>| image.map_or(Some(HUB), images::of_image);
    match block.names.first().map(String::as_str)? {
        "auth" => {
            let up = up.filter(|up| up.is("to") || up.is("from"))?;
            Some(image(up.text(&["image"])))
        }
        // `jib.to.auth { … }`.
        name if name.ends_with("to.auth") || name.ends_with("from.auth") => {
            let beside = name.replace("auth", "image");
            Some(image(up.and_then(|up| up.text(&[&beside]))))
        }
        // TeamCity's projects; its own secrets are elsewhere.
        "dockerRegistry" if !password.value.starts_with("credentialsJSON:") => {
            Some(Some(block.text(&["url"])?))
        }
        "registryCredentials" | "publishRegistry" | "builderRegistry" => {
            Some(block.text(&["url"]).or(Some(HUB)))
        }
        _ => None,
    }
}

/// `jib.to.auth.password = '…'`.
fn dotted(block: &Block, password: &Field, found: &mut Vec<Found>) {
    let beside = |name: &str| block.text(&[&password.name.replace("auth.password", name)]);
    let prefix = password.name.trim_end_matches("auth.password");
    let is_login = prefix.ends_with("to.") || prefix.ends_with("from.");
    let is_inside = prefix.is_empty() && (block.is("to") || block.is("from"));
    if is_login || is_inside {
        let registry = beside("image").map_or(Some(HUB), images::of_image);
        let username = beside("auth.username");
        found.push(password.found(registry, username));
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{Login, clean, logins};

    #[test]
    fn both_languages_and_all_spellings_are_found() {
        let groovy = "jib {\n  from { image = 'acme/base' ; auth { username 'ada'; password 's3cret-word' } }\n  to {\n    image = 'reg.example.com/a'\n    auth {\n      username = 'bob'\n      password = '0ther-word'\n    }\n  }\n}\njib.to.image = 'ghcr.io/a'\njib.to.auth.username = 'cy'\njib.to.auth.password = 'th1rd-word'\n";
        assert_eq!(
            logins("build.gradle", groovy),
            [
                Login::of("gradle", "docker.io", "ada", "s3cret-word", 2),
                Login::of("gradle", "reg.example.com/a", "bob", "0ther-word", 7),
                Login::of("gradle", "ghcr.io/a", "cy", "th1rd-word", 13),
            ]
        );
        let kotlin = "docker {\n  registryCredentials {\n    url.set(\"https://reg.example.com\")\n    username.set(\"ada\")\n    password.set(\"s3cret-word\")\n  }\n}\n";
        assert_eq!(
            logins("build.gradle.kts", kotlin),
            [Login::of("gradle", "https://reg.example.com", "ada", "s3cret-word", 5)]
        );
    }

    #[test]
    fn registries_of_teamcity_are_found() {
        let text = "features {\n  dockerRegistry {\n    url = \"https://reg.lan\"\n    userName = \"ada\"\n    password = \"s3cret-word\"\n  }\n}\n";
        let expected = Login::of("gradle", "https://reg.lan", "ada", "s3cret-word", 5);
        assert_eq!(logins("settings.kts", text), [expected]);
        clean("settings.kts", &[&text.replace("s3cret-word", "credentialsJSON:1-2-3")]);
    }

    #[test]
    fn variables_and_other_logins_are_clean() {
        let text = "jib { to { image = 'a'\n auth { username = 'u'\n password = System.getenv('PASSWORD') } } }\nrepositories { maven { credentials { username = 'u'\n password = 's3cret-word' } } }\ndb { auth { password = 's3cret-word' } }\n";
        clean("build.gradle", &[text]);
        clean("build.gradle", &["jib { to { auth { password = 'x"]);
    }
}
