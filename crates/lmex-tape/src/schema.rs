//! The columns of a tape: their names, types and encodings.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use lmex_types::{Decimal, Side};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

/// The format that this version writes and reads, under the key `tape.format` of the file's metadata.
pub const FORMAT: &str = "lmex-tape/1";

/// Digits of a price or size: all that fit a [`Decimal`] of 96 bits whatever they are.
pub(crate) const PRECISION: u8 = 28;

/// Rows in a row group, the unit that a reader skips by time and a writer holds in memory.
pub(crate) const ROW_GROUP_ROWS: usize = 256 * 1024;

/// Rows decoded at a time.
pub(crate) const BATCH_ROWS: usize = 16 * 1024;

/// Most levels in one message: a bound on what a damaged file can make a reader hold.
pub(crate) const MAX_LEVELS: usize = 1_000_000;

/// What a row is part of. The order is that of [`KINDS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Snapshot,
    Depth,
    Trade,
    Top,
}

/// The words of the `kind` column.
pub(crate) const KINDS: [(&str, Kind); 4] =
    [("snapshot", Kind::Snapshot), ("depth", Kind::Depth), ("trade", Kind::Trade), ("top", Kind::Top)];

/// The words of the `side` column.
pub(crate) const SIDES: [(&str, Side); 2] = [("buy", Side::Buy), ("sell", Side::Sell)];

/// The columns, in the order of the file.
pub(crate) fn schema(price_scale: u8, size_scale: u8) -> SchemaRef {
    let moment = || DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()));
    let word = || DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8));
    let decimal = |scale: u8| DataType::Decimal128(PRECISION, i8::try_from(scale).unwrap_or(i8::MAX));
    let columns = [
        ("time", moment()),
        ("received", moment()),
        ("message", DataType::UInt64),
        ("kind", word()),
        ("side", word()),
        ("price", decimal(price_scale)),
        ("size", decimal(size_scale)),
    ];
    Arc::new(Schema::new(columns.map(|(name, kind)| Field::new(name, kind, false)).to_vec()))
}

/// How the columns are packed: counters as differences, everything else by dictionary, all of it with zstd.
pub(crate) fn properties() -> Result<WriterProperties, ParquetError> {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_created_by(concat!("lmex-tape ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS));
    for counter in ["time", "received", "message"] {
        let column = ColumnPath::from(counter);
        properties = properties
            .set_column_dictionary_enabled(column.clone(), false)
            .set_column_encoding(column, Encoding::DELTA_BINARY_PACKED);
    }
    Ok(properties.build())
}

/// The value as an integer count of 10^-scale; `None` if it has more decimals or more digits than the column.
pub(crate) fn mantissa(value: Decimal, scale: u8) -> Option<i128> {
    let (have, want) = (value.scale(), u32::from(scale));
    let mantissa = if have <= want {
        value.mantissa().checked_mul(10_i128.checked_pow(want - have)?)?
    } else {
        let factor = 10_i128.checked_pow(have - want)?;
        (value.mantissa() % factor == 0).then(|| value.mantissa() / factor)?
    };
    (mantissa.unsigned_abs() < 10_u128.pow(u32::from(PRECISION))).then_some(mantissa)
}

/// The inverse of [`mantissa`], without trailing zeros; `None` if it is no decimal at all.
pub(crate) fn decimal(mantissa: i128, scale: u8) -> Option<Decimal> {
    Decimal::try_from_i128_with_scale(mantissa, u32::from(scale)).ok().map(|value| value.normalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_decimal_survives_its_mantissa(value in -1_000_000_000_000_000_i64..1_000_000_000_000_000, scale in 0_u32..=8) {
            let value = Decimal::new(value, scale);
            prop_assert_eq!(decimal(mantissa(value, 8).unwrap(), 8).unwrap(), value);
        }
    }

    #[test]
    fn what_would_be_rounded_is_refused() {
        assert_eq!(mantissa("1.005".parse().unwrap(), 2), None);
        assert_eq!(mantissa("1.500".parse().unwrap(), 2), Some(150));
        assert_eq!(mantissa("99999999999999999999.99999999".parse().unwrap(), 8), Some(10_i128.pow(28) - 1));
        assert_eq!(mantissa("100000000000000000000".parse().unwrap(), 8), None);
    }
}
