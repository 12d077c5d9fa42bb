//! The import from the first line to the last.

use std::fs;
use std::path::{Path, PathBuf};

use super::BinanceOptions;
use super::assembly::{Arrival, Assembly};
use super::clock::{self, Clock};
use super::error::{ImportError, LineProblem, Place};
use super::lines::Lines;
use super::market::Market;
use super::summary::ImportSummary;
use super::wire::{self, Content, Line};
use crate::{Stream, TapeHeader, TapeWriter};

/// How often progress is told, in lines.
const PROGRESS_LINES: u64 = 2_000;

pub(super) fn import(
    inputs: &[PathBuf],
    output: &Path,
    options: &BinanceOptions,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<ImportSummary, ImportError> {
    let total = check_files(inputs, output)?;
    let start = Start::find(inputs, options)?;
    let unit = start.market.size_unit(options.contract_value);
    let source = options.source.clone().unwrap_or_else(|| start.market.source(start.received_ns));
    let header = TapeHeader::new(&source, &start.market.symbol, unit);
    let writer = TapeWriter::create(output, header, options.existing)?;
    let mut import = Import::new(start, writer, options);
    let mut done = 0;
    for input in inputs {
        done += import.file(input, options, &mut |read| progress(done + read, total))?;
    }
    import.finish()
}

/// The size of all inputs in bytes.
fn check_files(inputs: &[PathBuf], output: &Path) -> Result<u64, ImportError> {
    if inputs.is_empty() {
        return Err(ImportError::NoInput);
    }
    let output = output.canonicalize().ok();
    let mut total = 0_u64;
    for input in inputs {
        let failed = |source| ImportError::Open { file: input.clone(), source };
        if output.is_some() && input.canonicalize().ok() == output {
            return Err(ImportError::OutputIsInput { file: input.clone() });
        }
        total = total.saturating_add(fs::metadata(input).map_err(failed)?.len());
    }
    Ok(total)
}

/// What must be known before the first row: the market, and how far the clocks differ.
struct Start {
    market: Market,
    received_ns: i64,
    ahead_ns: Option<i64>,
}

impl Start {
    /// Reads ahead, as a rule a line or two.
    fn find(inputs: &[PathBuf], options: &BinanceOptions) -> Result<Self, ImportError> {
        let (mut market, mut received_ns, mut ahead_ns) = (None, None, None);
        for input in inputs {
            let mut lines = Lines::open(input, options.max_line_bytes)?;
            while let Some((place, text)) = lines.next()? {
                let line = wire::parse(text).map_err(|problem| problem.at(place))?;
                received_ns = received_ns.or(Some(line.received_ns));
                market = market.or_else(|| claimed(&line));
                let ahead = clock::ahead_ns(line.received_ns, line.venue_ms);
                ahead_ns = ahead_ns.or(ahead.map_err(|problem| problem.at(place))?);
                if market.is_some() && ahead_ns.is_some() {
                    break;
                }
            }
            if lines.is_empty() {
                return Err(ImportError::EmptyFile { file: input.clone() });
            }
        }
        let (market, received_ns) = market.zip(received_ns).ok_or(ImportError::NoMarket)?;
        Ok(Self { market, received_ns, ahead_ns })
    }
}

fn claimed(line: &Line<'_>) -> Option<Market> {
    Some(Market { symbol: line.claim.symbol?.to_owned(), family: line.claim.family? })
}

/// The import under way.
struct Import {
    market: Market,
    clock: Clock,
    assembly: Assembly,
}

impl Import {
    fn new(start: Start, writer: TapeWriter, options: &BinanceOptions) -> Self {
        let mut summary = ImportSummary::new(writer.info().clone(), start.market.family);
        summary.no_venue_time = start.ahead_ns.is_none();
        let clock = Clock::new(options.tolerance_ns, start.ahead_ns.unwrap_or(0));
        Self { market: start.market, clock, assembly: Assembly::new(writer, summary) }
    }

    /// Takes in one file; gives its size as read.
    fn file(
        &mut self,
        path: &Path,
        options: &BinanceOptions,
        progress: &mut dyn FnMut(u64),
    ) -> Result<u64, ImportError> {
        let mut lines = Lines::open(path, options.max_line_bytes)?;
        let mut count = 0_u64;
        while let Some((place, text)) = lines.next()? {
            self.line(place, text)?;
            count += 1;
            if count.is_multiple_of(PROGRESS_LINES) {
                progress(lines.bytes_read());
            }
        }
        self.assembly.summary.lines += count;
        self.assembly.summary.bytes += lines.text_bytes();
        progress(lines.bytes_read());
        Ok(lines.bytes_read())
    }

    fn line(&mut self, place: &Place, text: &str) -> Result<(), ImportError> {
        let arrival = self.arrival(text).map_err(|problem| problem.at(place))?;
        let Some((received_ns, at_ns, content)) = arrival else { return Ok(()) };
        self.assembly.take(Arrival { place: place.clone(), received_ns, at_ns, content })
    }

    fn arrival(&mut self, text: &str) -> Result<Option<(i64, i64, Content)>, LineProblem> {
        let Line { received_ns, venue_ms, claim, content } = wire::parse(text)?;
        self.market.check(claim)?;
        let received_ns = self.clock.received(received_ns)?;
        let summary = &mut self.assembly.summary;
        let stream = match &content {
            Content::SkippedTrade => return Ok(skipped(&mut summary.skipped_trades)),
            Content::SkippedTop => return Ok(skipped(&mut summary.skipped_tops)),
            Content::Other => return Ok(skipped(&mut summary.other_messages)),
            Content::Snapshot { .. } => {
                let at_ns = self.clock.snapshot(received_ns, venue_ms)?;
                return Ok(Some((received_ns, at_ns, content)));
            }
            Content::Update { .. } => Stream::Depth,
            Content::Plain(body) => body.stream(),
        };
        let at_ns = self.clock.happened(stream, received_ns, venue_ms)?;
        Ok(Some((received_ns, at_ns, content)))
    }

    fn finish(mut self) -> Result<ImportSummary, ImportError> {
        self.assembly.summary.adjusted_times = self.clock.adjusted;
        self.assembly.finish()
    }
}

fn skipped<T>(count: &mut u64) -> Option<T> {
    *count += 1;
    None
}
