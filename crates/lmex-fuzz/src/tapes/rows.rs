//! Parquet files that are whole, with the columns of a tape, and with rows and metadata that no writer of ours writes.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::types::Int8Type;
use arrow_array::{
    ArrayRef, Decimal128Array, DictionaryArray, RecordBatch, TimestampNanosecondArray, UInt64Array,
};
use arrow_schema::ArrowError;
use lmex_tape::FORMAT;
use parquet::arrow::ArrowWriter;
use parquet::file::metadata::KeyValue;

use super::read;
use crate::input::{Input, text};

/// Words that the columns know, and some that they don't.
const KINDS: [&str; 5] = ["snapshot", "depth", "trade", "top", "else"];
const SIDES: [&str; 3] = ["buy", "sell", ""];

/// Digits and decimals of the price and size columns.
const PRECISION: u8 = 28;

pub(super) fn run(folder: &Path, bytes: &[u8]) {
    let path = folder.join("tape.parquet");
    let mut input = Input::new(bytes);
    let scale = i8::try_from(input.index(20)).unwrap_or_default();
    let metadata = metadata(&mut input);
    // A batch that can't even be made is no file.
    let Ok(batch) = batch(&mut input, scale) else { return };
    if write(&path, &batch, metadata).is_ok() {
        read(&path);
    }
}

/// Counts that are right for few rows, or whatever the input says.
fn metadata(input: &mut Input<'_>) -> Vec<KeyValue> {
    let mut entries = vec![
        ("format", FORMAT.to_owned()),
        ("source", "test".to_owned()),
        ("symbol", "BTC-PERP".to_owned()),
        ("size_unit", ["base", "quote_contracts", "else"][input.index(3)].to_owned()),
        ("contract_value", text(input.part::<1>()).into_owned()),
        ("starts_with_snapshot", ["true", "false", "1"][input.index(3)].to_owned()),
    ];
    for name in ["first_ns", "last_ns", "messages", "snapshots", "depths", "levels", "trades", "tops", "gaps"]
    {
        entries.push((name, input.byte().to_string()));
    }
    entries.into_iter().map(|(key, value)| KeyValue::new(format!("tape.{key}"), value)).collect()
}

fn batch(input: &mut Input<'_>, scale: i8) -> Result<RecordBatch, ArrowError> {
    let (mut times, mut received, mut messages) = (Vec::new(), Vec::new(), Vec::new());
    let (mut kinds, mut sides) = (Vec::new(), Vec::new());
    let (mut prices, mut sizes) = (Vec::new(), Vec::new());
    while !input.is_used_up() {
        let word = input.byte();
        kinds.push(KINDS[usize::from(word & 15) % KINDS.len()]);
        sides.push(SIDES[usize::from(word >> 4) % SIDES.len()]);
        messages.push(u64::from(input.byte()));
        let time = i64::from(input.byte());
        times.push(time);
        received.push(time + i64::from(word >> 7));
        prices.push(mantissa(input));
        sizes.push(mantissa(input));
    }
    let moments =
        |values: Vec<i64>| Arc::new(TimestampNanosecondArray::from(values).with_timezone("UTC")) as ArrayRef;
    let words =
        |words: Vec<&str>| Arc::new(words.into_iter().collect::<DictionaryArray<Int8Type>>()) as ArrayRef;
    let decimals = |values: Vec<i128>| -> Result<ArrayRef, ArrowError> {
        Ok(Arc::new(Decimal128Array::from(values).with_precision_and_scale(PRECISION, scale)?))
    };
    RecordBatch::try_from_iter([
        ("time", moments(times)),
        ("received", moments(received)),
        ("message", Arc::new(UInt64Array::from(messages)) as ArrayRef),
        ("kind", words(kinds)),
        ("side", words(sides)),
        ("price", decimals(prices)?),
        ("size", decimals(sizes)?),
    ])
}

/// Small, or as large as a column takes.
fn mantissa(input: &mut Input<'_>) -> i128 {
    match input.byte() {
        255 => i128::MAX,
        254 => i128::MIN,
        253 => 10_i128.pow(u32::from(PRECISION)) - 1,
        252 => -1,
        small => i128::from(small),
    }
}

fn write(path: &Path, batch: &RecordBatch, metadata: Vec<KeyValue>) -> parquet::errors::Result<()> {
    let mut parquet = ArrowWriter::try_new(File::create(path)?, batch.schema(), None)?;
    parquet.write(batch)?;
    metadata.into_iter().for_each(|entry| parquet.append_key_value_metadata(entry));
    parquet.close().map(drop)
}

/// A sound tape of a snapshot with two levels, a trade and a top.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let head = [8, 0, 0, 0, 1, 3, 3, 1, 0, 2, 1, 1, 0];
    let rows = [[0, 0, 1, 10, 1], [16, 0, 1, 20, 1], [2, 1, 2, 15, 1], [3, 2, 3, 10, 1], [19, 2, 3, 20, 1]];
    let sound = [&head[..], rows.as_flattened()].concat();
    let mut contracts = sound.clone();
    contracts.splice(1..3, [1, 3, b'1', b'0', b'0']);
    vec![sound, contracts]
}
