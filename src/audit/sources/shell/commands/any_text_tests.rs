//! Any text is read without a panic, by all sources that read lines.

use proptest::prelude::*;

use crate::audit::examine::examine;

fn fragment() -> impl Strategy<Value = String> {
    let fixed = prop::sample::select(vec![
        "docker login ",
        "-u ",
        "-p ",
        "-p",
        "--password=",
        "\"",
        "'",
        "\\",
        "\\\"",
        "`",
        "$(",
        ")",
        "${",
        "}",
        "{{",
        "}}",
        "<",
        "<<<",
        ">",
        "|",
        "&",
        "#",
        "\n",
        " ",
        "é",
        "\u{1b}[",
        "echo ",
        " | ",
        "--password-stdin",
        "DOCKER_PASSWORD",
        "=",
        ":",
        ": ",
        ",",
        "name: ",
        "value: ",
        "{",
        "ENV ",
        "machine ",
        "ghcr.io ",
        "login ",
        "password ",
        "macdef ",
        "\"docker\",",
        "\\u00e9",
        "- cmd: ",
        "+ ",
        "\\\n",
        "`\n",
        "--creds ",
        "a:b",
        "curl https://a:b@c/v2/ ",
        "“",
    ]);
    prop_oneof![4 => fixed.prop_map(str::to_owned), 1 => ".{0,3}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..Default::default() })]

    #[test]
    fn nothing_panics(
        fragments in prop::collection::vec(fragment(), 0..40),
        name in prop::sample::select(vec![
            ".bash_history", "fish_history", "ConsoleHost_history.txt", "a.cmd", "a.log", ".netrc",
            "a.jsonl", ".env", "a.yml", "a.json",
        ]),
    ) {
        let text: String = fragments.concat();
        for hit in examine(&format!("/a/{name}"), &text) {
            prop_assert!(hit.found.line <= text.matches('\n').count() + 1);
            prop_assert!(hit.found.line > 0);
        }
    }
}
