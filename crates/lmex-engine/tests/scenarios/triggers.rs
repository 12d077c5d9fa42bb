//! Orders that wait for a price.

use super::check;

#[test]
fn a_stop_buys_at_market_when_the_mark_has_risen_to_it() {
    check(
        "
        depth ask 104 10
        A s1 buy 5 stop 103
          => accepted s1 5 waits: mark >= 103
          ~ s1 buy 5: mark >= 103
          : A flat, balance 100000, available 100000
          | ask 104: crowd 10
        mark 102.999
          => index 102.999 mark 102.999
        mark 103
          => index 103 mark 103
          => triggered s1 5
          => fill 5 @ 104: crowd <- s1 left 0, level 5
          ~ nothing
        ",
    );
}

#[test]
fn a_stop_sells_when_the_mark_has_fallen_to_it_or_beyond() {
    check(
        "
        depth bid 96 10
        A s1 sell 5 @ 97 stop 98
          => accepted s1 5 waits: mark <= 98
        mark 98.001
          => index 98.001 mark 98.001
        mark 95
          => index 95 mark 95
          => triggered s1 5
          => rested s1 5 @ 97, level 5
          | ask 97: s1 5
          | bid 96: crowd 10
        ",
    );
}

#[test]
fn a_stop_may_look_at_the_last_trade() {
    // The mark passes the trigger and nothing happens; a trade reaches it.
    check(
        "
        depth bid 96 10
        A s1 sell 5 stop 98 last
          => accepted s1 5 waits: last <= 98
        mark 97
          => index 97 mark 97
        trade sells 1 @ 99
          => trade sells 1 @ 99
        trade sells 1 @ 98
          => trade sells 1 @ 98
          => triggered s1 5
          => fill 5 @ 96: crowd <- s1 left 0, level 5
        ",
    );
}

#[test]
fn a_stop_on_the_wrong_side_would_fire_at_once_and_is_refused() {
    let wrong = "is on the wrong side of the price it is compared with: it would fire at once";
    check(&format!(
        "
        A s1 buy 5 stop 99
          => refused s1: triggerPrice of 99 ticks {wrong}
        A s1 buy 5 stop 100
          => refused s1: triggerPrice of 100 ticks {wrong}
        A s1 sell 5 stop 100
          => refused s1: triggerPrice of 100 ticks {wrong}
        A s1 sell 5 stop 101
          => refused s1: triggerPrice of 101 ticks {wrong}
        mark 101.5
        A s1 buy 5 stop 101
          => refused s1: triggerPrice of 101 ticks {wrong}
        A s1 buy 5 stop 101 last
          => accepted s1 5 waits: last >= 101
        A s2 buy 5 stop 102
          => accepted s2 5 waits: mark >= 102
        "
    ));
}

#[test]
fn a_trigger_price_has_a_range() {
    check(
        "
        A s1 sell 5 stop 0
          => refused s1: price of 0 ticks is out of range: use 1 to 1000000
        A s1 sell 5 @ 0 stop 95
          => refused s1: price of 0 ticks is out of range: use 1 to 1000000
        A s1 buy 5 @ 90 stop 1000001
          => refused s1: price of 1000001 ticks is out of range: use 1 to 1000000
        ",
    );
}

#[test]
fn a_touch_order_waits_from_wherever_the_price_is() {
    check(
        "
        A t1 buy 5 @ 97 touch 98
          => accepted t1 5 waits: mark <= 98
        A t2 buy 5 @ 97 touch 102
          => accepted t2 5 waits: mark >= 102
        A t3 buy 5 @ 97 touch 100
          => refused t3: triggerPrice of 100 ticks is on the wrong side of the price it is compared with: it would fire at once
        mark 97.5
          => index 97.5 mark 97.5
          => triggered t1 5
          => rested t1 5 @ 97, level 5
        mark 102
          => index 102 mark 102
          => triggered t2 5
          => rested t2 5 @ 97, level 10
        ",
    );
}

#[test]
fn a_touch_order_may_look_at_the_last_trade() {
    check(
        "
        depth bid 98 10
        A t1 buy 5 @ 97 touch 98 last
          => accepted t1 5 waits: last <= 98
        mark 97
          => index 97 mark 97
        trade sell 3 @ 98
          => taken bid 98: level 7, crowd 7
          => trade sells 3 @ 98
          => triggered t1 5
          => rested t1 5 @ 97, level 5
        ",
    );
}

#[test]
fn the_price_passes_the_nearest_trigger_first_and_of_equal_ones_the_earlier() {
    // By id alone m1 would come before z1: both wait for 102.
    check(
        "
        A a1 buy 1 @ 99 stop 103
        A z1 buy 1 @ 99 stop 102
        time +1
        B m1 buy 1 @ 99 stop 102
        mark 104
          => index 104 mark 104
          => triggered z1 1
          => rested z1 1 @ 99, level 1
          => triggered m1 1
          => rested m1 1 @ 99, level 2
          => triggered a1 1
          => rested a1 1 @ 99, level 3
        ",
    );
}

