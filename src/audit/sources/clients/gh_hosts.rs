//! `hosts.yml` of GitHub's command line, and of `hub` before it: tokens that open GitHub's registry
//! as well.

use crate::audit::document::{Here, Step};
use crate::audit::finding::{Found, Kind};
use crate::audit::places::Places;
use crate::audit::sources::fields::{self, below, is_host};
use crate::audit::sources::{File, Find, Source};
use secrecy::ExposeSecret;

pub(crate) const SOURCE: Source = Source {
    id: "gh-hosts",
    about: "a token of GitHub's command line",
    reference: "https://github.com/cli/cli/blob/trunk/internal/config/config.go",
    places: |places| {
        let mut all = Places::below(&places.config, "gh/hosts.yml");
        all.extend(Places::below(&places.config, "GitHub CLI/hosts.yml"));
        all.extend(Places::below(&places.config, "hub"));
        all.extend(places.named("GH_CONFIG_DIR").map(|folder| folder.join("hosts.yml")));
        all
    },
    words: &["oauth_token"],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if here.up.is_some() {
        return;
    }
    for (name, node) in here.entries().filter(|(name, _)| is_host(name)) {
        let host = below(here, name, node);
        let mut tokens = Vec::new();
        of_host(&host, &mut tokens);
        for (number, node) in node.items().iter().enumerate() {
            of_host(&Here { node, step: Step::Item(number), up: Some(&host) }, &mut tokens);
        }
        let registry = if name == "github.com" { "ghcr.io" } else { name };
        found.extend(
            tokens.into_iter().map(|token| Found { registry: Some(registry.to_owned()), ..token }),
        );
    }
}

/// The token of a host, which is that of one of its users as well, and those of the others.
fn of_host(host: &Here<'_>, tokens: &mut Vec<Found>) {
    let token = |at: &Here<'_>, user: Option<&str>| {
        let token = fields::secret(at, &["oauth_token"], Kind::OauthAccess)?;
        Some(Found { username: user.map(str::to_owned), ..token })
    };
    let active = token(host, host.text(&["user"]));
    let is_active = |token: &Found| {
        active.as_ref().is_some_and(|a| a.secret.expose_secret() == token.secret.expose_secret())
    };
    let users = host.get("users").map(|node| below(host, "users", node));
    let mut others = Vec::new();
    for (users, (name, node)) in
        users.iter().flat_map(|users| users.entries().map(move |e| (users, e)))
    {
        let user = below(users, name, node);
        others.extend(token(&user, Some(name)).filter(|token| !is_active(token)));
    }
    tokens.extend(active);
    tokens.extend(others);
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::fields::{hits, lines_of};

    const PATH: &str = "/h/.config/gh/hosts.yml";

    #[test]
    fn each_token_is_found_once_with_its_user() {
        let text = "github.com:\n    users:\n        ada:\n            oauth_token: t0ken\n        bob:\n            oauth_token: other\n    git_protocol: https\n    oauth_token: t0ken\n    user: ada\nghe.acme.com:\n    oauth_token: third\n";
        let mut found = lines_of("gh-hosts", PATH, text);
        found.sort();
        let expected = [
            "ghcr.io ada oauth-access t0ken",
            "ghcr.io bob oauth-access other",
            "ghe.acme.com  oauth-access third",
        ];
        assert_eq!(found, expected);
        let hub = "github.com:\n- user: ada\n  oauth_token: t0ken\n  protocol: https\n";
        assert_eq!(lines_of("gh-hosts", "hub.yml", hub), ["ghcr.io ada oauth-access t0ken"]);
    }

    #[test]
    fn hosts_without_a_token_are_clean() {
        for text in [
            "github.com:\n    user: ada\n    users:\n        ada:\n    git_protocol: ssh\n# oauth_token\n",
            "oauth_token: t0ken\n",
            "service:\n  oauth_token: t0ken\n",
            "github.com:\n  oauth_token: [\n",
        ] {
            assert!(hits(PATH, text).is_empty(), "{text}");
        }
    }
}
