//! Writing a tape: whole under its name, or not at all.

use std::path::{Path, PathBuf};

use arrow_schema::SchemaRef;
use lmex_types::{Decimal, Side};
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;
use tempfile::NamedTempFile;

use crate::columns::Columns;
use crate::place::{check_place, hidden_file, publish, unwritable};
use crate::schema::{self, BATCH_ROWS, Kind, MAX_LEVELS, PRECISION};
use crate::{Quote, TapeBody, TapeError, TapeHeader, TapeInfo, TapeMessage};

/// What to do with a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Existing {
    /// Leave it and fail.
    #[default]
    Refuse,
    /// Put the new tape in its place, at the end and in one step.
    Replace,
}

/// Writes a tape message by message.
///
/// The rows go to a hidden file in the same folder; [`TapeWriter::finish`] brings them to disk and gives the file its
/// name. Dropped before that, the hidden file is removed, so nothing half-written is ever seen under the name.
#[derive(Debug)]
pub struct TapeWriter {
    path: PathBuf,
    existing: Existing,
    parquet: ArrowWriter<NamedTempFile>,
    schema: SchemaRef,
    rows: Columns,
    info: TapeInfo,
    latest: Latest,
    broken: bool,
}

impl TapeWriter {
    /// Starts a tape that will be called `path`.
    pub fn create(path: &Path, header: TapeHeader, existing: Existing) -> Result<Self, TapeError> {
        header.check()?;
        check_place(path, existing)?;
        let schema = schema::schema(header.price_scale, header.size_scale);
        let failed = |source| unwritable(path, source);
        let properties = schema::properties().map_err(failed)?;
        let parquet =
            ArrowWriter::try_new(hidden_file(path)?, schema.clone(), Some(properties)).map_err(failed)?;
        Ok(Self {
            path: path.into(),
            existing,
            parquet,
            schema,
            rows: Columns::default(),
            info: nothing(header),
            latest: Latest::default(),
            broken: false,
        })
    }

