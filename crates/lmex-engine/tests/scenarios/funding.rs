//! Who pays funding, when, and at which rate.

use lmex_engine::{FundingRules, MarketRules};

use super::{check, check_in};

#[test]
fn longs_pay_shorts_the_rate_of_their_value_at_the_mark() {
    // 10 × 110 × 0.0001 = 0.11; the crowd has the other side.
    check(
        "
        depth ask 100 10
        A a1 buy 10 @ 100
        mark 110
        funding 0.0001 at 1000
          => funding 0.0001 at 1000
          : rate 0.0001
        time 999
          => nothing
        time 1
          => funding of 0.0001 on 110
          => crowd pays -0.11 for -10
          => A pays 0.11 for 10
          => funding done, residue 0, next 0.0001 at 28801000
          : A 10 at 100, balance 99999.89, available 100088.89
        ",
    );
}

#[test]
fn a_negative_rate_turns_it_round() {
    // 10 × 100 × −0.75 % = −7.5: the long receives it from the short.
    check(
        "
        A a1 buy 10 @ 100
        B b1 sell 10 @ 100
        funding -0.0075 at 0
        time 0
          => funding of -0.0075 on 100
          => A pays -7.5 for 10
          => B pays 7.5 for -10
          => funding done, residue 0, next -0.0075 at 28800000
        ",
    );
}

#[test]
fn everyone_rounds_up_and_the_difference_is_kept() {
    // A part of 1e-12 of 100.1 is 100.1 units: for 3, −1 and −2 contracts 300.3, −100.1 and −200.2.
    check(
        "
        A a1 buy 3 @ 100
        B b1 sell 1 @ 100
        C c1 sell 2 @ 100
        mark 100.1
        funding 0.000000000001 at 5
        time 5
          => funding of 0.000000000001 on 100.1
          => A pays 0.000000000301 for 3
          => B pays -0.0000000001 for -1
          => C pays -0.0000000002 for -2
          => funding done, residue 0.000000000001, next 0.000000000001 at 28800005
          : residue 0.000000000001
        ",
    );
}

#[test]
fn an_isolated_position_pays_from_its_own_money() {
    // A set 10 × 100 / 20 = 50 aside, and 10 × 100 × 1 % = 10 comes out of it; the balance stays 100,000 − 50. With 40 left it
    // is liquidated at (1000 − 40) / (10 × 0.995) = 96.48, up. B, cross, receives 10: 100,010, less 1000 / 100 of margin.
    check(
        "
        A leverage 20 isolated
        A a1 buy 10 @ 100
        B b1 sell 10 @ 100
        funding 0.01 at 0
        time 0
          => funding of 0.01 on 100
          => A pays 10 for 10
          => B pays -10 for -10
          => funding done, residue 0, next 0.01 at 28800000
          : A/one-way 10 at 100 Isolated 20x tier 1, wallet 40, pnl 0, initial 50, maintenance 5, liquidation 97
          : A$ balance 99950, isolated 40, unrealised 0, orders 0, positions 0, maintenance 0, available 99950
          : B -10 at 100, balance 100010, available 100000
        ",
    );
}

#[test]
fn who_can_not_pay_is_liquidated_when_all_have_paid() {
    // A: equity at 98.6 is 30,000 of 24,650, less 1 % of 4,930,000 = 49,300. It owes 19,300: bankrupt at 98.986.
    check(
        "
        B b1 sell 50000 @ 100
        A a1 buy 50000 @ 100
        mark 98.6
        funding 0.01 at 0
        time 0
          => funding of 0.01 on 98.6
          => A pays 49300 for 50000
          => B pays -49300 for -50000
          => funding done, residue 0, next 0.01 at 28800000
          => A at risk: -19300 of 24650
          => #1 sells 50000 @ 89, bankrupt at 98.986
          => #1 ended, left 50000
          => deleveraged 50000 @ 99: B pnl 50000 <- A pnl -50000, left 0
          => A done
          : A flat, balance 700, available 700
          : B flat, balance 199300, available 199300
        ",
    );
}

#[test]
fn a_halted_market_pays_too() {
    // 10 × 100 × 1 % = 10.
    check(
        "
        A a1 buy 10 @ 100
        B b1 sell 10 @ 100
        funding 0.01 at 10
        halt
        time 10
          => funding of 0.01 on 100
          => A pays 10 for 10
          => B pays -10 for -10
          => funding done, residue 0, next 0.01 at 28800010
        ",
    );
}

#[test]
fn of_many_missed_times_the_oldest_and_the_two_latest_are_paid() {
    // Each time 10 × 100 × 1 % = 10. Left out are 8 and 16 hours; the next is at 40 hours, 144,000,000 ms.
    // Due at 0, 8, 16, 24 and 32 hours; it is 36 hours.
    check(
        "
        A a1 buy 10 @ 100
        B b1 sell 10 @ 100
        funding 0.01 at 0
        time 129600000
          => funding of 0.01 on 100
          => A pays 10 for 10
          => B pays -10 for -10
          => funding done, residue 0, next 0.01 at 86400000
          => funding of 0.01 on 100
          => A pays 10 for 10
          => B pays -10 for -10
          => funding done, residue 0, next 0.01 at 115200000
          => funding of 0.01 on 100
          => A pays 10 for 10
          => B pays -10 for -10
          => funding done, residue 0, next 0.01 at 144000000
        ",
    );
}

#[test]
fn a_rate_is_a_part_of_the_notional() {
    check(
        "
        funding 1.1 at 0
          => refused: fundingRate must lie between -1 and 1, as a part of the notional: 0.0001 is one basis point
        ",
    );
}

fn computed() -> MarketRules {
    let funding = FundingRules { computed: true, interval_ms: 1_000, ..FundingRules::default() };
    MarketRules { funding, ..MarketRules::default() }
}

#[test]
fn a_computed_rate_is_the_mean_premium_and_the_clamped_interest() {
    // 0.2 % for 250 ms, then −0.02 % for 750 ms: the mean is 0.035 %, within the clamp of the interest of 0.01 %.
    // The next starts from −0.02 %: + clamp(0.01 + 0.02, 0.05) = 0.01 %. It is −0.1 % all the time: + 0.05.
    check_in(
        computed(),
        "
        A a1 buy 10 @ 100
        B b1 sell 10 @ 100
        funding 0.5 at 1000
          => funding 0.0001 at 1000
        index 100 mark 100.2
          : rate 0.0015
        time 250
        index 100 mark 99.98
          : rate 0.0015
        time 750
          => funding of 0.0001 on 99.98
          => A pays 0.09998 for 10
          => B pays -0.09998 for -10
          => funding done, residue 0, next 0.0001 at 2000
        index 100 mark 99.9
          : rate -0.0005
        time 1000
          => funding of -0.0005 on 99.9
          => A pays -0.4995 for 10
          => B pays 0.4995 for -10
          => funding done, residue 0, next -0.0005 at 3000
        ",
    );
}

#[test]
fn a_computed_rate_is_cut_to_the_cap() {
    // 2 % − 0.05 % = 1.95 %, cut to 0.75 %. Half of the time +2 % and half −2 % is a mean of 0, and the interest alone is paid:
    // 0.01 %. The next starts from −2 %: + 0.05 % = −1.95 %, cut.
    check_in(
        computed(),
        "
        funding 0 at 1000
        index 100 mark 102
          : rate 0.0075
        time 500
        index 100 mark 98
          : rate 0.0075
        time 500
          => funding of 0.0001 on 98
          => funding done, residue 0, next -0.0075 at 2000
        ",
    );
}
