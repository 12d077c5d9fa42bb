//! Candles.

use lmex_api::futures::{Candle, Candles, Resolution};
use lmex_types::TimeMs;
use serde::Deserialize;

use crate::json::decimal;
use crate::payload::Origin::Documents;
use crate::payload::{Payload, prove};
use crate::support;

pub(crate) fn payloads() -> Vec<Payload> {
    let request =
        Candles { symbol: "BTC-PERP".parse().unwrap(), resolution: Resolution::M1, start: None, end: None };
    let file = "btse-docs-futures-v2.3/public__charting_data__response.json";
    vec![Payload::new(request, Documents, file, |candles| {
        let newest = Candle {
            start: TimeMs::from_millis(1_624_987_380_000),
            open: decimal("36477"),
            high: decimal("36477"),
            low: decimal("36473.5"),
            close: decimal("36473.5"),
            volume: decimal("693.049"),
        };
        assert_eq!((candles.len(), candles[0]), (2, newest));
        assert_eq!(candles[1].start, TimeMs::from_secs(1_624_987_320));
        assert_eq!((candles[1].open, candles[1].high), (decimal("36476.5"), decimal("36481.5")));
        assert_eq!((candles[1].low, candles[1].close), (decimal("36466"), decimal("36466")));
        assert_eq!(candles[1].volume, decimal("2370.8095"));
    })]
}

#[test]
fn candles_are_read_and_written_as_recorded() {
    prove(&payloads());
}

/// BTSE's newer interface has another envelope, but the rows are those of version 2.3, as text and with exponents.
#[test]
fn rows_recorded_as_text_are_candles() {
    #[derive(Deserialize)]
    struct Envelope {
        data: Vec<Candle>,
    }

    let read = |file: &str| {
        let text = support::shared_file(&format!("payloads/ccxt-btse-aug2026/{file}"))?;
        serde_json::from_str(&text).map(|Envelope { data }| data).ok()
    };
    let Some(data) = read("fetchOHLCV.2.fetch_ohlcv_for_swap.json") else { return };
    assert_eq!(data.len(), 4);
    assert_eq!(data[0].start, TimeMs::from_secs(1_771_516_800));
    assert_eq!((data[0].open, data[0].close), (decimal("1925.39"), decimal("1921.05")));
    assert_eq!(data[0].volume, decimal("110907553.455767"));
    assert_eq!(data[3].volume, decimal("80880387.881759"));

    let hours = read("fetchOHLCV.0.fetch_ohlcv_with_since_until_and_limit.json").unwrap();
    assert_eq!((hours.len(), hours[1].start), (2, TimeMs::from_secs(1_770_451_200)));
    assert_eq!((hours[1].high, hours[1].volume), (decimal("2032.48"), decimal("3633230.30589")));
    let dated = read("fetchOHLCV.1.fetch_ohlcv_for_future.json").unwrap();
    assert_eq!((dated[2].open, dated[2].high), (decimal("1897.16"), decimal("1927.22")));
}
