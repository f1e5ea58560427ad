//! A stand-in for the Docker engine that only listens: it says yes to everything and notes which
//! logins the client sent. With it a client can be watched using Docker Hub where there is no
//! Docker Hub, and no root is needed.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use base64ct::{Base64Url, Encoding};
use serde_json::Value;

use super::process;

/// A request that may carry logins.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) path: String,
    /// The one login, or for a build all of them by server; null if none was sent.
    pub(crate) logins: Value,
}

#[derive(Debug, Default)]
struct Seen {
    requests: Mutex<Vec<Request>>,
    stop: AtomicBool,
}

#[derive(Debug)]
pub(crate) struct Engine {
    seen: Arc<Seen>,
    dir: tempfile::TempDir,
}

impl Engine {
    pub(crate) fn start() -> Self {
        let dir = process::folder("eng");
        let listener = UnixListener::bind(dir.path().join("engine")).unwrap();
        let seen = Arc::new(Seen::default());
        let shared = Arc::clone(&seen);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if shared.stop.load(Ordering::Relaxed) {
                    return;
                }
                let seen = Arc::clone(&shared);
                thread::spawn(move || drop(serve(client, &seen)));
            }
        });
        Self { seen, dir }
    }

    pub(crate) fn host(&self) -> String {
        format!("unix://{}", self.dir.path().join("engine").display())
    }

    /// The requests since this was last asked that may carry logins.
    pub(crate) fn requests(&self) -> Vec<Request> {
        std::mem::take(&mut self.seen.requests.lock().unwrap())
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.seen.stop.store(true, Ordering::Relaxed);
        // Wakes the listener, which then ends.
        let _ = UnixStream::connect(self.dir.path().join("engine"));
    }
}

fn serve(client: UnixStream, seen: &Seen) -> std::io::Result<()> {
    client.set_read_timeout(Some(Duration::from_secs(120)))?;
    let mut answers = client.try_clone()?;
    let mut stream = BufReader::new(client);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let mut words = line.split_whitespace();
        let (verb, path) = (words.next().unwrap_or(""), words.next().unwrap_or("").to_owned());
        let logins = read_rest(&mut stream)?;
        let (status, body) = answer(&path);
        if ["/images/create", "/push", "/build", "/images/search"]
            .iter()
            .any(|at| path.contains(at))
        {
            let request = Request { path, logins };
            seen.requests.lock().unwrap().push(request);
        }
        let body = if verb == "HEAD" { "" } else { body };
        write!(
            answers,
            "HTTP/1.1 {status}\r\nAPI-Version: 1.41\r\nOSType: linux\r\nBuilder-Version: 1\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
    }
}

/// Reads headers and body; returns the logins in the headers.
fn read_rest(stream: &mut BufReader<UnixStream>) -> std::io::Result<Value> {
    let (mut logins, mut length, mut chunked) = (Value::Null, 0, false);
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match (name.to_ascii_lowercase().as_str(), value.trim()) {
            ("x-registry-auth" | "x-registry-config", value) => {
                // Old clients pad, and an empty login is sent as nothing or as `{}`.
                let bytes = Base64Url::decode_vec(value).unwrap_or_default();
                logins = serde_json::from_slice(&bytes).unwrap_or_default();
            }
            ("content-length", value) => length = value.parse().unwrap_or(0),
            ("transfer-encoding", _) => chunked = true,
            _ => {}
        }
    }
    while chunked {
        let mut size = String::new();
        stream.read_line(&mut size)?;
        let size = u64::from_str_radix(size.trim(), 16).unwrap_or(0);
        skip(stream, size + 2)?;
        chunked = size > 0;
    }
    skip(stream, length)?;
    Ok(logins)
}

fn skip(stream: &mut BufReader<UnixStream>, bytes: u64) -> std::io::Result<()> {
    std::io::copy(&mut stream.take(bytes), &mut std::io::sink()).map(drop)
}

fn answer(path: &str) -> (&'static str, &'static str) {
    let ends = |end: &str| path.split('?').next().is_some_and(|path| path.ends_with(end));
    if ends("/_ping") {
        ("200 OK", "OK")
    } else if ends("/version") {
        (
            "200 OK",
            r#"{"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12","Os":"linux"}"#,
        )
    } else if ends("/info") {
        let info = r#"{"IndexServerAddress":"https://index.docker.io/v1/","OSType":"linux",
            "ServerVersion":"20.10.24","OperatingSystem":"none","Architecture":"x86_64"}"#;
        ("200 OK", info)
    } else if ends("/networks/bridge") {
        ("200 OK", "{}")
    } else if ends("/auth") {
        ("200 OK", r#"{"IdentityToken":"","Status":"Login Succeeded"}"#)
    } else if ends("/images/search") {
        ("200 OK", "[]")
    } else if ends("/images/create") || ends("/push") {
        ("200 OK", "{\"status\":\"done\"}\n")
    } else if ends("/build") {
        ("200 OK", "{\"stream\":\"Successfully built 0123456789ab\\n\"}\n")
    } else {
        ("404 Not Found", r#"{"message":"no such thing here"}"#)
    }
}
