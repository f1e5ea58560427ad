//! Credential helpers of others, known by name: what each keeps or makes, who names it in Docker's
//! settings, and what to do about it.

/// What a helper does with logins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It keeps logins of this user on this machine: they can be copied.
    Keeps,
    /// It makes a token when it is asked: nothing of it can be copied.
    Mints,
    /// It hands out the logins of another machine, such as the host of a container.
    Elsewhere,
    /// It keeps nothing at all.
    Nothing,
    /// It is not in the table.
    Unknown,
}

/// A helper, or several with one beginning.
pub struct Row {
    /// The part of its name behind `docker-credential-`; one that ends in `*` is a beginning.
    pub name: &'static str,
    /// What it does.
    pub kind: Kind,
    /// The registries it answers for, as globs; none where it cannot be told by name.
    pub registries: &'static [&'static str],
    /// Who writes its name into Docker's settings again, and what to do about it.
    pub written_by: Option<&'static str>,
}

const fn row(name: &'static str, kind: Kind, registries: &'static [&'static str]) -> Row {
    Row { name, kind, registries, written_by: None }
}

/// To add one: its name, whether it keeps or makes what it hands out, and for which registries.
pub const TABLE: &[Row] = &[
    row("secretservice", Kind::Keeps, &[]),
    row("pass", Kind::Keeps, &[]),
    row("osxkeychain", Kind::Keeps, &[]),
    row("wincred", Kind::Keeps, &[]),
    Row {
        written_by: Some("Docker Desktop writes it again at each start (docker/for-win#13732)"),
        ..row("desktop", Kind::Keeps, &[])
    },
    row(
        "ecr-login",
        Kind::Mints,
        &[
            "*.dkr.ecr.*.amazonaws.com",
            "*.dkr.ecr.*.amazonaws.com.cn",
            "*.dkr.ecr-fips.*.amazonaws.com",
            "public.ecr.aws",
        ],
    ),
    row("gcloud", Kind::Mints, &["gcr.io", "*.gcr.io", "*-docker.pkg.dev"]),
    row("gcr", Kind::Mints, &[]),
    row("acr*", Kind::Mints, &["*.azurecr.io", "*.azurecr.cn", "*.azurecr.us"]),
    row("ghcr-login", Kind::Mints, &["ghcr.io"]),
    row("gh", Kind::Mints, &["ghcr.io"]),
    row("env", Kind::Mints, &[]),
    row("sso", Kind::Mints, &[]),
    row("vault*", Kind::Mints, &[]),
    row("secretspec", Kind::Mints, &[]),
    Row {
        written_by: Some(
            "VS Code writes it into a dev container and may leave it behind (microsoft/vscode-remote-release#7982)",
        ),
        ..row("dev-containers-*", Kind::Elsewhere, &[])
    },
    Row {
        written_by: Some(
            "Docker Desktop writes it into WSL distributions at each start (docker/for-win#13732)",
        ),
        ..row("desktop.exe", Kind::Elsewhere, &[])
    },
    Row {
        written_by: Some(
            "Rancher Desktop writes it into WSL distributions whose setting does not run (rancher-sandbox/rancher-desktop#6818)",
        ),
        ..row("wincred.exe", Kind::Elsewhere, &[])
    },
    row("imgsec.exe", Kind::Elsewhere, &[]),
    Row {
        written_by: Some(
            "it keeps Rancher Desktop from writing another one (rancher-sandbox/rancher-desktop#6818)",
        ),
        ..row("none", Kind::Nothing, &[])
    },
];

/// What is known of a helper by its name.
#[must_use]
pub fn known(name: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| match row.name.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == row.name,
    })
}

/// What a helper of this name does.
#[must_use]
pub fn kind(name: &str) -> Kind {
    known(name).map_or(Kind::Unknown, |row| row.kind)
}

/// Whether a helper of this name is a program of Windows, which WSL starts as one of its own.
#[must_use]
pub fn is_of_windows(name: &str) -> bool {
    name.ends_with(".exe")
}

/// The helpers that keep logins, as `migrate --from all` looks for them.
pub fn keepers() -> impl Iterator<Item = &'static str> {
    TABLE.iter().filter(|row| row.kind == Kind::Keeps).map(|row| row.name)
}

impl Row {
    /// Whether it answers for a registry; `None` where that cannot be told by name.
    #[must_use]
    pub fn answers_for(&self, registry: &str) -> Option<bool> {
        let host = registry.split([':', '/']).next().unwrap_or(registry);
        let is_one = |glob: &&str| matches(glob, host);
        (!self.registries.is_empty()).then(|| self.registries.iter().any(is_one))
    }
}

/// A host against a glob whose stars stand for any text.
fn matches(glob: &str, host: &str) -> bool {
    match glob.split_once('*') {
        None => glob == host,
        Some((before, after)) => host.strip_prefix(before).is_some_and(|rest| {
            (0..=rest.len())
                .filter(|at| rest.is_char_boundary(*at))
                .any(|at| matches(after, &rest[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_helper_is_known_by_its_name_and_its_registries_by_theirs() {
        assert_eq!(kind("dev-containers-0a1b"), Kind::Elsewhere);
        assert_eq!(
            (kind("pass"), kind("passage"), kind("acr-env")),
            (Kind::Keeps, Kind::Unknown, Kind::Mints)
        );
        assert!(is_of_windows("desktop.exe") && !is_of_windows("desktop"));
        let ecr = known("ecr-login").unwrap();
        let account = "1.dkr.ecr.eu-west-1.amazonaws.com";
        assert_eq!(
            (ecr.answers_for(account), ecr.answers_for("ghcr.io")),
            (Some(true), Some(false))
        );
        assert_eq!(known("gcr").unwrap().answers_for("ghcr.io"), None);
        assert_eq!(known("gcloud").unwrap().answers_for("europe-docker.pkg.dev"), Some(true));
    }
}
