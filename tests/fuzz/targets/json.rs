//! The audit reads JSON: Docker's settings and all that have their shape.
#![no_main]

use imgsec_cred_fuzz::audit::{Parser, check};
use imgsec_cred_fuzz::seeds;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(init: seeds::audit(Parser::Json), |input: &[u8]| -> Corpus {
    check(input, Parser::Json)
});