#[test]
fn falling_triggers_fire_from_the_highest_down() {
    check(
        "
        A a1 sell 1 @ 101 stop 97
        A a2 sell 1 @ 101 stop 98
        mark 96
          => index 96 mark 96
          => triggered a2 1
          => rested a2 1 @ 101, level 1
          => triggered a1 1
          => rested a1 1 @ 101, level 2
        ",
    );
}

#[test]
fn the_trades_of_one_stop_fire_the_next() {
    check(
        "
        depth bid 98 1, bid 96 3, bid 94 9
        A s1 sell 2 stop 98 last
        B s2 sell 3 stop 96 last
        C s3 sell 4 stop 95 last
        trade sells 1 @ 98
          => taken bid 98: level 0, crowd 0
          => trade sells 1 @ 98
          => triggered s1 2
          => fill 2 @ 96: crowd <- s1 left 0, level 1
          => triggered s2 3
          => fill 1 @ 96: crowd <- s2 left 2, level 0
          => fill 2 @ 94: crowd <- s2 left 0, level 7
          => triggered s3 4
          => fill 4 @ 94: crowd <- s3 left 0, level 3
        ",
    );
}

#[test]
fn an_incoming_order_is_done_before_its_trades_fire_anything() {
    check(
        "
        depth ask 101 1, ask 102 5
        A s1 buy 5 stop 101 last
        B b1 buy 3 @ 102
          => accepted b1 3
          => fill 1 @ 101: crowd <- b1 left 2, level 0
          => fill 2 @ 102: crowd <- b1 left 0, level 3
          => triggered s1 5
          => fill 3 @ 102: crowd <- s1 left 2, level 0
          => cancelled s1 2 ImmediateRemainder
        ",
    );
}

#[test]
fn nothing_fires_while_the_market_is_halted() {
    // What the price has passed and come back from (s1) goes on waiting.
    check(
        "
        A s1 buy 1 @ 99 stop 102
        A s2 sell 1 @ 101 stop 97
        halt
        mark 103
          => index 103 mark 103
        mark 96
          => index 96 mark 96
        resume
          => trading Active
          => triggered s2 1
          => rested s2 1 @ 101, level 1
          ~ s1 buy 1 @ 99: mark >= 102
        ",
    );
}

#[test]
fn margin_is_judged_when_it_fires() {
    // 200,000 × 99 / 100 = 198,000 of margin, and A has 100,000. Before, nothing is reserved.
    check(
        "
        A s1 buy 200000 @ 99 stop 102
          => accepted s1 200000 waits: mark >= 102
          : A flat, balance 100000, available 100000
        mark 102
          => index 102 mark 102
          => cancelled s1 200000 InsufficientMargin
        A s2 buy 100000 @ 99 stop 103
        mark 103
          => index 103 mark 103
          => triggered s2 100000
          => rested s2 100000 @ 99, level 100000
          : A flat, balance 100000, available 1000
        ",
    );
}

#[test]
fn the_price_band_is_judged_when_it_fires() {
    // At a mark of 105 a buy may be at 115 at most.
    check(
        "
        A s1 buy 5 @ 115 stop 105
        A s2 buy 5 @ 116 stop 105
        mark 105
          => index 105 mark 105
          => triggered s1 5
          => rested s1 5 @ 115, level 5
          => cancelled s2 5 NotAllowed
        ",
    );
}

#[test]
fn a_reduce_only_stop_is_cut_to_the_position_when_it_fires() {
    check(
        "
        A s1 sell 9 stop 95 reduce
          => accepted s1 9 waits: mark <= 95
        A s2 sell 9 stop 96 reduce
        B b1 sell 4 @ 100
        A a1 buy 4 @ 100
        depth bid 94 10
        mark 96
          => index 96 mark 96
          => triggered s2 4
          => fill 4 @ 94: crowd <- s2 left 0 pnl -24, level 6
          ~ s1 sell 9: mark <= 95
        mark 95
          => index 95 mark 95
          => cancelled s1 9 NotAllowed
        ",
    );
}

#[test]
fn a_market_stop_needs_someone_to_trade_with() {
    check(
        "
        A s1 buy 5 stop 102
        mark 102
          => index 102 mark 102
          => triggered s1 5
          => cancelled s1 5 MarketNoLiquidity
        ",
    );
}

