//! Isolated margin: what moves between the balance and a position's own money.

use super::check;

#[test]
fn opening_sets_initial_margin_aside() {
    // 10 × 100 / 10 = 100. Liquidated at (1000 − 100) / (10 × 0.995) = 90.45, up to 91, whatever is in the balance.
    check(
        "
        A leverage 10 isolated
          => leverage 10 isolated
        A a1 buy 10 @ 100
          : A$ balance 100000, isolated 0, unrealised 0, orders 100, positions 0, maintenance 0, available 99900
        B b1 sell 10 @ 100
          => accepted b1 10
          => fill 10 @ 100: a1 left 0 moved 100 <- b1 left 0, level 0
          : A/one-way 10 at 100 Isolated 10x tier 1, wallet 100, pnl 0, initial 100, maintenance 5, liquidation 91
          : A$ balance 99900, isolated 100, unrealised 0, orders 0, positions 0, maintenance 0, available 99900
        mark 97
          : A/one-way 10 at 100 Isolated 10x tier 1, wallet 100, pnl -30, initial 97, maintenance 4.85, liquidation 91
          : A$ balance 99900, isolated 100, unrealised 0, orders 0, positions 0, maintenance 0, available 99900
        A deposit 1000
          : A/one-way 10 at 100 Isolated 10x tier 1, wallet 100, pnl -30, initial 97, maintenance 4.85, liquidation 91
        ",
    );
}

#[test]
fn the_fee_of_what_opens_comes_with_it_and_a_rebate_stays() {
    // F takes: 1000 × 0.05 % = 0.5 on top of 100. R makes: 1000 × −0.01 % = −0.1 stays in the wallet.
    check(
        "
        F leverage 10 isolated
        R leverage 10 isolated
        R r1 sell 10 @ 100
        F f1 buy 10 @ 100
          => accepted f1 10
          => fill 10 @ 100: r1 left 0 fee -0.1 moved 100 <- f1 left 0 fee 0.5 moved 100.5, level 0
          : F/one-way 10 at 100 Isolated 10x tier 1, wallet 100, pnl 0, initial 100, maintenance 5, liquidation 91
          : F$ balance 99899.5, isolated 100, unrealised 0, orders 0, positions 0, maintenance 0, available 99899.5
          : R/one-way -10 at 100 Isolated 10x tier 1, wallet 100.1, pnl 0, initial 100, maintenance 5, liquidation 109
        ",
    );
}

#[test]
fn closing_a_part_releases_its_share() {
    // Sold 4 at 105: 100 + 20 = 120, of which 4/10 = 48 goes back. The rest at 97: 72 − 18 = 54 goes back.
    check(
        "
        A leverage 10 isolated
        depth ask 100 10
        A a1 buy 10 @ 100
        depth bid 105 4
        A a2 sell 4 @ 105
          => accepted a2 4
          => fill 4 @ 105: crowd <- a2 left 0 pnl 20 moved -48, level 0
          : A/one-way 6 at 100 Isolated 10x tier 1, wallet 72, pnl 0, initial 60, maintenance 3, liquidation 89
          : A$ balance 99948, isolated 72, unrealised 0, orders 0, positions 0, maintenance 0, available 99948
        depth bid 97 9
        A a3 sell 6 @ 97 reduce
          => accepted a3 6
          => fill 6 @ 97: crowd <- a3 left 0 pnl -18 moved -54, level 3
          : A$ balance 100002, isolated 0, unrealised 0, orders 0, positions 0, maintenance 0, available 100002
        ",
    );
}

#[test]
fn a_share_is_rounded_down_and_the_last_one_takes_what_is_left() {
    // 300 / 7 = 42.857142857142857…, up. A third of it is 14.285714285714333…, down.
    check(
        "
        A leverage 7 isolated
        depth ask 100 3
        A a1 buy 3 @ 100
          => accepted a1 3
          => fill 3 @ 100: crowd <- a1 left 0 moved 42.857142857143, level 0
        depth bid 100 3
        A a2 sell 1 @ 100
          => accepted a2 1
          => fill 1 @ 100: crowd <- a2 left 0 moved -14.285714285714, level 2
        A a3 sell 2 @ 100
          => accepted a3 2
          => fill 2 @ 100: crowd <- a3 left 0 moved -28.571428571429, level 0
          : A$ balance 100000, isolated 0, unrealised 0, orders 0, positions 0, maintenance 0, available 100000
        ",
    );
}

