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

    /// Of inputs that were run in turn, as often each: the median of the ratios of runs that follow each other, beside the
    /// time of a command in the fastest run and in the median one.
    pub(crate) fn print_in_turn(self, baseline: &str) {
        let Some((_, base)) = self.runs.iter().find(|(name, _)| *name == baseline).cloned() else { return };
        for (name, mut runs) in self.runs {
            let mut ratios: Vec<f64> =
                runs.iter().zip(&base).map(|(run, base)| run.as_secs_f64() / base.as_secs_f64()).collect();
            ratios.sort_unstable_by(f64::total_cmp);
            runs.sort_unstable();
            let per_command = |run: Duration| run.as_secs_f64() * 1e9 / self.commands as f64;
            let (fastest, median) = (per_command(runs[0]), per_command(runs[runs.len() / 2]));
            let ratio = ratios[ratios.len() / 2];
            println!("{name}: {fastest:.1} ns in turn, median {median:.1} ns, {ratio:.3} of {baseline:?}");
        }
        println!();
    }

    /// The time of a command in the fastest run and in the median one, and the fastest beside the baseline's.
    ///
    /// CPU time, too, grows with what other programs do: they take room in the caches. They only ever add to it, so the
    /// fastest run says most about the code, and the median about the machine.
    pub(crate) fn print(mut self, baseline: &str) {
        for (_, runs) in &mut self.runs {
            runs.sort_unstable();
        }
        let per_command = |run: Duration| run.as_secs_f64() * 1e9 / self.commands as f64;
        let times = |runs: &[Duration]| {
            runs.first().map(|&run| (per_command(run), per_command(runs[runs.len() / 2])))
        };
        let all: Vec<_> = self.runs.iter().filter_map(|(name, runs)| Some((*name, times(runs)?))).collect();
        let base =
            all.iter().find(|(name, _)| *name == baseline).map_or(f64::NAN, |(_, (fastest, _))| *fastest);
        for (name, (fastest, median)) in all {
            let (millions, ratio) = (1e3 / fastest, fastest / base);
            println!(
                "{name}: {fastest:.1} ns ({millions:.2} million/s), median {median:.1} ns, {ratio:.2} of {baseline:?}"
            );
        }
        println!();
    }
}

/// CPU time of this thread so far.
pub(crate) fn now() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.try_into().unwrap(), now.tv_nsec.try_into().unwrap())
}
