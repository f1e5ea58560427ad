//! The Docker credential helper: `"credsStore": "imgsec"`.

use std::process::ExitCode;

use imgsec_cred::helper;
use imgsec_cred::protocol::Program;
use zeroizing_alloc::ZeroAlloc;

#[global_allocator]
static WIPED_WHEN_FREED: ZeroAlloc<std::alloc::System> = ZeroAlloc(std::alloc::System);

fn main() -> ExitCode {
    helper::main(Program::Docker)
}
