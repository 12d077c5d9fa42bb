//! The mark price where the engine computes it: three quarters index, one quarter impact mid of 10,000.

use super::check;

#[test]
fn the_book_pulls_the_mark_by_a_quarter() {
    // 112 contracts are sold at 90, 107 bought at 94: mid 92, and 0.75 × 100 + 0.25 × 92 = 98.
    check(
        "
        depth bid 90 200, ask 94 200
        index 100
          => index 100 mark 98
        ",
    );
}

#[test]
fn the_index_stands_in_for_a_side_that_is_too_thin() {
    // The asks are worth 4,700: mid (90 + 100) / 2 = 95, mark 98.75, to the nearest tick's decimals 99.
    check(
        "
        depth bid 90 200, ask 94 50
        index 100
          => index 100 mark 99
        snapshot
        index 100.4
          => index 100.4 mark 100
        ",
    );
}

#[test]
fn a_wall_of_air_counts_no_further_than_the_band() {
    // Asks at 200 count as 110, bids at 90: mid 100.
    check(
        "
        depth bid 90 200, ask 200 200
        index 100
          => index 100 mark 100
        ",
    );
}

#[test]
fn a_given_mark_counts_as_it_is() {
    check(
        "
        depth bid 90 200, ask 94 200
        index 100 mark 101.23
          => index 100 mark 101.23
        index 100 mark 0
          => refused: index and mark price must be above zero and within the market's range of prices
        index 0
          => refused: index and mark price must be above zero and within the market's range of prices
        ",
    );
}

/// At 98 the loss is 50,000 × 2 = 100,000, all there is; 0.5 % × 50,000 × 98 = 24,500 would have to be left. Bankrupt at
/// 100 − 100,000 / 50,000 = 98. The order goes to the edge of the band, 98 − 10 % = 88.2, so 89.
#[test]
fn the_book_alone_does_not_move_the_mark() {
    check(
        "
        depth ask 100 50000
        A a1 buy 50000 @ 100
        depth bid 90 200, ask 94 200
          => set bid 90: level 200, crowd 200
          => set ask 94: level 200, crowd 200
        index 100
          => index 100 mark 98
          => A at risk: 0 of 24500
          => #1 sells 50000 @ 89, bankrupt at 98
          => #1 ended, left 50000
          => deleveraged 50000 @ 98: crowd pnl 100000 <- A pnl -100000, left 0
          => A done
        ",
    );
}
