//! Reading a tape message by message.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Schema};
use lmex_types::Side;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};

use crate::info::check_format;
use crate::quiet;
use crate::rows::{Batch, Row};
use crate::schema::{self, BATCH_ROWS, Kind, MAX_LEVELS};
use crate::{Quote, TapeBody, TapeError, TapeInfo, TapeLevel, TapeMessage};

/// Reads a tape from its first message to its last. At most one batch of rows and one message are in memory.
///
/// The iterator ends after its first error, and gives one when the file holds fewer messages than it says.
#[derive(Debug)]
pub struct TapeReader {
    path: PathBuf,
    info: TapeInfo,
    batches: ParquetRecordBatchReader,
    batch: Batch,
    done: bool,
    /// The number that the next message must have.
    next: u64,
}

impl TapeReader {
    /// Opens a tape. A file that is not one, or of another version, is refused here.
    pub fn open(path: &Path) -> Result<Self, TapeError> {
        let opened = File::open(path).and_then(|file| file.metadata().map(|about| (file, about)));
        let (file, about) =
            opened.map_err(|source| TapeError::Io { action: "open", path: path.into(), source })?;
        if about.is_dir() {
            return Err(TapeError::NotAFile { path: path.into() });
        }
        let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())
            .map_err(|source| foreign(path, format!("it is no Parquet file ({source})")))?;
        let info = describe(path, &metadata)?;
        check_chunks(path, metadata.metadata(), about.len())?;
        let batches = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata)
            .with_batch_size(BATCH_ROWS)
            .build()
            .map_err(|source| unreadable(path, source))?;
        Ok(Self { path: path.into(), info, batches, batch: Batch::default(), done: false, next: 0 })
    }

    /// What the tape says about itself.
    pub fn info(&self) -> &TapeInfo {
        &self.info
    }

    fn message(&mut self) -> Result<Option<TapeMessage>, TapeError> {
        let Some(first) = self.row()? else {
            return if self.next == self.info.messages {
                Ok(None)
            } else {
                Err(self.damaged(&format!("the file ends here, of {} messages", self.info.messages)))
            };
        };
        if self.next >= self.info.messages {
            return Err(self.damaged(&format!("the file goes on, of {} messages", self.info.messages)));
        }
        if first.message != self.next {
            return Err(self.damaged(&format!("its number is {}", first.message)));
        }
        let body = match first.kind {
            Kind::Snapshot | Kind::Depth => self.depth(&first)?,
            Kind::Trade => TapeBody::Trade { aggressor: first.side, price: first.price, size: first.size },
            Kind::Top => self.top(&first)?,
        };
        if self.peek()?.is_some_and(|row| row.message == self.next) {
            return Err(self.damaged("it has more rows than its kind allows"));
        }
        self.next += 1;
        Ok(Some(TapeMessage { at_ns: first.time, received_ns: first.received, body }))
    }

    fn depth(&mut self, first: &Row) -> Result<TapeBody, TapeError> {
        let mut levels = Vec::new();
        let mut row = *first;
        loop {
            levels.push(TapeLevel { side: row.side, price: row.price, size: row.size });
            if levels.len() > MAX_LEVELS {
                return Err(self.damaged("it has more levels than a writer allows"));
            }
            match self.peek()? {
                Some(next) if next.goes_with(first) => row = next,
                _ => break,
            }
            self.batch.advance();
        }
        Ok(TapeBody::Depth { snapshot: first.kind == Kind::Snapshot, levels })
    }

    fn top(&mut self, bid: &Row) -> Result<TapeBody, TapeError> {
        match self.row()? {
            Some(ask) if ask.goes_with(bid) && bid.side == Side::Buy && ask.side == Side::Sell => {
                let quote = |row: &Row| Quote { price: row.price, size: row.size };
                Ok(TapeBody::Top { bid: quote(bid), ask: quote(&ask) })
            }
            _ => Err(self.damaged("its rows are not one bid and one ask")),
        }
    }

    fn row(&mut self) -> Result<Option<Row>, TapeError> {
        let row = self.peek()?;
        self.batch.advance();
        Ok(row)
    }

    fn peek(&mut self) -> Result<Option<Row>, TapeError> {
        while self.batch.is_used_up() {
            match self.decode()? {
                None => return Ok(None),
                Some(batch) => {
                    let decoded = Batch::decode(&batch);
                    self.batch = decoded.map_err(|reason| self.damaged(&reason))?;
                }
            }
        }
        self.batch.peek().map(Some).map_err(|reason| self.damaged(&reason))
    }

    fn decode(&mut self) -> Result<Option<RecordBatch>, TapeError> {
        // The decoder of pages panics on some damaged ones. It is not used again: the iterator ends here.
        let decoded = quiet::catch(|| self.batches.next());
        let decoded = decoded.ok_or_else(|| self.damaged("its rows can't be decoded"))?;
        decoded.transpose().map_err(|error| {
            // The first reason, without the layers of the decoder around it.
            let error = error.to_string();
            let reason = error.rsplit("External: ").next().unwrap_or_default();
            self.damaged(&format!("its rows can't be decoded ({reason})"))
        })
    }

    fn damaged(&self, reason: &str) -> TapeError {
        TapeError::Damaged { path: self.path.clone(), message: self.next, reason: reason.into() }
    }
}