#[test]
fn a_part_closed_at_a_loss_bears_it_alone() {
    // 5 at 92 lose 40 of the 50 that are theirs: 10 go back. What stays is liquidated where all was:
    // (500 − 50) / (5 × 0.995) = 90.45, as (1000 − 100) / (10 × 0.995).
    check(
        "
        A leverage 10 isolated
        depth ask 100 10
        A a1 buy 10 @ 100
        mark 92
          : A/one-way 10 at 100 Isolated 10x tier 1, wallet 100, pnl -80, initial 92, maintenance 4.6, liquidation 91
        depth bid 92 5
        A a2 sell 5 @ 92
          => accepted a2 5
          => fill 5 @ 92: crowd <- a2 left 0 pnl -40 moved -10, level 0
          : A/one-way 5 at 100 Isolated 10x tier 1, wallet 50, pnl -40, initial 46, maintenance 2.3, liquidation 91
          : A$ balance 99910, isolated 50, unrealised 0, orders 0, positions 0, maintenance 0, available 99910
        ",
    );
}

#[test]
fn a_flip_closes_all_and_opens_the_rest() {
    // 100 + 20 = 120 comes back and 15 × 102 / 10 = 153 goes in. F does the same and pays 25 × 102 × 0.0005 = 1.275.
    check(
        "
        A leverage 10 isolated
        depth ask 100 10
        A a1 buy 10 @ 100
        depth bid 102 25
        A a2 sell 25 @ 102
          => accepted a2 25
          => fill 25 @ 102: crowd <- a2 left 0 pnl 20 moved 33, level 0
          : A/one-way -15 at 102 Isolated 10x tier 1, wallet 153, pnl 30, initial 150, maintenance 7.5, liquidation 111
          : A$ balance 99867, isolated 153, unrealised 0, orders 0, positions 0, maintenance 0, available 99867
        F leverage 10 isolated
        depth ask 102 0, ask 100 10
        F f1 buy 10 @ 100
        depth bid 102 25
        F f2 sell 25 @ 102
          => accepted f2 25
          => fill 25 @ 102: crowd <- f2 left 0 pnl 20 fee 1.275 moved 34.275, level 0
          : F$ balance 99865.225, isolated 153, unrealised 0, orders 0, positions 0, maintenance 0, available 99865.225
        ",
    );
}

#[test]
fn a_fill_takes_no_more_than_the_cross_positions_leave() {
    // The short loses 60,000 and needs 60,000 × 101 × 0.005 = 30,300: 9,700 of the balance are left for the long, which
    // should have 1000 × 100 / 10 = 10,000.
    check(
        "
        A mode hedge
        A leverage 10 isolated on long
          => leverage 10 isolated on LONG
        depth bid 100 60000
        A a1 sell 60000 @ 100
        A a2 buy 1000 @ 99
          : A$ balance 100000, isolated 0, unrealised 0, orders 9900, positions 60000, maintenance 30000, available 30100
        A cancel a2
        A a3 buy 1000 @ 100
        mark 101
          : A$ balance 100000, isolated 0, unrealised -60000, orders 10000, positions 60600, maintenance 30300, available -30600
        trade sell 1000 @ 100
          : A/long 1000 at 100 Isolated 10x tier 1, wallet 9700, pnl 1000, initial 10100, maintenance 505, liquidation 91
          : A$ balance 90300, isolated 9700, unrealised -60000, orders 0, positions 60600, maintenance 30300, available -30300
        ",
    );
}

/// 900 × 100 / 1 = 90,000 of 100,000 are set aside; 101 × 100 / 1 = 10,100 are more than what is left.
#[test]
fn what_is_set_aside_can_not_be_withdrawn() {
    check(
        "
        A leverage 1 isolated
        depth ask 100 900
        A a1 buy 900 @ 100
          : A$ balance 10000, isolated 90000, unrealised 0, orders 0, positions 0, maintenance 0, available 10000
        mark 105
        A withdraw 10001
          => refused: amount 10001 is more than the 10000 available: withdraw less, or free margin first
        A a2 buy 101 @ 100
          => refused a2: margin 10100 needed, 10000 available: deposit, or use a smaller size
        ",
    );
}
