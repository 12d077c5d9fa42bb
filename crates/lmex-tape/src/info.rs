//! What a tape says about itself.

use std::collections::HashMap;
use std::path::Path;

use lmex_types::Decimal;
use parquet::file::metadata::KeyValue;

use crate::{FORMAT, SizeUnit, TapeError, TapeReader};

/// What is known before the first message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TapeHeader {
    /// Where the data comes from, for a human: `Binance USD-M futures BTCUSDT, recorded 2024-08-08`.
    pub source: String,
    /// The market, as the venue of the data calls it.
    pub symbol: String,
    /// What a size of 1 is.
    pub size_unit: SizeUnit,
    /// Decimals of a price, at most 18. A price with more is refused, never rounded.
    pub price_scale: u8,
    /// Decimals of a size, at most 18.
    pub size_scale: u8,
}

impl TapeHeader {
    /// A header with 8 decimals in prices and sizes, the most that Binance and LMEX publish.
    pub fn new(source: &str, symbol: &str, size_unit: SizeUnit) -> Self {
        Self { source: source.into(), symbol: symbol.into(), size_unit, price_scale: 8, size_scale: 8 }
    }

    pub(crate) fn check(&self) -> Result<(), TapeError> {
        for (field, text) in [("source", &self.source), ("symbol", &self.symbol)] {
            if text.is_empty() || text.len() > 1_000 {
                return Err(TapeError::Header { field, reason: "must have 1 to 1000 characters".into() });
            }
        }
        for (field, scale) in [("price_scale", self.price_scale), ("size_scale", self.size_scale)] {
            if scale > 18 {
                return Err(TapeError::Header { field, reason: format!("is {scale}: take at most 18") });
            }
        }
        match self.size_unit {
            SizeUnit::QuoteContracts { value } if value <= Decimal::ZERO => Err(TapeError::Header {
                field: "size_unit",
                reason: format!("has contracts worth {value}: give a value above zero"),
            }),
            _ => Ok(()),
        }
    }
}

/// What a tape holds, kept in its metadata: reading it does not touch the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TapeInfo {
    /// Source, market, unit and scales.
    pub header: TapeHeader,
    /// The earliest venue time, nanoseconds since 1970 (UTC).
    pub first_ns: i64,
    /// The latest venue time, nanoseconds since 1970 (UTC).
    pub last_ns: i64,
    /// All messages.
    pub messages: u64,
    /// Messages that hold a whole book.
    pub snapshots: u64,
    /// Whether the first depth message holds a whole book; otherwise the book builds up from changes.
    pub starts_with_snapshot: bool,
    /// Messages that change levels of the book, snapshots not counted.
    pub depths: u64,
    /// Book levels in snapshots and changes.
    pub levels: u64,
    /// Trades.
    pub trades: u64,
    /// Best bids and asks.
    pub tops: u64,
    /// How often the source skipped changes of the book; after a gap the book may be wrong until a snapshot.
    pub gaps: u64,
}

impl TapeInfo {
    /// Reads the description of a tape, after checking that it is one.
    pub fn read(path: &Path) -> Result<Self, TapeError> {
        TapeReader::open(path).map(|reader| reader.info().clone())
    }

    /// From the first to the last venue time, in nanoseconds.
    pub fn duration_ns(&self) -> i64 {
        self.last_ns.saturating_sub(self.first_ns)
    }

    /// Whether a reader knows the whole book from the start, and all of its changes.
    pub fn has_whole_book(&self) -> bool {
        self.starts_with_snapshot && self.gaps == 0
    }

    /// How many rows these messages take, so that a file that lost some is noticed; `None` if too many to count.
    pub(crate) fn rows(&self) -> Option<u64> {
        self.levels.checked_add(self.trades)?.checked_add(self.tops.checked_mul(2)?)
    }

