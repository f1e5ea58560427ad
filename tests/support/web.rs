//! A web server that answers as a test says, on the loopback: registries and token servers that
//! cannot be had for real. It remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What was asked.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// With its query.
    pub(crate) path: String,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// What is answered.
pub(crate) enum Reply {
    Say {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// Nothing for a while, and then nothing.
    Hang(Duration),
    /// The connection is closed without a word.
    Close,
    /// These bytes, whatever they are.
    Raw(Vec<u8>),
    /// These bytes, then these again and again with a pause before each, until nobody listens.
    Endless(Vec<u8>, Vec<u8>, Duration),
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self::Say { status, headers: Vec::new(), body: b"{}".to_vec() }
    }

    pub(crate) fn json(body: &serde_json::Value) -> Self {
        Self::Say { status: 200, headers: Vec::new(), body: body.to_string().into_bytes() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Self::Say { headers, .. } = &mut self {
            headers.push((name, value.into()));
        }
        self
    }
}

type Handler = dyn Fn(&Request) -> Reply + Send + Sync;

/// The server; it ends with its value.
pub(crate) struct Web {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Request>>>,
    ends: Arc<AtomicBool>,
}

impl Web {
    pub(crate) fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, ends) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (log, end, answer) = (asked.clone(), ends.clone(), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                let (log, answer) = (log.clone(), answer.clone());
                // A client that goes away is no fault of the server.
                thread::spawn(move || stream.and_then(|stream| serve(stream, &log, &*answer)));
            }
        });
        Self { address, asked, ends }
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    /// `localhost:PORT`: another host, to a client.
    pub(crate) fn other_host(&self) -> String {
        format!("localhost:{}", self.address.port())
    }

    pub(crate) fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }

    /// Whether any request held the text, as it is or in base64 of `user:secret`.
    pub(crate) fn was_told(&self, secret: &str) -> bool {
        self.asked().iter().any(|request| {
            let texts = request
                .headers
                .iter()
                .map(|(_, value)| value)
                .chain([&request.body, &request.path]);
            let mut texts = texts;
            texts.any(|text| text.contains(secret) || decoded(text).contains(secret))
        })
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        // Wakes the listener.
        let _ = TcpStream::connect(self.address);
    }
}

fn decoded(header: &str) -> String {
    use base64ct::{Base64, Encoding};
    let encoded = header.strip_prefix("Basic ").unwrap_or_default();
    String::from_utf8(Base64::decode_vec(encoded).unwrap_or_default()).unwrap_or_default()
}

/// The body, at once or in chunks.
fn read_body(
    reader: &mut BufReader<TcpStream>,
    headers: &[(String, String)],
) -> std::io::Result<Vec<u8>> {
    let value = |name: &str| {
        headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    };
    if value("transfer-encoding") != Some("chunked") {
        let length = value("content-length").and_then(|length| length.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        reader.read_exact(&mut body)?;
        return Ok(body);
    }
    let mut body = Vec::new();
    loop {
        let mut size = String::new();
        reader.read_line(&mut size)?;
        let size = u64::from_str_radix(size.trim(), 16).unwrap_or(0);
        reader.by_ref().take(size).read_to_end(&mut body)?;
        reader.read_line(&mut String::new())?;
        if size == 0 {
            return Ok(body);
        }
    }
}

fn serve(
    mut stream: TcpStream,
    log: &Mutex<Vec<Request>>,
    answer: &Handler,
) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    if reader.fill_buf()?.first() == Some(&0x16) {
        // Somebody tries TLS, and is answered as Go's servers do.
        return stream.write_all(b"HTTP/1.0 400 Bad Request\r\n\r\n");
    }
    let mut line = Vec::new();
    reader.by_ref().take(64 * 1024).read_until(b'\n', &mut line)?;
    let line = String::from_utf8_lossy(&line);
    let mut words = line.split_whitespace().map(str::to_owned);
    let (Some(method), Some(path), Some(_)) = (words.next(), words.next(), words.next()) else {
        return Ok(());
    };
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_owned(), value.to_owned()));
    }
    let body = read_body(&mut reader, &headers)?;
    let request =
        Request { method, path, headers, body: String::from_utf8_lossy(&body).into_owned() };
    log.lock().unwrap().push(request.clone());
    match answer(&request) {
        Reply::Hang(time) => thread::sleep(time),
        Reply::Close => {}
        Reply::Raw(bytes) => stream.write_all(&bytes)?,
        Reply::Endless(first, again, pause) => {
            stream.write_all(&first)?;
            loop {
                thread::sleep(pause);
                stream.write_all(&again)?;
            }
        }
        Reply::Say { status, headers, body } => {
            write!(
                stream,
                "HTTP/1.1 {status} x\r\nConnection: close\r\nContent-Length: {}\r\n",
                body.len()
            )?;
            for (name, value) in headers {
                write!(stream, "{name}: {value}\r\n")?;
            }
            stream.write_all(b"\r\n")?;
            stream.write_all(&body)?;
        }
    }
    Ok(())
}
