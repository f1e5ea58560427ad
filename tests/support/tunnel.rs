//! A proxy on the loopback that makes tunnels to one server, whatever the name it is asked for, and
//! remembers every byte that its client sent.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// The proxy; it ends with the test's process.
pub(crate) struct Tunnel {
    address: String,
    sent: Arc<Mutex<Vec<u8>>>,
}

impl Tunnel {
    pub(crate) fn start(to: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let sent = Arc::default();
        let log = Arc::clone(&sent);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (to, log) = (to.clone(), Arc::clone(&log));
                thread::spawn(move || pass(client, &to, &log));
            }
        });
        Self { address, sent }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// What clients sent since this was last asked.
    pub(crate) fn sent(&self) -> Vec<u8> {
        std::mem::take(&mut self.sent.lock().unwrap())
    }
}

fn pass(client: TcpStream, to: &str, log: &Mutex<Vec<u8>>) -> std::io::Result<()> {
    let mut server = TcpStream::connect(to)?;
    let mut from = BufReader::new(client.try_clone()?);
    let (mut back, mut client) = (server.try_clone()?, client);
    let mut line = String::new();
    while line != "\r\n" {
        line.clear();
        from.read_line(&mut line)?;
        log.lock().unwrap().extend(line.as_bytes());
    }
    client.write_all(b"HTTP/1.1 200 tunnel\r\n\r\n")?;
    thread::spawn(move || std::io::copy(&mut back, &mut client));
    let mut buffer = [0; 4096];
    loop {
        let read = from.read(&mut buffer)?;
        log.lock().unwrap().extend(&buffer[..read]);
        if read == 0 {
            return Ok(());
        }
        server.write_all(&buffer[..read])?;
    }
}
