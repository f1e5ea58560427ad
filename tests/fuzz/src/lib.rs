//! What must hold for every input, and the inputs that fuzzing begins with. Each target is one
//! parser of the project, driven through the library's public functions.

pub mod audit;
pub mod docker_config;
pub mod protocol;
pub mod seeds;
pub mod server_key;

#[allow(dead_code, unused_imports, reason = "what only the project's own tests use")]
#[path = "../../audit/corpus/mod.rs"]
mod audit_corpus;
