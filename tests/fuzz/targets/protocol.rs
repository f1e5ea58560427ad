//! Requests to the helper, and the server keys in them.
#![no_main]

use imgsec_cred_fuzz::{protocol, seeds, server_key};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: seeds::protocol(), |input: &[u8]| {
    protocol::check(input);
    server_key::check(input);
});
