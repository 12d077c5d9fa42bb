//! The code of docs/TUTORIAL.md does what the document says: Rust, CLI and Python, each against an exchange of its own.

// The document speaks to a shell.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "helper functions are tests too"
)]

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assert_cmd::Command;
use lmex::{LocalExchange, LocalState};
use lmex_exchange::{Exchange, ExchangeConfig, Handle, LimitsMode};
use tempfile::TempDir;

const DOCUMENT: &str = include_str!("../../../docs/TUTORIAL.md");
const PROGRAM: &str = include_str!("../../lmex/examples/tutorial.rs");
/// What the Python pieces claim and their own run doesn't show.
const PYTHON_CHECKS: &str = include_str!("tutorial/checks.py");

// Compiled into the tests, so that it is never older than they are, whatever is built and run.
#[path = "../../lmex/examples/tutorial.rs"]
mod program;

/// Many times what each part takes.
const WITHIN: Duration = Duration::from_secs(120);

#[test]
fn every_rust_piece_is_part_of_the_program() {
    let pieces = blocks("rust");
    assert!(!pieces.is_empty());
    let program = trimmed(PROGRAM);
    for piece in pieces {
        assert!(program.contains(&trimmed(&piece)), "not in examples/tutorial.rs as it stands:\n{piece}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rust_program_succeeds() {
    let stage = Stage::set(LimitsMode::Lmex).await;
    let mut this_test = stage.command(std::env::current_exe().unwrap());
    this_test.args(["--exact", "the_rust_program", "--ignored", "--nocapture"]);
    this_test.envs(stage.variables()).assert().success();
}

#[test]
#[ignore = "run by `cargo test -p lmex-cli --test tutorial the_rust_program_succeeds`, as a process with its own environment"]
fn the_rust_program() {
    program::main().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_commands_succeed_and_print_what_the_document_shows() {
    // No limits: hands type slower than this.
    let stage = Stage::set(LimitsMode::Off).await;
    let commands = commands();
    assert!(!commands.is_empty());
    for Typed { line, shown } in commands {
        let output = stage.typed(&line);
        let mut printed = output.lines().map(shape);
        for expected in shown {
            let found = printed.any(|line| line == shape(&expected));
            assert!(
                found,
                "$ {line}\nshould print a line like\n{expected}\nin this order, but printed\n{output}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_python_script_succeeds() {
    let Some(python) = python() else { return };
    let stage = Stage::set(LimitsMode::Lmex).await;
    let writes_candles = commands().pop().unwrap().line;
    assert!(writes_candles.ends_with("> candles.csv"), "the last command feeds the script: {writes_candles}");
    stage.typed(&writes_candles);

    let script = [blocks("python").join("\n"), PYTHON_CHECKS.to_owned()].join("\n");
    std::fs::write(stage.folder.path().join("tutorial.py"), script).unwrap();
    let output = stage.command(python).arg("tutorial.py").envs(stage.variables()).assert().success();
    let printed = String::from_utf8_lossy(&output.get_output().stdout).into_owned();
    assert!(printed.ends_with("all checks passed\n"), "{printed}");
}

/// An exchange that is announced as `lmex exchange` does it, and a working folder.
struct Stage {
    exchange: Handle,
    folder: TempDir,
    _announced: LocalState,
}

impl Stage {
    async fn set(limits: LimitsMode) -> Self {
        let listen = ([127, 0, 0, 1], 0).into();
        let config = ExchangeConfig { listen, seed: 7, limits, ..ExchangeConfig::default() };
        let exchange = Exchange::start(config).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let announced = LocalExchange {
            rest: exchange.rest_url(),
            ws: exchange.ws_url(),
            api_key: exchange.api_key().to_owned(),
            api_secret: lmex::Secret::new(exchange.api_secret()).unwrap(),
            market_data: exchange.market_source().to_owned(),
            admin_token: None,
        };
        let announced = announced.publish(&folder.path().join("state/exchange.json")).unwrap();
        Self { exchange, folder, _announced: announced }
    }

    /// What section 0 says to export.
    fn variables(&self) -> [(&'static str, String); 4] {
        [
            ("LMEX_REST_URL", self.exchange.rest_url()),
            ("LMEX_WS_URL", self.exchange.ws_url()),
            ("LMEX_API_KEY", self.exchange.api_key().to_owned()),
            ("LMEX_API_SECRET", self.exchange.api_secret().to_owned()),
        ]
    }

    /// A program in the working folder, without the settings of whoever runs the tests.
    fn command(&self, program: impl Into<OsString>) -> Command {
        let mut command = Command::new(program.into());
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LMEX_")) {
            command.env_remove(name);
        }
        command.current_dir(self.folder.path()).env("LMEX_STATE_DIR", self.folder.path().join("state"));
        command.timeout(WITHIN);
        command
    }

    /// Types a line into a shell and gives what it printed.
    fn typed(&self, line: &str) -> String {
        let lmex = Path::new(env!("CARGO_BIN_EXE_lmex")).parent().unwrap().to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(lmex).chain(std::env::split_paths(&path))).unwrap();
        let done = self.command("sh").args(["-c", line]).env("PATH", path).assert().success();
        String::from_utf8(done.get_output().stdout.clone()).unwrap()
    }
}

/// A command of the document, and the lines it is said to print.
struct Typed {
    line: String,
    shown: Vec<String>,
}

/// The commands of all console blocks, in order.
fn commands() -> Vec<Typed> {
    let mut commands: Vec<Typed> = Vec::new();
    for block in blocks("console") {
        for line in block.lines() {
            if let Some(typed) = line.strip_prefix("$ ") {
                assert!(typed.starts_with("lmex "), "console blocks hold only our commands: {line}");
                commands.push(Typed { line: typed.to_owned(), shown: Vec::new() });
            } else if line != "..." {
                commands.last_mut().expect("a block begins with a command").shown.push(line.to_owned());
            }
        }
    }
    commands
}

/// A printed line without what differs from run to run: every word with a digit counts as the same.
fn shape(line: &str) -> String {
    let words = line.split_whitespace();
    let alike = words.map(|word| if word.contains(|c: char| c.is_ascii_digit()) { "#" } else { word });
    alike.collect::<Vec<_>>().join(" ")
}

/// The contents of the document's code blocks in one language.
fn blocks(language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let after_fences = DOCUMENT.split(fence.as_str()).skip(1);
    after_fences.map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// A text whose indentation doesn't count.
fn trimmed(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).flat_map(|line| [line, "\n"]).collect()
}

/// The Python to use: the one that is named, or else the machine's if it has the packages.
fn python() -> Option<PathBuf> {
    let named = std::env::var_os("LMEX_TUTORIAL_PYTHON").map(PathBuf::from);
    let python = named.clone().unwrap_or_else(|| "python3".into());
    let import = "import requests, websockets.sync.client, pandas, numpy";
    let tried = Command::new(&python).args(["-c", import]).timeout(WITHIN).output();
    if tried.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    let reason = format!("{} can't import requests, websockets, pandas and numpy", python.display());
    let required = named.is_some() || std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!required, "{reason}: install them, or name another Python in LMEX_TUTORIAL_PYTHON");
    println!("skipped: {reason}");
    None
}
