//! The own money of an isolated position: what its owner gives it and takes out.

use super::check;

#[test]
fn more_money_moves_the_liquidation_price_away() {
    // 10 × 100 / 10 = 100 of its own: liquidated at (1000 − 100) / (10 × 0.995) = 90.45, up to 91. With 200 at
    // (1000 − 200) / 9.95 = 80.40, up to 81. What is added can be taken out again, and nothing of the first 100.
    check(
        "
        A leverage 10 isolated
        depth ask 100 10
        A a1 buy 10 @ 100
          : A/one-way 10 at 100 Isolated 10x tier 1, wallet 100, pnl 0, initial 100, maintenance 5, liquidation 91
        A margin +100
          => margin moved 100
          : A/one-way 10 at 100 Isolated 10x tier 1, wallet 200, pnl 0, initial 100, maintenance 5, liquidation 81
          : A$ balance 99800, isolated 200, unrealised 0, orders 0, positions 0, maintenance 0, available 99800
        A margin -100.01
          => refused: amount 100.01 is more than the 100 available: withdraw less, or free margin first
        A margin -100
          => margin moved -100
          : A$ balance 99900, isolated 100, unrealised 0, orders 0, positions 0, maintenance 0, available 99900
        A margin -0.01
          => refused: amount 0.01 is more than the 0 available: withdraw less, or free margin first
        ",
    );
}

#[test]
fn a_loss_has_to_be_left_where_it_is() {
    // At 95: 200 − 50 − 10 × 95 / 10 = 55 can go. At 85: 200 − 150 − 85 is below zero.
    check(
        "
        A leverage 10 isolated
        depth ask 100 10
        A a1 buy 10 @ 100
        A margin 100
        mark 95
        A margin -55.5
          => refused: amount 55.5 is more than the 55 available: withdraw less, or free margin first
        mark 85
        A margin -1
          => refused: amount 1 is more than the 0 available: withdraw less, or free margin first
        mark 95
        A margin -55
          => margin moved -55
          : A/one-way 10 at 100 Isolated 10x tier 1, wallet 145, pnl -50, initial 95, maintenance 4.75, liquidation 86
        ",
    );
}

#[test]
fn a_profit_can_be_taken_out_as_far_as_the_wallet_keeps_its_maintenance_margin() {
    // At 120: min(100 − 10 × 120 × 0.005, 100 + 200 − 120) = min(94, 180) = 94.
    check(
        "
        A leverage 10 isolated
        depth ask 100 10
        A a1 buy 10 @ 100
        mark 120
        A margin -94.01
          => refused: amount 94.01 is more than the 94 available: withdraw less, or free margin first
        A margin -94
          => margin moved -94
          : A/one-way 10 at 100 Isolated 10x tier 1, wallet 6, pnl 200, initial 120, maintenance 6, liquidation 100
          : A$ balance 99994, isolated 6, unrealised 0, orders 0, positions 0, maintenance 0, available 99994
        ",
    );
}

#[test]
fn no_more_goes_in_than_could_be_withdrawn() {
    // The cross short needs 1,000 × 99 / 100 = 990, and its profit of 1,000 is no money yet: 99,900 − 990 = 98,910.
    check(
        "
        A mode hedge
        A leverage 10 isolated on long
        depth ask 100 10
        A a1 buy 10 @ 100
        depth ask 100 0, bid 100 1000
        A a2 sell 1000 @ 100
        mark 99
          : A$ balance 99900, isolated 100, unrealised 1000, orders 0, positions 990, maintenance 495, available 99910
        A margin 98911 on long
          => refused: amount 98911 is more than the 98910 available: withdraw less, or free margin first
        A margin 98910 on long
          => margin on LONG moved 98910
          : A$ balance 990, isolated 99010, unrealised 1000, orders 0, positions 990, maintenance 495, available 1000
        A margin 1 on short
          => refused: position SHORT is not an open isolated one: only those have a wallet of their own
        ",
    );
}

#[test]
fn only_an_open_isolated_position_of_the_account_has_money_of_its_own() {
    check(
        "
        A margin 10
          => refused: position ONE_WAY is not an open isolated one: only those have a wallet of their own
        A margin 10 on long
          => refused: positionId LONG is not a position of this account in this market and mode
        A leverage 10 isolated
        depth ask 100 10
        A a1 buy 10 @ 99
        A margin 10
          => refused: position ONE_WAY is not an open isolated one: only those have a wallet of their own
        A a2 buy 10 @ 100
        A margin 0
          => refused: amount 0 must be above zero and at most 1e15
        B margin 1
          => refused: position ONE_WAY is not an open isolated one: only those have a wallet of their own
        X margin 1
          => refused: account 88 can't be used: open an account other than 0 first
        ",
    );
}

#[test]
fn each_position_of_the_isolated_mode_has_its_own() {
    // 100 and 50 of their own; 25 more for the second alone. All of it comes back with the position.
    check(
        "
        A mode isolated
        A leverage 10
        depth ask 100 15
        A a1 buy 10 @ 100
        A a2 buy 5 @ 100
        A margin 25 on #2
          => margin on #2 moved 25
          : A/#1 10 at 100 Isolated 10x tier 1, wallet 100, pnl 0, initial 100, maintenance 5, liquidation 91
          : A/#2 5 at 100 Isolated 10x tier 1, wallet 75, pnl 0, initial 50, maintenance 2.5, liquidation 86
        A margin 1 on #3
          => refused: positionId #3 is not a position of this account in this market and mode
        depth bid 100 5
        A a3 sell 5 @ 100 reduce on #2
          => accepted a3 5
          => fill 5 @ 100: crowd <- a3 left 0 on #2 moved -75, level 0
        ",
    );
}
