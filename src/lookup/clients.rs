//! The clients that are known: how each finds a credential, and where its own next login goes. The
//! next client is one row more.

use std::path::PathBuf;

use super::{Answer, Question, World, crane, docker, kubernetes, podman};

/// A client, or several that look alike.
pub struct Client {
    /// Its programs, by which it is seen on the PATH; none for what is not one.
    pub programs: &'static [&'static str],
    /// What it would use for an image: one answer, or one for each way in which its programs read
    /// the name.
    pub look_up: fn(&Question, &World<'_>) -> Vec<Answer>,
    /// Where a login that is made with it would be kept, for a registry that is named nowhere;
    /// `None` for one that makes no logins.
    pub next_login: Option<fn(&World<'_>) -> NextLogin>,
}

/// Where a new login would be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextLogin {
    /// With this helper.
    Helper(String),
    /// In plain text in this file.
    Plain(PathBuf),
}

/// Every client, Docker first.
pub const ALL: &[Client] = &[
    Client {
        programs: &["docker"],
        look_up: |question, world| vec![docker::look_up(&question.image, world)],
        next_login: None,
    },
    Client {
        programs: &["podman", "buildah", "skopeo"],
        look_up: podman::look_up,
        next_login: None,
    },
    Client {
        programs: &["crane", "ko", "cosign"],
        look_up: |question, world| vec![crane::look_up(&question.image, world)],
        next_login: None,
    },
    Client {
        programs: &[],
        look_up: |question, world| vec![kubernetes::look_up(&question.image, world)],
        next_login: None,
    },
];
