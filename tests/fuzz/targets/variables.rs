//! The audit reads names and values line by line: variables, .netrc, units.
#![no_main]

use imgsec_cred_fuzz::audit::{Parser, check};
use imgsec_cred_fuzz::seeds;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(init: seeds::audit(Parser::Variables), |input: &[u8]| -> Corpus {
    check(input, Parser::Variables)
});
