//! `hosts.yml` of GitHub's command line, and of `hub` before it: tokens that open GitHub's registry
//! as well.

use crate::audit::document::Here;
use crate::audit::finding::{Found, Kind};
use crate::audit::hosts;
use crate::audit::places::Places;
use crate::audit::sources::{File, Find, Source, login};

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
    for (name, host) in here.fields().filter(|(name, _)| hosts::is_address(name)) {
        let registry = if name == "github.com" { "ghcr.io" } else { name };
        of_host(&host, registry, found);
        host.items().for_each(|item| of_host(&item, registry, found));
    }
}

/// The token of a host, which is that of one of its users as well, and those of the others.
fn of_host(host: &Here<'_>, registry: &str, found: &mut Vec<Found>) {
    const NAME: &str = "oauth_token";
    let token = |at: &Here<'_>, user: Option<&str>| {
        let token = login::secret(at, NAME, Kind::OauthAccess)?;
        Some(token.of(Some(registry), user))
    };
    let active = host.text(&[NAME]);
    found.extend(token(host, host.text(&["user"])));
    if let Some(users) = host.field("users") {
        let others = users.fields().filter(|(_, user)| user.text(&[NAME]) != active);
        found.extend(others.filter_map(|(name, user)| token(&user, Some(name))));
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{clean, lines_of};

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
        clean(
            PATH,
            &[
                "github.com:\n    user: ada\n    users:\n        ada:\n    git_protocol: ssh\n# oauth_token\n",
                "oauth_token: t0ken\n",
                "service:\n  oauth_token: t0ken\n",
                "github.com:\n  oauth_token: [\n",
            ],
        );
    }
}
