//! What fuzzing begins with: the files of the audit's corpus, made anew by each run, and the words
//! that sources look for. The repository holds neither.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use imgsec_cred::audit::sources;

use crate::audit::Parser;
use crate::audit_corpus::{self, case::Case};

/// Where the inputs of a run lie, below the working folder; none are made where it is missing.
const FOLDER: &str = "inputs";

/// The dictionary that libFuzzer is given.
const WORDS: &str = "words.txt";

/// Longer files are left out: they are there for their size.
const MAX_BYTES: usize = 8192;

/// Words of the formats themselves.
const SYNTAX: &[&str] = &[
    "{\"",
    "\":\"",
    "\",\"",
    "[{",
    "}]",
    "null",
    "---\n",
    "- ",
    ": ",
    ": |\n  ",
    ": >-\n  ",
    "&a ",
    "*a",
    "!!binary ",
    "<<: *a",
    "[a.b]\n",
    "[[a]]\n",
    "'''",
    "\"\"\"",
    "<a>",
    "</a>",
    "<![CDATA[",
    "<!-- ",
    "<<EOF\n",
    "\nEOF\n",
    "<<-'EOF'\n",
    "${",
    "$(",
    "%{",
    "{{",
    "}}",
    "\\\n",
    "https://",
    "http://",
    "@ghcr.io/",
    ":5000",
    "machine ",
    " login ",
    " password ",
    "export ",
    " | base64 -d",
    "\\u0000",
    "\u{feff}",
    "\r\n",
    "docker.io",
    "# ",
    "// ",
    "/* ",
];

/// Writes the corpus's files for one of the audit's parsers.
pub fn audit(parser: Parser) {
    let cases = audit_corpus::cases();
    let cases = cases.iter().filter(|case| Parser::of(&case.path) == parser);
    write(cases.map(|case| [case.path.as_bytes(), b"\n", &case.bytes].concat()));
}

/// Writes the corpus's files that have the shape of Docker's settings.
pub fn docker_config() {
    let is_settings = |case: &&Case| case.text.contains("\"auths\"");
    let cases = audit_corpus::cases();
    let made = cases.iter().filter(is_settings).map(|case| case.bytes.clone());
    let written = [
        r#"{"auths":{"ghcr.io":{"auth":"YWRhOnB3"},"GHCR.IO":{"username":"ada","password":"pw"}}}"#,
        r#"{"auths":{"h:5000":{"Auth":"YWRhOnB3","email":"e"}},"credHelpers":{"a":"b"}}"#,
        r#"{"Auths":{"https://index.docker.io/v1/":{"identitytoken":"t"}},"credsStore":""}"#,
    ];
    write(made.chain(written.map(|text| text.as_bytes().to_vec())));
}

/// Writes requests to the helper, and pairs of server keys.
pub fn protocol() {
    let written = [
        r#"{"ServerURL":"ghcr.io","Username":"ada","Secret":"pw"}"#,
        r#"{"serverurl":"https://index.docker.io/v1/","USERNAME":"<token>","secret":null,"x":[1]}"#,
        "{\"ServerURL\":\" a \",\r\n\"Username\":\"\\u0041\",\"Secret\":\"\\ud83d\\ude00\"}\r\n",
        "null",
        "ghcr.io\nhttps://GHCR.io.:443/v2/",
        "docker.io\nhttps://index.docker.io/v1/",
        "https://index.docker.io/v1//access-token\nregistry-1.docker.io",
        "ghcr.io/org\nghcr.io/org/image",
        "http://h:80/\nhttp://h",
        "[::1]:5000\nhttps://[::1]:5000/v1/",
        "imgsec-internal://a\nftp://x/y?z#w",
    ];
    write(written.into_iter().map(|text| text.as_bytes().to_vec()));
}

fn write(inputs: impl Iterator<Item = Vec<u8>>) {
    if !Path::new(FOLDER).is_dir() {
        return;
    }
    for (number, input) in inputs.filter(|input| input.len() <= MAX_BYTES).enumerate() {
        fs::write(format!("{FOLDER}/{number}"), input).expect("a seed");
    }
    let words = sources::ALL.iter().flat_map(|source| source.words).chain(SYNTAX);
    let mut lines = String::new();
    for word in words {
        let escaped = word.bytes().fold(String::new(), |mut all, byte| {
            let _ = write!(all, "\\x{byte:02x}");
            all
        });
        lines.push_str(&format!("\"{escaped}\"\n"));
    }
    fs::write(WORDS, lines).expect("a dictionary");
}