#[test]
fn post_only_is_judged_when_it_fires() {
    check(
        "
        depth ask 101 5
        A s1 buy 5 @ 101 stop 102 post
          => accepted s1 5 waits: mark >= 102
        mark 102
          => index 102 mark 102
          => triggered s1 5
          => cancelled s1 5 PostOnlyWouldCross
        ",
    );
}

#[test]
fn a_fired_order_meets_its_own_account() {
    check(
        "
        A a1 sell 5 @ 101
        A s1 buy 5 stop 102
        mark 102
          => index 102 mark 102
          => triggered s1 5
          => cancelled s1 5 SelfTrade
        ",
    );
}

#[test]
fn immediate_orders_are_immediate_when_they_fire() {
    check(
        "
        depth ask 101 3
        A s1 buy 5 @ 101 stop 102 FOK
        A s2 buy 5 @ 101 stop 103 IOC
        mark 103
          => index 103 mark 103
          => triggered s1 5
          => cancelled s1 5 FillOrKill
          => triggered s2 5
          => fill 3 @ 101: crowd <- s2 left 2, level 0
          => cancelled s2 2 ImmediateRemainder
        ",
    );
}

#[test]
fn the_clock_of_a_timed_order_runs_while_it_waits() {
    check(
        "
        A s1 buy 5 @ 99 stop 102 HALFMIN
        A s2 buy 5 stop 102 HALFMIN
        A s3 buy 5 @ 98 stop 101 HALFMIN
        time +20_000
        mark 101
          => index 101 mark 101
          => triggered s3 5
          => rested s3 5 @ 98, level 5
        time +10_000
          => cancelled s1 5 Expired
          => cancelled s2 5 Expired
          => cancelled s3 5 Expired, level 0
        ",
    );
}

#[test]
fn a_waiting_order_is_an_open_order() {
    check(
        "
        A s1 buy 5 @ 99 stop 102
        A s1 buy 5 @ 98
          => refused s1: orderID is in use by an open order: take a new one
        A cancel s1
          => cancelled s1 5 User
          ~ nothing
        A s1 buy 5 @ 99 stop 102
        A a1 buy 5 @ 98
        A cancel all
          => cancelled s1 5 User
          => cancelled a1 5 User, level 0
        mark 103
          => index 103 mark 103
        ",
    );
}

#[test]
fn a_waiting_order_is_amended() {
    check(
        "
        A s1 buy 5 @ 99 stop 102
        A amend s1 trigger 103
          => amended s1 5 @ 99 trigger 103 User
        A amend s1 price 98 size 7 trigger 104
          => amended s1 7 @ 98 trigger 104 User
          ~ s1 buy 7 @ 98: mark >= 104
          | nothing
        mark 103
          => index 103 mark 103
        A amend s1 trigger 103
          => amend refused: triggerPrice of 103 ticks is on the wrong side of the price it is compared with: it would fire at once
        A amend s1 trigger 0
          => amend refused: price of 0 ticks is out of range: use 1 to 1000000
        A amend s1 trigger 104
          => amend refused: nothing to amend: give a new price or a new size
        A amend s1 size 0
          => amend refused: size 0 contracts is out of range: use 1 to 1000000
        mark 104
          => index 104 mark 104
          => triggered s1 7
          => rested s1 7 @ 98, level 7
        A amend s1 trigger 110
          => amend refused: triggerPrice of this order can't be amended: cancel it and place a new one
        A amend s1 price 97
          => amended s1 7 @ 97 lost User, old level 0
          => rested s1 7 @ 97, level 7
        ",
    );
}

#[test]
fn an_amend_changes_what_the_order_has() {
    let fixed = "of this order can't be amended: cancel it and place a new one";
    check(&format!(
        "
        A s1 buy 5 stop 102
        A amend s1 price 99
          => amend refused: price {fixed}
        A amend s1 size 6
          => amended s1 6 @ 0 trigger 102 User
        A a1 buy 5 @ 98
        A amend a1 trigger 102
          => amend refused: triggerPrice {fixed}
        "
    ));
}

#[test]
fn an_amended_waiting_order_is_spared_margin_and_band_as_a_new_one_is() {
    check(
        "
        A s1 buy 5 @ 99 stop 105
        A amend s1 price 115 size 900000
          => amended s1 900000 @ 115 trigger 105 User
        A amend s1 size 5
          => amended s1 5 @ 115 trigger 105 User
        mark 105
          => index 105 mark 105
          => triggered s1 5
          => rested s1 5 @ 115, level 5
        ",
    );
}

#[test]
fn an_amended_reduce_only_stop_needs_no_position_yet() {
    check(
        "
        A s1 sell 5 stop 95 reduce
        A amend s1 size 9 trigger 96
          => amended s1 9 @ 0 trigger 96 User
        A amend s1 size 1000001
          => amend refused: size 1000001 contracts is out of range: use 1 to 1000000
        ",
    );
}
