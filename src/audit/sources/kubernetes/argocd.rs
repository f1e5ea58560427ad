//! Repositories of Argo CD that are registries: Secrets with the address and the login of a chart
//! repository.

use super::values::{SecretValue, is_secret, passwords, text, values};
use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "argocd-repository",
    about: "a login of Argo CD for a chart repository",
    reference: "https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/#repositories",
    places: |_| Vec::new(),
    words: &[
        "argocd.argoproj.io/secret-type",
        "enableoci",
        "kind: secret",
        "\"kind\":\"secret\"",
        "\"kind\": \"secret\"",
    ],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if !is_secret(here) {
        return;
    }
    let values = values(here);
    if let Some(url) = text(&values, &["url"])
        && is_registry(&values, url)
    {
        found.extend(passwords(here, &values, &["password", "bearerToken"], Some(url)));
    }
}

/// Whether the repository has charts or images; those of Git have neither.
fn is_registry(values: &[SecretValue<'_>], url: &str) -> bool {
    let says = |name: &str, value: &str| text(values, &[name]).is_some_and(|text| text == value);
    says("enableOCI", "true")
        || says("type", "helm")
        || says("type", "oci")
        || url.starts_with("oci://")
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Encoding};

    use crate::audit::sources::testing::{hits, lines_of};

    const HEAD: &str = "apiVersion: v1\nkind: Secret\nmetadata:\n  labels:\n    argocd.argoproj.io/secret-type: repository\n";

    #[test]
    fn a_chart_repositorys_login_is_found() {
        let expected = ["r.lan/charts ada userpass s3cret-word"];
        let plain = format!(
            "{HEAD}stringData:\n  type: helm\n  enableOCI: \"true\"\n  url: r.lan/charts\n  username: ada\n  password: s3cret-word\n"
        );
        assert_eq!(lines_of("argocd-repository", "repo.yaml", &plain), expected);
        let encode = |text: &str| Base64::encode_string(text.as_bytes());
        let encoded = format!(
            "{HEAD}data:\n  type: {}\n  url: {}\n  username: {}\n  password: {}\n",
            encode("helm"),
            encode("r.lan/charts"),
            encode("ada"),
            encode("s3cret-word")
        );
        assert_eq!(lines_of("argocd-repository", "repo.yaml", &encoded), expected);
    }

    #[test]
    fn repositories_of_git_and_open_ones_are_clean() {
        for body in [
            "stringData:\n  type: git\n  url: https://github.com/acme/app\n  username: ada\n  password: s3cret-word\n",
            "stringData:\n  type: helm\n  url: https://charts.acme.com\n",
            "stringData:\n  type: helm\n  username: ada\n  password: s3cret-word\n",
            "stringData: [\n",
        ] {
            let text = format!("{HEAD}{body}");
            assert!(hits("repo.yaml", &text).is_empty(), "{text}");
        }
    }
}
