//! Exits: what an order brings for its position, and what is bound to one.

use super::check;

#[test]
fn the_first_fill_binds_them_and_they_grow_with_later_ones() {
    check(
        "
        A a1 buy 5 @ 99 tp t1 105 sl l1 95
          => accepted a1 5
          => rested a1 5 @ 99, level 5
          ~ nothing
        B b1 sell 2 @ 99
          => accepted b1 2
          => fill 2 @ 99: a1 left 3 <- b1 left 0, level 3
          => accepted t1 2 waits: mark >= 105 TakeProfit
          => accepted l1 2 waits: mark <= 95 StopLoss
        B b2 sell 3 @ 99
          => accepted b2 3
          => fill 3 @ 99: a1 left 0 <- b2 left 0, level 0
          => amended t1 5 @ 0 trigger 105 Bound
          => amended l1 5 @ 0 trigger 95 Bound
          ~ t1 sell 5: mark >= 105 TakeProfit
          ~ l1 sell 5: mark <= 95 StopLoss
        ",
    );
}

#[test]
fn an_exit_closes_all_there_is_when_it_fires_and_the_other_ends() {
    // Bound at 2, grown to 5 with the position: 5 × (104 − 99) = 25.
    check(
        "
        A a1 buy 5 @ 99 tp t1 105 sl l1 95
        B b1 sell 2 @ 99
        B b2 sell 3 @ 99
        depth bid 104 9
        mark 105
          => index 105 mark 105
          => triggered t1 5
          => fill 5 @ 104: crowd <- t1 left 0 pnl 25, level 4
          => cancelled l1 5 Unbound
          : A flat, balance 100025, available 100025
        ",
    );
}

#[test]
fn the_exits_of_a_short_are_the_other_way_round() {
    check(
        "
        depth bid 101 5, ask 102 9
        A a1 sell 5 @ 101 tp t1 95 sl l1 105
          => accepted a1 5
          => fill 5 @ 101: crowd <- a1 left 0, level 0
          => accepted t1 5 waits: mark <= 95 TakeProfit
          => accepted l1 5 waits: mark >= 105 StopLoss
        mark 105
          => index 105 mark 105
          => triggered l1 5
          => fill 5 @ 102: crowd <- l1 left 0 pnl -5, level 4
          => cancelled t1 5 Unbound
        ",
    );
}

#[test]
fn an_exit_that_finds_too_little_leaves_the_rest_with_the_other() {
    check(
        "
        depth ask 100 5
        A a1 buy 5 tp t1 105 sl l1 95
        depth bid 104 2
        mark 105
          => index 105 mark 105
          => triggered t1 5
          => fill 2 @ 104: crowd <- t1 left 3 pnl 8, level 0
          => amended l1 3 @ 0 trigger 95 Bound
          => cancelled t1 3 ImmediateRemainder
          ~ l1 sell 3: mark <= 95 StopLoss
        depth bid 94 9
        mark 95
          => index 95 mark 95
          => triggered l1 3
          => fill 3 @ 94: crowd <- l1 left 0 pnl -18, level 6
        ",
    );
}

#[test]
fn exits_that_the_price_has_passed_fire_when_the_order_is_done() {
    // Bound at 96, when the mark is below the stop already.
    check(
        "
        A a1 buy 5 @ 98 tp t1 105 sl l1 97
        mark 96
        depth bid 96 9
        B b1 sell 8 @ 98
          => accepted b1 8
          => fill 5 @ 98: a1 left 0 <- b1 left 3, level 0
          => accepted t1 5 waits: mark >= 105 TakeProfit
          => accepted l1 5 waits: mark <= 97 StopLoss
          => rested b1 3 @ 98, level 3
          => triggered l1 5
          => fill 5 @ 96: crowd <- l1 left 0 pnl -10, level 4
          => cancelled t1 5 Unbound
        ",
    );
}

#[test]
fn new_exits_replace_those_that_are_bound_and_leave_the_other_kind() {
    check(
        "
        depth ask 100 9
        A a1 buy 5 @ 100 tp t1 105 sl l1 95
        A a2 buy 1 @ 100 sl l2 96
          => accepted a2 1
          => fill 1 @ 100: crowd <- a2 left 0, level 3
          => cancelled l1 5 Unbound
          => accepted l2 6 waits: mark <= 96 StopLoss
          => amended t1 6 @ 0 trigger 105 Bound
          ~ t1 sell 6: mark >= 105 TakeProfit
          ~ l2 sell 6: mark <= 96 StopLoss
        ",
    );
}

