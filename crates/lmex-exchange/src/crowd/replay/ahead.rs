//! Reads a tape ahead on a thread of its own, so that a slow disk keeps nobody else waiting.

use std::sync::mpsc::{Receiver, RecvError, SyncSender, TryRecvError, sync_channel};
use std::{io, mem, thread, vec};

use lmex_tape::{TapeBody, TapeError, TapeMessage};

use crate::crowd::SourceError;

/// Chunks that are ready before the thread waits.
const CHUNKS: usize = 4;
/// Most messages of a chunk.
const CHUNK_MESSAGES: usize = 256;
/// A chunk with so many levels is full, however few its messages are.
const CHUNK_LEVELS: usize = 8_192;

/// The messages of a tape in their order, some of them decoded already.
#[derive(Debug)]
pub(super) struct ReadAhead {
    chunks: Receiver<Chunk>,
    messages: vec::IntoIter<TapeMessage>,
    /// What comes after these messages, if it is not another chunk.
    end: Option<Result<(), TapeError>>,
}

#[derive(Debug, Default)]
struct Chunk {
    messages: Vec<TapeMessage>,
    levels: usize,
    end: Option<Result<(), TapeError>>,
}

/// What a tape holds next.
#[derive(Debug)]
pub(super) enum Read {
    /// A message.
    Message(TapeMessage),
    /// Something that is not decoded yet.
    NotYet,
    /// Nothing: all was read.
    End,
}

impl ReadAhead {
    /// Starts to read. The thread ends with the tape, after its first error, or when this is dropped.
    pub(super) fn start(
        tape: impl Iterator<Item = Result<TapeMessage, TapeError>> + Send + 'static,
    ) -> io::Result<Self> {
        let (sender, chunks) = sync_channel(CHUNKS);
        let name = "lmex-tape".to_owned();
        thread::Builder::new().name(name).spawn(move || read(tape, &sender))?;
        Ok(Self { chunks, messages: Vec::new().into_iter(), end: None })
    }

    /// What comes next. With `waits` it waits for what is not decoded yet.
    pub(super) fn next(&mut self, waits: bool) -> Result<Read, SourceError> {
        loop {
            if let Some(message) = self.messages.next() {
                return Ok(Read::Message(message));
            }
            if let Some(end) = self.end.take() {
                return Ok(end.map(|()| Read::End)?);
            }
            let received = match waits {
                true => self.chunks.recv().map_err(|RecvError| TryRecvError::Disconnected),
                false => self.chunks.try_recv(),
            };
            match received {
                Ok(chunk) => (self.messages, self.end) = (chunk.messages.into_iter(), chunk.end),
                Err(TryRecvError::Empty) => return Ok(Read::NotYet),
                Err(TryRecvError::Disconnected) => return Err(SourceError::ReaderGone),
            }
        }
    }
}

/// Sends the tape in chunks, the last of which says how it ended.
fn read(tape: impl Iterator<Item = Result<TapeMessage, TapeError>>, chunks: &SyncSender<Chunk>) {
    let mut chunk = Chunk::default();
    for message in tape {
        match message {
            Ok(message) => chunk.push(message),
            Err(error) => {
                chunk.end = Some(Err(error));
                break;
            }
        }
        if chunk.is_full() && chunks.send(mem::take(&mut chunk)).is_err() {
            return;
        }
    }
    chunk.end.get_or_insert(Ok(()));
    // If nobody listens any more, nobody has to know.
    let _ = chunks.send(chunk);
}

impl Chunk {
    fn push(&mut self, message: TapeMessage) {
        if let TapeBody::Depth { levels, .. } = &message.body {
            self.levels = self.levels.saturating_add(levels.len());
        }
        self.messages.push(message);
    }

    fn is_full(&self) -> bool {
        self.messages.len() >= CHUNK_MESSAGES || self.levels >= CHUNK_LEVELS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lmex_types::{Decimal, Side};
    use std::sync::mpsc::RecvTimeoutError;
    use std::time::Duration;

    fn message(at_ns: i64) -> TapeMessage {
        let body = TapeBody::Trade { aggressor: Side::Buy, price: Decimal::ONE, size: Decimal::ONE };
        TapeMessage { at_ns, received_ns: at_ns, body }
    }

    /// The times of the messages that come before anything else does, and what that is.
    fn rest(ahead: &mut ReadAhead, waits: bool) -> (Vec<i64>, Result<Read, SourceError>) {
        let mut times = Vec::new();
        loop {
            match ahead.next(waits) {
                Ok(Read::Message(message)) => times.push(message.at_ns),
                other => return (times, other),
            }
        }
    }

    #[test]
    fn all_messages_come_in_their_order_whatever_the_chunks() {
        for messages in [0, 1, 255, 256, 257, 5_000] {
            let mut ahead = ReadAhead::start((0..messages).map(|at_ns| Ok(message(at_ns)))).unwrap();
            let (times, end) = rest(&mut ahead, true);
            assert!(times.into_iter().eq(0..messages) && matches!(end, Ok(Read::End)), "{messages}");
        }
    }

    #[test]
    fn an_error_comes_after_what_was_read_before_it_and_ends_the_reading() {
        let broken = || TapeError::NotAFile { path: "tape".into() };
        let tape = (0..300).map(Ok).chain([Err(broken()), Ok(7)]);
        let mut ahead = ReadAhead::start(tape.map(|at_ns| at_ns.map(message))).unwrap();
        let (times, end) = rest(&mut ahead, true);
        assert_eq!(times.len(), 300);
        assert!(matches!(end, Err(SourceError::Tape(TapeError::NotAFile { .. }))), "{end:?}");
    }

    #[test]
    fn what_is_not_decoded_yet_is_not_waited_for() {
        let (gate, held) = sync_channel(0);
        let mut ahead = ReadAhead::start(held.into_iter().map(|at_ns| Ok(message(at_ns)))).unwrap();
        assert!(matches!(ahead.next(false), Ok(Read::NotYet)), "the disk is slow");
        (0..300).for_each(|at_ns| gate.send(at_ns).unwrap());
        drop(gate);
        assert_eq!(rest(&mut ahead, true).0.len(), 300);
    }

    #[test]
    fn a_reader_that_fell_over_is_no_end() {
        let mut tape = 0;
        let tape = std::iter::from_fn(move || {
            tape += 1;
            (tape < 3).then(|| Ok(message(tape))).or_else(|| std::panic::resume_unwind(Box::new("broken")))
        });
        let mut ahead = ReadAhead::start(tape).unwrap();
        assert!(matches!(rest(&mut ahead, true).1, Err(SourceError::ReaderGone)));
    }

    #[test]
    fn the_thread_ends_with_its_listener() {
        let (alive, ended) = sync_channel::<()>(0);
        let endless = std::iter::repeat_with(move || {
            let _alive = &alive;
            Ok(message(0))
        });
        drop(ReadAhead::start(endless).unwrap());
        let end = ended.recv_timeout(Duration::from_secs(20));
        assert_eq!(end, Err(RecvTimeoutError::Disconnected), "its end of the channel is dropped");
    }
}
