//! The audit reads command lines: scripts, histories, recipes, logs.
#![no_main]

use imgsec_cred_fuzz::audit::{Parser, check};
use imgsec_cred_fuzz::seeds;
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(init: seeds::audit(Parser::Commands), |input: &[u8]| -> Corpus {
    check(input, Parser::Commands)
});
