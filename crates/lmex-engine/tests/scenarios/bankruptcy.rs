//! A trader's own orders close no further than the bankruptcy price, so that the fund never pays for them.
//!
//! A has 100,000 and is long 50,000 at 100: nothing is left at 98.

use super::check;

#[test]
fn a_fall_in_one_step_costs_the_fund_what_it_has_whatever_stop_loss_there_is() {
    // Long 100 at 60,000 with 100,000 (bankrupt at 59,000). At 30,000 A owes 2,900,000, of which the fund has 1,000,000:
    // the 1,900,000 that are missing are 19,000 a contract, and A is deleveraged at 49,000.
    for stop in ["", "sl l1 59100"] {
        let cancelled = if stop.is_empty() { "" } else { "=> cancelled l1 100 Liquidation" };
        check(&format!(
            "
            mark 60000
            fund 1000000
            depth ask 60000 100, bid 59000 1000
            A a1 buy 100 @ 60000 {stop}
            depth bid 59000 0, bid 29999 1000
            mark 30000
              => index 30000 mark 30000
              => A at risk: -2900000 of 15000
              {cancelled}
              => #1 sells 100 @ 27000, bankrupt at 49000
              => #1 ended, left 100
              => deleveraged 100 @ 49000: crowd pnl 1100000 <- A pnl -1100000, left 0
              => insurance pays 1000000 for A, fund 0
              => A done
              : A flat, balance 0, available 0
            "
        ));
    }
}

#[test]
fn what_better_fills_saved_is_there_for_worse_ones() {
    // 10,000 at 99 leave 90,000 for 40,000: 2.25 each. 20,000 at 98 leave 50,000 for 20,000: 2.5 each. 97 costs 3.
    check(
        "
        depth ask 100 50000, bid 99 10000, bid 98 20000, bid 97 50000
        A a1 buy 50000 @ 100
        A a2 sell 50000
          => accepted a2 50000
          => fill 10000 @ 99: crowd <- a2 left 40000 pnl -10000, level 0
          => fill 20000 @ 98: crowd <- a2 left 20000 pnl -40000, level 0
          => cancelled a2 20000 Bankruptcy
          : A 20000 at 100, balance 50000, available 30000
        ",
    );
}

#[test]
fn a_stop_in_a_thin_book_is_cut_and_liquidation_takes_over() {
    // At 99 A is safe: 50,000 of 24,750. The book has 97, where it would owe 50,000.
    check(
        "
        depth ask 100 50000, bid 97 50000
        A a1 buy 50000 @ 100 sl l1 99
        mark 99
          => index 99 mark 99
          => triggered l1 50000
          => cancelled l1 50000 Bankruptcy
          : A 50000 at 100, balance 100000, available 500
        mark 98.4
          => index 98.4 mark 98.4
          => A at risk: 20000 of 24600
          => #1 sells 50000 @ 89, bankrupt at 98
          => #1 ended, left 50000
          => deleveraged 50000 @ 98: crowd pnl 100000 <- A pnl -100000, left 0
          => A done
          : fund 0
        ",
    );
}

#[test]
fn the_fee_is_part_of_what_must_be_left() {
    // F pays 0.05 % of 5,000,000 = 2,500 and has 97,500; closing 50,000 at 98.05 would cost 97,500 and 2,451.25.
    check(
        "
        depth ask 100 50000, bid 98 50000
        F f1 buy 50000 @ 100
        F f2 sell 50000 reduce
          => accepted f2 50000
          => cancelled f2 50000 Bankruptcy
        F deposit 5000
        F f3 sell 50000 reduce
          => accepted f3 50000
          => fill 50000 @ 98: crowd <- f3 left 0 pnl -100000 fee 2450, level 0
          : F flat, balance 50, available 50
        ",
    );
}

