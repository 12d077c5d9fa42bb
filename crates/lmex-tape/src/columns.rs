//! Rows into a file: gathered column by column, and handed over a batch at a time.

use std::sync::Arc;

use arrow_array::types::Int8Type;
use arrow_array::{
    ArrayRef, Decimal128Array, DictionaryArray, Int8Array, RecordBatch, StringArray,
    TimestampNanosecondArray, UInt64Array,
};
use arrow_schema::{ArrowError, SchemaRef};
use lmex_types::Side;

use crate::TapeMessage;
use crate::schema::{KINDS, Kind, PRECISION, SIDES};

/// Rows on their way into a file.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    time: Vec<i64>,
    received: Vec<i64>,
    message: Vec<u64>,
    kind: Vec<i8>,
    side: Vec<i8>,
    price: Vec<i128>,
    size: Vec<i128>,
}

impl Columns {
    pub(crate) fn len(&self) -> usize {
        self.time.len()
    }

    pub(crate) fn push(
        &mut self,
        from: &TapeMessage,
        message: u64,
        kind: Kind,
        side: Side,
        price: i128,
        size: i128,
    ) {
        self.time.push(from.at_ns);
        self.received.push(from.received_ns);
        self.message.push(message);
        self.kind.push(kind as i8);
        self.side.push(if side == Side::Buy { 0 } else { 1 });
        self.price.push(price);
        self.size.push(size);
    }

    pub(crate) fn truncate(&mut self, rows: usize) {
        self.time.truncate(rows);
        self.received.truncate(rows);
        self.message.truncate(rows);
        self.kind.truncate(rows);
        self.side.truncate(rows);
        self.price.truncate(rows);
        self.size.truncate(rows);
    }

    pub(crate) fn take(&mut self, schema: &SchemaRef, scales: (u8, u8)) -> Result<RecordBatch, ArrowError> {
        let rows = std::mem::take(self);
        let moment = |values: Vec<i64>| TimestampNanosecondArray::from(values).with_timezone("UTC");
        let decimal = |values: Vec<i128>, scale: u8| {
            let scale = i8::try_from(scale).unwrap_or(i8::MAX);
            Decimal128Array::from(values).with_precision_and_scale(PRECISION, scale)
        };
        let columns: Vec<ArrayRef> = vec![
            Arc::new(moment(rows.time)),
            Arc::new(moment(rows.received)),
            Arc::new(UInt64Array::from(rows.message)),
            Arc::new(words(rows.kind, &KINDS.map(|(word, _)| word))?),
            Arc::new(words(rows.side, &SIDES.map(|(word, _)| word))?),
            Arc::new(decimal(rows.price, scales.0)?),
            Arc::new(decimal(rows.size, scales.1)?),
        ];
        RecordBatch::try_new(schema.clone(), columns)
    }
}

fn words(keys: Vec<i8>, words: &[&str]) -> Result<DictionaryArray<Int8Type>, ArrowError> {
    DictionaryArray::try_new(Int8Array::from(keys), Arc::new(StringArray::from(words.to_vec())))
}
