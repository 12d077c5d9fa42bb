//! Five-minute closes: of a file, and of the made-up past.

use std::io::{BufRead, BufReader, Read};

use lmex_exchange::crowd::Listing;
use lmex_exchange::history::History;
use lmex_types::TimeMs;

/// Milliseconds of a bar.
const LENGTH_MS: i64 = 300_000;

/// Logarithms of the closes in basis points, of lines `time,open,high,low,close,volume` below a headline.
pub(crate) fn read(file: impl Read) -> Result<Vec<f64>, String> {
    let lines = BufReader::new(file).lines().skip(1);
    lines.map(|line| close_of(&line.map_err(|error| error.to_string())?)).collect()
}

/// The same of the past that goes before a start, by seed: a week of it.
pub(crate) fn past(seed: u64, start: TimeMs, listing: &Listing) -> Vec<f64> {
    let bars = History::generate(seed, start, listing).bars;
    let fine = bars.iter().filter(|past| past.length_ms <= LENGTH_MS);
    let closing = fine.filter(|past| past.bar.start.plus_ms(past.length_ms).as_millis() % LENGTH_MS == 0);
    closing.map(|past| (past.bar.close as f64).ln() * 10_000.0).collect()
}

fn close_of(line: &str) -> Result<f64, String> {
    let close = line.split(',').nth(4).and_then(|text| text.parse::<f64>().ok()).filter(|close| *close > 0.0);
    close.map(|close| close.ln() * 10_000.0).ok_or_else(|| format!("no close in {line:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closes_are_the_fifth_column() {
        let text = "time_ms,open,high,low,close,volume\n0,1,1,1,1,5\n300000,1,1,1,2.718281828,5\n";
        let closes = read(text.as_bytes()).unwrap();
        assert!(closes[0].abs() < 1e-9 && (closes[1] - 10_000.0).abs() < 1e-3);
        assert!(read("a\n0,1,1,1,,5".as_bytes()).unwrap_err().contains("no close"));
    }

    #[test]
    fn the_past_has_a_week_of_closes() {
        let start = TimeMs::from_millis(1_760_000_000_123);
        let closes = past(7, start, &Listing::standard()[0]);
        assert!((2_016..2_350).contains(&closes.len()), "{}", closes.len());
    }
}
