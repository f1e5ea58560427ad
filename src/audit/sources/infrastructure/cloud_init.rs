//! cloud-init: files that a machine writes when it begins, each read as the file it will be.

use crate::audit::document::Here;
use crate::audit::examine;
use crate::audit::finding::Found;
use crate::audit::places::Places;
use crate::audit::sources::{File, Find, Source};
use crate::audit::within::inner;

pub(crate) const SOURCE: Source = Source {
    id: "cloud-init",
    about: "a registry login in a file that cloud-init writes",
    reference: "https://cloudinit.readthedocs.io/en/latest/reference/modules.html#write-files",
    places: |places| {
        let mut all = Places::below(&places.system, "cloud/cloud.cfg");
        all.extend(Places::below(&places.system, "cloud/cloud.cfg.d/*"));
        all
    },
    words: &["write_files"],
    find: Find::Map(find),
};

/// Begins the paths of files inside, so that a file inside one of those is not read.
const INSIDE: &str = "cloud-init:";

fn find(file: &File<'_>, here: &Here<'_>, found: &mut Vec<Found>) {
    if here.name() != Some("write_files") || file.path.starts_with(INSIDE) {
        return;
    }
    let Some(at) = here.field("content") else { return };
    let Some(content) = at.node.text() else { return };
    let encoding = here.text(&["encoding"]).unwrap_or_default();
    let decoded = match encoding {
        "b64" | "base64" => inner::decoded(content),
        _ => None,
    };
    let text = decoded.as_deref().unwrap_or(content);
    let path = format!("{INSIDE}{}", here.text(&["path"]).unwrap_or_default());
    for hit in examine::examine(&path, text) {
        found.push(Found { line: at.line(), pointer: at.pointer(), ..hit.found });
    }
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Encoding};

    use crate::audit::sources::testing::{Login, clean, logins};

    const CONFIG: &str = r#"{"auths":{"ghcr.io":{"auth":"YWRhOnMzY3JldC13b3Jk"}}}"#;

    #[test]
    fn settings_of_docker_are_found_in_base64_and_plain() {
        let data = Base64::encode_string(CONFIG.as_bytes());
        let begin = "#cloud-config\nwrite_files:\n- path: /root/.docker/config.json\n";
        let text = format!("{begin}  encoding: b64\n  content: {data}\n");
        let expected = |line| [Login::of("cloud-init", "ghcr.io", "ada", "s3cret-word", line)];
        assert_eq!(logins("user-data", &text), expected(5));
        let text = format!("{begin}  content: |\n    {CONFIG}\n");
        assert_eq!(logins("cloud.yaml", &text), expected(5));
    }

    #[test]
    fn files_of_other_programs_are_read_as_such() {
        let file = Base64::encode_string(
            b"ECS_CLUSTER=a\nECS_ENGINE_AUTH_DATA={\"ghcr.io\":{\"username\":\"ada\",\"password\":\"s3cret-word\"}}\n",
        );
        let text = format!(
            "#cloud-config\nwrite_files:\n- encoding: base64\n  path: /etc/ecs/ecs.config\n  content: |\n    {}\n    {}\n",
            &file[..60],
            &file[60..]
        );
        assert_eq!(
            logins("user-data", &text),
            [Login::of("cloud-init", "ghcr.io", "ada", "s3cret-word", 6)]
        );
    }

    #[test]
    fn other_files_are_clean() {
        clean(
            "c.yaml",
            &["write_files:\n- content: hello\n- path: x\n- content: '{\"auths\":{}}'\n"],
        );
        clean("c.yaml", &["write_files:\n- content: [\n"]);
        clean("c.yaml", &["write_files:\n- {encoding: b64, content: '%%%'}\n"]);
    }
}
