//! Captures in Binance's form, written by the tests themselves.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use lmex_tape::import::{BinanceOptions, Family, ImportError, ImportSummary, binance};
use lmex_tape::{Quote, TapeBody, TapeLevel, TapeMessage, TapeReader};
use lmex_types::{Decimal, Side};
use tempfile::TempDir;

/// The venue time of the first line, and how far the recorder's clock is behind it.
pub(crate) const START_MS: i64 = 1_700_000_000_000;
pub(crate) const BEHIND_NS: i64 = 1_270_000_000;

/// A capture under construction. Time goes on by 10 ms a line.
pub(crate) struct Capture {
    family: Family,
    symbol: &'static str,
    pub(crate) now_ms: i64,
    lines: Vec<String>,
}

impl Capture {
    pub(crate) fn of(family: Family) -> Self {
        let symbol = match family {
            Family::UsdM | Family::Spot => "BTCUSDT",
            Family::CoinM => "BTCUSD_PERP",
        };
        Self { family, symbol, now_ms: START_MS, lines: Vec::new() }
    }

    pub(crate) fn symbol(mut self, symbol: &'static str) -> Self {
        self.symbol = symbol;
        self
    }

    /// Lets time pass, or go back.
    pub(crate) fn pass_ms(mut self, ms: i64) -> Self {
        self.now_ms += ms;
        self
    }

