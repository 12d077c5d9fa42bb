//! Joins depth changes to their snapshot, and hands everything to the tape in order.

use std::collections::VecDeque;

use super::error::{ImportError, LineProblem, Place};
use super::sequence::{Ids, Sequence, Verdict};
use super::summary::{Gap, ImportSummary};
use super::wire::Content;
use crate::{Stream, TapeBody, TapeMessage, TapeWriter};

/// How long changes wait for a snapshot, by the recorder's clock. A recorder asks for one at once, and REST time-outs
/// are below this. While the book is unknown everything goes on the tape this much later, so that whenever a
/// snapshot comes, the changes that follow it are still at hand.
const WAIT_NS: i64 = 30_000_000_000;

/// How many messages and levels may wait, so that memory is bounded.
const WAIT_MESSAGES: usize = 200_000;
const WAIT_LEVELS: usize = 1_000_000;

/// A message with its place in the input.
pub(super) struct Arrival {
    pub(super) place: Place,
    pub(super) received_ns: i64,
    pub(super) at_ns: i64,
    pub(super) content: Content,
}

/// Decides what of a capture goes on the tape.
pub(super) struct Assembly {
    writer: TapeWriter,
    sequence: Sequence,
    /// While the book is unknown: at the start, and after a gap.
    waiting: Option<Waiting>,
    depth_ns: i64,
    pub(super) summary: ImportSummary,
}

#[derive(Default)]
struct Waiting {
    arrivals: VecDeque<Arrival>,
    levels: usize,
}

impl Assembly {
    pub(super) fn new(writer: TapeWriter, summary: ImportSummary) -> Self {
        let sequence = Sequence::new(summary.family);
        Self { writer, sequence, waiting: Some(Waiting::default()), depth_ns: 0, summary }
    }

    /// Takes the next message of the capture.
    pub(super) fn take(&mut self, arrival: Arrival) -> Result<(), ImportError> {
        match self.waiting.take() {
            None => self.follow(arrival),
            Some(waiting) if matches!(arrival.content, Content::Snapshot { .. }) => {
                self.join(arrival, waiting)
            }
            Some(waiting) => self.wait(waiting, arrival),
        }
    }

    /// Ends the tape.
    pub(super) fn finish(mut self) -> Result<ImportSummary, ImportError> {
        let waiting = self.waiting.take().unwrap_or_default();
        waiting.arrivals.into_iter().try_for_each(|arrival| self.put_unjoined(arrival))?;
        let info = self.writer.finish()?;
        Ok(ImportSummary { info, ..self.summary })
    }

    /// A message while the book is unknown. What waited too long goes on the tape without a snapshot.
    fn wait(&mut self, mut waiting: Waiting, arrival: Arrival) -> Result<(), ImportError> {
        waiting.add(arrival);
        while let Some(overdue) = waiting.overdue() {
            self.put_unjoined(overdue)?;
        }
        self.waiting = Some(waiting);
        Ok(())
    }

    /// A message while the book is known.
    fn follow(&mut self, arrival: Arrival) -> Result<(), ImportError> {
        match &arrival.content {
            Content::Snapshot { last, .. } if self.sequence.has(*last) => {
                self.summary.old_snapshots += 1;
                Ok(())
            }
            Content::Snapshot { last, .. } => {
                self.sequence.restart(*last);
                self.put(arrival)
            }
            Content::Update { ids, levels } => match self.sequence.judge(*ids) {
                Verdict::Next => self.put(arrival),
                Verdict::Old => {
                    self.drop_old(levels.len());
                    Ok(())
                }
                Verdict::Gap { known } => {
                    self.note_gap(&arrival, *ids, known);
                    self.sequence.forget();
                    self.wait(Waiting::default(), arrival)
                }
            },
            _ => self.put(arrival),
        }
    }

