//! The audit reads TOML and XML: containerd, runners, Maven.
#![no_main]

use imgsec_cred_fuzz::audit::{Parser, check};
use imgsec_cred_fuzz::seeds;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(init: seeds::audit(Parser::TomlOrXml), |input: &[u8]| -> Corpus {
    check(input, Parser::TomlOrXml)
});