    /// A depth change with ids after `after` up to `last`; levels as `(price, size)`.
    pub(crate) fn depth(self, after: u64, last: u64, bids: &[(&str, &str)], asks: &[(&str, &str)]) -> Self {
        let (t, s, first) = (self.now_ms, self.symbol, after + 1);
        let (b, a) = (levels(bids), levels(asks));
        let ids = match self.family {
            Family::UsdM => format!(r#""T":{t},"s":"{s}","U":{first},"u":{last},"pu":{after}"#),
            Family::CoinM => {
                format!(r#""T":{t},"s":"{s}","ps":"BTCUSD","U":{first},"u":{last},"pu":{after}"#)
            }
            Family::Spot => format!(r#""s":"{s}","U":{first},"u":{last}"#),
        };
        self.event("depth@0ms", &format!(r#"{{"e":"depthUpdate","E":{t},{ids},"b":{b},"a":{a}}}"#))
    }

    pub(crate) fn snapshot(self, last: u64, bids: &[(&str, &str)], asks: &[(&str, &str)]) -> Self {
        let (t, s, b, a) = (self.now_ms, self.symbol, levels(bids), levels(asks));
        let more = match self.family {
            Family::UsdM => format!(r#""E":{t},"T":{t},"#),
            Family::CoinM => format!(r#""E":{t},"T":{t},"symbol":"{s}","pair":"BTCUSD","#),
            Family::Spot => String::new(),
        };
        self.line(&format!(r#"{{"lastUpdateId":{last},{more}"bids":{b},"asks":{a}}}"#))
    }

    pub(crate) fn trade(self, price: &str, size: &str, buyer_is_maker: bool) -> Self {
        self.trade_by("MARKET", price, size, buyer_is_maker)
    }

    pub(crate) fn trade_by(self, origin: &str, price: &str, size: &str, buyer_is_maker: bool) -> Self {
        let (t, s) = (self.now_ms, self.symbol);
        let by = match self.family {
            Family::Spot => r#""M":true"#.to_owned(),
            Family::UsdM | Family::CoinM => format!(r#""X":"{origin}""#),
        };
        let what = format!(r#""p":"{price}","q":"{size}",{by},"m":{buyer_is_maker}"#);
        self.event("trade", &format!(r#"{{"e":"trade","E":{t},"T":{t},"s":"{s}","t":1,{what}}}"#))
    }

    pub(crate) fn top(self, bid: (&str, &str), ask: (&str, &str)) -> Self {
        let (t, s) = (self.now_ms, self.symbol);
        let head = match self.family {
            Family::UsdM => format!(r#""e":"bookTicker","u":1,"s":"{s}","T":{t},"E":{t}"#),
            Family::CoinM => format!(r#""u":1,"e":"bookTicker","s":"{s}","ps":"BTCUSD","T":{t},"E":{t}"#),
            Family::Spot => format!(r#""u":1,"s":"{s}""#),
        };
        let ((b, bs), (a, as_)) = (bid, ask);
        self.event("bookTicker", &format!(r#"{{{head},"b":"{b}","B":"{bs}","a":"{a}","A":"{as_}"}}"#))
    }

    /// A message of a named stream.
    pub(crate) fn event(self, stream: &str, data: &str) -> Self {
        let name = self.symbol.to_lowercase();
        self.line(&format!(r#"{{"stream":"{name}@{stream}","data":{data}}}"#))
    }

    /// A line with this JSON, received now.
    pub(crate) fn line(self, json: &str) -> Self {
        let received = received(self.now_ms);
        self.raw(&format!("{received} {json}\n")).pass_ms(10)
    }

    /// Text as it is.
    pub(crate) fn raw(mut self, text: &str) -> Self {
        self.lines.push(text.to_owned());
        self
    }

    pub(crate) fn text(&self) -> String {
        self.lines.concat()
    }

    pub(crate) fn gzip(&self) -> Vec<u8> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(self.text().as_bytes()).unwrap();
        packed.finish().unwrap()
    }
}

fn levels(levels: &[(&str, &str)]) -> String {
    let levels: Vec<_> = levels.iter().map(|(price, size)| format!(r#"["{price}","{size}"]"#)).collect();
    format!("[{}]", levels.join(","))
}

/// When the recorder sees what happens at `ms`.
pub(crate) fn received(ms: i64) -> i64 {
    ms * 1_000_000 - BEHIND_NS
}

/// A folder with captures, and the tape to be.
pub(crate) struct Desk {
    pub(crate) folder: TempDir,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn tape(&self) -> PathBuf {
        self.path("tape.parquet")
    }

    pub(crate) fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }

    pub(crate) fn import_files(&self, inputs: &[PathBuf]) -> Result<ImportSummary, ImportError> {
        binance(inputs, &self.tape(), &BinanceOptions::default(), &mut |_, _| {})
    }

    pub(crate) fn import(&self, capture: &Capture) -> Result<ImportSummary, ImportError> {
        self.import_files(&[self.put("capture.gz", capture.gzip())])
    }

    /// The names in the folder.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

pub(crate) fn read(path: &Path) -> Vec<TapeMessage> {
    TapeReader::open(path).unwrap().map(Result::unwrap).collect()
}

pub(crate) fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub(crate) fn quote((price, size): (&str, &str)) -> Quote {
    Quote { price: dec(price), size: dec(size) }
}

pub(crate) fn depth_body(snapshot: bool, bids: &[(&str, &str)], asks: &[(&str, &str)]) -> TapeBody {
    let level = |side, (price, size): &(&str, &str)| TapeLevel { side, price: dec(price), size: dec(size) };
    let bids = bids.iter().map(|it| level(Side::Buy, it));
    TapeBody::Depth { snapshot, levels: bids.chain(asks.iter().map(|it| level(Side::Sell, it))).collect() }
}

/// Each message of a tape in short, to compare whole sequences: `S2` is a snapshot of two levels.
pub(crate) fn outline(path: &Path) -> String {
    let word = |message: TapeMessage| match message.body {
        TapeBody::Depth { snapshot: true, levels } => format!("S{}", levels.len()),
        TapeBody::Depth { snapshot: false, levels } => format!("D{}", levels.len()),
        TapeBody::Trade { .. } => "T".to_owned(),
        TapeBody::Top { .. } => "B".to_owned(),
    };
    read(path).into_iter().map(word).collect::<Vec<_>>().join(" ")
}
