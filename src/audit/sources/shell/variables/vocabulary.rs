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

/// What the name of a registry has behind the stem of a password's.
pub(super) const REGISTRIES: &[&str] = &[
    "",
    "URL",
    "REGISTRY",
    "REGISTRY_URL",
    "REGISTRY_HOST",
    "REGISTRY_SERVER",
    "HOST",
    "HOSTNAME",
    "SERVER",
    "LOGIN_SERVER",
    "SERVER_ADDRESS",
    "SERVER_URL",
    "ADDRESS",
    "ADDR",
    "ENDPOINT",
    "AUTHORITY",
    "DOMAIN",
    "ARTIFACT_DOMAIN", // Homebrew's
    "REMOTEURL",
    "NAME",
    "REGISTRY_NAME",
    "REPOSITORY",
    "REPO",
    "IMAGE",
    "IMAGE_NAME",
];

/// What the name of a user has.
pub(super) const USERS: &[&str] = &[
    "USERNAME",
    "USER",
    "LOGIN",
    "USR",
    "USER_NAME",
    "USERID",
    "ID",
    "ACCOUNT",
    "ACTOR",
    "REGISTRY_USERNAME",
    "REGISTRY_USER",
    "ROBOT",
    "CLIENT_ID",
];

/// Registries for passwords whose own name says none.
pub(super) const ANY_REGISTRY: &[&str] = &[
    "DOCKER_REGISTRY",
    "DOCKER_REGISTRY_URL",
    "DOCKER_REGISTRY_HOST",
    "DOCKER_REGISTRY_SERVER",
    "DOCKER_REGISTRY_SERVER_URL",
    "REGISTRY",
    "REGISTRY_URL",
    "REGISTRY_HOST",
    "REGISTRY_SERVER",
    "REGISTRY_LOGIN_SERVER",
    "CONTAINER_REGISTRY",
    "CONTAINER_REGISTRY_URL",
    "IMAGE_REGISTRY",
    "DOCKER_SERVER",
    "DOCKER_URL",
    "CI_REGISTRY",
    "DOCKER_IMAGE",
    "IMAGE_NAME",
];

/// Users for those.
pub(super) const ANY_USER: &[&str] = &[
    "DOCKER_USERNAME",
    "DOCKER_USER",
    "DOCKER_LOGIN",
    "DOCKER_ID",
    "DOCKER_REGISTRY_USERNAME",
    "DOCKER_REGISTRY_USER",
    "REGISTRY_USERNAME",
    "REGISTRY_USER",
    "CI_REGISTRY_USER",
];

/// Users of Docker Hub.
pub(super) const HUB_USER: &[&str] = &[
    "DOCKERHUB_USERNAME",
    "DOCKERHUB_USER",
    "DOCKERHUB_LOGIN",
    "DOCKER_HUB_USERNAME",
    "DOCKER_HUB_USER",
    "DOCKER_USERNAME",
    "DOCKER_USER",
    "DOCKER_ID",
    "DOCKER_LOGIN",
];

/// Users of GitHub.
pub(super) const GITHUB_USER: &[&str] = &[
    "GHCR_USERNAME",
    "GHCR_USER",
    "CR_USERNAME",
    "CR_USER",
    "GITHUB_ACTOR",
    "GITHUB_USERNAME",
    "GITHUB_USER",
    "GH_USERNAME",
    "GH_USER",
];
