//! Files that are no tape, or a tape no longer.

use std::fs;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Int64Array, RecordBatch, UInt64Array};
use lmex_tape::{
    Existing, SizeUnit, TapeBody, TapeError, TapeHeader, TapeInfo, TapeMessage, TapeReader, TapeWriter,
};
use lmex_types::Side;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::KeyValue;

use crate::captures::{Desk, dec, depth_body, quote};

/// A small sound tape of five rows: a snapshot of two levels, a trade, a top.
fn tape(desk: &Desk) {
    let header = TapeHeader::new("test", "BTC-PERP", SizeUnit::Base);
    let mut tape = TapeWriter::create(&desk.tape(), header, Existing::Replace).unwrap();
    let trade = TapeBody::Trade { aggressor: Side::Buy, price: dec("1"), size: dec("1") };
    let top = TapeBody::Top { bid: quote(("1", "1")), ask: quote(("2", "1")) };
    for body in [depth_body(true, &[("1", "1")], &[("2", "1")]), trade, top] {
        tape.write(&TapeMessage { at_ns: 1, received_ns: 1, body }).unwrap();
    }
    tape.finish().unwrap();
}

/// Writes the tape anew with other rows or other metadata.
fn rewrite(path: &Path, rows: impl Fn(RecordBatch) -> RecordBatch, entry: impl Fn(&mut KeyValue)) {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
    let mut entries = builder.metadata().file_metadata().key_value_metadata().unwrap().clone();
    entries.retain(|entry| entry.key.starts_with("tape."));
    entries.iter_mut().for_each(entry);
    let batch = rows(builder.build().unwrap().next().unwrap().unwrap());
    let mut parquet = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    parquet.write(&batch).unwrap();
    entries.into_iter().for_each(|entry| parquet.append_key_value_metadata(entry));
    parquet.close().unwrap();
}

fn same(batch: RecordBatch) -> RecordBatch {
    batch
}

/// The same rows with another column in the place of one.
fn with_column(batch: &RecordBatch, at: usize, column: ArrayRef) -> RecordBatch {
    let mut columns = batch.columns().to_vec();
    columns[at] = column;
    RecordBatch::try_new(batch.schema(), columns).unwrap()
}

fn open_error(desk: &Desk) -> TapeError {
    TapeReader::open(&desk.tape()).unwrap_err()
}

fn first_error(desk: &Desk) -> TapeError {
    let mut reader = TapeReader::open(&desk.tape()).unwrap();
    let error = reader.find_map(Result::err).unwrap();
    assert!(reader.next().is_none(), "it ends after an error");
    error
}

#[test]
fn what_is_no_parquet_is_no_tape() {
    let desk = Desk::new();
    assert!(matches!(open_error(&desk), TapeError::Io { action: "open", .. }));
    assert!(matches!(TapeInfo::read(desk.folder.path()), Err(TapeError::NotAFile { .. })));
    for bytes in ["", "time,price\n1,2\n", "PAR1PAR1"] {
        desk.put("tape.parquet", bytes);
        let error = open_error(&desk);
        assert!(matches!(error, TapeError::NotATape { .. }), "{error}");
    }
}

#[test]
fn a_tape_cut_short_is_refused() {
    let desk = Desk::new();
    tape(&desk);
    let bytes = fs::read(desk.tape()).unwrap();
    for kept in [bytes.len() - 1, bytes.len() / 2, 4] {
        desk.put("tape.parquet", &bytes[..kept]);
        assert!(matches!(open_error(&desk), TapeError::NotATape { .. }));
    }
}

#[test]
fn another_parquet_file_is_no_tape() {
    let desk = Desk::new();
    let column: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    let batch = RecordBatch::try_from_iter([("price", column)]).unwrap();
    let mut parquet = ArrowWriter::try_new(File::create(desk.tape()).unwrap(), batch.schema(), None).unwrap();
    parquet.write(&batch).unwrap();
    parquet.close().unwrap();
    assert!(open_error(&desk).to_string().contains("is not a tape: its metadata has no tape.format"));
}

#[test]
fn another_version_is_named() {
    let desk = Desk::new();
    tape(&desk);
    rewrite(&desk.tape(), same, |entry| {
        if entry.key == "tape.format" {
            entry.value = Some("lmex-tape/2".into());
        }
    });
    let error = open_error(&desk);
    assert!(matches!(&error, TapeError::Version { found, .. } if found == "lmex-tape/2"), "{error}");
}

