//! Several processes with one key: this test program, run again, sends what it is told over real sockets.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use lmex::futures::{CancelTarget, CreateOrder, OrderForm};
use lmex::{Client, Credentials, Endpoints, Environment, Error, ErrorKind, Limits, Pace, Retry, Side};
use lmex_exchange::faults::FaultSpec;
use lmex_exchange::{ExchangeConfig, LimitsMode};

use crate::rig::{LONG, Rig, btc, config, id};

const ORIGIN: &str = "LMEX_PROCESSES_TEST_ORIGIN";
const FOLDER: &str = "LMEX_PROCESSES_TEST_FOLDER";
const KEY: &str = "LMEX_PROCESSES_TEST_KEY";
const SECRET: &str = "LMEX_PROCESSES_TEST_SECRET";
const MARK: &str = "told: ";
/// So few that twice as many are no breach: what left in one second may arrive in the next on a busy machine.
const QUERIES_A_SECOND: u32 = 7;

struct Process {
    child: std::process::Child,
    tell: ChildStdin,
    heard: std::io::Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(rig: &Rig, folder: &Path) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "--ignored", "--nocapture", "--test-threads=1", "processes::child"])
            .env(ORIGIN, format!("http://{}", rig.proxy.address()))
            .env(FOLDER, folder)
            .env(KEY, rig.exchange.api_key())
            .env(SECRET, rig.exchange.api_secret())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let tell = child.stdin.take().unwrap();
        let heard = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, tell, heard }
    }

    fn tell(&mut self, order: &str) {
        writeln!(self.tell, "{order}").unwrap();
    }

    fn hear(&mut self) -> String {
        // The test harness says something of its own first.
        let mut lines = self.heard.by_ref().map(|line| line.unwrap());
        lines.find_map(|line| line.split_once(MARK).map(|(_, said)| said.to_owned())).unwrap()
    }

    fn ask(&mut self, order: &str) -> String {
        self.tell(order);
        self.hear()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
#[ignore = "the child of the tests below: they start it"]
async fn child() {
    let Ok(origin) = env::var(ORIGIN) else { return };
    let client = client(&origin);
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let said = match line.as_str() {
            "query" => said(client.positions(None).await),
            "order" => said(client.send(&order()).await),
            "cancel and query" => {
                // The query asks first.
                let queried = client.positions(None);
                let cancelled = client.cancel(btc(), CancelTarget::All);
                let (queried, cancelled) = tokio::join!(queried, cancelled);
                format!("{} {}", said(cancelled), said(queried))
            }
            count => {
                let mut all = "ok".to_owned();
                for _ in 0..count.parse().unwrap() {
                    let this = said(client.positions(None).await);
                    if this != "ok" {
                        all = this;
                    }
                }
                all
            }
        };
        println!("{MARK}{said}");
    }
}

fn order() -> CreateOrder {
    let order = CreateOrder::new(btc(), Side::Buy, OrderForm::Limit, 100, id("late"));
    CreateOrder { price: Some(55_000.into()), ..order }
}

fn client(origin: &str) -> Client {
    let variable = |name| env::var(name).unwrap();
    let endpoints = Endpoints::new(Environment::Local, Some(origin), None, &[]).unwrap();
    let limits = Limits::default().queries(QUERIES_A_SECOND);
    let pace = Pace { limits, query_deadline: LONG * 3, cancel_deadline: LONG * 3, ..Pace::default() };
    let builder = Client::builder(endpoints).journal(variable(FOLDER)).pace(pace);
    let credentials = Credentials::new(variable(KEY), variable(SECRET)).unwrap();
    builder.credentials(credentials).retry(Retry { attempts: 1, ..Retry::default() }).build().unwrap()
}

fn said<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(Error::Blocked { .. }) => "blocked".to_owned(),
        Err(Error::Api(error)) if error.kind == ErrorKind::RateLimited => "rate limit".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}

type Arrivals = Arc<Mutex<Vec<(Instant, String)>>>;

fn arrivals(rig: &Rig) -> Arrivals {
    let arrived = Arrivals::default();
    let note = Arc::clone(&arrived);
    rig.proxy.watch(move |arrival| note.lock().unwrap().push((Instant::now(), arrival.method.clone())));
    arrived
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scenario_29_the_joint_rate_of_three_processes_with_one_key_stays_below_the_limit() {
    let rig = Rig::start_with(ExchangeConfig { limits: LimitsMode::Lmex, ..config() }).await;
    let folder = tempfile::tempdir().unwrap();
    let mut processes: Vec<_> = (0..3).map(|_| Process::start(&rig, folder.path())).collect();
    // The first answer says that a process is there.
    processes.iter_mut().for_each(|process| assert_eq!(process.ask("query"), "ok"));
    let arrived = arrivals(&rig);
    let begun = Instant::now();
    processes.iter_mut().for_each(|process| process.tell("12"));
    let said: Vec<_> = processes.iter_mut().map(Process::hear).collect();
    assert_eq!(said, ["ok", "ok", "ok"], "three times seven would be a breach");
    assert_eq!(arrived.lock().unwrap().len(), 36, "each was sent once");
    assert!(begun.elapsed() >= Duration::from_secs(4), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scenario_28_a_block_that_one_process_meets_is_kept_by_all_and_a_cancel_is_the_first_to_leave() {
    // Five minutes, fifty times as fast.
    let fault = FaultSpec::parse("rate-limit,path=/user/positions,tier=2,times=1").unwrap();
    let block_scale = "0.02".parse().unwrap();
    let rig = Rig::start_with(ExchangeConfig { faults: vec![fault], block_scale, ..config() }).await;
    let folder = tempfile::tempdir().unwrap();
    let mut processes: Vec<_> = (0..3).map(|_| Process::start(&rig, folder.path())).collect();
    // They are there once they have done nothing.
    processes.iter_mut().for_each(|process| assert_eq!(process.ask("0"), "ok"));
    let arrived = arrivals(&rig);
    assert_eq!(processes[0].ask("query"), "rate limit");
    assert_eq!(processes[1].ask("order"), "blocked");
    assert_eq!(processes[2].ask("cancel and query"), "ok ok");
    let arrived = arrived.lock().unwrap();
    let methods: Vec<_> = arrived.iter().map(|(_, method)| method.as_str()).collect();
    assert_eq!(methods, ["GET", "DELETE", "GET"]);
    let silence = arrived[1].0.duration_since(arrived[0].0);
    assert!(silence >= Duration::from_millis(5_900), "{silence:?}");
    let gap = arrived[2].0.duration_since(arrived[1].0);
    assert!(gap >= Duration::from_millis(100), "a trickle: {gap:?}");
}