impl Iterator for TapeReader {
    type Item = Result<TapeMessage, TapeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let message = self.message().transpose();
        self.done = !matches!(message, Some(Ok(_)));
        message
    }
}

/// Checks that the file is a tape of this version, and reads what it says of itself.
fn describe(path: &Path, metadata: &ArrowReaderMetadata) -> Result<TapeInfo, TapeError> {
    let file = metadata.metadata().file_metadata();
    let entries = file.key_value_metadata().map(Vec::as_slice).unwrap_or_default();
    // The format comes first: another version may have other columns.
    check_format(path, entries)?;
    let (price_scale, size_scale) = check_columns(path, metadata.schema())?;
    let info = TapeInfo::from_metadata(path, entries, price_scale, size_scale)?;
    let rows = u64::try_from(file.num_rows()).ok();
    if rows.is_none() || rows != info.rows() {
        return Err(foreign(path, format!("it has {} rows, not as many as it says", file.num_rows())));
    }
    Ok(info)
}

/// Checks that every column chunk lies within the file: the decoder takes that for granted.
fn check_chunks(path: &Path, metadata: &ParquetMetaData, length: u64) -> Result<(), TapeError> {
    let chunks = metadata.row_groups().iter().flat_map(RowGroupMetaData::columns);
    let within = |chunk: &ColumnChunkMetaData| {
        let start = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset());
        let (start, size) = (u64::try_from(start).ok()?, u64::try_from(chunk.compressed_size()).ok()?);
        start.checked_add(size).filter(|end| *end <= length)
    };
    if chunks.map(within).all(|end| end.is_some()) {
        return Ok(());
    }
    Err(foreign(path, "its columns are said to lie outside of the file".into()))
}

/// The scales of price and size, if the columns are exactly those of a tape.
fn check_columns(path: &Path, found: &Schema) -> Result<(u8, u8), TapeError> {
    let price_scale =
        scale(found, "price").ok_or_else(|| foreign(path, "it has no decimal column price".into()))?;
    let size_scale =
        scale(found, "size").ok_or_else(|| foreign(path, "it has no decimal column size".into()))?;
    let expected = schema::schema(price_scale, size_scale);
    if found.fields().len() != expected.fields().len() {
        return Err(foreign(
            path,
            format!("it has {} columns, a tape has {}", found.fields().len(), expected.fields().len()),
        ));
    }
    for (found, expected) in found.fields().iter().zip(expected.fields()) {
        let same = found.name() == expected.name() && found.data_type() == expected.data_type();
        if !same || found.is_nullable() {
            let (name, kind) = (found.name(), found.data_type());
            return Err(foreign(
                path,
                format!("it has a column {name:?} of {kind} where a tape has {expected}"),
            ));
        }
    }
    Ok((price_scale, size_scale))
}

fn scale(schema: &Schema, column: &str) -> Option<u8> {
    match schema.field_with_name(column).ok()?.data_type() {
        DataType::Decimal128(_, scale) => u8::try_from(*scale).ok(),
        _ => None,
    }
}

fn foreign(path: &Path, reason: String) -> TapeError {
    TapeError::NotATape { path: path.into(), reason }
}

fn unreadable(path: &Path, source: ParquetError) -> TapeError {
    TapeError::Parquet { action: "read", path: path.into(), source }
}
