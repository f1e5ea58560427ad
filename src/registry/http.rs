//! One request, one bounded answer: no redirect is followed, nothing is tried twice, every wait ends.

use std::time::{Duration, Instant};

use base64ct::{Base64, Encoding};
use secrecy::{ExposeSecret, SecretString};
use ureq::config::Config;
use ureq::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Proxy};
use zeroize::Zeroizing;

use super::endpoint::Url;
use super::tls::Places;
use super::trouble::Trouble;
use crate::store::Error as StoreError;

/// The largest answer that is read, in bytes, but for what a caller allows.
pub const MAX_ANSWER_BYTES: u64 = 64 * 1024;

/// What is said of us: never a version that would tell how old we are.
const AGENT: &str = "imgsec-cred";

/// Asks registries and the APIs beside them.
#[derive(Debug, Clone)]
pub struct Client {
    places: Places,
    end: Instant,
    limit: Duration,
}

/// How a request says who asks.
#[derive(Debug, Clone, Copy)]
pub enum Login<'a> {
    /// It does not.
    Nobody,
    /// RFC 7617: user name and secret.
    Basic(&'a str, &'a SecretString),
    /// RFC 6750.
    Bearer(&'a SecretString),
    /// A header of the provider's own, such as GitLab's `PRIVATE-TOKEN`.
    Header(&'static str, &'a SecretString),
}

/// What a request brings.
pub enum Body {
    /// Nothing.
    Empty,
    /// `application/json`.
    Json(Zeroizing<Vec<u8>>),
    /// `application/x-www-form-urlencoded`.
    Form(Zeroizing<Vec<u8>>),
}

/// An answer, whatever its status.
pub struct Answer {
    /// The status.
    pub status: u16,
    headers: ureq::http::HeaderMap,
    /// At most [`MAX_ANSWER_BYTES`]. It can hold a secret, and can repeat ours.
    pub body: Zeroizing<Vec<u8>>,
}

impl Client {
    /// A client all of whose requests end within `limit` from now.
    #[must_use]
    pub fn new(places: Places, limit: Duration) -> Self {
        Self { places, end: Instant::now() + limit, limit }
    }

    /// The same with its whole time before it.
    #[must_use]
    pub fn anew(&self) -> Self {
        Self::new(self.places.clone(), self.limit)
    }

    /// How long all requests may take together.
    #[must_use]
    pub fn limit(&self) -> Duration {
        self.limit
    }

    /// Where certificates lie beside the system's own.
    #[must_use]
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// Sends one request and reads its answer. A request over plain HTTP never goes through a proxy;
    /// whether it may be sent at all is the policy's to say.
    ///
    /// # Errors
    /// [`Trouble`] where there is no whole answer.
    pub fn send(
        &self,
        method: &str,
        url: &Url,
        login: Login<'_>,
        body: &Body,
        max_bytes: u64,
    ) -> Result<Answer, Trouble> {
        let agent = self.agent(url)?;
        let mut request = ureq::http::Request::builder().method(method).uri(url.whole());
        if let Some((name, value)) = header(login) {
            request = request.header(name, value.map_err(|_| Trouble::Broken)?);
        }
        let bytes: &[u8] = match body {
            Body::Empty => &[],
            Body::Json(bytes) => {
                request = request.header(CONTENT_TYPE, "application/json");
                bytes
            }
            Body::Form(bytes) => {
                request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
                bytes
            }
        };
        let answer = if let Body::Empty = body {
            agent.run(request.body(()).map_err(|_| Trouble::Broken)?)
        } else {
            agent.run(request.body(bytes).map_err(|_| Trouble::Broken)?)
        };
        let mut answer = answer.map_err(|e| Trouble::from(&e))?;
        let read = answer.body_mut().with_config().limit(max_bytes).read_to_vec();
        Ok(Answer {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            body: Zeroizing::new(read.map_err(|e| Trouble::from(&e))?),
        })
    }

    /// Asks without a body.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub fn get(&self, url: &Url, login: Login<'_>) -> Result<Answer, Trouble> {
        self.send("GET", url, login, &Body::Empty, MAX_ANSWER_BYTES)
    }

    fn agent(&self, url: &Url) -> Result<Agent, Trouble> {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Trouble::TimedOut);
        }
        let is_direct = !url.origin.is_https || url.origin.is_loopback();
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(left))
            .user_agent(AGENT)
            .accept("application/json")
            .max_response_header_size(64 * 1024)
            .max_idle_connections(0)
            .proxy(if is_direct { None } else { Proxy::try_from_env() });
        if url.origin.is_https {
            let ours = |_: StoreError| Trouble::OurCertificates;
            let trust = self.places.trust(&url.origin).map_err(ours)?;
            config = config.https_only(true).tls_config(trust.config().map_err(ours)?);
        }
        Ok(Agent::with_parts(config.build(), DefaultConnector::default(), Names::default()))
    }
}

impl Answer {
    /// The values of a header that are text, in the order they came.
    pub fn header<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok())
    }

    /// The values of a header as they came.
    pub fn raw_header<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.headers.get_all(name).into_iter().map(HeaderValue::as_bytes)
    }

    /// The body as JSON; the parser's own error could quote it, and is dropped.
    #[must_use]
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// The system's names. That there is none, or that nobody could be asked, is not told apart from a
/// connection that breaks, but here.
#[derive(Debug, Default)]
struct Names(DefaultResolver);

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &ureq::http::Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        self.0.resolve(uri, config, timeout).map_err(|error| match error {
            ureq::Error::Io(_) => ureq::Error::HostNotFound,
            other => other,
        })
    }
}

type Value = Result<HeaderValue, ureq::http::header::InvalidHeaderValue>;

fn header(login: Login<'_>) -> Option<(HeaderName, Value)> {
    let sensitive = |text: &str| {
        HeaderValue::from_str(text).map(|mut value| {
            value.set_sensitive(true);
            value
        })
    };
    match login {
        Login::Nobody => None,
        Login::Basic(user, secret) => {
            let pair = Zeroizing::new(format!("{user}:{}", secret.expose_secret()));
            let encoded = Zeroizing::new(Base64::encode_string(pair.as_bytes()));
            Some((AUTHORIZATION, sensitive(&Zeroizing::new(format!("Basic {}", *encoded)))))
        }
        Login::Bearer(token) => {
            let text = Zeroizing::new(format!("Bearer {}", token.expose_secret()));
            Some((AUTHORIZATION, sensitive(&text)))
        }
        Login::Header(name, secret) => {
            Some((HeaderName::from_static(name), sensitive(secret.expose_secret())))
        }
    }
}
