//! Money in and out.

use super::check;

#[test]
fn what_is_free_can_be_taken_out_to_the_last_unit() {
    check(
        "
        A withdraw 0.000000000001
          => withdrawn 0.000000000001, balance 99999.999999999999
        A withdraw 99999.999999999999
          => withdrawn 99999.999999999999, balance 0
          : A flat, balance 0, available 0
        A withdraw 0.000000000001
          => refused: amount 0.000000000001 is more than the 0 available: withdraw less, or free margin first
        A deposit 5
          : A flat, balance 5, available 5
        ",
    );
}

#[test]
fn amounts_are_above_zero() {
    check(
        "
        A withdraw 0
          => refused: amount 0 must be above zero and at most 1e15
        A withdraw -1
          => refused: amount -1 must be above zero and at most 1e15
        X withdraw -1
          => refused: account 88 can't be used: open an account other than 0 first
        X deposit 1
          => refused: account 88 can't be used: open an account other than 0 first
        A deposit -1
          => refused: amount -1 must be above zero and at most 1e15
        A deposit 1000000000000001
          => refused: amount 1000000000000001 must be above zero and at most 1e15
        A deposit 1000000000000000
          : A flat, balance 1000000000100000, available 1000000000100000
        A withdraw 1000000000100000
          => refused: amount 1000000000100000 must be above zero and at most 1e15
        A withdraw 1000000000000000
        A withdraw 100000
          : A flat, balance 0, available 0
        ",
    );
}

#[test]
fn margin_of_orders_stays() {
    // 10,000 × 100 / 100 = 10,000.
    check(
        "
        A a1 buy 10000 @ 100
        A withdraw 90001
          => refused: amount 90001 is more than the 90000 available: withdraw less, or free margin first
        A withdraw 90000
          => withdrawn 90000, balance 10000
        A cancel a1
        A withdraw 10000
          => withdrawn 10000, balance 0
        ",
    );
}

#[test]
fn a_profit_is_no_money_yet_but_a_loss_is_gone() {
    // At 110: margin 110, profit 1,000: 99,890 of the balance. At 90: margin 90, loss 1,000: 98,910.
    check(
        "
        depth ask 100 100
        A a1 buy 100 @ 100
        mark 110
          : A 100 at 100, balance 100000, available 100890
        A withdraw 99890.01
          => refused: amount 99890.01 is more than the 99890 available: withdraw less, or free margin first
        mark 90
        A withdraw 98910.01
          => refused: amount 98910.01 is more than the 98910 available: withdraw less, or free margin first
        A withdraw 98910
          => withdrawn 98910, balance 1090
          : A 100 at 100, balance 1090, available 0
        A withdraw 0.01
          => refused: amount 0.01 is more than the 0 available: withdraw less, or free margin first
        ",
    );
}

#[test]
fn with_margin_used_up_nothing_is_free() {
    // 10,000 × 110 / 10 = 110,000 of margin against a balance of 100,000 and a profit of 100,000.
    check(
        "
        A leverage 10
        depth ask 100 10000
        A a1 buy 10000 @ 100
        mark 110
        A withdraw 1
          => refused: amount 1 is more than the 0 available: withdraw less, or free margin first
        ",
    );
}

#[test]
fn the_venue_pays_into_its_fund() {
    check(
        "
        fund 0
          => refused: amount 0 must be above zero and at most 1e15
        fund -1
          => refused: amount -1 must be above zero and at most 1e15
        fund 1000000000000001
          => refused: amount 1000000000000001 must be above zero and at most 1e15
        fund 500
          => insurance 500
        ",
    );
}
