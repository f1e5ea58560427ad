//! A small HTTP server on the loopback that plays the API of a provider, and can lose requests and
//! answers, answer nonsense, hang, or send elsewhere.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use base64ct::{Base64, Encoding};
use serde_json::Value;

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Without its query, still percent-encoded.
    pub(crate) path: String,
    pub(crate) query: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Value,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn is(&self, method: &str, path: &str) -> bool {
        self.method == method && self.path == path
    }

    pub(crate) fn bearer(&self) -> Option<&str> {
        self.header("authorization")?.strip_prefix("Bearer ")
    }

    pub(crate) fn basic(&self) -> Option<(String, String)> {
        let pair = Base64::decode_vec(self.header("authorization")?.strip_prefix("Basic ")?);
        let pair = String::from_utf8(pair.unwrap()).unwrap();
        pair.split_once(':').map(|(a, b)| (a.to_owned(), b.to_owned()))
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let mut pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(n, _)| *n == name).map(|(_, value)| value)
    }

    /// The entries of the page that is asked for.
    pub(crate) fn page(&self, all: &[Value], size_name: &str, most: usize) -> Vec<Value> {
        let number = |name: &str| self.parameter(name).and_then(|v| v.parse::<usize>().ok());
        let size = number(size_name).unwrap_or(10).min(most);
        let page = number("page").unwrap_or(1);
        all.iter().skip((page - 1) * size).take(size).cloned().collect()
    }
}

/// An answer.
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self { status, headers: Vec::new(), body: body.to_string().into_bytes() }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// What goes wrong with a request that changes something.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// The connection closes before anything is done.
    RequestLost,
    /// It is done, and the connection closes without an answer.
    AnswerLost,
    /// It is done, and the answer does not come.
    Hang,
    /// It is done, and a page for people is the answer.
    Html,
    /// It is done, and the answer is megabytes long.
    Megabytes,
    /// Nothing is done, and this status is the answer; its body repeats all that was sent.
    Status(u16),
    /// Nothing is done, and the answer sends to another address.
    Redirect(String),
}

type Handler = Box<dyn FnMut(&Request) -> Reply + Send>;

/// The server; it ends with its owner.
pub(crate) struct Fake {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    handler: Mutex<Handler>,
    fault: Mutex<Option<(&'static str, Fault)>>,
    seen: Mutex<Vec<Request>>,
    is_over: AtomicBool,
}

impl Fake {
    pub(crate) fn start(handler: impl FnMut(&Request) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            handler: Mutex::new(Box::new(handler)),
            fault: Mutex::new(None),
            seen: Mutex::new(Vec::new()),
            is_over: AtomicBool::new(false),
        });
        let served = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if served.is_over.load(Ordering::SeqCst) {
                    return;
                }
                let (stream, shared) = (stream.unwrap(), Arc::clone(&served));
                thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { port, shared }
    }

    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn address(&self) -> String {
        format!("http://{}", self.host())
    }

    /// The next request whose method and path hold this goes wrong.
    pub(crate) fn next_fails(&self, what: &'static str, fault: Fault) {
        *self.shared.fault.lock().unwrap() = Some((what, fault));
    }

    /// How many requests came whose method and path hold this.
    pub(crate) fn count(&self, what: &str) -> usize {
        let seen = self.shared.seen.lock().unwrap();
        seen.iter().filter(|request| line(request).contains(what)).count()
    }

    pub(crate) fn seen(&self) -> Vec<Request> {
        self.shared.seen.lock().unwrap().clone()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for a connection.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

fn line(request: &Request) -> String {
    format!("{} {}", request.method, request.path)
}

fn serve(mut stream: TcpStream, shared: &Shared) {
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let Some(request) = read(&stream) else { return };
    shared.seen.lock().unwrap().push(request.clone());
    let fault = {
        let mut slot = shared.fault.lock().unwrap();
        let hits = slot.as_ref().is_some_and(|(what, _)| line(&request).contains(what));
        if hits { slot.take().map(|(_, fault)| fault) } else { None }
    };
    let Some(reply) = play(fault, &request, &mut stream, shared) else { return };
    let mut head = format!("HTTP/1.1 {} X\r\nConnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", reply.body.len()));
    // The client may have gone.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&reply.body));
}

/// The answer, if there is one.
fn play(
    fault: Option<Fault>,
    request: &Request,
    stream: &mut TcpStream,
    shared: &Shared,
) -> Option<Reply> {
    let act = || (shared.handler.lock().unwrap())(request);
    Some(match fault {
        None => act(),
        Some(Fault::RequestLost) => return None,
        Some(Fault::AnswerLost) => {
            act();
            return None;
        }
        Some(Fault::Hang) => {
            act();
            // Until the client gives up.
            let _ = stream.read(&mut [0; 1]);
            return None;
        }
        Some(Fault::Html) => {
            act();
            Reply { status: 200, headers: Vec::new(), body: b"<html>Sign in</html>".to_vec() }
        }
        Some(Fault::Megabytes) => {
            act();
            Reply { status: 200, headers: Vec::new(), body: vec![b' '; 8 << 20] }
        }
        Some(Fault::Status(status)) => {
            let body = format!("{request:?}").into_bytes();
            Reply { status, headers: Vec::new(), body }
        }
        Some(Fault::Redirect(to)) => Reply::empty(307).with("Location", to),
    })
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut words = first.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut text = String::new();
        reader.read_line(&mut text).ok()?;
        let Some((name, value)) = text.trim_end().split_once(':') else { break };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut request = Request { method, path, query, headers, body: Value::Null };
    let length = request.header("content-length").and_then(|v| v.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    request.body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Some(request)
}
