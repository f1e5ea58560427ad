//! The audit reads HashiCorp's language: Terraform, Packer, Nomad.
#![no_main]

use imgsec_cred_fuzz::audit::{Parser, check};
use imgsec_cred_fuzz::seeds;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(init: seeds::audit(Parser::Hcl), |input: &[u8]| -> Corpus {
    check(input, Parser::Hcl)
});