#[test]
fn an_order_that_rests_is_cancelled_when_it_would_be_filled_there() {
    // With 50,000 less A is bankrupt at 99: its own order at 98 must go, and B trades with the next one.
    check(
        "
        depth ask 100 50000
        A a1 buy 50000 @ 100
        A a2 sell 50000 @ 98
        A withdraw 49000
        C c1 sell 10 @ 98
        B b1 buy 20 @ 98 IOC
          => accepted b1 20
          => cancelled a2 50000 Bankruptcy, level 10
          => fill 10 @ 98: c1 left 0 <- b1 left 10, level 0
          => cancelled b1 10 ImmediateRemainder
        ",
    );
}

/// Of 51,000 the position needs 1 % × 50,000 × 100 = 50,000. Bankrupt at 100 − 51,000 / 50,000 = 98.98: nothing may trade at 98.
#[test]
fn prints_and_depth_of_the_crowd_find_no_such_order_either() {
    for crowd in ["trade buy 20 @ 99", "depth bid 99 20"] {
        check(&format!(
            "
            depth ask 100 50000
            A a1 buy 50000 @ 100
            A a2 sell 50000 @ 98
            A withdraw 49000
            {crowd}
              : A 50000 at 100, balance 51000, available 1000
            "
        ));
    }
}

#[test]
fn fill_or_kill_does_not_count_on_it() {
    check(
        "
        depth ask 100 50000
        A a1 buy 50000 @ 100
        A a2 sell 50000 @ 98
        A withdraw 49000
        C c1 sell 10 @ 98
        B b1 buy 20 @ 98 FOK
          => accepted b1 20
          => cancelled b1 20 FillOrKill
        B b2 buy 10 @ 98 FOK
          => accepted b2 10
          => cancelled a2 50000 Bankruptcy, level 10
          => fill 10 @ 98: c1 left 0 <- b2 left 0, level 0
        ",
    );
}

#[test]
fn fill_or_kill_of_ones_own_is_whole_or_nothing_too() {
    // 10,000 at 99 would be fine, 97 is beyond 98.
    check(
        "
        depth ask 100 50000, bid 99 10000, bid 97 50000
        A a1 buy 50000 @ 100
        A a2 sell 50000 @ 97 FOK
          => accepted a2 50000
          => cancelled a2 50000 FillOrKill
        A a3 sell 10000 @ 97 FOK
          => accepted a3 10000
          => fill 10000 @ 99: crowd <- a3 left 0 pnl -10000, level 0
        ",
    );
}

#[test]
fn what_opens_in_a_thin_book_ends_where_the_rest_would_cost_all_there_is() {
    // 49,999 at 102 lose 99,998 of 100,000 at a mark of 100; at 103 they would lose 149,997.
    for (price, follows) in [
        (
            102,
            "=> fill 49999 @ 102: crowd <- a1 left 0, level 0
            => A at risk: 2 of 25000
            => #1 sells 50000 @ 90, bankrupt at 99.99996
            => #1 ended, left 50000
            => deleveraged 50000 @ 100: crowd pnl 99998 <- A pnl -99998, left 0
            => A done",
        ),
        (103, "=> cancelled a1 49999 Bankruptcy"),
    ] {
        check(&format!(
            "
            depth ask 100 1, ask {price} 49999
            A a1 buy 50000
              => accepted a1 50000
              => fill 1 @ 100: crowd <- a1 left 49999, level 0
              {follows}
            "
        ));
    }
}

#[test]
fn what_opens_an_isolated_position_has_the_margin_that_comes_with_it() {
    // 9 at 102 bring 18.36 and lose 18; 5 at 103 would bring 10.3 and lose 15, with 2 + 8.16 − 8 behind them.
    check(
        "
        A leverage 50 isolated
        depth ask 100 1, ask 102 4, ask 103 10
        A a1 buy 10
          => accepted a1 10
          => fill 1 @ 100: crowd <- a1 left 9 moved 2, level 0
          => fill 4 @ 102: crowd <- a1 left 5 moved 8.16, level 0
          => cancelled a1 5 Bankruptcy
          => A isolated at risk: 2.16 of 2.5
          => #1 sells 5 @ 90, bankrupt at 99.568
          => #1 ended, left 5
          => deleveraged 5 @ 100: crowd pnl 8 <- A pnl -8 moved -2.16, left 0
          => A isolated done
        ",
    );
}