    pub(crate) fn to_metadata(&self) -> Vec<KeyValue> {
        let header = &self.header;
        let (unit, value) = match header.size_unit {
            SizeUnit::Base => ("base", None),
            SizeUnit::QuoteContracts { value } => ("quote_contracts", Some(value)),
        };
        let texts =
            [("format", FORMAT), ("source", &header.source), ("symbol", &header.symbol), ("size_unit", unit)];
        let numbers = [
            ("first_ns", self.first_ns.to_string()),
            ("last_ns", self.last_ns.to_string()),
            ("messages", self.messages.to_string()),
            ("snapshots", self.snapshots.to_string()),
            ("starts_with_snapshot", self.starts_with_snapshot.to_string()),
            ("depths", self.depths.to_string()),
            ("levels", self.levels.to_string()),
            ("trades", self.trades.to_string()),
            ("tops", self.tops.to_string()),
            ("gaps", self.gaps.to_string()),
        ];
        let texts = texts.into_iter().map(|(key, text)| (key, text.to_owned()));
        let value = value.map(|value| ("contract_value", value.to_string()));
        let entries = texts.chain(value).chain(numbers);
        entries.map(|(key, text)| KeyValue::new(format!("{PREFIX}{key}"), text)).collect()
    }

    /// The inverse of [`TapeInfo::to_metadata`]; the scales come from the columns.
    pub(crate) fn from_metadata(
        path: &Path,
        entries: &[KeyValue],
        price_scale: u8,
        size_scale: u8,
    ) -> Result<Self, TapeError> {
        let entries = Entries::new(path, entries);
        let size_unit = match entries.text("size_unit")? {
            "base" => SizeUnit::Base,
            "quote_contracts" => SizeUnit::QuoteContracts { value: entries.number("contract_value")? },
            _ => return Err(entries.unusable("size_unit")),
        };
        let source = entries.text("source")?.to_owned();
        let symbol = entries.text("symbol")?.to_owned();
        let header = TapeHeader { source, symbol, size_unit, price_scale, size_scale };
        header.check()?;
        Ok(Self {
            header,
            first_ns: entries.number("first_ns")?,
            last_ns: entries.number("last_ns")?,
            messages: entries.number("messages")?,
            snapshots: entries.number("snapshots")?,
            starts_with_snapshot: entries.number("starts_with_snapshot")?,
            depths: entries.number("depths")?,
            levels: entries.number("levels")?,
            trades: entries.number("trades")?,
            tops: entries.number("tops")?,
            gaps: entries.number("gaps")?,
        })
    }
}

const PREFIX: &str = "tape.";

/// Checks the format and its version.
pub(crate) fn check_format(path: &Path, entries: &[KeyValue]) -> Result<(), TapeError> {
    let found = Entries::new(path, entries).text("format")?;
    if found == FORMAT {
        return Ok(());
    }
    Err(TapeError::Version { path: path.into(), found: found.chars().take(64).collect() })
}

/// The metadata of one file, by key.
struct Entries<'a> {
    path: &'a Path,
    by_key: HashMap<&'a str, &'a str>,
}

impl<'a> Entries<'a> {
    fn new(path: &'a Path, entries: &'a [KeyValue]) -> Self {
        let pairs = entries.iter().filter_map(|entry| Some((entry.key.as_str(), entry.value.as_deref()?)));
        let by_key = pairs.filter_map(|(key, value)| Some((key.strip_prefix(PREFIX)?, value))).collect();
        Self { path, by_key }
    }

    fn text(&self, key: &str) -> Result<&'a str, TapeError> {
        self.by_key.get(key).copied().ok_or_else(|| self.unusable(key))
    }

    fn number<T: std::str::FromStr>(&self, key: &str) -> Result<T, TapeError> {
        self.text(key)?.parse().map_err(|_| self.unusable(key))
    }

    fn unusable(&self, key: &str) -> TapeError {
        let reason = match self.by_key.get(key) {
            None => format!("its metadata has no {PREFIX}{key}"),
            Some(text) => {
                format!("its metadata says {PREFIX}{key} = {:?}", text.chars().take(64).collect::<String>())
            }
        };
        TapeError::NotATape { path: self.path.into(), reason }
    }
}
