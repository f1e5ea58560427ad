//! The audit reads YAML: manifests, pipelines, playbooks.
#![no_main]

use imgsec_cred_fuzz::audit::{Parser, check};
use imgsec_cred_fuzz::seeds;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(init: seeds::audit(Parser::Yaml), |input: &[u8]| -> Corpus {
    check(input, Parser::Yaml)
});