    /// Adds a message. One that can't be kept exactly, or is out of order, is refused and leaves the tape as it was.
    pub fn write(&mut self, message: &TapeMessage) -> Result<(), TapeError> {
        if self.broken {
            return Err(TapeError::Broken { path: self.path.clone() });
        }
        self.latest.check(message)?;
        let before = self.rows.len();
        if let Err(error) = self.push(message) {
            self.rows.truncate(before);
            return Err(error);
        }
        self.count(message);
        if self.rows.len() >= BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    /// Notes that the source skipped changes of the book here.
    pub fn note_gap(&mut self) {
        self.info.gaps = self.info.gaps.saturating_add(1);
    }

    /// What was written so far.
    pub fn info(&self) -> &TapeInfo {
        &self.info
    }

    /// Brings everything to disk and gives the tape its name. A tape with no message is refused.
    pub fn finish(mut self) -> Result<TapeInfo, TapeError> {
        if self.broken {
            return Err(TapeError::Broken { path: self.path });
        }
        if self.info.messages == 0 {
            return Err(TapeError::Empty { path: self.path });
        }
        self.flush()?;
        for entry in self.info.to_metadata() {
            self.parquet.append_key_value_metadata(entry);
        }
        let path = self.path;
        let hidden = self.parquet.into_inner().map_err(|source| unwritable(&path, source))?;
        publish(hidden, &path, self.existing)?;
        Ok(self.info)
    }

    fn push(&mut self, message: &TapeMessage) -> Result<(), TapeError> {
        let scales = (self.info.header.price_scale, self.info.header.size_scale);
        let mut row = |kind, side, price: Decimal, size: Decimal, traded: bool| {
            let price = kept("price", price, scales.0, price > Decimal::ZERO)?;
            let enough = if traded { size > Decimal::ZERO } else { size >= Decimal::ZERO };
            let size = kept("size", size, scales.1, enough)?;
            self.rows.push(message, self.info.messages, kind, side, price, size);
            Ok(())
        };
        match &message.body {
            TapeBody::Depth { levels, .. } if levels.is_empty() => Err(TapeError::NoLevels),
            TapeBody::Depth { levels, .. } if levels.len() > MAX_LEVELS => {
                Err(TapeError::TooManyLevels { levels: levels.len() })
            }
            TapeBody::Depth { snapshot, levels } => {
                let kind = if *snapshot { Kind::Snapshot } else { Kind::Depth };
                levels.iter().try_for_each(|level| row(kind, level.side, level.price, level.size, false))
            }
            TapeBody::Trade { aggressor, price, size } => row(Kind::Trade, *aggressor, *price, *size, true),
            TapeBody::Top { bid, ask } => {
                let quotes: [(Side, &Quote); 2] = [(Side::Buy, bid), (Side::Sell, ask)];
                quotes
                    .iter()
                    .try_for_each(|(side, quote)| row(Kind::Top, *side, quote.price, quote.size, false))
            }
        }
    }

    fn count(&mut self, message: &TapeMessage) {
        self.latest.advance(message);
        let info = &mut self.info;
        if info.messages == 0 {
            (info.first_ns, info.last_ns) = (message.at_ns, message.at_ns);
        }
        info.first_ns = info.first_ns.min(message.at_ns);
        info.last_ns = info.last_ns.max(message.at_ns);
        info.messages += 1;
        match &message.body {
            TapeBody::Depth { snapshot, levels } => {
                info.starts_with_snapshot |= *snapshot && info.snapshots + info.depths == 0;
                *(if *snapshot { &mut info.snapshots } else { &mut info.depths }) += 1;
                info.levels += levels.len() as u64;
            }
            TapeBody::Trade { .. } => info.trades += 1,
            TapeBody::Top { .. } => info.tops += 1,
        }
    }

    fn flush(&mut self) -> Result<(), TapeError> {
        self.broken = true;
        let scales = (self.info.header.price_scale, self.info.header.size_scale);
        let batch = self.rows.take(&self.schema, scales);
        let written = batch.map_err(ParquetError::from).and_then(|batch| self.parquet.write(&batch));
        written.map_err(|source| unwritable(&self.path, source))?;
        self.broken = false;
        Ok(())
    }
}

fn nothing(header: TapeHeader) -> TapeInfo {
    TapeInfo {
        header,
        first_ns: 0,
        last_ns: 0,
        messages: 0,
        snapshots: 0,
        starts_with_snapshot: false,
        depths: 0,
        levels: 0,
        trades: 0,
        tops: 0,
        gaps: 0,
    }
}

fn kept(field: &'static str, value: Decimal, scale: u8, in_range: bool) -> Result<i128, TapeError> {
    let refused = |reason| TapeError::Value { field, value, reason };
    if !in_range {
        return Err(refused("it must be above zero (a level's size may be zero)".into()));
    }
    schema::mantissa(value, scale)
        .ok_or_else(|| refused(format!("at most {scale} decimals and {PRECISION} digits are kept")))
}

/// The latest times, to refuse what goes back.
#[derive(Debug, Default)]
struct Latest {
    received: Option<i64>,
    at: [Option<i64>; 3],
}

impl Latest {
    fn check(&self, message: &TapeMessage) -> Result<(), TapeError> {
        let stream = message.body.stream();
        let at = self.at.get(stream as usize).copied().flatten();
        for (field, before, now) in
            [("time", at, message.at_ns), ("received", self.received, message.received_ns)]
        {
            if let Some(before) = before.filter(|before| *before > now) {
                return Err(TapeError::TimeBack { field, stream, before, now });
            }
        }
        Ok(())
    }

    fn advance(&mut self, message: &TapeMessage) {
        self.received = Some(message.received_ns);
        if let Some(at) = self.at.get_mut(message.body.stream() as usize) {
            *at = Some(message.at_ns);
        }
    }
}
