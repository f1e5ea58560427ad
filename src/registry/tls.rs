//! Which certificates are trusted for a host: the system's, and those that Docker or Podman were
//! given for it (`certs.d/<host[:port]>/`: `*.crt` are authorities, `X.cert` with `X.key` a client's
//! own; docker/cli `internal/registry/registry.go`, containers-certs.d(5)).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ureq::tls::{
    Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, TlsProvider, parse_pem,
};

use super::endpoint::Origin;
use super::podman::Insecure;
use crate::daemon::Unchecked;
use crate::files;
use crate::store::{Error, ErrorKind};

const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// Where more certificates lie than the system's own.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// The folders named `certs.d`, each with a folder for every host.
    pub folders: Vec<PathBuf>,
    /// A file of authorities that a person named, for every host.
    pub ca_file: Option<PathBuf>,
    /// The hosts for which Docker makes no checks. Here they are made.
    pub unchecked: Unchecked,
    /// Those for which Podman makes none.
    pub insecure: Insecure,
}

/// The files that decide about a host beside the system.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Trust {
    /// Files of authorities that are trusted for the host.
    pub authorities: Vec<PathBuf>,
    /// The certificate that we show it.
    pub client: Option<PathBuf>,
    /// Docker's settings by which its engine skips the checks for the host; they change nothing here.
    pub skipped_by: Option<PathBuf>,
    /// Podman's settings, likewise.
    pub skipped_by_podman: Option<PathBuf>,
}

impl Places {
    /// The files for a host.
    ///
    /// # Errors
    /// Where one half of a client's pair is missing.
    pub fn trust(&self, origin: &Origin) -> Result<Trust, Error> {
        let registry = origin.authority();
        let skipped_by = self.unchecked.names(&registry).map(Path::to_owned);
        let skipped_by_podman = self.insecure.names(&registry).map(Path::to_owned);
        let mut trust = Trust { skipped_by, skipped_by_podman, ..Trust::default() };
        trust.authorities.extend(self.ca_file.clone());
        for folder in &self.folders {
            let folder = folder.join(folder_name(origin));
            let Ok(entries) = folder.read_dir() else { continue };
            let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
            files.sort();
            for file in files {
                match file.extension().and_then(|e| e.to_str()) {
                    Some("crt") => trust.authorities.push(file),
                    Some("cert") => {
                        missing_half(&file, "key")?;
                        trust.client.get_or_insert(file);
                    }
                    Some("key") => missing_half(&file, "cert")?,
                    _ => {}
                }
            }
        }
        Ok(trust)
    }
}

/// Windows has no colons in names of folders, and Docker leaves them out there.
fn folder_name(origin: &Origin) -> String {
    let name = origin.authority();
    if cfg!(windows) { name.replace(':', "") } else { name }
}

fn missing_half(file: &Path, other: &str) -> Result<(), Error> {
    let other = file.with_extension(other);
    if other.is_file() {
        return Ok(());
    }
    let what = format!("{} has no {} beside it", file.display(), other.display());
    Err(Error::new(ErrorKind::Failed, what))
}

impl Trust {
    /// What ureq needs; the check of certificates can not be turned off.
    ///
    /// # Errors
    /// Where a file cannot be read or holds no certificate.
    pub(super) fn config(&self) -> Result<TlsConfig, Error> {
        let crypto = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(crypto)
            .root_certs(RootCerts::PlatformVerifier);
        if !self.authorities.is_empty() {
            let mut roots = native();
            for file in &self.authorities {
                roots.extend(certificates(file)?);
            }
            config = config.root_certs(RootCerts::Specific(Arc::new(roots)));
        }
        if let Some(file) = &self.client {
            let pair = ClientCert::new_with_certs(
                &certificates(file)?,
                private_key(&file.with_extension("key"))?,
            );
            config = config.client_cert(Some(pair));
        }
        Ok(config.build())
    }
}

/// The system's authorities; those that cannot be read are left out, so that they are not trusted.
fn native() -> Vec<Certificate<'static>> {
    let found = rustls_native_certs::load_native_certs().certs;
    found.iter().map(|der| Certificate::from_der(der).to_owned()).collect()
}

fn certificates(file: &Path) -> Result<Vec<Certificate<'static>>, Error> {
    let bytes = files::read_limited(file, MAX_BYTES)?;
    let found: Vec<_> = parse_pem(&bytes)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if found.is_empty() { Err(holds_none(file, "certificate")) } else { Ok(found) }
}

fn private_key(file: &Path) -> Result<PrivateKey<'static>, Error> {
    let bytes = files::read_limited(file, MAX_BYTES)?;
    PrivateKey::from_pem(&bytes).map_err(|_| holds_none(file, "private key"))
}

fn holds_none(file: &Path, what: &str) -> Error {
    Error::new(ErrorKind::Failed, format!("{} holds no {what} in PEM", file.display()))
}
