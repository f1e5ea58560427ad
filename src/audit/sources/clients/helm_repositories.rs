//! Helm's `repositories.yaml`, and Helmfile's list of the same shape: chart repositories, often of
//! the registry that has the images, with the password beside the address.

use crate::audit::document::Here;
use crate::audit::finding::Found;
use crate::audit::places::Places;
use crate::audit::sources::{File, Find, Source, login};

pub(crate) const SOURCE: Source = Source {
    id: "helm-repository",
    about: "a password of a chart repository",
    reference: "https://github.com/helm/helm/blob/main/pkg/repo/v1/chartrepo.go",
    places: |places| {
        let mut all = Places::below(&places.config, "helm/repositories.yaml");
        all.push(places.home.join("Library/Preferences/helm/repositories.yaml"));
        all.extend(places.named("HELM_REPOSITORY_CONFIG"));
        all.extend(places.named("HELM_CONFIG_HOME").map(|home| home.join("repositories.yaml")));
        all
    },
    words: &["repositories:", "\"repositories\""],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    let Some(repositories) = here.field("repositories") else { return };
    for repository in repositories.items() {
        // Others list repositories as well; Helm's have a name and an address.
        if repository.text(&["name"]).is_some()
            && let Some(url) = repository.text(&["url"])
        {
            login::take(&repository, Some(url), found);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{clean, lines_of};

    const PATH: &str = "/h/.config/helm/repositories.yaml";

    #[test]
    fn a_repository_with_a_password_is_found() {
        let text = "apiVersion: \"\"\ngenerated: \"0001-01-01T00:00:00Z\"\nrepositories:\n- caFile: \"\"\n  name: acme\n  password: s3cret-word\n  url: https://harbor.acme.com/chartrepo/p\n  username: ada\n- name: stable\n  password: \"\"\n  url: https://charts.helm.sh/stable\n  username: \"\"\n";
        let expected = ["https://harbor.acme.com/chartrepo/p ada userpass s3cret-word"];
        assert_eq!(lines_of("helm-repository", PATH, text), expected);
        let file = "repositories:\n  - name: acme\n    url: r.lan/charts\n    oci: true\n    username: ada\n    password: s3cret-word\n";
        assert_eq!(
            lines_of("helm-repository", "helmfile.yaml", file),
            ["r.lan/charts ada userpass s3cret-word"]
        );
    }

    #[test]
    fn repositories_without_a_password_or_of_others_are_clean() {
        clean(
            PATH,
            &[
                "repositories: []\n",
                "repositories:\n- name: stable\n  url: https://charts.helm.sh/stable\n",
                "repositories:\n- url: https://maven.acme.com\n  username: u\n  password: p\n",
                "repositories:\n  name: x\n  password: y\n",
                "repositories:\n- name: [\n",
            ],
        );
    }
}
