//! Docker's settings in files that are nothing but lines: a script that writes them, a document, an
//! editor's swap file, what a killed writer left.

use std::borrow::Cow;

use super::fragments;
use crate::audit::auths;
use crate::audit::document::{Here, Node};
use crate::audit::finding::Found;
use crate::audit::sources::{File, Find, Source};
use crate::audit::within::embedded;

pub(crate) const SOURCE: Source = Source {
    id: "docker-config-text",
    about: "a login of Docker's settings in the middle of a text",
    reference: "https://github.com/docker/cli/blob/master/cli/config/configfile/file.go",
    places: |_| Vec::new(),
    // Some are `"auths"` in base64.
    words: &[
        r"auths\b",
        "\"auth\"",
        "\"serveraddress\"",
        "\nemail = ",
        "eyJhdXRocyI6",
        "ewogICAgImF1dGhzIj",
        "ewoJImF1dGhzIj",
        "ewogICJhdXRocyI6",
    ],
    find: Find::Text(find),
};

fn find(file: &File<'_>, found: &mut Vec<Found>) {
    if !file.document.trees.is_empty() {
        return;
    }
    let text = file.document.text;
    logins(&embedded::settings(text), found);
    logins(&embedded::encoded_settings(text), found);
    fragments::entries(text, found);
    fragments::of_interface(text, found);
    if file.name().contains("dockercfg") {
        fragments::oldest(text, found);
    }
    if found.is_empty() && is_swap(file.name(), text) {
        let count = text.lines().count();
        logins(&embedded::settings(&reversed(text)), found);
        for found in found {
            found.line = (count + 1).saturating_sub(found.line).max(1);
        }
    }
}

fn logins(settings: &[Node], found: &mut Vec<Found>) {
    for node in settings {
        let before = found.len();
        auths::find(&Here::root(node), found);
        // The file as a whole has no structure.
        found[before..].iter_mut().for_each(|found| found.pointer.clear());
    }
}

/// Whether a file is what Vim keeps beside one that is being edited.
fn is_swap(name: &str, text: &str) -> bool {
    let end = name.rsplit('.').next().unwrap_or_default();
    text.starts_with("b0VIM") || end.len() == 3 && end.starts_with("sw")
}

/// Vim's swap file holds the last line first.
fn reversed(text: &str) -> Cow<'_, str> {
    Cow::Owned(text.lines().rev().collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use crate::audit::document::decode;
    use crate::audit::examine::examine;
    use crate::audit::sources::testing::{clean, hits, lines_of};

    const LINES: [&str; 7] = [
        "{",
        "  \"auths\": {",
        "    \"ghcr.io\": {",
        "      \"auth\": \"YWRhOnMzY3JldC13b3Jk\"",
        "    }",
        "  }",
        "}",
    ];
    const FOUND: [&str; 1] = ["ghcr.io ada auth s3cret-word"];

    #[test]
    fn a_swap_file_is_read_in_both_directions() {
        let swap = |lines: Vec<&str>| {
            let bytes = format!("b0VIM 9.0\0\0\0\u{1}ad\0\0{}\0", lines.join("\0")).into_bytes();
            decode(&bytes).into_owned()
        };
        let path = "/h/.docker/.config.json.swp";
        let (forward, backward) =
            (swap(LINES.to_vec()), swap(LINES.iter().rev().copied().collect()));
        for text in [&forward, &backward] {
            let all = hits(path, text);
            assert_eq!(all.len(), 1, "{text}");
            assert_eq!((all[0].1.as_str(), all[0].4.as_str()), ("ghcr.io", "s3cret-word"));
            let line = examine(path, text)[0].found.line;
            assert!(text.lines().nth(line - 1).unwrap().contains("\"auth\""));
        }
    }

    #[test]
    fn scripts_and_cut_off_settings_are_read() {
        let json = LINES.join("\n");
        for text in [
            format!("#!/bin/sh\nset -e\ncat > ~/.docker/config.json <<EOF\n{json}\nEOF\n"),
            format!("echo '{}' > config.json\n", LINES.concat()),
            json[..json.len() - 6].to_owned(),
            format!("Some words.\n\n```json\n{json}\n```\n"),
        ] {
            let all = hits("x.txt", &text);
            assert_eq!(all.len(), 1, "{text}");
            assert_eq!((all[0].1.as_str(), all[0].4.as_str()), ("ghcr.io", "s3cret-word"));
            assert_eq!(examine("x.txt", &text)[0].found.pointer, "");
        }
    }

    #[test]
    fn a_script_inside_another_file_is_read_too() {
        let text = "jobs:\n  a:\n    steps:\n    - run: |\n        mkdir -p ~/.docker\n        echo '{\"auths\":{\"ghcr.io\":{\"auth\":\"YWRhOnMzY3JldC13b3Jk\"}}}' > ~/.docker/config.json\n";
        assert_eq!(lines_of("docker-config", "ci.yml", text), FOUND);
    }

    #[test]
    fn texts_without_a_login_are_clean() {
        clean(
            "x.txt",
            &[
                "echo \"{\\\"auths\\\":{\\\"$H\\\":{\\\"auth\\\":\\\"$AUTH\\\"}}}\" > config.json\n",
                "the \"auths\" of `config.json`\n",
                "{\"auths\": {\"ghcr.io\": {}}\n",
                "let json = r#\"{\"auths\":{\"r.lan\":{\"auth\":\"Og==\"}}}\"#;\n",
            ],
        );
    }
}
