//! Literals of Kustomize's `secretGenerator`: `docker-password=…`, or Docker's settings as a whole.

use crate::audit::document::Here;
use crate::audit::finding::{Found, Kind};
use crate::audit::sources::secret_names::is_password;
use crate::audit::sources::{File, Find, Source, docker};
use crate::audit::within::inner;

pub(crate) const SOURCE: Source = Source {
    id: "kustomize-secret",
    about: "a login in a literal of Kustomize",
    reference: "https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/secretgenerator/",
    places: |_| Vec::new(),
    words: &["secretgenerator"],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    let Some(generators) = here.field("secretGenerator") else { return };
    for generator in generators.items() {
        if let Some(literals) = generator.field("literals") {
            find_in(&literals, found);
        }
    }
}

fn find_in(literals: &Here<'_>, found: &mut Vec<Found>) {
    let items = literals.node.items();
    let pairs = || items.iter().filter_map(|item| item.text()?.split_once('='));
    let value = |name: &str| pairs().find(|(n, _)| *n == name).map(|(_, v)| unquoted(v));
    let (registry, username) = (value("docker-server"), value("docker-username"));
    for at in literals.items() {
        let Some((name, secret)) = at.node.text().and_then(|text| text.split_once('=')) else {
            continue;
        };
        if is_password(name) {
            let secret = Found::at(&at, Kind::UserPass, unquoted(secret));
            found.push(secret.of(registry, username));
        } else {
            for node in &inner::trees(unquoted(secret)) {
                docker::config::find_all(&at.inner(node), found);
            }
        }
    }
}

fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let quoted = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    quoted('"').or_else(|| quoted('\'')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{clean, hits, lines_of};

    const PATH: &str = "kustomization.yaml";

    #[test]
    fn literals_with_a_login_are_found() {
        let text = "secretGenerator:\n- name: regcred\n  type: docker-registry\n  literals:\n  - docker-server=ghcr.io\n  - docker-username=ada\n  - docker-password=s3cret-word\n";
        assert_eq!(lines_of("kustomize-secret", PATH, text), ["ghcr.io ada userpass s3cret-word"]);
        let json = "secretGenerator:\n- name: regcred\n  type: kubernetes.io/dockerconfigjson\n  literals:\n  - '.dockerconfigjson={\"auths\":{\"ghcr.io\":{\"auth\":\"YWRhOnMzY3JldC13b3Jk\"}}}'\n";
        assert_eq!(lines_of("kustomize-secret", PATH, json), ["ghcr.io ada auth s3cret-word"]);
        assert_eq!(hits(PATH, json).len(), 1);
    }

    #[test]
    fn files_and_other_literals_are_clean() {
        clean(
            PATH,
            &[
                "secretGenerator:\n- name: regcred\n  files:\n  - .dockerconfigjson=config.json\n",
                "secretGenerator:\n- name: app\n  literals:\n  - DB_PASSWORD=s3cret-word\n  - flag\n",
                "secretGenerator:\n- name: app\n  literals: x=y\n",
                "secretGenerator: {}\n",
                "secretGenerator: [\n",
            ],
        );
    }
}
