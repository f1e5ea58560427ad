//! doctl's `config.yaml`: tokens of DigitalOcean's API, which are the login of its registry.

use crate::audit::document::Here;
use crate::audit::finding::{Found, Kind};
use crate::audit::places::Places;
use crate::audit::sources::fields::{self, below};
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "doctl-config",
    about: "a token of DigitalOcean's command line",
    reference: "https://github.com/digitalocean/doctl/blob/main/commands/registry.go",
    places: |places| {
        let mut all = Places::below(&places.config, "doctl/config.yaml");
        all.push(places.home.join("Library/Application Support/doctl/config.yaml"));
        all
    },
    words: &["access-token:", "auth-contexts"],
    find: Find::Map(find),
};

fn find(file: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    let is_doctl = file.path.contains("doctl") || here.get("auth-contexts").is_some();
    if here.up.is_some() || !is_doctl {
        return;
    }
    let registry = || Some("registry.digitalocean.com".to_owned());
    if let Some(token) = fields::secret(here, &["access-token"], Kind::OauthAccess) {
        found.push(Found { registry: registry(), ..token });
    }
    let Some(contexts) = here.get("auth-contexts") else { return };
    let contexts = below(here, "auth-contexts", contexts);
    for (name, node) in contexts.entries() {
        if let Some(token) = node.text() {
            let token = fields::found(&below(&contexts, name, node), Kind::OauthAccess, token);
            found.push(Found { registry: registry(), ..token });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::fields::{hits, lines_of};

    const PATH: &str = "/h/.config/doctl/config.yaml";

    #[test]
    fn the_tokens_of_all_contexts_are_found() {
        let text = "access-token: t0ken\napi-url: \"\"\nauth-contexts:\n  work: other\ncontext: default\noutput: text\n";
        let expected = [
            "registry.digitalocean.com  oauth-access t0ken",
            "registry.digitalocean.com  oauth-access other",
        ];
        assert_eq!(lines_of("doctl-config", PATH, text), expected);
        assert_eq!(lines_of("doctl-config", "copy.yaml", text), expected);
    }

    #[test]
    fn settings_without_a_token_are_clean() {
        for text in [
            "access-token: \"\"\nauth-contexts: {}\n",
            "access-token:\ncontext: x\n",
            "auth-contexts: [\n",
        ] {
            assert!(hits(PATH, text).is_empty(), "{text}");
        }
        assert!(hits("/srv/app.yaml", "access-token: t0ken\n").is_empty());
    }
}
