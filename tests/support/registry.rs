//! A real registry on the loopback, with passwords in an htpasswd file or with a token server that
//! can hand out identity tokens.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::sync::Mutex;

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};

use super::person::Login;
use super::process::{self, Service};

/// Where all of them listen.
const LOOPBACK: &str = "127.0.0.1";

/// How a registry finds out who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Auth {
    /// HTTP Basic. Everybody may do everything.
    Password,
    /// A token server. A user may use `NAME/…`, everybody `shared/…`.
    Token,
}

/// How a registry is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Transport {
    Plain,
    /// With a certificate of an authority of its own.
    Tls,
}

#[derive(Debug)]
struct User {
    password: String,
    identity: bool,
}

/// `docker-registry` with users that a test can change while it runs.
#[derive(Debug)]
pub(crate) struct Registry {
    _registry: Service,
    _tokens: Option<Service>,
    realm: String,
    port: u16,
    users: Mutex<BTreeMap<String, User>>,
    auth: Auth,
    dir: tempfile::TempDir,
}

impl Registry {
    /// A registry with these users and passwords.
    pub(crate) fn start(auth: Auth, users: &[(&str, &str)]) -> Self {
        Self::start_over(Transport::Plain, auth, users, LOOPBACK)
    }

    /// The same, whose token server goes by the name of [`Self::other_host`]. This year's crane and
    /// ORAS send no login to a private address that a registry names, if it has another name itself.
    pub(crate) fn start_with_named_realm(auth: Auth) -> Self {
        Self::start_over(Transport::Plain, auth, &[], "localhost")
    }

    /// The same over TLS, with a certificate that [`Self::authority`] signed.
    pub(crate) fn start_tls(auth: Auth, users: &[(&str, &str)]) -> Self {
        Self::start_over(Transport::Tls, auth, users, LOOPBACK)
    }

    /// The certificate of the authority.
    pub(crate) fn authority(&self) -> std::path::PathBuf {
        self.dir.path().join("ca.pem")
    }

    fn start_over(
        transport: Transport,
        auth: Auth,
        users: &[(&str, &str)],
        realm_at: &str,
    ) -> Self {
        let dir = process::folder("reg");
        let users = users.iter().map(|(name, password)| {
            (name.to_string(), User { password: password.to_string(), identity: false })
        });
        let users: BTreeMap<_, _> = users.collect();
        write_users(dir.path(), auth, &users);
        let mut realm = String::new();
        let (tokens, settings) = match auth {
            Auth::Password => {
                let file = dir.path().join("users");
                (None, json!({ "htpasswd": { "realm": "imgsec test", "path": file } }))
            }
            Auth::Token => {
                let server;
                (server, realm) = start_tokens(dir.path());
                realm = realm.replace(LOOPBACK, realm_at);
                let cert = dir.path().join("cert.pem");
                let settings = json!({ "realm": realm, "service": "imgsec test registry",
                    "issuer": "imgsec test tokens", "rootcertbundle": cert });
                (Some(server), json!({ "token": settings }))
            }
        };
        let (registry, port) = start_registry(dir.path(), transport, &settings);
        let users = Mutex::new(users);
        Self { _registry: registry, _tokens: tokens, realm, port, users, auth, dir }
    }

    /// `127.0.0.1:PORT`: the name in images, and what Docker asks its helper for.
    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The same registry under another name; to a client it is another server.
    pub(crate) fn other_host(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// A name that only somebody who knows this registry can resolve.
    pub(crate) fn far_host(&self) -> String {
        format!("registry.test:{}", self.port)
    }

    /// The host of the token server; the registry's own where there is none.
    pub(crate) fn realm_host(&self) -> String {
        match self.realm.split_once("://") {
            Some((_, rest)) => rest.split('/').next().unwrap().to_owned(),
            None => self.host(),
        }
    }

    /// Adds a user, or gives the user another password.
    pub(crate) fn allow(&self, name: &str, password: &str) {
        self.change(|users| {
            users.insert(name.into(), User { password: password.into(), identity: false });
        });
    }

    /// From now on this user's login yields an identity token, which clients keep instead of the
    /// password.
    pub(crate) fn give_identity_token(&self, name: &str) {
        assert_eq!(self.auth, Auth::Token);
        self.change(|users| users.get_mut(name).unwrap().identity = true);
    }

    /// An identity token, as `docker login` gets one.
    pub(crate) fn identity_token(&self, login: &Login) -> String {
        self.give_identity_token(&login.user);
        let address = self.realm.strip_prefix("http://").unwrap().strip_suffix("/token").unwrap();
        let pair = Base64::encode_string(format!("{}:{}", login.user, login.password).as_bytes());
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "GET /token?offline_token=true HTTP/1.1\r\nHost: {address}\r\n\
             Authorization: Basic {pair}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        body["refresh_token"].as_str().unwrap().to_owned()
    }

    /// Nobody of this name may sign in any more.
    pub(crate) fn forbid(&self, name: &str) {
        self.change(|users| drop(users.remove(name)));
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<String, User>)) {
        let mut users = self.users.lock().unwrap();
        change(&mut users);
        write_users(self.dir.path(), self.auth, &users);
    }

