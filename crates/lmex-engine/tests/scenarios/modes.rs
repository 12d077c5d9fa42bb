//! Position modes: one net position, a long and a short one, or any number.

use super::check;

#[test]
fn a_hedge_has_a_long_and_a_short_leg_side_by_side() {
    // Both legs move with the mark. Net 4000, cost 606,000 − 200,000, maintained 8000 × 0.005 = 40:
    // (406,000 − 100,000) / (4000 − 40) = 77.27, up to the tick.
    check(
        "
        A mode hedge
          => mode Hedge
        depth bid 100 20000
        B b1 sell 6000 @ 101
        A a1 buy 6000 @ 101
          => accepted a1 6000
          => fill 6000 @ 101: b1 left 0 <- a1 left 0 on LONG, level 0
        A a2 sell 2000 @ 100
          => accepted a2 2000
          => fill 2000 @ 100: crowd <- a2 left 0 on SHORT, level 18000
          : A/long 6000 at 101 Cross 100x tier 1, pnl -6000, initial 6000, maintenance 3000, liquidation 78
          : A/short -2000 at 100 Cross 100x tier 1, pnl 0, initial 2000, maintenance 1000, liquidation 78
          : A$ balance 100000, isolated 0, unrealised -6000, orders 0, positions 8000, maintenance 4000, available 86000
        ",
    );
}

#[test]
fn the_liquidation_price_of_a_hedge_is_that_of_its_net() {
    // Net 4000, cost 400,000, maintained 8000 × 0.005 = 40: (400,000 − 100,000) / 3960 = 75.76, up.
    // Net 0: what one leg loses the other gains.
    // Net −4000, cost −400,000, maintained 16,000 × 0.005 = 80: (−400,000 − 100,000) / −4080 = 122.55, down.
    check(
        "
        A mode hedge
        depth ask 100 6000
        A a1 buy 6000 @ 100
        depth bid 100 20000
        A a2 sell 2000 @ 100
          : A/long 6000 at 100 Cross 100x tier 1, pnl 0, initial 6000, maintenance 3000, liquidation 76
        A a3 sell 4000 @ 100
          : A/long 6000 at 100 Cross 100x tier 1, pnl 0, initial 6000, maintenance 3000, liquidation none
          : A/short -6000 at 100 Cross 100x tier 1, pnl 0, initial 6000, maintenance 3000, liquidation none
        A a4 sell 4000 @ 100
          : A/short -10000 at 100 Cross 100x tier 1, pnl 0, initial 10000, maintenance 5000, liquidation 122
        ",
    );
}

#[test]
fn in_a_hedge_reduce_only_works_on_the_other_sides_leg() {
    // Of the long from 101, 4 × (100 − 101) = −4 and 6 × (100 − 101) = −6: of 99 only the 6 that are left. Of the buy of 9 only the 4
    // of the short.
    check(
        "
        A mode hedge
        depth bid 100 50
        B b1 sell 10 @ 101
        A a1 buy 10 @ 101
        A a2 buy 1 @ 100 reduce
          => refused a2: reduceOnly: there is no position that this order would reduce
        A a3 sell 4 @ 100 reduce
          => accepted a3 4
          => fill 4 @ 100: crowd <- a3 left 0 on LONG pnl -4, level 46
        A a4 sell 4 @ 100
        A a5 sell 99 @ 100 reduce on long
          => accepted a5 6
          => fill 6 @ 100: crowd <- a5 left 0 on LONG pnl -6, level 36
        A a6 sell 1 @ 100 reduce on short
          => refused a6: positionId SHORT is not a position of this account in this market and mode
        A a7 buy 9 @ 99 reduce on short
          => accepted a7 4
          => rested a7 4 @ 99, level 4
        ",
    );
}

#[test]
fn close_names_the_leg() {
    // The short from 99: 5 × (99 − 101) = −10. The long from 101: 10 × (99 − 101) = −20. Asks: 50 − 10 − 5 = 35; bids: 50 − 5 − 10 = 35.
    check(
        "
        A mode hedge
        depth bid 99 50, ask 101 50
        A a1 buy 10 @ 101
        A a2 sell 5 @ 99
        A close c1 on short
          => accepted c1 5
          => fill 5 @ 101: crowd <- c1 left 0 on SHORT pnl -10, level 35
        A close c2 on long
          => accepted c2 10
          => fill 10 @ 99: crowd <- c2 left 0 on LONG pnl -20, level 35
        A close c3 on long
          => refused c3: no position to close in market 1
        A close c4 on short
          => refused c4: no position to close in market 1
        A close c5
          => refused c5: positionId ONE_WAY is not a position of this account in this market and mode
        ",
    );
}

#[test]
fn the_mode_changes_only_while_there_is_nothing() {
    check(
        "
        A a1 buy 10 @ 99
        A mode hedge
          => refused: positionMode and marginMode can't be changed with a position or orders open: close and cancel them first
        A cancel a1
        A mode hedge
          => mode Hedge
        depth ask 100 10
        A a2 buy 10 @ 100
        A mode isolated
          => refused: positionMode and marginMode can't be changed with a position or orders open: close and cancel them first
        depth bid 100 10
        A close c1 on long
        A mode isolated
          => mode Isolated
        A mode one-way
          => mode OneWay
        ",
    );
}

