//! The same helper for Podman's family: `credential-helpers = ["imgsec-containers"]` in
//! `registries.conf`. Its `list` holds hosts alone.

use std::process::ExitCode;

use imgsec_cred::helper;
use imgsec_cred::protocol::Program;
use zeroizing_alloc::ZeroAlloc;

#[global_allocator]
static WIPED_WHEN_FREED: ZeroAlloc<std::alloc::System> = ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    helper::main(Program::Containers)
}
