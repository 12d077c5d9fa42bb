//! Reduce-only orders and closing.

use super::check;

#[test]
fn reduce_only_needs_a_position_on_the_other_side() {
    check(
        "
        A a1 sell 5 @ 101 reduce
          => refused a1: reduceOnly: there is no position that this order would reduce
        B b1 sell 5 @ 100
        A a2 buy 5 @ 100
        A a3 buy 5 @ 99 reduce
          => refused a3: reduceOnly: there is no position that this order would reduce
        ",
    );
}

#[test]
fn reduce_only_is_cut_to_the_position_when_it_comes_in() {
    check(
        "
        B b1 sell 5 @ 100
        A a1 buy 5 @ 100
        A a2 sell 8 @ 101 reduce
          => accepted a2 5
          => rested a2 5 @ 101, level 5
        ",
    );
}

#[test]
fn reduce_only_follows_the_position_down_and_goes_with_it() {
    check(
        "
        B b1 sell 10 @ 100
        A a1 buy 10 @ 100
        A a2 sell 10 @ 105 reduce
        C c1 buy 10 @ 98
        A a3 sell 4 @ 98
          => accepted a3 4
          => fill 4 @ 98: c1 left 6 <- a3 left 0 pnl -8, level 6
          => amended a2 6 @ 105 kept ReduceOnly, old level 6
        A a4 sell 8 @ 98
          => accepted a4 8
          => fill 6 @ 98: c1 left 0 <- a4 left 2 pnl -12, level 0
          => cancelled a2 6 ReduceOnly, level 0
          => rested a4 2 @ 98, level 2
          | ask 98: a4 2
        ",
    );
}

#[test]
fn one_contract_less_is_one_too_many() {
    check(
        "
        C c1 buy 1 @ 98
        B b1 sell 10 @ 100
        A a1 buy 10 @ 100
        A a2 sell 10 @ 105 reduce
        A a3 sell 1 @ 98
          => accepted a3 1
          => fill 1 @ 98: c1 left 0 <- a3 left 0 pnl -2, level 0
          => amended a2 9 @ 105 kept ReduceOnly, old level 9
        ",
    );
}

#[test]
fn two_exits_in_one_sweep_close_only_what_there_is() {
    check(
        "
        B b1 sell 5 @ 100
        A a1 buy 5 @ 100
        A a2 sell 5 @ 101 reduce
        A a3 sell 5 @ 102 reduce
        C c1 buy 10 @ 103
          => accepted c1 10
          => fill 5 @ 101: a2 left 0 pnl 5 <- c1 left 5, level 0
          => cancelled a3 5 ReduceOnly, level 0
          => rested c1 5 @ 103, level 5
          : A flat, balance 100005, available 100005
        ",
    );
}

#[test]
fn close_sells_a_long_and_buys_a_short() {
    check(
        "
        A close c0
          => refused c0: no position to close in market 1
        B b1 sell 5 @ 100
        A a1 buy 5 @ 100
        depth bid 99 9, ask 102 9
        A close c1
          => accepted c1 5
          => fill 5 @ 99: crowd <- c1 left 0 pnl -5, level 4
          : A flat, balance 99995, available 99995
        B close c2 @ 101 post
          => accepted c2 5
          => rested c2 5 @ 101, level 5
        ",
    );
}

#[test]
fn a_reduce_only_order_is_amended_no_further_than_the_position() {
    check(
        "
        B b1 sell 5 @ 100
        A a1 buy 5 @ 100
        A a2 sell 3 @ 101 reduce
        A amend a2 size 9
          => amended a2 5 @ 101 lost User, old level 0
          => rested a2 5 @ 101, level 5
        A amend a2 size 9
          => amend refused: nothing to amend: give a new price or a new size
        ",
    );
}
