//! Rows out of a file: columns of one batch, read value by value.

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Int8Type, TimestampNanosecondType, UInt64Type};
use arrow_array::{Array, ArrayRef, Decimal128Array, RecordBatch, TimestampNanosecondArray, UInt64Array};
use lmex_types::{Decimal, Side};

use crate::schema::{self, KINDS, Kind, SIDES};

/// One row of a tape.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) time: i64,
    pub(crate) received: i64,
    pub(crate) message: u64,
    pub(crate) kind: Kind,
    pub(crate) side: Side,
    pub(crate) price: Decimal,
    pub(crate) size: Decimal,
}

impl Row {
    /// Whether both are of one message, in everything that rows of a message share.
    pub(crate) fn goes_with(&self, first: &Self) -> bool {
        let shared = |row: &Self| (row.message, row.time, row.received, row.kind as u8);
        shared(self) == shared(first)
    }
}

/// The rows that were decoded last, and how far they are used up.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    columns: Option<Columns>,
    at: usize,
}

#[derive(Debug)]
struct Columns {
    time: TimestampNanosecondArray,
    received: TimestampNanosecondArray,
    message: UInt64Array,
    kind: Vec<Option<Kind>>,
    side: Vec<Option<Side>>,
    price: Decimal128Array,
    size: Decimal128Array,
}

impl Batch {
    /// Takes the columns apart; the error says what is wrong with them.
    pub(crate) fn decode(batch: &RecordBatch) -> Result<Self, String> {
        let column =
            |name: &str| batch.column_by_name(name).ok_or_else(|| format!("column {name} is missing"));
        if batch.columns().iter().any(|column| column.null_count() > 0) {
            return Err("it has an empty cell".into());
        }
        let moment = |name: &str| {
            column(name)?.as_primitive_opt::<TimestampNanosecondType>().cloned().ok_or_else(|| unlike(name))
        };
        let decimal = |name: &str| {
            column(name)?.as_primitive_opt::<Decimal128Type>().cloned().ok_or_else(|| unlike(name))
        };
        let message = column("message")?.as_primitive_opt::<UInt64Type>().cloned();
        let columns = Columns {
            time: moment("time")?,
            received: moment("received")?,
            message: message.ok_or_else(|| unlike("message"))?,
            kind: meanings(column("kind")?, &KINDS).ok_or_else(|| unlike("kind"))?,
            side: meanings(column("side")?, &SIDES).ok_or_else(|| unlike("side"))?,
            price: decimal("price")?,
            size: decimal("size")?,
        };
        Ok(Self { columns: Some(columns), at: 0 })
    }

    pub(crate) fn is_used_up(&self) -> bool {
        self.columns.as_ref().is_none_or(|columns| self.at >= columns.time.len())
    }

    pub(crate) fn advance(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    /// The current row; only after [`Batch::is_used_up`] said no.
    pub(crate) fn peek(&self) -> Result<Row, String> {
        let columns = self.columns.as_ref().filter(|_| !self.is_used_up()).ok_or("there is no row")?;
        let at = self.at;
        let decimal = |column: &Decimal128Array, name: &str| {
            let scale = u8::try_from(column.scale()).ok();
            scale.and_then(|scale| schema::decimal(column.value(at), scale)).ok_or_else(|| unlike(name))
        };
        let row = Row {
            time: columns.time.value(at),
            received: columns.received.value(at),
            message: columns.message.value(at),
            kind: columns.kind.get(at).copied().flatten().ok_or("its kind is an unknown word")?,
            side: columns.side.get(at).copied().flatten().ok_or("its side is an unknown word")?,
            price: decimal(&columns.price, "price")?,
            size: decimal(&columns.size, "size")?,
        };
        let positive = row.price > Decimal::ZERO && row.size >= Decimal::ZERO;
        let traded = row.kind != Kind::Trade || row.size > Decimal::ZERO;
        if positive && traded {
            Ok(row)
        } else {
            Err(format!("price {} or size {} is out of range", row.price, row.size))
        }
    }
}

/// The meaning of each word of a column; `None` stands for a word that has none.
fn meanings<T: Copy>(column: &ArrayRef, words: &[(&str, T)]) -> Option<Vec<Option<T>>> {
    let column = column.as_dictionary_opt::<Int8Type>()?;
    let dictionary = column.values().as_string_opt::<i32>()?;
    let meaning = |text: &str| words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning);
    let known: Vec<Option<T>> = dictionary.iter().map(|text| text.and_then(meaning)).collect();
    let keys = column.keys().values().iter();
    Some(
        keys.map(|key| usize::try_from(*key).ok().and_then(|key| known.get(key).copied()).flatten())
            .collect(),
    )
}

fn unlike(column: &str) -> String {
    format!("column {column} is not as the format says")
}
