//! Registries over HTTPS: what is asked of them, and what may be sent to whom. Nothing here is part
//! of the helper.

pub mod endpoint;
pub mod http;
pub mod tls;
pub mod verdict;
