//! What processes tell each other about a key, as it stands in their file.

use lmex_api::{Nonces, Pacer};
use lmex_types::TimeMs;

/// The present, by the clock that all processes of this machine share, and by the wall's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) steady: TimeMs,
    pub(super) wall: TimeMs,
}

/// The file's content. All numbers are little-endian:
///
/// | bytes | |
/// |---|---|
/// | 0–7 | [`MARK`]: what it is, and the version of the layout |
/// | 8–23 | which run of the machine the times are of |
/// | 24–31 | the latest nonce |
/// | 32–39 | when the last block ends, in milliseconds since 1970: for a machine that was started anew since |
/// | 40–367 | the [`Pacer`] |
/// | 368–371 | CRC-32 (IEEE) of all before |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Record {
    run: u128,
    nonce: i64,
    unlocks_at: i64,
    pub(super) pacer: Pacer,
}

const MARK: [u8; 8] = *b"lmexkey1";
const HEAD: usize = 40;
const SUM_AT: usize = HEAD + Pacer::BYTES;
/// The venue blocks for no longer, whatever a clock that was wrong has left in the file.
const LONGEST_BLOCK_MS: i64 = 15 * 60 * 1_000;

impl Record {
    pub(super) const BYTES: usize = SUM_AT + 4;

    /// What is in the file, in this run of the machine. What is damaged, foreign, of another version or not there is begun
    /// anew.
    pub(super) fn read(bytes: &[u8], run: u128, now: Moment) -> Self {
        match Self::parse(bytes) {
            Some(record) if record.run == run && !record.pacer.is_ahead_of(now.steady) => record,
            Some(record) => record.of_another_run(run, now),
            None => Self { run, ..Self::default() },
        }
    }

    /// Its times mean nothing now. The nonces go on, and so does a block, by the clock on the wall.
    fn of_another_run(self, run: u128, now: Moment) -> Self {
        let mut record = Self { run, pacer: Pacer::new(), ..self };
        let left = TimeMs::from_millis(self.unlocks_at).ms_since(now.wall);
        if left > 0 {
            record.pacer.block(now.steady.plus_ms(left.min(LONGEST_BLOCK_MS)));
        }
        record
    }

    /// Blocks for so long from now on, also if the machine is started anew meanwhile.
    pub(super) fn block(&mut self, now: Moment, millis: i64) {
        self.pacer.block(now.steady.plus_ms(millis));
        let until = now.wall.plus_ms(millis).as_millis();
        let longest = now.wall.plus_ms(LONGEST_BLOCK_MS).as_millis();
        self.unlocks_at = if self.unlocks_at > longest { until } else { self.unlocks_at.max(until) };
    }

    /// The next nonce, above those of all processes.
    pub(super) fn draw(&mut self, in_process: &Nonces, wall: TimeMs) -> i64 {
        self.nonce = in_process.next_after(wall, self.nonce);
        self.nonce
    }

    pub(super) fn write(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let parts: [&[u8]; 5] = [
            &MARK,
            &self.run.to_le_bytes(),
            &self.nonce.to_le_bytes(),
            &self.unlocks_at.to_le_bytes(),
            &self.pacer.to_bytes(),
        ];
        let (content, sum) = bytes.split_at_mut(SUM_AT);
        for (place, byte) in content.iter_mut().zip(parts.into_iter().flatten()) {
            *place = *byte;
        }
        sum.copy_from_slice(&crc32fast::hash(content).to_le_bytes());
        bytes
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (content, sum) = bytes.split_at_checked(SUM_AT)?;
        if *sum != crc32fast::hash(content).to_le_bytes() {
            return None;
        }
        let (mark, rest) = content.split_first_chunk()?;
        let (run, rest) = rest.split_first_chunk()?;
        let (nonce, rest) = rest.split_first_chunk()?;
        let (unlocks_at, rest) = rest.split_first_chunk()?;
        let (pacer, _) = rest.split_first_chunk()?;
        (*mark == MARK).then(|| Self {
            run: u128::from_le_bytes(*run),
            nonce: i64::from_le_bytes(*nonce),
            unlocks_at: i64::from_le_bytes(*unlocks_at),
            pacer: Pacer::from_bytes(pacer),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lmex_api::{Admission, Limits, RateClass};

    const RUN: u128 = 7;

    fn moment(steady: i64, wall: i64) -> Moment {
        Moment { steady: TimeMs::from_millis(steady), wall: TimeMs::from_millis(wall) }
    }

    fn record() -> Record {
        let mut record = Record { run: RUN, nonce: 5_000, ..Record::default() };
        record.pacer.count(TimeMs::from_millis(1_000), RateClass::Transfer);
        record.block(moment(1_000, 5_000), 300_000);
        record
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        let record = record();
        assert_eq!(Record::read(&record.write(), RUN, moment(1_500, 5_500)), record);
    }

    #[test]
    fn what_is_damaged_foreign_or_older_is_begun_anew() {
        let (whole, now) = (record().write(), moment(1_500, 5_500));
        let anew = Record { run: RUN, ..Record::default() };
        for at in 0..Record::BYTES {
            let mut bytes = whole;
            bytes[at] ^= 0x10;
            assert_eq!(Record::read(&bytes, RUN, now), anew, "byte {at}");
            assert_eq!(Record::read(&whole[..at], RUN, now), anew, "cut off at {at}");
        }
        let mut newer = whole;
        newer[7] = b'2';
        let sum = crc32fast::hash(&newer[..SUM_AT]).to_le_bytes();
        newer[SUM_AT..].copy_from_slice(&sum);
        let others =
            [&newer[..], b"", b"            1700000000000\n", &[0; Record::BYTES], &[255; Record::BYTES]];
        assert!(others.iter().all(|bytes| Record::read(bytes, RUN, now) == anew));
    }

    #[test]
    fn a_block_outlasts_a_restart_of_the_machine_by_the_clock_on_the_wall() {
        let bytes = record().write();
        // Of another run; or of one whose clock has gone back, where runs can't be told apart.
        for (run, steady, wall, left) in
            [(8, 20_000, 65_000, 240_000), (RUN, -5_000, 65_000, 240_000), (8, 20_000, -1_000_000, 900_000)]
        {
            let mut read = Record::read(&bytes, run, moment(steady, wall));
            let now = TimeMs::from_millis(steady);
            assert_eq!(read.pacer.blocked_until(now), Some(now.plus_ms(left)), "{wall}");
            assert_eq!(read.nonce, 5_000);
            let after = now.plus_ms(left);
            let decided = read.pacer.decide(after, RateClass::Cancel, &Limits::default());
            assert_eq!(decided, Admission::Now);
        }
        let later = Record::read(&bytes, 8, moment(20_000, 305_000));
        assert_eq!(later.pacer, Pacer::new(), "it is over, and so is what left before it");
    }

    #[test]
    fn an_end_that_a_wrong_clock_left_gives_way() {
        let mut record = Record { unlocks_at: i64::MAX, ..Record::default() };
        record.block(moment(0, 1_000), 1_000);
        assert_eq!(record.unlocks_at, 2_000);
        record.block(moment(0, 1_000), 500);
        assert_eq!(record.unlocks_at, 2_000);
    }
}
