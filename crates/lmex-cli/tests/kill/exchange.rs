//! The real program on a data folder, and a client that asks it.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};

use lmex_api::Signer;
use lmex_exchange::Clock;
use serde_json::Value;

/// An exchange that runs.
pub(crate) struct Exchange {
    process: Child,
    // Open as long as the exchange runs: it may write.
    _out: BufReader<ChildStdout>,
    client: Client,
}

/// What requests are made with. Clones are the same client.
#[derive(Clone)]
pub(crate) struct Client {
    address: String,
    key: String,
    secret: String,
}

/// The last nonce of this process: one that was used before a kill is refused after it too.
static NONCE: AtomicI64 = AtomicI64::new(0);

fn command(place: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lmex"));
    command.env_clear().env("LMEX_STATE_DIR", place.join("state")).current_dir(place);
    command
}

/// A folder passes `lmex exchange verify`.
pub(crate) fn verify(place: &Path) {
    let verified = command(place).args(["exchange", "verify", "data", "--json"]).output().unwrap();
    let (out, err) =
        (String::from_utf8(verified.stdout).unwrap(), String::from_utf8(verified.stderr).unwrap());
    assert!(verified.status.success(), "{out}{err}");
    let compared: Value = serde_json::from_str(&out).unwrap();
    assert!(compared["commands"].as_u64().unwrap() > 0 && compared["digests"].as_u64().unwrap() > 0, "{out}");
}

impl Exchange {
    pub(crate) fn start(place: &Path, durability: &str) -> Self {
        let line = ["exchange", "--listen", "127.0.0.1:0", "--limits", "off", "--nonce-window", "600000"];
        let mut process = command(place)
            .args(line)
            .args(["--data-dir", "data", "--durability", durability, "--json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(process.stdout.take().unwrap());
        let mut ready = String::new();
        out.read_line(&mut ready).unwrap();
        if ready.is_empty() {
            let mut said = String::new();
            process.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            panic!("the exchange did not start: {said}");
        }
        let ready: Value = serde_json::from_str(&ready).unwrap();
        let text = |name: &str| ready[name].as_str().unwrap().to_owned();
        let client = Client {
            address: text("rest").strip_prefix("http://").unwrap().to_owned(),
            key: text("api_key"),
            secret: text("api_secret"),
        };
        Self { process, _out: out, client }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        // A test that failed half-way leaves no exchange behind.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Client {
    /// A connection to send requests on, one after the other.
    pub(crate) fn connect(&self) -> std::io::Result<Connection> {
        let socket = TcpStream::connect(&self.address)?;
        socket.set_nodelay(true)?;
        let signer = Signer::new(self.secret.as_bytes());
        Ok(Connection { client: self.clone(), signer, socket: BufReader::new(socket) })
    }

    /// One request on a connection of its own; the body of its success.
    pub(crate) fn send(&self, method: &str, target: &str, body: &str) -> std::io::Result<String> {
        let (status, text) = self.connect()?.send(method, target, body)?;
        assert_eq!(status, 200, "{method} {target}: {text}");
        Ok(text)
    }

    /// The traders' ids of the orders or fills in an answer.
    pub(crate) fn client_ids(&self, method: &str, target: &str) -> BTreeSet<String> {
        let rows: Value = serde_json::from_str(&self.send(method, target, "").unwrap()).unwrap();
        let ids = rows.as_array().unwrap().iter().filter_map(|row| row["clOrderID"].as_str());
        ids.map(str::to_owned).collect()
    }

    fn next_nonce() -> String {
        NONCE.fetch_max(Clock::system().now().as_millis(), Ordering::SeqCst);
        (NONCE.fetch_add(1, Ordering::SeqCst) + 1).to_string()
    }
}

/// A connection that is kept.
pub(crate) struct Connection {
    client: Client,
    signer: Signer,
    socket: BufReader<TcpStream>,
}

impl Connection {
    /// Sends a signed request and waits for its answer: status and body. An error where none comes.
    pub(crate) fn send(&mut self, method: &str, target: &str, body: &str) -> std::io::Result<(u16, String)> {
        let path = format!("/api/v2.3{}", target.split('?').next().unwrap());
        let nonce = Client::next_nonce();
        let signature = self.signer.sign_request(&path, &nonce, body.as_bytes());
        let request = format!(
            "{method} /futures/api/v2.3{target} HTTP/1.1\r\nhost: {}\r\nrequest-api: {}\r\nrequest-nonce: {nonce}\r\n\
             request-sign: {}\r\ncontent-length: {}\r\n\r\n{body}",
            self.client.address,
            self.client.key,
            signature.as_str(),
            body.len()
        );
        self.socket.get_mut().write_all(request.as_bytes())?;
        self.answer()
    }

    fn answer(&mut self) -> std::io::Result<(u16, String)> {
        let torn = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        let (mut status, mut length, mut line) = (0, 0, String::new());
        loop {
            line.clear();
            if self.socket.read_line(&mut line)? == 0 || !line.ends_with('\n') {
                return Err(torn());
            }
            let head = line.trim_end().to_ascii_lowercase();
            if let Some(rest) = head.strip_prefix("http/1.1 ") {
                status = rest.split(' ').next().and_then(|it| it.parse().ok()).ok_or_else(torn)?;
            } else if let Some(value) = head.strip_prefix("content-length: ") {
                length = value.parse().map_err(|_| torn())?;
            } else if head.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.socket.read_exact(&mut body)?;
        Ok((status, String::from_utf8(body).map_err(|_| torn())?))
    }
}
