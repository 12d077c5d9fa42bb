//! One cancels the other: a limit order and a stop limit order.

use super::check;

#[test]
fn the_stop_leg_waits_and_the_limit_leg_rests() {
    // Margin is reserved for the limit leg alone: 5 × 95 / 100 = 4.75.
    check(
        "
        A a1 buy 5 @ 95 oco s1 105 @ 106
          => accepted s1 5 waits: mark >= 105
          => accepted a1 5
          => rested a1 5 @ 95, level 5
          | bid 95: a1 5
          ~ s1 buy 5 @ 106: mark >= 105
          : A flat, balance 100000, available 99995.25
        ",
    );
}

#[test]
fn a_fill_of_the_limit_leg_ends_the_stop_leg_though_some_is_left() {
    check(
        "
        A a1 buy 5 @ 95 oco s1 105 @ 106
        B b1 sell 2 @ 95
          => accepted b1 2
          => fill 2 @ 95: a1 left 3 <- b1 left 0, level 3
          => cancelled s1 5 Oco
          | bid 95: a1 3
          ~ nothing
        B b2 sell 3 @ 95
          => accepted b2 3
          => fill 3 @ 95: a1 left 0 <- b2 left 0, level 0
        ",
    );
}

#[test]
fn a_limit_leg_that_trades_at_once_ends_the_stop_leg_before_it_trades_on() {
    check(
        "
        depth ask 98 2, ask 99 5
        A a1 buy 5 @ 99 oco s1 105 @ 106
          => accepted s1 5 waits: mark >= 105
          => accepted a1 5
          => fill 2 @ 98: crowd <- a1 left 3, level 0
          => cancelled s1 5 Oco
          => fill 3 @ 99: crowd <- a1 left 0, level 2
        ",
    );
}

#[test]
fn the_stop_leg_fires_and_ends_the_limit_leg_before_it_trades() {
    check(
        "
        depth ask 106 3
        A a1 buy 5 @ 95 oco s1 105 @ 106
        mark 105
          => index 105 mark 105
          => cancelled a1 5 Oco, level 0
          => triggered s1 5
          => fill 3 @ 106: crowd <- s1 left 2, level 0
          => rested s1 2 @ 106, level 2
          | bid 106: s1 2
        ",
    );
}

#[test]
fn a_sell_pair_is_the_other_way_round() {
    check(
        "
        A a1 sell 5 @ 104 oco s1 97 @ 96 last
          => accepted s1 5 waits: last <= 97
          => accepted a1 5
          => rested a1 5 @ 104, level 5
        trade sells 1 @ 97
          => trade sells 1 @ 97
          => cancelled a1 5 Oco, level 0
          => triggered s1 5
          => rested s1 5 @ 96, level 5
        ",
    );
}

#[test]
fn the_end_of_either_leg_ends_the_other() {
    check(
        "
        A a1 buy 5 @ 95 oco s1 105 @ 106
        A cancel a1
          => cancelled a1 5 User, level 0
          => cancelled s1 5 Oco
        A a2 buy 5 @ 95 oco s2 105 @ 106
        A cancel s2
          => cancelled s2 5 User
          => cancelled a2 5 Oco, level 0
        A a3 buy 5 @ 95 oco s3 105 @ 106 HALFMIN
        time +30_000
          => cancelled a3 5 Expired, level 0
          => cancelled s3 5 Oco
        A a4 buy 5 @ 95 oco s4 105 @ 106
        A a5 buy 5 @ 94
        A cancel all
          => cancelled s4 5 User
          => cancelled a4 5 Oco, level 0
          => cancelled a5 5 User, level 0
        ",
    );
}

#[test]
fn a_limit_leg_that_may_not_trade_takes_the_stop_leg_with_it() {
    check(
        "
        depth ask 98 2
        A a1 buy 5 @ 98 oco s1 105 @ 106 post
          => accepted s1 5 waits: mark >= 105
          => accepted a1 5
          => cancelled a1 5 PostOnlyWouldCross
          => cancelled s1 5 Oco
        ",
    );
}

#[test]
fn a_stop_leg_that_is_not_allowed_takes_the_limit_leg_with_it() {
    // At a mark of 105 a buy may be at 115 at most.
    check(
        "
        A a1 buy 5 @ 95 oco s1 105 @ 116
        mark 105
          => index 105 mark 105
          => cancelled a1 5 Oco, level 0
          => cancelled s1 5 NotAllowed
        ",
    );
}

#[test]
fn what_the_limit_leg_needs_is_free_for_the_stop_leg() {
    // The limit leg holds 94,000 × 95 / 100 = 89,300 of 100,000. The stop leg needs 94,000 × 106 / 100 = 99,640 and
    // 94,000 × (106 − 105) = 94,000 for the loss it opens with: too much. At a mark of 106 there is no loss.
    check(
        "
        A a1 buy 94000 @ 95 oco s1 105 @ 106
          : A flat, balance 100000, available 10700
        mark 105
          => index 105 mark 105
          => cancelled a1 94000 Oco, level 0
          => cancelled s1 94000 InsufficientMargin
        mark 100
        A a2 buy 94000 @ 95 oco s2 105 @ 106
        mark 106
          => index 106 mark 106
          => cancelled a2 94000 Oco, level 0
          => triggered s2 94000
          => rested s2 94000 @ 106, level 94000
          : A flat, balance 100000, available 360
        ",
    );
}

