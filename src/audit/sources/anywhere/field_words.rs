//! The words of names of fields that hold a registry's password, its user or its address.

use crate::audit::sources::images::HUB;

/// What such names end in, without case and separators; longer ones first.
pub(super) const SECRETS: &[&str] = &[
    "accesstoken",
    "authtoken",
    "pullpassword",
    "pulltoken",
    "password",
    "passwd",
    "token",
    "pwd",
    "pass",
    "pat",
];

/// What names of users end in.
pub(super) const USERS: &[&str] = &["username", "user", "login", "userid", "usr", "name"];

/// What names of addresses end in.
pub(super) const REGISTRIES: &[&str] = &[
    "url",
    "server",
    "host",
    "hostname",
    "address",
    "endpoint",
    "loginserver",
    "uri",
    "domain",
    "registry",
    "registryurl",
    "serverurl",
    "",
];

/// Names of registries, whole, and where they are when nothing beside says so.
pub(super) const NAMES: &[(&str, Option<&str>)] = &[
    ("docker", Some(HUB)),
    ("dockerhub", Some(HUB)),
    ("dockerlogin", Some(HUB)),
    ("ghcr", Some("ghcr.io")),
    ("quay", Some("quay.io")),
    ("nvcr", Some("nvcr.io")),
    ("harbor", None),
    ("harborrobot", None),
    ("harboradmin", None),
    ("acr", None),
    ("acradmin", None),
    ("gcr", None),
    ("ocir", None),
    ("imagepull", None),
    ("imagepullsecret", None),
    ("imagepullsecrets", None),
    ("imagecredentials", None),
    ("imagepullcredentials", None),
    // Names with dots, of plug-ins that build images: jib, Quarkus, docker-maven-plugin, JKube.
    ("jibtoauth", None),
    ("jibfromauth", None),
    ("quarkuscontainerimage", None),
    ("dockerpush", Some(HUB)),
    ("dockerpull", Some(HUB)),
    ("jkubedocker", Some(HUB)),
];

/// Parts of names of registries of other things.
pub(super) const OTHERS: &[&str] = &[
    "npm",
    "schema",
    "maven",
    "pypi",
    "nuget",
    "gem",
    "terraform",
    "module",
    "service",
    "eureka",
    "consul",
    "nacos",
    "cargo",
    "zookeeper",
    "composer",
    "database",
    "winreg",
    "package",
    "runner",
    "model",
    "feature",
    "agent",
];
