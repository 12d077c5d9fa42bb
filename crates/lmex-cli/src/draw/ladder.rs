//! The order book as a ladder: offers above, bids below, with bars for what has piled up.

use lmex::Decimal;

use super::{DOWN, FAINT, UP, styled};

/// A level: price and size in contracts.
pub type Level = (Decimal, Decimal);

/// Draws offers (best last) above bids (best first), each with its size, the sum so far and a bar.
pub fn ladder(bids: &[Level], asks: &[Level], width: usize, colour: bool) -> String {
    let asks_summed = summed(asks);
    let bids_summed = summed(bids);
    let deepest =
        asks_summed.last().into_iter().chain(bids_summed.last()).map(|row| row.2).max().unwrap_or_default();
    let scale = bids.iter().chain(asks).map(|level| level.0.scale()).max().unwrap_or(0);
    let bar_width = width.saturating_sub(42).clamp(8, 40);
    let line = |row: &(Decimal, Decimal, Decimal), style| {
        let price = format!("{:>14}", with_scale(row.0, scale));
        let bar = "█".repeat(share(row.2, deepest, bar_width));
        format!(
            "{} {:>12} {:>12}  {}\n",
            styled(&price, style, colour),
            row.1.normalize(),
            row.2.normalize(),
            styled(&bar, style, colour)
        )
    };
    let mut picture = styled(&format!("{:>14} {:>12} {:>12}\n", "price", "size", "sum"), FAINT, colour);
    picture.extend(asks_summed.iter().rev().map(|row| line(row, DOWN)));
    picture.push_str(&styled(&spread(bids, asks, scale), FAINT, colour));
    picture.extend(bids_summed.iter().map(|row| line(row, UP)));
    picture
}

fn summed(levels: &[Level]) -> Vec<(Decimal, Decimal, Decimal)> {
    let mut sum = Decimal::ZERO;
    levels
        .iter()
        .map(|(price, size)| {
            sum = sum.saturating_add(*size);
            (*price, *size, sum)
        })
        .collect()
}

fn spread(bids: &[Level], asks: &[Level], scale: u32) -> String {
    match (bids.first(), asks.first()) {
        (Some(bid), Some(ask)) => format!("{:>14} spread\n", with_scale(ask.0.saturating_sub(bid.0), scale)),
        _ => format!("{:>14}\n", "one side is empty"),
    }
}

fn with_scale(price: Decimal, scale: u32) -> Decimal {
    let mut price = price;
    price.rescale(scale);
    price
}

fn share(part: Decimal, whole: Decimal, width: usize) -> usize {
    let share = part.checked_div(whole).unwrap_or_default().saturating_mul(width.into());
    usize::try_from(share.round()).unwrap_or(0).clamp(1, width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_stand_above_bids_with_the_best_in_the_middle() {
        let level = |price: &str, size: i64| (price.parse().unwrap(), Decimal::from(size));
        let picture =
            ladder(&[level("99.5", 10), level("99", 30)], &[level("100", 20), level("101", 20)], 50, false);
        let lines: Vec<_> = picture.lines().map(str::trim_end).collect();
        assert_eq!(lines[1].split_whitespace().collect::<Vec<_>>(), ["101.0", "20", "40", "████████"]);
        assert_eq!(lines[3].trim(), "0.5 spread");
        assert_eq!(lines[4].split_whitespace().collect::<Vec<_>>(), ["99.5", "10", "10", "██"]);
    }

    #[test]
    fn prices_and_sizes_of_any_size_can_be_drawn() {
        let huge = Decimal::from_i128_with_scale(10_i128.pow(27), 0);
        let extremes = [huge, Decimal::new(1, 27), -huge, Decimal::MAX, Decimal::MIN, Decimal::ZERO];
        for (a, b) in extremes.iter().flat_map(|a| extremes.map(|b| (*a, b))) {
            let picture = ladder(&[(a, b), (b, a)], &[(b, a), (a, a)], 80, false);
            assert_eq!(picture.lines().count(), 6, "{a} {b}\n{picture}");
        }
    }
}