/// 1 % × 200,000 × 95 = 190,000.
#[test]
fn the_limit_leg_is_refused_as_any_order_and_then_there_is_no_pair() {
    check(
        "
        A a1 buy 200000 @ 95 oco s1 105 @ 106
          => refused a1: margin 190000 needed, 100000 available: deposit, or use a smaller size
          ~ nothing
        A a1 buy 5 @ 89 oco s1 105 @ 106
          => accepted s1 5 waits: mark >= 105
          => accepted a1 5
          => rested a1 5 @ 89, level 5
        A a2 buy 5 @ 95 oco s1 105 @ 106
          => refused a2: orderID is in use by an open order: take a new one
        A a2 buy 5 @ 95 oco a2 105 @ 106
          => refused a2: orderID is in use by an open order: take a new one
        A a1 buy 5 @ 89 oco s1 105 @ 106
          => refused a1: orderID is in use by an open order: take a new one
        ",
    );
}

#[test]
fn the_legs_lie_on_both_sides_of_the_price() {
    let same = "type OCO and a price that is not on the cautious side of the market can't be combined";
    let wrong = "is on the wrong side of the price it is compared with: it would fire at once";
    check(&format!(
        "
        A a1 buy 5 @ 100 oco s1 105 @ 106
          => refused a1: {same}
        A a1 buy 5 @ 99 oco s1 100 @ 106
          => refused a1: triggerPrice of 100 ticks {wrong}
        A a1 sell 5 @ 99 oco s1 95 @ 94
          => refused a1: {same}
        A a1 sell 5 @ 101 oco s1 102 @ 94
          => refused a1: triggerPrice of 102 ticks {wrong}
        A a1 sell 5 @ 101 oco s1 0 @ 94
          => refused a1: price of 0 ticks is out of range: use 1 to 1000000
        A a1 sell 5 @ 101 oco s1 95 @ 0
          => refused a1: price of 0 ticks is out of range: use 1 to 1000000
        "
    ));
}

#[test]
fn what_has_no_meaning_in_a_pair_is_refused() {
    check(
        "
        A a1 buy 5 @ 99 oco s1 105 @ 106 IOC
          => refused a1: type OCO and time_in_force IOC or FOK can't be combined
        A a1 buy 5 @ 99 oco s1 105 @ 106 stop 104
          => refused a1: type OCO and txType STOP or TRIGGER can't be combined
        A a1 buy 5 @ 99 oco s1 105 @ 106 tp t1 120
          => refused a1: type OCO and takeProfitPrice or stopLossPrice can't be combined
        ",
    );
}

#[test]
fn an_amend_of_one_leg_leaves_the_pair() {
    check(
        "
        A a1 buy 5 @ 95 oco s1 105 @ 106
        A amend a1 price 96
          => amended a1 5 @ 96 lost User, old level 0
          => rested a1 5 @ 96, level 5
        A amend #s1 trigger 104 price 105
          => amended s1 5 @ 105 trigger 104 User
        B b1 sell 1 @ 96
          => accepted b1 1
          => fill 1 @ 96: a1 left 4 <- b1 left 0, level 4
          => cancelled s1 5 Oco
        ",
    );
}

#[test]
fn an_id_of_an_ended_leg_may_come_again_without_harm() {
    check(
        "
        A a1 buy 5 @ 95 oco s1 105 @ 106
        B b1 sell 2 @ 95
        A s1 buy 5 @ 94
        B b2 sell 1 @ 95
          => accepted b2 1
          => fill 1 @ 95: a1 left 2 <- b2 left 0, level 2
          | bid 95: a1 2
          | bid 94: s1 5
        ",
    );
}

#[test]
fn two_pairs_that_trade_with_each_other_both_come_apart() {
    check(
        "
        A a1 buy 5 @ 99 oco s1 105 @ 106
        mark 98.5
        B b1 sell 5 @ 99 oco s2 95 @ 94
          => accepted s2 5 waits: mark <= 95
          => accepted b1 5
          => fill 5 @ 99: a1 left 0 <- b1 left 0, level 0
          => cancelled s1 5 Oco
          => cancelled s2 5 Oco
        ",
    );
}

#[test]
fn a_reduce_only_pair_goes_with_the_position() {
    check(
        "
        B b1 sell 5 @ 100
        A a1 buy 5 @ 100
        A a2 sell 5 @ 104 oco s2 97 @ 96 reduce
        B b2 buy 5 @ 101
        A a3 sell 5 @ 101
          => accepted a3 5
          => fill 5 @ 101: b2 left 0 pnl -5 <- a3 left 0 pnl 5, level 0
          => cancelled a2 5 ReduceOnly, level 0
          => cancelled s2 5 Oco
        ",
    );
}

#[test]
fn post_only_is_for_the_limit_leg_alone() {
    check(
        "
        depth ask 106 5
        A a1 buy 5 @ 95 oco s1 105 @ 106 post
        mark 105
          => index 105 mark 105
          => cancelled a1 5 Oco, level 0
          => triggered s1 5
          => fill 5 @ 106: crowd <- s1 left 0, level 0
        ",
    );
}

#[test]
fn the_other_leg_ends_before_the_exits_of_a_closed_position() {
    check(
        "
        depth ask 100 5
        A a1 buy 5 @ 100 sl l1 95
        A a2 sell 5 @ 104 oco s2 97 @ 96
        B b1 buy 5 @ 104
          => accepted b1 5
          => fill 5 @ 104: a2 left 0 pnl 20 <- b1 left 0, level 0
          => cancelled s2 5 Oco
          => cancelled l1 5 Unbound
        ",
    );
}
