//! A local exchange in this process, and the binary run against it as a user would: in a folder of its own, with
//! nothing in its environment but what a test gives it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "this is a test's own code")]

pub(crate) mod canned;
pub(crate) mod proxy;
pub(crate) mod terminal;
pub(crate) mod tls;

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use lmex::{Client, Decimal, Endpoints, Environment, LocalExchange, LocalState, OrderBook, Topic};
use lmex_exchange::{AccountConfig, Dialect, Exchange, ExchangeConfig, Handle, LimitsMode, Secret};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub(crate) const KEY: &str = "4e9536c79f0fdd72bf04f2430982d3f61d9d76c996f0175bbba470d69d59816x";
pub(crate) const SECRET: &str = "848db84ac252b6726e5f6e7a711d9c96d9fd77d020151b45839a5b59c37203bx";

/// The account beside one's own.
const FRIEND: &str = "friend";

/// No command of these tests may take longer.
const PATIENCE: Duration = Duration::from_secs(45);

/// A place to run commands in: an empty working folder and an empty state folder.
pub(crate) struct Place {
    folder: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["work", "state"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        Self { folder }
    }

    /// The folder commands are run in.
    pub(crate) fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// The folder that `LMEX_STATE_DIR` names.
    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// Runs `lmex` with the words of a line.
    pub(crate) fn lmex(&self, line: &str) -> Ran {
        self.lmex_with(&[], line)
    }

    /// Runs it with variables set.
    pub(crate) fn lmex_with(&self, variables: &[(&str, &str)], line: &str) -> Ran {
        let mut command = assert_cmd::Command::from_std(self.command(variables, line));
        let output = command.timeout(PATIENCE).output().unwrap();
        Ran {
            line: line.to_owned(),
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts it and lets it run.
    pub(crate) fn start(&self, variables: &[(&str, &str)], line: &str) -> Running {
        let mut command = self.command(variables, line);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Running { line: line.to_owned(), child, out }
    }

    fn command(&self, variables: &[(&str, &str)], line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lmex"));
        command.args(line.split_whitespace()).current_dir(self.work()).env_clear();
        command.env("LMEX_STATE_DIR", self.state()).env("HOME", self.folder.path());
        command.envs(variables.iter().copied());
        command
    }
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) line: String,
    pub(crate) code: Option<i32>,
    /// Its data.
    pub(crate) out: String,
    /// Its messages.
    pub(crate) err: String,
}

impl Ran {
    /// It ended with 0.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "lmex {}\n{}\n{}", self.line, self.out, self.err);
        self
    }

    /// It ended with this exit code and this category, and printed no data. Gives its messages.
    #[track_caller]
    pub(crate) fn failed(self, code: i32, category: &str) -> String {
        assert_eq!(self.code, Some(code), "lmex {}\n{}\n{}", self.line, self.out, self.err);
        assert!(self.err.contains(&format!("error ({category}): ")), "lmex {}\n{}", self.line, self.err);
        assert_eq!(self.out, "", "lmex {}: no data when it fails", self.line);
        self.err
    }