#[test]
fn both_sides_of_a_trade_may_bring_exits() {
    check(
        "
        A a1 buy 5 @ 100 tp t1 105
        B b1 sell 5 @ 100 tp t2 95 sl l2 106
          => accepted b1 5
          => fill 5 @ 100: a1 left 0 <- b1 left 0, level 0
          => accepted t1 5 waits: mark >= 105 TakeProfit
          => accepted t2 5 waits: mark <= 95 TakeProfit
          => accepted l2 5 waits: mark >= 106 StopLoss
        ",
    );
}

#[test]
fn exits_wait_until_the_position_is_of_the_orders_own_direction() {
    // Long 5; a sell of 8 first closes 4, then 4 more turn it round: only these bring its exits, and end the old ones.
    check(
        "
        depth ask 100 5
        A a1 buy 5 @ 100 sl l1 95
        depth bid 100 4, bid 99 9
        A a2 sell 8 @ 99 tp t2 90
          => accepted a2 8
          => fill 4 @ 100: crowd <- a2 left 4, level 0
          => amended l1 1 @ 0 trigger 95 Bound
          => fill 4 @ 99: crowd <- a2 left 0 pnl -1, level 5
          => cancelled l1 1 Unbound
          => accepted t2 3 waits: mark <= 90 TakeProfit
        ",
    );
}

#[test]
fn an_order_that_only_reduces_binds_nothing() {
    check(
        "
        depth ask 100 5
        A a1 buy 5 @ 100
        depth bid 99 9
        A a2 sell 5 @ 99 sl l2 105
          => accepted a2 5
          => fill 5 @ 99: crowd <- a2 left 0 pnl -5, level 4
          ~ nothing
        ",
    );
}

#[test]
fn a_close_ends_the_exits() {
    check(
        "
        depth ask 100 5, bid 99 5
        A a1 buy 5 @ 100 tp t1 105 sl l1 95
        A close c1
          => accepted c1 5
          => fill 5 @ 99: crowd <- c1 left 0 pnl -5, level 0
          => cancelled t1 5 Unbound
          => cancelled l1 5 Unbound
        ",
    );
}

#[test]
fn a_partial_close_leaves_the_exits_with_the_size_that_is_left() {
    check(
        "
        depth ask 100 5, bid 99 5
        A a1 buy 5 @ 100 sl l1 95
        A a2 sell 3 @ 99
          => accepted a2 3
          => fill 3 @ 99: crowd <- a2 left 0 pnl -3, level 2
          => amended l1 2 @ 0 trigger 95 Bound
          ~ l1 sell 2: mark <= 95 StopLoss
        mark 95
          => index 95 mark 95
          => triggered l1 2
          => fill 2 @ 99: crowd <- l1 left 0 pnl -2, level 0
        ",
    );
}

#[test]
fn a_reduce_only_stop_of_the_traders_own_goes_on_waiting() {
    check(
        "
        depth ask 100 5, bid 99 5
        A a1 buy 5 @ 100 sl l1 95
        A s1 sell 5 stop 96 reduce
        A close c1
          => accepted c1 5
          => fill 5 @ 99: crowd <- c1 left 0 pnl -5, level 0
          => cancelled l1 5 Unbound
          ~ s1 sell 5: mark <= 96
        ",
    );
}

#[test]
fn profit_lies_beyond_the_price_and_loss_before_it() {
    let wrong = "is on the wrong side of the price it is compared with: it would fire at once";
    check(&format!(
        "
        A a1 buy 5 @ 98 tp t1 98
          => refused a1: triggerPrice of 98 ticks {wrong}
        A a1 buy 5 @ 98 sl l1 98
          => refused a1: triggerPrice of 98 ticks {wrong}
        A a1 buy 5 @ 98 tp t1 99 sl l1 97
          => accepted a1 5
          => rested a1 5 @ 98, level 5
        A a2 sell 5 @ 102 tp t2 103
          => refused a2: triggerPrice of 103 ticks {wrong}
        A a2 sell 5 tp t2 100
          => refused a2: triggerPrice of 100 ticks {wrong}
        A a2 sell 5 sl l2 99
          => refused a2: triggerPrice of 99 ticks {wrong}
        A a2 buy 5 stop 104 tp t2 103
          => refused a2: triggerPrice of 103 ticks {wrong}
        A a2 buy 5 stop 104 tp t2 105 sl l2 103
          => accepted a2 5 waits: mark >= 104
        A a3 buy 5 @ 98 tp t3 0
          => refused a3: price of 0 ticks is out of range: use 1 to 1000000
        A a3 sell 5 @ 101 reduce tp t3 90
          => refused a3: reduceOnly and takeProfitPrice or stopLossPrice can't be combined
        "
    ));
}

