//! Real processes that share a folder: this test program, run again, does what it is told line by line. Their time stands
//! still unless they are told otherwise, so that what they do does not depend on how busy the machine is.

use std::env;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use super::*;

const FOLDER: &str = "LMEX_BUDGET_TEST_FOLDER";
const MARK: &str = "told: ";

struct Process {
    child: std::process::Child,
    tell: ChildStdin,
    heard: std::io::Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "--ignored", "--nocapture", "--test-threads=1"])
            .arg("budget::tests::processes::child")
            .env(FOLDER, folder)
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

    fn numbers(&mut self) -> Vec<i64> {
        self.hear().split_whitespace().map(|number| number.parse().unwrap()).collect()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(start_paused = true)]
#[ignore = "the child of the tests below: they start it"]
async fn child() {
    let Some(folder) = env::var_os(FOLDER) else { return };
    let budget = Budget::of_another_process(Some(Path::new(&folder)));
    lock(budget.file.as_ref().unwrap()).wait_for_the_lock_up_to(Duration::from_secs(30));
    static WALL: AtomicI64 = AtomicI64::new(0);
    let clock = Clock::from_fn(|| TimeMs::from_millis(WALL.load(Ordering::SeqCst)));
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let (order, value) = line.split_once(' ').unwrap();
        let value: i64 = value.parse().unwrap();
        let said = match order {
            // All go by the clock of the machine, so one can tell another when it is.
            "time" => {
                let ahead = TimeMs::from_millis(value).ms_since(clock.steady());
                tokio::time::advance(Duration::from_millis(u64::try_from(ahead).unwrap_or(0))).await;
                clock.steady().as_millis().to_string()
            }
            "wall" => {
                WALL.store(value, Ordering::SeqCst);
                String::new()
            }
            "nonces" => {
                let nonces = (0..value).map(|_| budget.nonce(&clock).to_string());
                nonces.collect::<Vec<_>>().join(" ")
            }
            "block" => {
                budget.block_for(value, &clock);
                String::new()
            }
            class => {
                let class = RateClass::ALL.into_iter().find(|known| known.as_str() == class).unwrap();
                (0..value).map(|_| told(budget.ask(class, &clock))).collect::<Vec<_>>().join(" ")
            }
        };
        println!("{MARK}{said}");
    }
}

fn told(decision: Decision) -> String {
    match decision.admission {
        Admission::Now => "now".to_owned(),
        Admission::At(then) => then.as_millis().to_string(),
        Admission::Blocked(until) => format!("blocked:{}", until.as_millis()),
    }
}

/// Three processes at one moment: later than each of them began.
fn three_at_once(folder: &Path) -> (Vec<Process>, i64) {
    let mut processes: Vec<_> = (0..3).map(|_| Process::start(folder)).collect();
    let begun = processes.iter_mut().map(|process| process.ask("time 0").parse::<i64>().unwrap()).max();
    let begun = begun.unwrap() + 1_000;
    go_to(&mut processes, begun);
    (processes, begun)
}

fn go_to(processes: &mut [Process], time: i64) {
    for process in processes {
        assert_eq!(process.ask(&format!("time {time}")), time.to_string());
    }
}

#[test]
fn scenario_29_three_processes_with_one_key_keep_one_limit() {
    let folder = tempfile::tempdir().unwrap();
    let (mut processes, begun) = three_at_once(folder.path());
    let mut left = Vec::new();
    for (round, time) in (begun..begun + 4 * 1_040).step_by(130).enumerate() {
        go_to(&mut processes, time);
        if round == 10 {
            // It dies with what it has counted, and another takes its place.
            processes[0] = Process::start(folder.path());
            go_to(&mut processes, time);
        }
        // All at once, so that they meet at the lock.
        processes.iter_mut().for_each(|process| process.tell("order 40"));
        let said: Vec<_> = processes.iter_mut().map(Process::hear).collect();
        let admitted = said.iter().flat_map(|said| said.split_whitespace()).filter(|said| *said == "now");
        left.extend(admitted.map(|_| time));
    }
    let most = 70;
    assert!(left.windows(most + 1).all(|window| window[most] - window[0] >= 1_020), "{left:?}");
    assert_eq!(left.len(), 4 * most, "and none is wasted");
}

#[test]
fn scenario_28_a_block_that_one_process_meets_stops_all_and_cancels_go_first() {
    let folder = tempfile::tempdir().unwrap();
    let (mut processes, begun) = three_at_once(folder.path());
    for tier in [1_000, 300_000, 900_000] {
        processes[0].ask(&format!("block {tier}"));
    }
    let unlock = begun + 900_000;
    let blocked = format!("blocked:{unlock}");
    for time in [begun, begun + 1_000, begun + 300_000, unlock - 1] {
        go_to(&mut processes, time);
        for process in &mut processes {
            for class in RateClass::ALL {
                assert_eq!(process.ask(&format!("{} 1", class.as_str())), blocked);
            }
        }
    }
    // One that starts anew knows of it too.
    processes[0] = Process::start(folder.path());
    go_to(&mut processes, unlock - 1);
    assert_eq!(processes[0].ask("order 1"), blocked);
    let mut left = Vec::new();
    let mut waiting = ["order", "close", "cancel"].map(|class| (class, 2));
    for time in (unlock..unlock + 3_000).step_by(20) {
        go_to(&mut processes, time);
        for (process, (class, count)) in processes.iter_mut().zip(&mut waiting) {
            if *count > 0 && process.ask(&format!("{class} 1")) == "now" {
                *count -= 1;
                left.push((*class, time - unlock));
            }
        }
    }
    let classes: Vec<_> = left.iter().map(|(class, _)| *class).collect();
    assert_eq!(classes, ["cancel", "cancel", "close", "close", "order", "order"], "{left:?}");
    assert_eq!(left[0].1, 0);
    assert!(left.windows(2).all(|pair| pair[1].1 - pair[0].1 >= 100), "a trickle: {left:?}");
}

#[test]
fn scenario_30_a_thousand_calls_of_four_processes_in_one_millisecond_repeat_no_nonce() {
    const NOW: i64 = 1_700_000_000_000;
    let folder = tempfile::tempdir().unwrap();
    let mut processes: Vec<_> = (0..4).map(|_| Process::start(folder.path())).collect();
    let mut highest = 0;
    // Right; five seconds ahead; back again, further than any window of the venue; a little back.
    for (wall, each, continues) in
        [(NOW, 250, true), (NOW + 5_000, 250, true), (NOW - 5_000, 250, false), (NOW - 5_500, 100, true)]
    {
        processes.iter_mut().for_each(|process| drop(process.ask(&format!("wall {wall}"))));
        processes.iter_mut().for_each(|process| process.tell(&format!("nonces {each}")));
        let drawn: Vec<_> = processes.iter_mut().map(Process::numbers).collect();
        assert!(drawn.iter().all(|nonces| nonces.is_sorted_by(|a, b| a < b)), "each sees them rise");
        let mut all = drawn.concat();
        all.sort_unstable();
        let begins = if continues { wall.max(highest + 1) } else { wall };
        assert_eq!(all.len(), 4 * each as usize);
        assert!(all.into_iter().eq(begins..begins + 4 * each), "none is repeated, and none left out: {wall}");
        highest = begins + 4 * each - 1;
    }
}
