//! The examples of the SDK, each run to its end as a program of its own.
//!
//! They are compiled into these tests, so that they are never older, and run by starting this test's own program again.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use lmex_exchange::{Exchange, Handle};

use crate::faults::Proxy;
use crate::rig::config;

#[path = "../../../lmex/examples/blocking_script.rs"]
mod blocking_script;
#[path = "../../../lmex/examples/first_order.rs"]
mod first_order;
#[path = "../../../lmex/examples/moving_to_testnet.rs"]
mod moving_to_testnet;
#[path = "../../../lmex/examples/quoting_both_sides.rs"]
mod quoting_both_sides;
#[path = "../../../lmex/examples/surviving_a_disconnect.rs"]
mod surviving_a_disconnect;
#[path = "../../../lmex/examples/three_books.rs"]
mod three_books;

/// An exchange whose market moves, a proxy before it, and a folder to work in.
struct Stage {
    exchange: Handle,
    proxy: Proxy,
    folder: tempfile::TempDir,
}

impl Stage {
    async fn set() -> Self {
        let exchange = Exchange::start(config()).await.unwrap();
        // The desk answers once it has told the streams of the markets; before that no topic exists.
        exchange.desk().read(|_| ()).await.unwrap();
        let proxy = Proxy::start(exchange.rest_url().strip_prefix("http://").unwrap()).await;
        Self { exchange, proxy, folder: tempfile::tempdir().unwrap() }
    }

    /// One of the ignored tests below, in a process of its own.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("LMEX_")) {
            command.env_remove(name);
        }
        command.args(["--exact", &format!("examples::{name}"), "--ignored", "--nocapture"]);
        command.current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::piped());
        let address = self.proxy.address();
        command.env("LMEX_REST_URL", format!("http://{address}"));
        command.env("LMEX_WS_URL", format!("ws://{address}"));
        for prefix in ["LMEX", "LMEX_TESTNET"] {
            command.env(format!("{prefix}_API_KEY"), self.exchange.api_key());
            command.env(format!("{prefix}_API_SECRET"), self.exchange.api_secret());
        }
        command
    }

    /// Runs it to its end; `at` is done when it prints a line with these words. Gives what it printed.
    async fn run(
        &self,
        mut command: Command,
        words: &'static str,
        at: impl FnOnce() + Send + 'static,
    ) -> String {
        let reading = tokio::task::spawn_blocking(move || {
            let mut child = command.spawn().unwrap();
            let mut printed = BufReader::new(child.stdout.take().unwrap());
            let mut text = String::new();
            while !text.contains(words) && printed.read_line(&mut text).unwrap() > 0 {}
            at();
            printed.read_to_string(&mut text).unwrap();
            assert!(child.wait().unwrap().success(), "{text}");
            text
        });
        reading.await.unwrap()
    }

    async fn run_through(&self, name: &str) -> String {
        self.run(self.program(name), "", || {}).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_order_is_placed_and_taken_back() {
    let printed = Stage::set().await.run_through("first_order_program").await;
    assert!(
        printed.contains("100 contracts wait at") && printed.contains("and now: 6 cancelled"),
        "{printed}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_sides_are_quoted_for_some_rounds() {
    let stage = Stage::set().await;
    let printed = stage.run_through("quoting_both_sides_program").await;
    assert!(printed.contains("round 4: middle"), "{printed}");
    assert!(stage.proxy.forwarded("POST", "/order") >= 2, "one on each side");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_books_are_followed() {
    let printed = Stage::set().await.run_through("three_books_program").await;
    for market in ["BTC-PERP", "ETH-PERP", "AAPL-PERP"] {
        assert!(printed.matches(&format!("book {market}: ")).count() >= 5, "{printed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disconnect_is_survived() {
    let stage = std::sync::Arc::new(Stage::set().await);
    let (command, proxy) = (stage.program("surviving_a_disconnect_program"), std::sync::Arc::clone(&stage));
    let printed = stage.run(command, "break the connection now", move || proxy.proxy.cut_streams()).await;
    for words in ["connected again", "book BTC-PERP is back", "1 order still open"] {
        assert!(printed.contains(words), "{words}: {printed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moving_to_the_testnet_changes_only_the_environments_name() {
    let stage = Stage::set().await;
    let printed = stage.run_through("moving_to_testnet_program").await;
    assert!(printed.contains("local at http://127.0.0.1"), "{printed}");
    // On this machine, which must be allowed by name.
    let mut testnet = stage.program("moving_to_testnet_program");
    testnet.env("LMEX_ENV", "testnet").env("LMEX_ALLOWED_HOST", "127.0.0.1");
    let printed = stage.run(testnet, "", || {}).await;
    assert!(printed.contains("testnet at http://127.0.0.1"), "{printed}");
    let mut live = stage.program("moving_to_testnet_program");
    live.env("LMEX_ENV", "live").stderr(Stdio::null());
    assert!(!live.status().unwrap().success(), "live is refused");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_without_a_runtime_does_all_of_it() {
    let stage = Stage::set().await;
    stage.run_through("blocking_script_program").await;
    assert_eq!(stage.proxy.forwarded("POST", "/order"), 1);
}

/// Many times what any of them takes: one that waits for ever must not make whoever reads it wait as long.
const WITHIN: Duration = Duration::from_secs(180);

/// Ends this process when that time is over, unless what is returned was dropped before.
fn ends_in_time() -> mpsc::Sender<()> {
    let (ends, ended) = mpsc::channel();
    std::thread::spawn(move || {
        if ended.recv_timeout(WITHIN) == Err(mpsc::RecvTimeoutError::Timeout) {
            std::process::exit(124);
        }
    });
    ends
}

macro_rules! programs {
    ($($name:ident runs $example:ident;)*) => {
        $(
            #[test]
            #[ignore = "run by the tests above, as a process with its own environment"]
            fn $name() {
                let _ends = ends_in_time();
                $example::main().unwrap();
            }
        )*
    };
}

programs! {
    first_order_program runs first_order;
    quoting_both_sides_program runs quoting_both_sides;
    three_books_program runs three_books;
    surviving_a_disconnect_program runs surviving_a_disconnect;
    moving_to_testnet_program runs moving_to_testnet;
    blocking_script_program runs blocking_script;
}
