//! What the insurance fund pays, and what it can't.

use super::check;

#[test]
fn the_fund_pays_for_fills_beyond_the_bankruptcy_price_as_far_as_it_can() {
    // Bankrupt at 98. 20,000 go at 98, then each at 97 costs 1: 10,000 of them are paid for. The rest is deleveraged.
    check(
        "
        depth ask 100 50000, bid 98 20000, bid 97 50000
        A a1 buy 50000 @ 100
        fund 10000
          => insurance 10000
          : fund 10000
        mark 98.4
          => index 98.4 mark 98.4
          => A at risk: 20000 of 24600
          => #1 sells 50000 @ 89, bankrupt at 98
          => fill 20000 @ 98: crowd <- #1 left 30000 pnl -40000, level 0
          => fill 10000 @ 97: crowd <- #1 left 20000 pnl -30000, level 40000
          => #1 ended, left 20000
          => deleveraged 20000 @ 98: crowd pnl 40000 <- A pnl -40000, left 0
          => insurance pays 10000 for A, fund 0
          => A done
          : A flat, balance 0, available 0
        ",
    );
}

#[test]
fn what_better_fills_left_over_is_used_before_the_fund() {
    // 10,000 at 99 leave 10,000, of which 1,980 go to the fund: with both, 10,000 go at 97.
    check(
        "
        depth ask 100 50000, bid 99 10000, bid 97 50000
        A a1 buy 50000 @ 100
        mark 98.4
          => index 98.4 mark 98.4
          => A at risk: 20000 of 24600
          => #1 sells 50000 @ 89, bankrupt at 98
          => fill 10000 @ 99: crowd <- #1 left 40000 pnl -10000 insurance 1980, level 0
          => fill 10000 @ 97: crowd <- #1 left 30000 pnl -30000, level 40000
          => #1 ended, left 30000
          => deleveraged 30000 @ 98: crowd pnl 60000 <- A pnl -60000, left 0
          => insurance pays 1980 for A, fund 0
          => A done
        ",
    );
}

#[test]
fn a_debt_at_the_mark_price_is_the_funds_first() {
    // At 97 A owes 50,000. The fund has 60,000: 50,000 bring A to nothing at 97, and 10,000 go at 96 for the rest.
    check(
        "
        depth ask 100 50000, bid 96 50000
        A a1 buy 50000 @ 100
        fund 60000
        mark 97
          => index 97 mark 97
          => A at risk: -50000 of 24250
          => #1 sells 50000 @ 88, bankrupt at 97
          => fill 10000 @ 96: crowd <- #1 left 40000 pnl -40000, level 40000
          => #1 ended, left 40000
          => deleveraged 40000 @ 97: crowd pnl 120000 <- A pnl -120000, left 0
          => insurance pays 60000 for A, fund 0
          => A done
        ",
    );
}

#[test]
fn the_venue_sells_no_further_than_the_price_protection() {
    // The fund could pay for 88, but the band of 10 % ends at 88.56.
    check(
        "
        depth ask 100 50000, bid 88 50000
        A a1 buy 50000 @ 100
        fund 900000
        mark 98.4
          => index 98.4 mark 98.4
          => A at risk: 20000 of 24600
          => #1 sells 50000 @ 89, bankrupt at 98
          => #1 ended, left 50000
          => deleveraged 50000 @ 98: crowd pnl 100000 <- A pnl -100000, left 0
          => A done
          : fund 900000
        ",
    );
}

#[test]
fn a_contribution_must_be_something() {
    check(
        "
        fund 0
          => refused: amount 0 must be above zero and at most 1e15
        ",
    );
}
