//! Leverage and margin mode of positions that are open.

use super::check;

#[test]
fn lower_leverage_of_an_isolated_position_moves_margin_in() {
    // 1000 / 10 = 100; 1000 / 5 = 200; 1000 / 20 = 50; 1000 / 100 = 10. Liquidation, each up to a tick: (1000 − 200) / (10 × 0.995) =
    // 80.4, (1000 − 50) / 9.95 = 95.5, (1000 − 10) / 9.95 = 99.5.
    check(
        "
        A leverage 10 isolated
        depth ask 100 10
        A a1 buy 10 @ 100
        A leverage 5
          => leverage 5 isolated moved 100
          : A/one-way 10 at 100 Isolated 5x tier 1, wallet 200, pnl 0, initial 200, maintenance 5, liquidation 81
          : A$ balance 99800, isolated 200, unrealised 0, orders 0, positions 0, maintenance 0, available 99800
        A leverage 20
          => leverage 20 isolated moved -150
          : A/one-way 10 at 100 Isolated 20x tier 1, wallet 50, pnl 0, initial 50, maintenance 5, liquidation 96
        A leverage 0
          => leverage 0 isolated moved -40
          : A/one-way 10 at 100 Isolated 100x tier 1, wallet 10, pnl 0, initial 10, maintenance 5, liquidation 100
        ",
    );
}

#[test]
fn higher_leverage_leaves_a_loss_where_it_is() {
    // 150 would move out. The position is worth 200 − 40 = 160 and needs 960 / 20 = 48: 112 may. Then nothing may:
    // 88 − 40 = 48 is what it needs. Liquidation (1000 − 88) / 9.95 = 91.66, up. 1000 / 19 − 1000 / 20 = 2.6315789473684…, up, moves in.
    check(
        "
        A leverage 5 isolated
        depth ask 100 10
        A a1 buy 10 @ 100
        mark 96
        A leverage 20
          => leverage 20 isolated moved -112
          : A/one-way 10 at 100 Isolated 20x tier 1, wallet 88, pnl -40, initial 48, maintenance 4.8, liquidation 92
        A leverage 19
          => leverage 19 isolated moved 2.631578947369
        ",
    );
}

#[test]
fn a_profit_that_is_not_realised_does_not_leave() {
    // 1000 / 50 − 1000 / 100 = 10 moves, whatever the position has gained: 10 × 9 = 90. At 109 it takes 1090 / 100 = 10.9 and 1090 × 0.5 % =
    // 5.45, and is liquidated at (1000 − 10) / (10 × 0.995) = 99.5, up.
    check(
        "
        A leverage 50 isolated
        depth ask 100 10
        A a1 buy 10 @ 100
        mark 109
        A leverage 100
          => leverage 100 isolated moved -10
          : A/one-way 10 at 100 Isolated 100x tier 1, wallet 10, pnl 90, initial 10.9, maintenance 5.45, liquidation 100
        ",
    );
}

#[test]
fn margin_that_moves_in_must_be_available() {
    // 900 × 100 / 1 − 900 × 100 / 10 = 81,000 for the position, and 200 × 99 / 1 − 200 × 99 / 10 = 17,820 for the order.
    check(
        "
        A leverage 10 isolated
        depth ask 100 900
        A a1 buy 900 @ 100
        A a2 buy 200 @ 99
        A leverage 1
          => refused: margin 98820 needed, 89020 available: deposit, or use a smaller size
        A deposit 9799
        A leverage 1
          => refused: margin 98820 needed, 98819 available: deposit, or use a smaller size
        A deposit 1
        A leverage 1
          => leverage 1 isolated moved 81000
          : A$ balance 19800, isolated 90000, unrealised 0, orders 19800, positions 0, maintenance 0, available 0
        ",
    );
}

#[test]
fn whose_money_it_is_changes_only_while_there_is_nothing() {
    check(
        "
        A a1 buy 10 @ 99
        A leverage 10 isolated
          => refused: positionMode and marginMode can't be changed with a position or orders open: close and cancel them first
        A leverage 10 cross
          => leverage 10
        A cancel a1
        A leverage 10 isolated
          => leverage 10 isolated
        depth ask 100 10
        A a2 buy 10 @ 100
        A leverage 10 cross
          => refused: positionMode and marginMode can't be changed with a position or orders open: close and cancel them first
        A leverage 10 isolated
          => leverage 10 isolated
        ",
    );
}

#[test]
fn each_leg_of_a_hedge_has_terms_of_its_own() {
    // Long: 1000 / 50 = 20 and 1000 × 0.5 % = 5; with 99,900 behind 1000 no price is low enough to liquidate it. Short: 1000 / 10 =
    // 100 set aside, (−1000 − 100) / (−10 × 1.005) = 109.45, down.
    check(
        "
        A mode hedge
        A leverage 50
          => leverage 50
          : A/long flat Cross 50x tier 1
          : A/short flat Cross 50x tier 1
        A leverage 10 isolated on short
          => leverage 10 isolated on SHORT
          : A/long flat Cross 50x tier 1
          : A/short flat Isolated 10x tier 1
        depth bid 100 10
        A a1 sell 10 @ 100
        depth bid 100 0, ask 100 10
        A a2 buy 10 @ 100
          : A/long 10 at 100 Cross 50x tier 1, pnl 0, initial 20, maintenance 5, liquidation none
          : A/short -10 at 100 Isolated 10x tier 1, wallet 100, pnl 0, initial 100, maintenance 5, liquidation 109
          : A$ balance 99900, isolated 100, unrealised 0, orders 0, positions 20, maintenance 5, available 99880
        A leverage 10 on #1
          => refused: positionId #1 is not a position of this account in this market and mode
        ",
    );
}

#[test]
fn a_position_of_the_isolated_mode_stays_isolated() {
    // 1000 / 100 = 10 is in it; 1000 / 10 = 100 takes 90 more.
    check(
        "
        A mode isolated
        depth ask 100 10
        A a1 buy 10 @ 100
        A leverage 10 cross on #1
          => refused: positionMode and marginMode can't be changed with a position or orders open: close and cancel them first
        A leverage 10 on #1
          => leverage 10 isolated on #1 moved 90
        A leverage 101 on #1
          => refused: leverage 101 is above the market's maximum: use at most 100, or 0 for it
        A leverage 10 on #2
          => refused: positionId #2 is not a position of this account in this market and mode
        A leverage 10 on long
          => refused: positionId LONG is not a position of this account in this market and mode
        ",
    );
}