#[test]
fn other_columns_are_refused() {
    let desk = Desk::new();
    for (columns, expected) in [
        (vec![0, 1, 2, 3, 4, 5], "no decimal column size"),
        (vec![0, 1, 2, 3, 5, 6], "it has 6 columns, a tape has 7"),
        (vec![1, 0, 2, 3, 4, 5, 6], "it has a column \"received\""),
    ] {
        tape(&desk);
        rewrite(&desk.tape(), |batch| batch.project(&columns).unwrap(), |_| {});
        let error = open_error(&desk).to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn rows_that_were_lost_are_noticed_on_opening() {
    let desk = Desk::new();
    tape(&desk);
    rewrite(&desk.tape(), |batch| batch.slice(0, batch.num_rows() - 1), |_| {});
    assert!(open_error(&desk).to_string().contains("it has 4 rows, not as many as it says"));
}

#[test]
fn metadata_that_is_no_number_is_refused() {
    let desk = Desk::new();
    tape(&desk);
    rewrite(&desk.tape(), same, |entry| {
        if entry.key == "tape.trades" {
            entry.value = Some("many".into());
        }
    });
    assert!(open_error(&desk).to_string().contains("tape.trades = \"many\""));
}

#[test]
fn rows_that_contradict_each_other_are_damage() {
    let desk = Desk::new();
    for (numbers, expected) in [
        (vec![1, 1, 2, 3, 3], "damaged at message 0: its number is 1"),
        (vec![0, 0, 2, 3, 3], "damaged at message 1: its number is 2"),
        (vec![0, 0, 1, 1, 1], "damaged at message 1: it has more rows"),
        (vec![0, 0, 1, 2, 3], "damaged at message 2: its rows are not one bid and one ask"),
        (vec![0, 0, 0, 0, 0], "damaged at message 0: it has more rows"),
        (vec![0, 1, 2, 3, 3], "damaged at message 3: the file goes on, of 3 messages"),
    ] {
        tape(&desk);
        let message: ArrayRef = Arc::new(UInt64Array::from(numbers));
        rewrite(&desk.tape(), |batch| with_column(&batch, 2, message.clone()), |_| {});
        match TapeReader::open(&desk.tape()).unwrap().find_map(Result::err) {
            Some(error) => assert!(error.to_string().contains(expected), "{error}"),
            None => panic!("{expected}"),
        }
    }
}

#[test]
fn a_size_below_zero_is_damage() {
    let desk = Desk::new();
    tape(&desk);
    let negate = |batch: RecordBatch| {
        let sizes = batch.column(6).as_any().downcast_ref::<arrow_array::Decimal128Array>().unwrap();
        let sizes = sizes.unary::<_, arrow_array::types::Decimal128Type>(|size| -size);
        let sizes = sizes.with_precision_and_scale(28, 8).unwrap();
        with_column(&batch, 6, Arc::new(sizes))
    };
    rewrite(&desk.tape(), negate, |_| {});
    assert!(first_error(&desk).to_string().contains("size -1 is out of range"));
}

#[test]
fn rows_that_can_not_be_decoded_are_damage_in_plain_words() {
    let desk = Desk::new();
    tape(&desk);
    let sound = fs::read(desk.tape()).unwrap();
    let reasons = (4..sound.len() - 8).filter_map(|at| {
        let mut bytes = sound.clone();
        bytes[at] ^= 0x55;
        desk.put("tape.parquet", bytes);
        TapeReader::open(&desk.tape()).ok()?.find_map(Result::err)
    });
    let reasons: Vec<_> = reasons.map(|error| error.to_string()).collect();
    assert!(reasons.iter().any(|reason| reason.contains("damaged at message 0: its rows can't be decoded")));
    assert!(reasons.iter().all(|reason| !reason.contains("External")), "{reasons:#?}");
}

/// Every byte of a small tape, changed: never more messages than there were and an error, never a panic.
#[test]
fn a_byte_that_changed_is_never_a_panic() {
    let desk = Desk::new();
    tape(&desk);
    let sound = fs::read(desk.tape()).unwrap();
    for (at, mask) in (0..sound.len()).flat_map(|at| [0x01, 0x55, 0x80].map(|mask| (at, mask))) {
        let mut bytes = sound.clone();
        bytes[at] ^= mask;
        desk.put("tape.parquet", bytes);
        if let Ok(reader) = TapeReader::open(&desk.tape()) {
            assert!(reader.count() <= 4, "byte {at}");
        }
    }
}
