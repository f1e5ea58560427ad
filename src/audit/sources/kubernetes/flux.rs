//! Flux: a Secret with a user name and a password that a source of charts or images beside it uses.
//! What the Secret is for, only the other document of the file says.

use super::values::{is_secret, passwords, values};
use crate::audit::document::{Here, Node};
use crate::audit::finding::Found;
use crate::audit::sources::{File, Find, Source};

pub(crate) const SOURCE: Source = Source {
    id: "flux-source",
    about: "a login that Flux pulls charts or images with",
    reference: "https://fluxcd.io/flux/components/source/helmrepositories/#secret-reference",
    places: |_| Vec::new(),
    words: &["helmrepository", "ocirepository", "imagerepository"],
    find: Find::Map(find),
};

/// What takes charts or images from a registry.
const KINDS: &[&str] = &["HelmRepository", "OCIRepository", "ImageRepository"];

/// How many documents of a file are looked at for each Secret.
const MAX_DOCUMENTS: usize = 200;

fn find(file: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if !is_secret(here) || here.get("metadata").is_none() {
        return;
    }
    let trees = file.document.trees.iter();
    let listed = |tree: &'_ Node| tree.get("items").map_or(0, |items| items.items().len());
    let all = trees.clone().flat_map(|tree| {
        let items = tree.get("items").filter(|_| listed(tree) > 0).map(Node::items);
        std::iter::once(tree).chain(items.unwrap_or_default())
    });
    let users = all.take(MAX_DOCUMENTS).filter(|tree| uses(tree, here.node));
    if let Some(registry) = users.filter_map(address).next() {
        let values = values(here);
        found.extend(passwords(here, &values, &["password"], Some(registry)));
    }
}

/// Whether a document is a source of Flux that names this Secret.
fn uses(source: &Node, secret: &Node) -> bool {
    let text = |node: &Node, name: &str| node.get(name)?.text().map(str::to_owned);
    let about = |node: &Node, name: &str| text(node.get("metadata")?, name);
    let wanted = source.get("spec").and_then(|spec| text(spec.get("secretRef")?, "name"));
    let is_source = text(source, "kind").is_some_and(|kind| KINDS.contains(&kind.as_str()));
    // Where one of them names no space, both are put into the same one.
    let spaces = (about(source, "namespace"), about(secret, "namespace"));
    let is_near = !matches!(spaces, (Some(one), Some(other)) if one != other);
    is_source && is_near && wanted.is_some() && wanted == about(secret, "name")
}

fn address(source: &Node) -> Option<&str> {
    let spec = source.get("spec")?;
    spec.get("url").or_else(|| spec.get("image"))?.text()
}

#[cfg(test)]
mod tests {
    use crate::audit::sources::testing::{clean, lines_of};

    fn file(kind: &str, place: &str, name: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: login\n  namespace: flux-system\nstringData:\n  username: ada\n  password: s3cret-word\n---\nkind: {kind}\nmetadata:\n  name: charts\n  namespace: flux-system\nspec:\n  {place}\n  secretRef:\n    name: {name}\n"
        )
    }

    #[test]
    fn a_login_of_a_source_is_found() {
        for (kind, place, registry) in [
            ("HelmRepository", "type: oci\n  url: oci://reg.lan/charts", "oci://reg.lan/charts"),
            ("OCIRepository", "url: oci://ghcr.io/acme/a", "oci://ghcr.io/acme/a"),
            ("ImageRepository", "image: reg.lan/acme/a", "reg.lan/acme/a"),
        ] {
            let text = file(kind, place, "login");
            let expected = [format!("{registry} ada userpass s3cret-word")];
            assert_eq!(lines_of("flux-source", "a.yaml", &text), expected);
            let (secret, source) = text.split_once("---\n").unwrap();
            let turned = format!("{source}---\n{secret}");
            assert_eq!(lines_of("flux-source", "a.yaml", &turned), expected);
        }
    }

    #[test]
    fn other_secrets_and_sources_are_clean() {
        let helm = "url: oci://reg.lan/charts";
        let other_space = file("HelmRepository", helm, "login").replacen("flux-system", "apps", 1);
        clean(
            "a.yaml",
            &[
                &file("HelmRepository", helm, "other"),
                &file("GitRepository", "url: https://github.com/acme/a", "login"),
                &file("HelmRepository", helm, "login").replace("s3cret-word", "\"\""),
                &other_space,
                "kind: HelmRepository\n---\nkind: Secret\nstringData: [\n",
            ],
        );
    }
}
