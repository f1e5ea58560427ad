//! doctl's `config.yaml`: tokens of DigitalOcean's API, which are the login of its registry.

use crate::audit::document::Here;
use crate::audit::finding::{Found, Kind};
use crate::audit::places::Places;
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
    let mut tell = |at: &Here<'_>| {
        let token = at.node.text().map(|token| Found::at(at, Kind::OauthAccess, token));
        found.extend(token.map(|token| token.of(Some("registry.digitalocean.com"), None)));
    };
    if let Some(token) = here.field("access-token") {
        tell(&token);
    }
    if let Some(contexts) = here.field("auth-contexts") {
        contexts.fields().for_each(|(_, token)| tell(&token));
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{clean, lines_of};

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
        clean(
            PATH,
            &[
                "access-token: \"\"\nauth-contexts: {}\n",
                "access-token:\ncontext: x\n",
                "auth-contexts: [\n",
            ],
        );
        clean("/srv/app.yaml", &["access-token: t0ken\n"]);
    }
}
