//! The words of names of variables: which say a registry, which a password, which something else.

/// Words of which one is in the name of a variable for a registry.
pub(super) const REGISTRY_WORDS: &[&str] = &[
    "ACR",
    "BUILDAH",
    "CR",
    "CRANE",
    "DOCKER",
    "DOCKERHUB",
    "DOCKERIO",
    "DOCKERREGISTRY",
    "ECR",
    "GAR",
    "GCR",
    "GHCR",
    "HARBOR",
    "ICR",
    "NGC",
    "NVCR",
    "OCIR",
    "ORAS",
    "PODMAN",
    "QUAY",
    "REGISTRY",
    "REGOPTS",
    "SKOPEO",
    "SWR",
];

/// Last words of the name of a password.
pub(super) const SECRET_WORDS: &[&str] =
    &["PASS", "PASSWD", "PASSWORD", "PAT", "PSW", "PW", "PWD", "TOKEN", "PASSWORT"];

/// Last words of the name of a user name and a password in one.
pub(super) const PAIR_WORDS: &[&str] = &["CRED", "CREDENTIAL", "CREDENTIALS", "CREDS"];

/// Words that say it is a password of something else, or no password.
pub(super) const OTHER_WORDS: &[&str] = &[
    "APT",
    "BOWER",
    "CARGO",
    "COMPOSER",
    "CONAN",
    "CONDA",
    "CRATES",
    "DATABASE",
    "DB",
    "ELASTIC",
    "GEM",
    "GIT",
    "GRAFANA",
    "HTTP",
    "HTTPS",
    "JWT",
    "KAFKA",
    "LDAP",
    "MACHINE",
    "MARIADB",
    "MAVEN",
    "MONGO",
    "MONGODB",
    "MYSQL",
    "NODE",
    "NPM",
    "NUGET",
    "PG",
    "PGADMIN",
    "PIP",
    "POETRY",
    "POSTGRES",
    "POSTGRESQL",
    "PROMETHEUS",
    "PYPI",
    "RABBITMQ",
    "REDIS",
    "ROOT",
    "RUBYGEMS",
    "S3",
    "SCHEMA",
    "SMTP",
    "SSH",
    "STORAGE",
    "SWARM",
    "TERRAFORM",
    "TLS",
    "TWINE",
    "YARN",
    "NOTARY",
    "MAIL",
];

/// Names of which no word says it.
pub(super) const EXACT: &[&str] = &[
    "CI_DEPLOY_PASSWORD",
    "CI_JOB_TOKEN",
    "HUB_PAT_TOKEN",
    "REPO_PASS",
    "REPO_PASSWORD",
    "TRIVY_PASSWORD",
    "QUARKUS_CONTAINER_IMAGE_PASSWORD",
];

/// Names that tools of other rows read, or that hold no password.
pub(super) const NEVER: &[&str] = &["ECS_ENGINE_AUTH_DATA", "DOCKER_CONTENT_TRUST_ROOT_PASSPHRASE"];

/// Ends of a name that say which one of several it is.
pub(super) const ENDINGS: &[&str] = &[
    "DEV",
    "PROD",
    "PRODUCTION",
    "STAGE",
    "STAGING",
    "TEST",
    "PUSH",
    "PULL",
    "RO",
    "RW",
    "READ",
    "WRITE",
    "NEW",
    "OLD",
    "BACKUP",
    "CI",
];

/// Words of a name that say the registry.
pub(super) const HOSTS: &[(&str, &str)] = &[
    ("DOCKERHUB", "docker.io"),
    ("DOCKER_HUB", "docker.io"),
    ("DOCKERIO", "docker.io"),
    ("HUB_PAT", "docker.io"),
    ("WUD_REGISTRY_HUB", "docker.io"),
    ("GHCR", "ghcr.io"),
    ("CR_PAT", "ghcr.io"),
    ("QUAY", "quay.io"),
    ("NGC", "nvcr.io"),
    ("NVCR", "nvcr.io"),
    ("GCR", "gcr.io"),
];

/// Last words of the names of users and of registries.
pub(super) const COMPANIONS: &[&str] = &[
    "USER",
    "USERNAME",
    "LOGIN",
    "USR",
    "ID",
    "NAME",
    "REGISTRY",
    "URL",
    "HOST",
    "HOSTNAME",
    "SERVER",
    "ADDRESS",
    "ADDR",
    "ENDPOINT",
    "AUTHORITY",
    "DOMAIN",
    "REMOTEURL",
    "ACTOR",
    "REPOSITORY",
    "IMAGE",
    "ACCOUNT",
];