#[test]
fn what_turns_an_isolated_position_round_has_only_the_margin_that_it_brings() {
    // Long 8 at 100 with 16, at a mark of 104: 48 behind it. Closing 8 at 101 costs 24 of that; but 4 sold short at 101
    // bring 8.08 and lose 12. At 102 they bring 8.16 and lose 8. (Of 16 + 12, six of eight contracts give back 21.)
    for (tif, follows) in [
        ("", "=> fill 6 @ 102: crowd <- a2 left 6 pnl 12 moved -21, level 0\n=> cancelled a2 6 Bankruptcy"),
        ("FOK", "=> cancelled a2 12 FillOrKill"),
    ] {
        check(&format!(
            "
            A leverage 50 isolated
            depth ask 100 8
            A a1 buy 8 @ 100
            mark 104
            depth bid 102 6, bid 101 10
            A a2 sell 12 @ 95 {tif}
              => accepted a2 12
              {follows}
            "
        ));
    }
}

#[test]
fn an_isolated_position_has_its_own_price() {
    // 10 for 10 contracts: nothing is left at 99, whatever the balance is.
    check(
        "
        A leverage 100 isolated
        depth ask 100 10
        A a1 buy 10 @ 100
        depth bid 99 4, bid 95 10
        A a2 sell 10 @ 95
          => accepted a2 10
          => fill 4 @ 99: crowd <- a2 left 6 pnl -4, level 0
          => cancelled a2 6 Bankruptcy
          : A/one-way 6 at 100 Isolated 100x tier 1, wallet 6, pnl 0, initial 6, maintenance 3, liquidation 100
        ",
    );
}

#[test]
fn with_an_empty_isolated_wallet_only_a_price_that_pays_closes() {
    // All that A has is the 10 in the wallet: they last to 99.
    check(
        "
        A leverage 100 isolated
        A withdraw 99989.9
        depth ask 100 10
        A a1 buy 10 @ 100
          : A$ balance 0.1, isolated 10, unrealised 0, orders 0, positions 0, maintenance 0, available 0.1
        A withdraw 0.1
        depth bid 98 10
        A a2 sell 10
          => accepted a2 10
          => cancelled a2 10 Bankruptcy
        depth bid 101 10
        A a3 sell 10
          => accepted a3 10
          => fill 10 @ 101: crowd <- a3 left 0 pnl 10 moved -20, level 0
          : A flat, balance 20, available 20
        ",
    );
}

#[test]
fn the_other_leg_that_is_opened_on_the_way_counts_in_fill_or_kill() {
    // A is long 1,000 with 3,600 and sells 1,000 short at 98, then its long at 98 too. Either costs 2,000: after the
    // first 1,600 are left.
    check(
        "
        A mode hedge
        A withdraw 95900
        depth ask 100 1000
        A a1 buy 1000 @ 100
        depth ask 100 0
        A a2 sell 1000 @ 98
        A a3 sell 1000 @ 98 reduce
        A withdraw 500
        B b1 buy 2000 @ 98 FOK
          => accepted b1 2000
          => cancelled b1 2000 FillOrKill
        B b2 buy 2000 @ 98 IOC
          => accepted b2 2000
          => fill 1000 @ 98: a2 left 0 on SHORT <- b2 left 1000, level 1000
          => cancelled a3 1000 Bankruptcy, level 0
          => cancelled b2 1000 ImmediateRemainder
          : A$ balance 3600, isolated 0, unrealised -2000, orders 0, positions 2000, maintenance 1000, available -400
        ",
    );
}