#[test]
fn a_stop_brings_exits_when_it_has_fired_and_traded() {
    check(
        "
        depth ask 104 9
        A a1 buy 5 stop 104 tp t1 106 sl l1 102
        mark 104
          => index 104 mark 104
          => triggered a1 5
          => fill 5 @ 104: crowd <- a1 left 0, level 4
          => accepted t1 5 waits: mark >= 106 TakeProfit
          => accepted l1 5 waits: mark <= 102 StopLoss
        ",
    );
}

#[test]
fn the_ids_of_exits_are_taken_from_the_start_and_free_when_the_order_ends() {
    let taken = "orderID is in use by an open order: take a new one";
    check(&format!(
        "
        A a1 buy 5 @ 98 tp t1 105 sl l1 95
        B t1 buy 5 @ 97
          => refused t1: {taken}
        B b2 buy 5 @ 97 sl l1 90
          => refused b2: {taken}
        B b3 buy 5 @ 97 tp b3 110
          => refused b3: {taken}
        B b3 buy 5 @ 97 tp t3 110 sl t3 90
          => refused b3: {taken}
        A cancel a1
        B b2 buy 5 @ 97 sl l1 90
          => accepted b2 5
          => rested b2 5 @ 97, level 5
        "
    ));
}

#[test]
fn exits_are_bound_to_an_open_position() {
    let wrong = "is on the wrong side of the price it is compared with: it would fire at once";
    check(&format!(
        "
        A bind tp t1 105
          => refused: no position to close in market 1
        depth ask 100 5
        A a1 buy 5 @ 100
        A bind
          => refused: takeProfitPrice and stopLossPrice are both missing: give at least one
        A bind tp t1 100
          => refused: triggerPrice of 100 ticks {wrong}
        A bind tp t1 105 sl l1 101
          => refused: triggerPrice of 101 ticks {wrong}
        A bind tp t1 105 sl l1 0
          => refused: price of 0 ticks is out of range: use 1 to 1000000
        A bind tp t1 105 sl t1 95
          => refused: orderID is in use by an open order: take a new one
        A bind tp t1 105 sl l1 95 last
          => accepted t1 5 waits: last >= 105 TakeProfit
          => accepted l1 5 waits: last <= 95 StopLoss
        A bind sl l1 94
          => refused: orderID is in use by an open order: take a new one
        "
    ));
}

#[test]
fn binding_replaces_one_by_one_and_keeps_what_is_not_given() {
    check(
        "
        depth ask 100 5
        A a1 buy 5 @ 100 tp t1 105 sl l1 95
        A bind tp t2 104 sl l2 96
          => cancelled t1 5 Unbound
          => accepted t2 5 waits: mark >= 104 TakeProfit
          => cancelled l1 5 Unbound
          => accepted l2 5 waits: mark <= 96 StopLoss
        A bind sl l3 97
          => cancelled l2 5 Unbound
          => accepted l3 5 waits: mark <= 97 StopLoss
          ~ t2 sell 5: mark >= 104 TakeProfit
          ~ l3 sell 5: mark <= 97 StopLoss
        ",
    );
}

#[test]
fn a_bound_exit_is_cancelled_and_amended_as_an_order() {
    check(
        "
        depth ask 100 5
        A a1 buy 5 @ 100 tp t1 105 sl l1 95
        A amend #t1 trigger 107
          => amended t1 5 @ 0 trigger 107 User
        A amend #t1 trigger 99
          => amend refused: triggerPrice of 99 ticks is on the wrong side of the price it is compared with: it would fire at once
        A amend #t1 size 3
          => amend refused: size of this order can't be amended: cancel it and place a new one
        A cancel t1
          => cancelled t1 5 User
          ~ l1 sell 5: mark <= 95 StopLoss
        A bind tp t2 105
          => accepted t2 5 waits: mark >= 105 TakeProfit
        ",
    );
}

#[test]
fn exits_need_no_margin() {
    // 100,000 × 100 / 100 = 100,000: all of the money is in the position.
    check(
        "
        depth ask 100 100000
        A a1 buy 100000 @ 100 tp t1 105 sl l1 95
          : A 100000 at 100, balance 100000, available 0
          ~ t1 sell 100000: mark >= 105 TakeProfit
          ~ l1 sell 100000: mark <= 95 StopLoss
        ",
    );
}
