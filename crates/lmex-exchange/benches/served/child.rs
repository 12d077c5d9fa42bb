//! A server in a process of its own: its address, its processor time and its memory.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::Outcome;

/// Length of a unit in which Linux counts processor time (`USER_HZ` is 100 on all its architectures of today).
const TICK: Duration = Duration::from_millis(10);

/// A running server. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    process: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts this program again, as a server.
    pub(crate) fn start(arguments: &[&str]) -> Outcome<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("serve").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn()?;
        let mut line = String::new();
        let output = process.stdout.take().ok_or("the server has no output")?;
        BufReader::new(output).read_line(&mut line)?;
        let address = line.trim().parse();
        let mut server = Self { process, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        server.address = address.map_err(|_| format!("the server said {line:?} and no address"))?;
        Ok(server)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Processor time it has used so far, its own and the system's for it.
    pub(crate) fn cpu(&self) -> Outcome<Duration> {
        cpu_of(&self.process.id().to_string())
    }

    /// Its memory, in bytes: what is resident.
    pub(crate) fn resident(&self) -> Outcome<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kib * 1_024)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its input ends here, and with it the server; if it is gone already, so much the better.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// Processor time that this process, the source of the load, has used so far.
pub(crate) fn own_cpu() -> Outcome<Duration> {
    cpu_of("self")
}

/// Which part of the processors' time since `before` others on the host took: a virtual machine stands still meanwhile.
pub(crate) fn stolen_since(before: Processors) -> Outcome<f64> {
    let now = Processors::now()?;
    let all = now.all.saturating_sub(before.all).max(1);
    Ok(now.stolen.saturating_sub(before.stolen) as f64 / all as f64)
}

/// What the processors have done so far, in ticks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Processors {
    all: u64,
    stolen: u64,
}

impl Processors {
    /// The first line of `/proc/stat` (proc(5)): the eighth number is what was stolen, and those behind it are in others
    /// already.
    pub(crate) fn now() -> Outcome<Self> {
        let stat = fs::read_to_string("/proc/stat")?;
        let line = stat.lines().next().ok_or("unexpected /proc/stat")?;
        let ticks: Vec<u64> =
            line.split_whitespace().skip(1).take(8).map(str::parse).collect::<Result<_, _>>()?;
        Ok(Self { all: ticks.iter().sum(), stolen: ticks.get(7).copied().unwrap_or_default() })
    }
}

/// Fields 14 and 15 of `/proc/PID/stat` (proc(5)); the name in field 2 may hold anything, but ends with `)`.
fn cpu_of(process: &str) -> Outcome<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, fields) = stat.rsplit_once(')').ok_or("unexpected /proc/PID/stat")?;
    let ticks: Vec<u32> =
        fields.split_whitespace().skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
    Ok(TICK * ticks.iter().sum())
}
