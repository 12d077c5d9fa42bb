//! Candles, two steps of price to a line.

use lmex::Decimal;
use lmex::futures::Candle;

use super::{DOWN, FAINT, UP, styled};

/// Draws as many of the newest candles as fit into `width` columns, `height` lines high, with prices at the right.
pub fn candles(candles: &[Candle], width: usize, height: usize, colour: bool) -> String {
    let (Some(low), Some(high)) =
        (candles.iter().map(|candle| candle.low).min(), candles.iter().map(|candle| candle.high).max())
    else {
        return "no candles\n".to_owned();
    };
    let label_width = [low, high].iter().map(|price| price.to_string().len()).max().unwrap_or(0).max(8);
    let columns = width.saturating_sub(label_width + 2).max(10);
    let shown = &candles[candles.len().saturating_sub(columns)..];
    let scale = Scale::over(shown, height.max(4));
    let mut picture = String::new();
    for line in 0..scale.lines {
        for candle in shown {
            let style = if candle.close >= candle.open { UP } else { DOWN };
            picture.push_str(&cell(candle, &scale, line, style, colour));
        }
        // Cut where a price between two has more digits than either.
        let label = scale.label(line).map(|price| format!(" {:.label_width$}", price.to_string()));
        let label = label.unwrap_or_default();
        picture.push_str(&styled(&label, FAINT, colour));
        picture.push('\n');
    }
    picture
}

/// Prices to half lines, counted from the top.
struct Scale {
    low: Decimal,
    high: Decimal,
    lines: usize,
}

impl Scale {
    fn over(candles: &[Candle], lines: usize) -> Self {
        let low = candles.iter().map(|candle| candle.low).min().unwrap_or_default();
        let high = candles.iter().map(|candle| candle.high).max().unwrap_or_default();
        Self { low, high, lines }
    }

    /// The half line a price falls on: 0 is the top.
    fn half(&self, price: Decimal) -> usize {
        let last = self.lines * 2 - 1;
        let (above, range) = (self.high.saturating_sub(price), self.high.saturating_sub(self.low));
        let share = above.checked_div(range).unwrap_or_default();
        usize::try_from(share.saturating_mul(last.into()).round()).unwrap_or(last).min(last)
    }

    /// A price every fourth line, and at both ends.
    fn label(&self, line: usize) -> Option<Decimal> {
        let wanted = line.is_multiple_of(4) || line + 1 == self.lines;
        let steps = Decimal::from(self.lines.saturating_sub(1).max(1));
        let share = Decimal::from(line).checked_div(steps)?;
        let price = self.high.saturating_sub(self.high.saturating_sub(self.low).saturating_mul(share));
        wanted.then(|| price.round_dp(self.high.scale().max(self.low.scale())))
    }
}

/// One character of one candle: body or wick in its upper and lower half.
fn cell(candle: &Candle, scale: &Scale, line: usize, style: anstyle::Style, colour: bool) -> String {
    let wick = scale.half(candle.high)..=scale.half(candle.low);
    let (top, bottom) = (candle.open.max(candle.close), candle.open.min(candle.close));
    let body = scale.half(top)..=scale.half(bottom);
    let half = |at: usize| match (body.contains(&at), wick.contains(&at)) {
        (true, _) => Half::Body,
        (_, true) => Half::Wick,
        _ => Half::Empty,
    };
    let glyph = match (half(line * 2), half(line * 2 + 1)) {
        (Half::Empty, Half::Empty) => return " ".to_owned(),
        (Half::Body, Half::Body) => "┃",
        (Half::Wick, Half::Wick) => "│",
        (Half::Body, Half::Wick) => "╿",
        (Half::Wick, Half::Body) => "╽",
        (Half::Body, Half::Empty) => "╹",
        (Half::Empty, Half::Body) => "╻",
        (Half::Wick, Half::Empty) => "╵",
        (Half::Empty, Half::Wick) => "╷",
    };
    styled(glyph, style, colour)
}

enum Half {
    Empty,
    Wick,
    Body,
}

#[cfg(test)]
mod tests {
    use super::*;
    use lmex::TimeMs;

    fn candle(open: i64, high: i64, low: i64, close: i64) -> Candle {
        let [open, high, low, close] = [open, high, low, close].map(Decimal::from);
        Candle { start: TimeMs::default(), open, high, low, close, volume: Decimal::ONE }
    }

    #[test]
    fn bodies_and_wicks_stand_where_the_prices_are() {
        let picture = candles(&[candle(0, 7, 0, 7), candle(7, 7, 0, 3), candle(3, 5, 2, 3)], 40, 4, false);
        // By hand: 7 is the top half line and 0 the last of eight; the second closes, and the third opens, on the fifth.
        assert_eq!(picture, "┃┃  7\n┃┃│\n┃╿╿\n┃│  0\n");
    }

    #[test]
    fn nothing_and_a_flat_line_can_be_drawn() {
        assert_eq!(candles(&[], 80, 10, false), "no candles\n");
        assert!(candles(&[candle(5, 5, 5, 5)], 80, 10, false).contains('╹'));
    }

    #[test]
    fn prices_of_any_size_can_be_drawn() {
        let huge = Decimal::from_i128_with_scale(10_i128.pow(27), 0);
        let extremes = [huge, Decimal::new(1, 27), -huge, Decimal::MAX, Decimal::MIN, Decimal::ZERO];
        for (a, b) in extremes.iter().flat_map(|a| extremes.map(|b| (*a, b))) {
            let (low, high) = (a.min(b), a.max(b));
            let start = TimeMs::default();
            let drawn =
                candles(&[Candle { start, open: low, high, low, close: high, volume: a }], 60, 8, false);
            assert!(drawn.lines().count() == 8 && drawn.starts_with(['┃', '╹']), "{a} {b}\n{drawn}");
            assert!(drawn.lines().all(|line| line.chars().count() <= 60), "{a} {b}\n{drawn}");
        }
    }

    #[test]
    fn no_line_is_wider_than_asked() {
        let many: Vec<_> = (0..300).map(|n| candle(n, n + 3, n - 3, n + 1)).collect();
        assert!(candles(&many, 80, 16, false).lines().all(|line| line.chars().count() <= 80));
    }
}
