//! CPU time of the calling thread, and what it comes to beside a baseline.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// What was measured, by name.
pub(crate) struct Summary {
    /// Commands in each run.
    commands: usize,
    runs: Vec<(&'static str, Vec<Duration>)>,
}

impl Summary {
    pub(crate) fn new(commands: usize) -> Self {
        Self { commands, runs: Vec::new() }
    }

    /// Runs `routine` so many times, each on what `setup` makes anew. Answers the CPU time of all runs.
    pub(crate) fn measure<T>(
        &mut self,
        name: &'static str,
        times: u64,
        setup: impl Fn() -> T,
        routine: impl Fn(&mut T),
    ) -> Duration {
        let runs = (0..times).map(|_| {
            let mut input = setup();
            let began = now();
            routine(&mut input);
            now() - began
        });
        let runs: Vec<_> = runs.collect();
        let all = runs.iter().sum();
        match self.runs.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => known.extend(runs),
            None => self.runs.push((name, runs)),
        }
        all
    }

    /// Commands a second, and the time of each beside the baseline's. Medians.
    pub(crate) fn print(mut self, baseline: &str) {
        for (_, runs) in &mut self.runs {
            runs.sort_unstable();
        }
        let medians: Vec<_> = self.runs.iter().map(|(name, runs)| (*name, runs[runs.len() / 2])).collect();
        let Some(&(_, base)) = medians.iter().find(|(name, _)| *name == baseline) else { return };
        for (name, median) in medians {
            let millions = self.commands as f64 / median.as_secs_f64() / 1e6;
            let ratio = median.as_secs_f64() / base.as_secs_f64();
            println!("{name}: {millions:.2} M commands/s, {ratio:.2} x the time of {baseline:?}");
        }
        println!();
    }
}

/// CPU time of this thread so far.
pub(crate) fn now() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.try_into().unwrap(), now.tv_nsec.try_into().unwrap())
}