    /// The snapshot is here: what waited and is newer follows it, as it was then that both could be known.
    fn join(&mut self, mut snapshot: Arrival, waiting: Waiting) -> Result<(), ImportError> {
        let Content::Snapshot { last, .. } = snapshot.content else { return Ok(()) };
        self.sequence.restart(last);
        let is_update = |arrival: &Arrival| matches!(arrival.content, Content::Update { .. });
        let (updates, others): (Vec<_>, Vec<_>) = waiting.arrivals.into_iter().partition(is_update);
        others.into_iter().try_for_each(|other| self.put(other))?;
        let newer =
            |arrival: &&Arrival| matches!(arrival.content, Content::Update { ids, .. } if ids.last > last);
        if let Some(first) = updates.iter().find(newer) {
            snapshot.at_ns = snapshot.at_ns.min(first.at_ns);
        }
        let received_ns = snapshot.received_ns;
        self.put(snapshot)?;
        updates.into_iter().try_for_each(|update| self.take(Arrival { received_ns, ..update }))
    }

    fn put_unjoined(&mut self, arrival: Arrival) -> Result<(), ImportError> {
        if let Content::Update { ids, levels } = &arrival.content {
            match self.sequence.judge(*ids) {
                Verdict::Next => {}
                Verdict::Old => {
                    self.drop_old(levels.len());
                    return Ok(());
                }
                Verdict::Gap { known } => {
                    self.note_gap(&arrival, *ids, known);
                    self.sequence.accept(*ids);
                }
            }
        }
        self.put(arrival)
    }

    fn drop_old(&mut self, levels: usize) {
        self.summary.old_depths += 1;
        self.summary.old_levels += levels as u64;
    }

    fn note_gap(&mut self, arrival: &Arrival, ids: Ids, known: u64) {
        self.writer.note_gap();
        if self.summary.gaps.len() < ImportSummary::GAPS_LISTED {
            let place = arrival.place.clone();
            self.summary.gaps.push(Gap { place, at_ns: arrival.at_ns, known, after: ids.after });
        }
    }

    fn put(&mut self, arrival: Arrival) -> Result<(), ImportError> {
        let Arrival { place, received_ns, mut at_ns, content } = arrival;
        let body = match content {
            Content::Update { levels, .. } => TapeBody::Depth { snapshot: false, levels },
            Content::Snapshot { levels, .. } => TapeBody::Depth { snapshot: true, levels },
            Content::Plain(body) => body,
            Content::SkippedTrade | Content::SkippedTop | Content::Other => return Ok(()),
        };
        if matches!(&body, TapeBody::Depth { levels, .. } if levels.is_empty()) {
            self.summary.empty_depths += 1;
            return Ok(());
        }
        if body.stream() == Stream::Depth {
            // A snapshot may be older than changes before a gap, and newer than those that follow it.
            self.depth_ns = self.depth_ns.max(at_ns);
            at_ns = self.depth_ns;
        }
        let message = TapeMessage { at_ns, received_ns, body };
        self.writer.write(&message).map_err(|error| LineProblem::Tape(error).at(&place))
    }
}

impl Waiting {
    fn add(&mut self, arrival: Arrival) {
        self.levels += arrival.levels();
        self.arrivals.push_back(arrival);
    }

    /// Takes out the oldest message if it has waited too long, or too many wait.
    fn overdue(&mut self) -> Option<Arrival> {
        let (oldest, newest) = (self.arrivals.front()?, self.arrivals.back()?);
        let waited_ns = newest.received_ns.saturating_sub(oldest.received_ns);
        let full = self.levels > WAIT_LEVELS || self.arrivals.len() > WAIT_MESSAGES;
        if waited_ns <= WAIT_NS && !full {
            return None;
        }
        self.levels = self.levels.saturating_sub(oldest.levels());
        self.arrivals.pop_front()
    }
}

impl Arrival {
    fn levels(&self) -> usize {
        match &self.content {
            Content::Update { levels, .. } | Content::Snapshot { levels, .. } => levels.len(),
            _ => 0,
        }
    }
}
