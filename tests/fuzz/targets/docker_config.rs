//! Docker's settings are changed, and nothing is lost.
#![no_main]

use imgsec_cred_fuzz::{docker_config, seeds};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: seeds::docker_config(), |input: &[u8]| docker_config::check(input));
