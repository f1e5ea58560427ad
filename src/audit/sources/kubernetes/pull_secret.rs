//! Pull secrets of Kubernetes: Docker's settings as the value of a Secret, also in lists, dumps and
//! the annotation that `kubectl apply` leaves.

use super::values::{is_secret, values};
use crate::audit::auths;
use crate::audit::document::{Here, Node};
use crate::audit::finding::Found;
use crate::audit::sources::{File, Find, Source, docker};
use crate::audit::within::inner;

pub(crate) const SOURCE: Source = Source {
    id: "k8s-pull-secret",
    about: "a login in a Secret of Kubernetes",
    reference: "https://kubernetes.io/docs/concepts/configuration/secret/#docker-config-secrets",
    places: |_| Vec::new(),
    words: &[
        "dockerconfigjson",
        "dockercfg",
        "kind: secret",
        "\"kind\":\"secret\"",
        "\"kind\": \"secret\"",
    ],
    find: Find::Map(find),
};

fn find(_: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if is_secret(here) {
        for value in &values(here) {
            value.at(here, |at| settings(at, &value.text, found));
        }
        return;
    }
    // Terraform's `kubernetes_secret` and programs that make Secrets have the value alone.
    for (name, at) in here.fields() {
        if let Some(text) = at.node.text().filter(|_| KEYS.contains(&name)) {
            settings(&at, text, found);
        }
    }
}

/// Names of values that are Docker's settings.
const KEYS: &[&str] = &[".dockerconfigjson", ".dockercfg"];

/// The logins of the settings that are the text at a value, encoded once more than needed or not.
fn settings(at: &Here<'_>, text: &str, found: &mut Vec<Found>) {
    if !text.contains('{') && text.len() < 16 {
        return;
    }
    let mut trees: Vec<Node> = inner::trees(text);
    if trees.is_empty()
        && let Some(plain) = inner::decoded(text)
    {
        trees = inner::trees(&plain);
    }
    for node in &trees {
        let root = at.inner(node);
        if root.get("auths").is_some() {
            auths::find(&root, found);
        } else {
            docker::dockercfg::find_in(&root, at.name() == Some(".dockercfg"), found);
        }
    }
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Encoding};

    use crate::audit::sources::testing::{hits, lines_of};

    const JSON: &str = r#"{"auths":{"ghcr.io":{"username":"ada","password":"s3cret-word","auth":"YWRhOnMzY3JldC13b3Jk"}}}"#;
    const FOUND: [&str; 1] = ["ghcr.io ada auth s3cret-word"];

    fn encoded() -> String {
        Base64::encode_string(JSON.as_bytes())
    }

    fn manifest(data: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: regcred\ntype: kubernetes.io/dockerconfigjson\n{data}"
        )
    }

    fn found(text: &str) -> Vec<String> {
        let all = hits("k8s/secret.yaml", text).len();
        let ours = lines_of("k8s-pull-secret", "k8s/secret.yaml", text);
        assert_eq!(all, ours.len(), "{text} {:?}", hits("k8s/secret.yaml", text));
        ours
    }

    #[test]
    fn a_pull_secret_is_found_however_it_is_written() {
        let folded = |indent: &str| {
            let encoded = encoded();
            let lines: Vec<_> =
                encoded.as_bytes().chunks(40).map(|l| String::from_utf8_lossy(l)).collect();
            lines.join(&format!("\n{indent}"))
        };
        for data in [
            format!("data:\n  .dockerconfigjson: {}\n", encoded()),
            format!("data:\n  .dockerconfigjson: >-\n    {}\n", folded("    ")),
            format!("data:\n  .dockerconfigjson: |\n    {}\n", folded("    ")),
            format!("data:\n  .dockerconfigjson: {}\n", folded("    ")),
            format!(
                "data:\n  .dockerconfigjson: {}\n",
                Base64::encode_string(encoded().as_bytes())
            ),
            format!("stringData:\n  .dockerconfigjson: '{JSON}'\n"),
            format!("stringData:\n  .dockerconfigjson: |\n    {JSON}\n"),
            format!("data:\n  config.json: {}\n", encoded()),
        ] {
            assert_eq!(found(&manifest(&data)), FOUND, "{data}");
        }
    }

    #[test]
    fn the_old_form_is_found_as_well() {
        let old = r#"{"https://r.lan/v1/":{"username":"ada","password":"s3cret-word","email":"a@b.c","auth":"YWRhOnMzY3JldC13b3Jk"}}"#;
        let text =
            manifest(&format!("data:\n  .dockercfg: {}\n", Base64::encode_string(old.as_bytes())));
        assert_eq!(found(&text), ["https://r.lan/v1/ ada auth s3cret-word"]);
    }

    #[test]
    fn dumps_lists_and_annotations_are_read() {
        let one = format!(
            r#"{{"apiVersion":"v1","kind":"Secret","type":"kubernetes.io/dockerconfigjson","data":{{".dockerconfigjson":"{}"}}}}"#,
            encoded()
        );
        assert_eq!(found(&one), FOUND);
        let list = format!(
            r#"{{"apiVersion":"v1","kind":"List","items":[{one},{{"kind":"ConfigMap","data":{{"a":"b"}}}}]}}"#
        );
        assert_eq!(found(&list), FOUND);
        let applied = format!(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {one}\n"
        );
        assert_eq!(found(&applied), FOUND);
        let stream = format!(
            "---\nkind: Service\n---\n{}",
            manifest(&format!("data:\n  .dockerconfigjson: {}\n", encoded()))
        );
        assert_eq!(found(&stream), FOUND);
    }

    #[test]
    fn sealed_empty_and_broken_secrets_are_clean() {
        let empty = Base64::encode_string(br#"{"auths":{}}"#);
        let nobody = Base64::encode_string(br#"{"auths":{"a.azurecr.io":{"auth":"Og=="}}}"#);
        for text in [
            "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec:\n  encryptedData:\n    .dockerconfigjson: AgBy3i4OJSWK+PiTySYZZA9rO43cGDEq\n  template:\n    type: kubernetes.io/dockerconfigjson\n".to_owned(),
            manifest(&format!("data:\n  .dockerconfigjson: {empty}\n")),
            manifest(&format!("data:\n  .dockerconfigjson: {nobody}\n")),
            manifest("data:\n  .dockerconfigjson: ENC[AES256_GCM,data:p673w==,iv:YY=,tag:UM=,type:str]\n"),
            manifest("stringData:\n  .dockerconfigjson: ${DOCKER_CONFIG_JSON}\n"),
            manifest("data:\n"),
            manifest("data:\n  .dockerconfigjson: %%%\n"),
        ] {
            assert_eq!(hits("k8s/secret.yaml", &text), [], "{text}");
        }
    }
}