    /// It succeeded, and its whole output is one JSON value.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        let ran = self.ok();
        serde_json::from_str(&ran.out)
            .unwrap_or_else(|error| panic!("lmex {}: {error}\n{}", ran.line, ran.out))
    }

    /// It succeeded, and each line of its output is a JSON value.
    #[track_caller]
    pub(crate) fn json_lines(self) -> Vec<Value> {
        let ran = self.ok();
        let read = |line: &str| serde_json::from_str(line);
        ran.out.lines().map(|line| read(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
    }

    /// It succeeded, and its output is CSV: the names of the columns, and the rows.
    #[track_caller]
    pub(crate) fn csv(self) -> (Vec<String>, Vec<Vec<String>>) {
        let ran = self.ok();
        let mut reader = csv::Reader::from_reader(ran.out.as_bytes());
        let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
        let columns = cells(reader.headers().unwrap());
        (columns, reader.records().map(|record| cells(&record.unwrap())).collect())
    }
}

/// A command that runs.
pub(crate) struct Running {
    line: String,
    child: Child,
    out: BufReader<std::process::ChildStdout>,
}

impl Running {
    /// The next line of its data.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap()
    }

    /// Waits until it has ended; ends it, for the test to fail, if it does not.
    pub(crate) fn wait(mut self) -> Ran {
        let (mut out, mut err) = (String::new(), String::new());
        let (ended, has_ended) = std::sync::mpsc::channel::<()>();
        let pid = self.pid();
        let watch = std::thread::spawn(move || {
            if has_ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                let _ = kill_process(pid, Signal::KILL);
            }
        });
        self.out.read_to_string(&mut out).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        let code = self.child.wait().unwrap().code();
        drop(ended);
        watch.join().unwrap();
        Ran { line: self.line.clone(), code, out, err }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A test that failed half-way leaves no exchange behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A place with an exchange that runs in this process and is announced there.
pub(crate) struct Venue {
    pub(crate) place: Place,
    handle: Option<Handle>,
    pub(crate) runtime: Runtime,
    _state: LocalState,
}

impl Venue {
    pub(crate) fn start() -> Self {
        Self::speaking(Dialect::Lmex)
    }

    pub(crate) fn speaking(dialect: Dialect) -> Self {
        let place = Place::new();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        // Whoever sends money between accounts needs somebody to send it to.
        let friend =
            AccountConfig { name: FRIEND.to_owned(), balance: Decimal::ZERO, fees: None, keys: Vec::new() };
        let config = ExchangeConfig {
            listen: ([127, 0, 0, 1], 0).into(),
            seed: 7,
            limits: LimitsMode::Off,
            api_key: Some(KEY.to_owned()),
            api_secret: Some(Secret::new(SECRET)),
            accounts: vec![friend],
            dialect,
            ..ExchangeConfig::default()
        };
        let handle = runtime.block_on(Exchange::start(config)).unwrap();
        let exchange = LocalExchange {
            rest: handle.rest_url(),
            ws: handle.ws_url(),
            api_key: KEY.to_owned(),
            api_secret: lmex::Secret::new(SECRET).unwrap(),
            market_data: handle.market_source().to_owned(),
            admin_token: Some(lmex::Secret::new(handle.admin_token()).unwrap()),
        };
        let state = exchange.publish(&place.state().join("exchange.json")).unwrap();
        Self { place, handle: Some(handle), runtime, _state: state }
    }

    /// The same, once the streams have something to tell.
    pub(crate) fn streaming() -> Self {
        let venue = Self::start();
        let topic = Topic::Book("BTC-PERP".parse().unwrap());
        let (rest, ws) = (venue.handle().rest_url(), venue.handle().ws_url());
        venue.runtime.block_on(async {
            let endpoints = Endpoints::new(Environment::Local, Some(&rest), Some(&ws), &[]).unwrap();
            let client = Client::builder(endpoints).build().unwrap();
            let mut stream = client.subscribe([topic]).unwrap();
            let two_sided = |book: &OrderBook| book.bids().len() > 0 && book.asks().len() > 0;
            while stream.with_book(topic, two_sided) != Some(true) {
                tokio::time::timeout(PATIENCE, stream.next()).await.unwrap().unwrap();
            }
        });
        venue
    }

    pub(crate) fn handle(&self) -> &Handle {
        self.handle.as_ref().unwrap()
    }

    /// Runs `lmex` with the words of a line against this exchange.
    pub(crate) fn lmex(&self, line: &str) -> Ran {
        self.place.lmex(line)
    }

    /// How many orders are open.
    pub(crate) fn open_orders(&self) -> usize {
        self.lmex("orders --json").json().as_array().unwrap().len()
    }
}

impl Drop for Venue {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            self.runtime.block_on(handle.shutdown());
        }
    }
}

/// Snapshot settings for what never differs.
pub(crate) fn as_it_is() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

/// What differs from run to run is replaced by its name.
pub(crate) fn redacted() -> insta::Settings {
    let mut settings = as_it_is();
    for (what, name) in [
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "[uuid]"),
        (r"127\.0\.0\.1:\d+", "127.0.0.1:[port]"),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "[time]"),
        (r"\bx[0-9a-f]{20,31}\b", "[client id]"),
        (r"\b\d+\.\d ms\b", "[latency]"),
    ] {
        settings.add_filter(what, name);
    }
    settings
}

/// The same for what the market decides: all numbers are replaced, and with them the width of columns.
pub(crate) fn without_numbers() -> insta::Settings {
    let mut settings = redacted();
    settings.add_filter(r"-?\b\d+(\.\d+)?\b", "[n]");
    settings.add_filter(r"\b(BUY|SELL)\b", "[side]");
    settings.add_filter(" {2,}", "  ");
    settings
}
