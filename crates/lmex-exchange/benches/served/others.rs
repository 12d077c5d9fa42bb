//! What others took of the processors while something was measured: other guests of the host, and other tasks of this
//! machine. Those of its kernel can hold a processor for tens of milliseconds, in which no thread that waits for it runs.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::Outcome;

/// Length of a unit in which Linux counts stolen time (`USER_HZ` is 100 on all its architectures of today).
const TICK: Duration = Duration::from_millis(10);
/// What works for whoever uses the disk, the network or much memory, by the beginnings of its names: as the exchange and the
/// load do, so its time is not that of others.
const WORKERS: [&str; 4] = ["kworker/", "jbd2/", "ksoftirqd/", "kswapd"];

/// What others have taken so far: of a host's processors other guests, while a virtual machine stands still.
#[derive(Debug)]
pub(crate) struct Others {
    at: Instant,
    stolen: Duration,
    /// Time that each task which is neither of ours nor a worker was on a processor.
    tasks: HashMap<String, Duration>,
}

impl Others {
    /// All but this process and `server`.
    pub(crate) fn now(server: u32) -> Outcome<Self> {
        let ours = [server, std::process::id()].map(|id| id.to_string());
        let mut tasks = HashMap::new();
        for process in fs::read_dir("/proc")?.flatten() {
            let name = process.file_name();
            let is_process = name.to_str().is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit()));
            if is_process && !ours.iter().any(|id| name == id.as_str()) {
                tasks.extend(tasks_of(&process.path()));
            }
        }
        if tasks.is_empty() {
            return Err(
                "/proc shows no times of other tasks (schedstat): no round could be called calm".into()
            );
        }
        Ok(Self { at: Instant::now(), stolen: stolen()?, tasks })
    }

    /// Which part of the processors they took from then until `later`. A task that began meanwhile counts whole, one
    /// that ended not at all.
    pub(crate) fn taken_until(&self, later: &Self) -> Outcome<f64> {
        let ran = later.tasks.iter().map(|(task, ran)| ran.saturating_sub(self.before(task)));
        let taken = ran.sum::<Duration>() + later.stolen.saturating_sub(self.stolen);
        let passed = later.at.duration_since(self.at).as_secs_f64();
        Ok(taken.as_secs_f64() / (passed * thread::available_parallelism()?.get() as f64))
    }

    fn before(&self, task: &str) -> Duration {
        self.tasks.get(task).copied().unwrap_or_default()
    }
}

/// The tasks of a process and how long each ran: the first number of `schedstat` (proc(5)). One that ends meanwhile has
/// none.
fn tasks_of(process: &Path) -> Vec<(String, Duration)> {
    let Ok(tasks) = fs::read_dir(process.join("task")) else { return Vec::new() };
    let ran = |task: &Path| {
        let name = fs::read_to_string(task.join("comm")).ok()?;
        if WORKERS.iter().any(|worker| name.starts_with(worker)) {
            return None;
        }
        let schedstat = fs::read_to_string(task.join("schedstat")).ok()?;
        let nanoseconds = schedstat.split_whitespace().next()?.parse().ok()?;
        Some((task.display().to_string(), Duration::from_nanos(nanoseconds)))
    };
    tasks.flatten().filter_map(|task| ran(&task.path())).collect()
}

/// The eighth number of the first line of `/proc/stat` (proc(5)).
fn stolen() -> Outcome<Duration> {
    let stat = fs::read_to_string("/proc/stat")?;
    let ticks: u32 = stat.split_whitespace().nth(8).ok_or("unexpected /proc/stat")?.parse()?;
    Ok(TICK * ticks)
}