#[test]
fn an_order_for_another_mode_is_refused() {
    check(
        "
        A a1 buy 10 @ 99 mode hedge
          => refused a1: positionMode does not fit: the market is set to OneWay; change positionMode first, or leave it out
        A a2 buy 10 @ 99 mode one-way
          => accepted a2 10
          => rested a2 10 @ 99, level 10
        A a3 buy 10 @ 99 on long
          => refused a3: positionId LONG is not a position of this account in this market and mode
        halt
        A a4 buy 10 @ 99 mode isolated
          => refused a4: positionMode does not fit: the market is set to OneWay; change positionMode first, or leave it out
        ",
    );
}

#[test]
fn in_the_isolated_mode_each_order_opens_a_position_of_its_own() {
    // Each sets 10 × 100 / 10 aside, and is as if alone: (1000 − 100) / (10 × 0.995) = 90.45, up; for the short
    // (−1000 − 100) / (−10 × 1.005) = 109.45, down. Closing 6 of #2 gains 6, and 6/10 of 100 + 6 = 63.6 leaves with it. Buying 5 brings
    // 5 × 99 / 10 = 49.5: 106 − 63.6 + 49.5 = 91.9. Cost 400 + 495 = 895, entry 895 / 9, profit 900 − 895 = 5, liquidation
    // (895 − 91.9) / (9 × 0.995) = 89.68, up.
    check(
        "
        A mode isolated
        A leverage 10
        depth bid 100 10
        A a1 sell 10 @ 100
          => accepted a1 10
          => fill 10 @ 100: crowd <- a1 left 0 on #1 moved 100, level 0
        depth ask 100 10
        A a2 buy 10 @ 100
          => accepted a2 10
          => fill 10 @ 100: crowd <- a2 left 0 on #2 moved 100, level 0
          : A/#1 -10 at 100 Isolated 10x tier 1, wallet 100, pnl 0, initial 100, maintenance 5, liquidation 109
          : A/#2 10 at 100 Isolated 10x tier 1, wallet 100, pnl 0, initial 100, maintenance 5, liquidation 91
          : A$ balance 99800, isolated 200, unrealised 0, orders 0, positions 0, maintenance 0, available 99800
        depth bid 101 6
        A a3 sell 6 @ 101 on #2 reduce
          => accepted a3 6
          => fill 6 @ 101: crowd <- a3 left 0 on #2 pnl 6 moved -63.6, level 0
        depth ask 99 5
        A a4 buy 5 @ 99 on #2
          => accepted a4 5
          => fill 5 @ 99: crowd <- a4 left 0 on #2 moved 49.5, level 0
          : A/#2 9 at 99.444444444444 Isolated 10x tier 1, wallet 91.9, pnl 5, initial 90, maintenance 4.5, liquidation 90
        A a5 sell 1 @ 100 on #3
          => refused a5: positionId #3 is not a position of this account in this market and mode
        ",
    );
}

#[test]
fn a_position_of_the_isolated_mode_is_never_numbered_like_another() {
    // 10 × 100 / 100 = 10 moves into the last.
    check(
        "
        A mode isolated
        A a1 buy 10 @ 99
        A a2 buy 10 @ 99
          : A/#1 flat Isolated 100x tier 1, 1 orders
          : A/#2 flat Isolated 100x tier 1, 1 orders
        A cancel a1
        A cancel a2
        A a3 buy 10 @ 99 on #2
          => refused a3: positionId #2 is not a position of this account in this market and mode
        A a4 buy 10 @ 99
          : A/#3 flat Isolated 100x tier 1, 1 orders
        A mode one-way
          => refused: positionMode and marginMode can't be changed with a position or orders open: close and cancel them first
        A cancel a4
        A mode one-way
          => mode OneWay
        A mode isolated
        depth ask 100 10
        A a5 buy 10 @ 100
          => accepted a5 10
          => fill 10 @ 100: crowd <- a5 left 0 on #4 moved 10, level 0
        ",
    );
}

#[test]
fn the_terms_of_a_resting_order_are_those_of_its_fill() {
    // #1 is set to 20 times while it is flat: its fill finds these terms, not those of new positions.
    check(
        "
        A mode isolated
        A a1 buy 10 @ 100
        A leverage 20 on #1
          => leverage 20 isolated on #1
        trade sell 10 @ 100
          => crowd sells 10 @ 100 print
          => fill 10 @ 100: a1 left 0 on #1 moved 50 <- crowd, level 0
          : A/#1 10 at 100 Isolated 20x tier 1, wallet 50, pnl 0, initial 50, maintenance 5, liquidation 96
        ",
    );
}

#[test]
fn in_the_isolated_mode_what_reduces_must_name_a_position() {
    check(
        "
        A mode isolated
        depth ask 100 10
        A a1 buy 10 @ 100
        A a2 sell 5 @ 101 reduce
          => refused a2: positionId is missing: in positionMode ISOLATED say which position to reduce
        A a3 sell 5 @ 101 reduce on #2
          => refused a3: positionId #2 is not a position of this account in this market and mode
        A a4 sell 5 @ 101 reduce on #1
          => accepted a4 5
          => rested a4 5 @ 101, level 5
        ",
    );
}