    /// How this user got tokens, in order: `basic`, `password` or `refresh_token`, with the answer.
    pub(crate) fn tokens_given_to(&self, name: &str) -> Vec<(String, u64)> {
        let log = fs::read_to_string(self.dir.path().join("requests.jsonl")).unwrap_or_default();
        let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mine = lines.filter(|entry| entry["user"] == name);
        mine.map(|entry| {
            (entry["how"].as_str().unwrap().to_owned(), entry["status"].as_u64().unwrap())
        })
        .collect()
    }
}

/// Both kinds of registry read their users again when the file has changed; it is replaced whole.
fn write_users(dir: &Path, auth: Auth, users: &BTreeMap<String, User>) {
    let text = match auth {
        Auth::Password => users.iter().map(|(name, user)| htpasswd(name, &user.password)).collect(),
        Auth::Token => {
            let users = users.iter().map(|(name, user)| {
                (name.clone(), json!({ "password": user.password, "identity": user.identity }))
            });
            Value::Object(users.collect()).to_string()
        }
    };
    fs::write(dir.join("users.new"), text).unwrap();
    fs::rename(dir.join("users.new"), dir.join("users")).unwrap();
}

fn htpasswd(name: &str, password: &str) -> String {
    let mut command = std::process::Command::new(process::need("htpasswd"));
    // -i: the password by standard input; -C 4: the cheapest bcrypt.
    let line = process::run(command.args(["-n", "-i", "-B", "-C", "4", name]), password.as_bytes());
    format!("{}\n", line.ok().stdout.trim())
}

fn start_tokens(dir: &Path) -> (Service, String) {
    process::need("openssl");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/token_server.py");
    let python = process::need("python3");
    let mut server = Service::start(&python, &dir.join("tokens.log"), |command| {
        command.arg(script).arg(dir.join("users")).arg(dir).arg("300").stdin(Stdio::piped());
    });
    let realm = server.until(|server| {
        let log = server.log();
        log.lines().find(|line| line.starts_with("http://")).map(str::to_owned)
    });
    (server, realm)
}

/// An authority, and a certificate of it for the loopback.
fn make_certificates(dir: &Path) -> Value {
    let openssl = |arguments: &str| {
        let mut command = std::process::Command::new(process::need("openssl"));
        process::run(command.current_dir(dir).args(arguments.split(' ')), b"").ok();
    };
    let ec = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    openssl(&format!("req -x509 {ec} -days 2 -subj /CN=ours -keyout ca.key -out ca.pem"));
    openssl(&format!("req -new {ec} -subj /CN=registry -keyout tls.key -out tls.csr"));
    fs::write(dir.join("names"), "subjectAltName=DNS:localhost,DNS:registry.test,IP:127.0.0.1")
        .unwrap();
    openssl(
        "x509 -req -days 2 -in tls.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile names -out tls.pem",
    );
    json!({ "certificate": dir.join("tls.pem"), "key": dir.join("tls.key") })
}

fn start_registry(dir: &Path, transport: Transport, auth: &Value) -> (Service, u16) {
    let mut http = json!({ "addr": "127.0.0.1:0", "secret": "of uploads" });
    if transport == Transport::Tls {
        http["tls"] = make_certificates(dir);
    }
    // JSON is YAML.
    let settings = json!({
        "version": "0.1",
        "log": { "level": "info", "formatter": "json" },
        "storage": { "filesystem": { "rootdirectory": dir.join("images") } },
        "http": http,
        "auth": auth,
    });
    fs::write(dir.join("registry.yml"), settings.to_string()).unwrap();
    let program = process::need("docker-registry");
    let mut registry = Service::start(&program, &dir.join("registry.log"), |command| {
        command.arg("serve").arg(dir.join("registry.yml"));
    });
    let port = registry.until(|registry| {
        let log = registry.log();
        let (_, rest) = log.split_once("listening on 127.0.0.1:")?;
        rest.split_once(['"', ','])?.0.parse().ok()
    });
    (registry, port)
}
