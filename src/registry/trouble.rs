//! Why a request has no answer: in a word for programs, in words for people, and read off the errors
//! of ureq and rustls, which are never shown themselves.

use std::io;

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The name is not known, or nobody could be asked for it.
    NoHost,
    /// Nobody listens there.
    NoConnection,
    /// The certificate is not trusted, or is for another name.
    Certificate,
    /// It does not speak TLS, or none that we know.
    NoTls,
    /// The deadline passed.
    TimedOut,
    /// The answer is larger than we read.
    TooLarge,
    /// The proxy refused.
    Proxy,
    /// The connection broke, or what came is not HTTP.
    Broken,
    /// A certificate on this machine cannot be used.
    OurCertificates,
}

impl Trouble {
    /// The stable word for programs.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::NoHost => "no_host",
            Self::NoConnection => "no_connection",
            Self::Certificate => "certificate",
            Self::NoTls => "no_tls",
            Self::TimedOut => "timed_out",
            Self::TooLarge => "too_large",
            Self::Proxy => "proxy",
            Self::Broken => "broken",
            Self::OurCertificates => "our_certificates",
        }
    }

    /// What happened, to be put behind the name of a host.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::NoHost => "its name cannot be resolved",
            Self::NoConnection => "nobody answers there",
            Self::Certificate => "its certificate is not trusted here",
            Self::NoTls => "it does not speak TLS",
            Self::TimedOut => "no answer in time",
            Self::TooLarge => "the answer is too large",
            Self::Proxy => "the proxy refused",
            Self::Broken => "the connection broke",
            Self::OurCertificates => "its certificates on this machine cannot be used",
        }
    }

    /// Whether the request certainly did not reach the server. TLS can also fail behind it.
    #[must_use]
    pub fn was_never_sent(self) -> bool {
        matches!(
            self,
            Self::NoHost
                | Self::NoConnection
                | Self::Certificate
                | Self::Proxy
                | Self::OurCertificates
        )
    }
}

impl From<&ureq::Error> for Trouble {
    fn from(error: &ureq::Error) -> Self {
        use ureq::Error as E;
        match error {
            E::HostNotFound | E::BadUri(_) => Self::NoHost,
            E::ConnectionFailed => Self::NoConnection,
            E::Timeout(_) => Self::TimedOut,
            E::BodyExceedsLimit(_) | E::LargeResponseHeader(..) => Self::TooLarge,
            E::ConnectProxyFailed(_) | E::InvalidProxyUrl => Self::Proxy,
            E::Rustls(error) => tls_trouble(error),
            E::Tls(_) | E::TlsRequired | E::RequireHttpsOnly(_) => Self::NoTls,
            E::Io(error) => io_trouble(error),
            _ => Self::Broken,
        }
    }
}

fn io_trouble(error: &io::Error) -> Trouble {
    let inner = error.get_ref().and_then(|e| e.downcast_ref::<rustls::Error>());
    match error.kind() {
        _ if inner.is_some() => inner.map_or(Trouble::Broken, tls_trouble),
        io::ErrorKind::ConnectionRefused
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable => Trouble::NoConnection,
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Trouble::TimedOut,
        _ => Trouble::Broken,
    }
}

fn tls_trouble(error: &rustls::Error) -> Trouble {
    match error {
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
            Trouble::Certificate
        }
        _ => Trouble::NoTls,
    }
}
