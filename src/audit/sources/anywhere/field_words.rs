//! The words of names of maps that are logins to registries, and of fields that hold a registry's
//! password, its user or its address.

use crate::audit::sources::images::HUB;

/// Names of maps that are logins to registries, without case and separators.
pub(in crate::audit::sources) const MAPS: &[&str] = &[
    "imagecredentials",
    "imagecredential",
    "imagepullsecret",
    "imagepullsecrets",
    "pullsecret",
    "pullsecrets",
    "imagepullcredentials",
    "registrycredentials",
    "registrycredential",
    "registrysecret",
    "registryauth",
    "registrylogin",
    "dockerregistry",
    "dockerregistries",
    "dockerregistrycredentials",
    "dockercredentials",
    "dockerlogin",
    "dockerhub",
    "dockerhubauth",
    "dockerhubcredentials",
    "dockerauth",
    "dockerauths",
    "dockerconfig",
    "dockerconfigjson",
    "regcred",
    "containerregistry",
    "containerregistries",
    "imageregistry",
    "imageregistrycredentials",
    "privateregistry",
    "privateregistries",
    "registrypullsecret",
    "dockerpullsecret",
    "ghcr",
    "imagesecret",
    "registrycreds",
    "dockercreds",
    "pullcredentials",
    "repositorycredentials",
    "regopts",
    "ngcapisecret",
    "ngcsecret",
    "ngcimagepullsecret",
];

/// What such names end in, without case and separators; longer ones first.
pub(super) const SECRETS: &[&str] = &[
    "accesstoken",
    "apikey",
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
    ("ngc", Some("nvcr.io")),
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
