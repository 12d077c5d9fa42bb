//! Which changes keep a place in the queue.

use super::check;

#[test]
fn a_smaller_size_at_the_same_price_keeps_its_place() {
    check(
        "
        A a1 buy 5 @ 99
        B b1 buy 5 @ 99
        A amend a1 size 3
          => amended a1 3 @ 99 kept User, old level 8
          | bid 99: a1 3, b1 5
        ",
    );
}

#[test]
fn a_larger_size_goes_to_the_back() {
    check(
        "
        A a1 buy 5 @ 99
        B b1 buy 5 @ 99
        A amend a1 size 6
          => amended a1 6 @ 99 lost User, old level 5
          => rested a1 6 @ 99, level 11
          | bid 99: b1 5, a1 6
        ",
    );
}

#[test]
fn a_new_price_goes_to_the_back_of_its_level_and_may_trade() {
    check(
        "
        A a1 buy 5 @ 98
        B b1 buy 5 @ 99
        C c1 sell 4 @ 101
        A amend a1 price 99
          | ask 101: c1 4
          | bid 99: b1 5, a1 5
        A amend a1 price 102 size 6
          => amended a1 6 @ 102 lost User, old level 5
          => fill 4 @ 101: c1 left 0 <- a1 left 2, level 0
          => rested a1 2 @ 102, level 2
          | bid 102: a1 2
          | bid 99: b1 5
        ",
    );
}

#[test]
fn the_new_size_counts_what_is_filled() {
    check(
        "
        A a1 buy 10 @ 99
        B b1 sell 4 @ 99
        A amend a1 size 4
          => amend refused: size 4 contracts is not above the 4 already filled: cancel the order instead
        A amend a1 size 7
          => amended a1 3 @ 99 kept User, old level 3
        ",
    );
}

#[test]
fn a_post_only_order_is_not_amended_into_a_trade() {
    check(
        "
        A a1 buy 5 @ 98 post
        B b1 sell 5 @ 100
        A amend a1 price 100
          => amend refused: postOnly: at this price the order would trade at once
          | ask 100: b1 5
          | bid 98: a1 5
        ",
    );
}

#[test]
fn an_amend_needs_something_new_and_an_order() {
    check(
        "
        A a1 buy 5 @ 98
        A amend a1 price 98 size 5
          => amend refused: nothing to amend: give a new price or a new size
        B amend a1 price 97
          => amend refused: order not found among open orders: it is filled, cancelled or was never accepted
        ",
    );
}

#[test]
fn an_amended_order_meets_its_own_account() {
    check(
        "
        A a1 buy 5 @ 98
        A a2 sell 5 @ 100
        A amend a1 price 100
          => amended a1 5 @ 100 lost User, old level 0
          => cancelled a1 5 SelfTrade
          | ask 100: a2 5
        ",
    );
}

#[test]
fn the_crowd_before_an_order_stays_when_it_leaves() {
    check(
        "
        depth bid 99 10
        A a1 buy 5 @ 99
        depth bid 99 14
        B b1 buy 5 @ 99
          | bid 99: crowd 10, a1 5, crowd 4, b1 5
        A cancel a1
          | bid 99: crowd 14, b1 5
        ",
    );
}

#[test]
fn an_amend_to_a_worse_price_is_paid_for_like_a_new_order() {
    // At 105: margin 94,500 instead of 85,500, and the 9,000 contracts would open with a loss of 5 each.
    check(
        "
        A leverage 10
        A a1 buy 9000 @ 95
          : A flat, balance 100000, available 14500
        A amend a1 price 105
          => amend refused: margin 54000 needed, 14500 available: deposit, or use a smaller size
        A amend a1 price 100
          => amended a1 9000 @ 100 lost User, old level 0
          => rested a1 9000 @ 100, level 9000
        ",
    );
}

#[test]
fn an_amend_to_less_risk_needs_nothing() {
    // At a mark of 95 the order would open with a loss of 5 each, far more than is available. 100 again: 900 more margin
    // and 45,000 of loss.
    check(
        "
        A leverage 10
        A a1 buy 9000 @ 100
        mark 95
          : A flat, balance 100000, available 10000
        A amend a1 price 99
          => amended a1 9000 @ 99 lost User, old level 0
          => rested a1 9000 @ 99, level 9000
        A amend a1 price 100
          => amend refused: margin 45900 needed, 10900 available: deposit, or use a smaller size
        A amend a1 size 8000
          => amended a1 8000 @ 99 kept User, old level 8000
        A amend a1 size 9000
          => amend refused: margin 45900 needed, 20800 available: deposit, or use a smaller size
        ",
    );
}

#[test]
fn an_amend_may_not_pass_the_exits_that_come_with_the_order() {
    // As a new order with these numbers would be refused: the profit would be taken at once, at no profit.
    check(
        "
        A a1 buy 5 @ 90 tp t1 95 sl l1 80
        A amend a1 price 95
          => amend refused: triggerPrice of 95 ticks is on the wrong side of the price it is compared with: it would fire at once
        A amend a1 price 80
          => amend refused: triggerPrice of 80 ticks is on the wrong side of the price it is compared with: it would fire at once
        A a2 buy 5 @ 95 tp t2 95
          => refused a2: triggerPrice of 95 ticks is on the wrong side of the price it is compared with: it would fire at once
        A amend a1 price 94
          => amended a1 5 @ 94 lost User, old level 0
          => rested a1 5 @ 94, level 5
        ",
    );
}

#[test]
fn nor_may_that_of_a_trigger() {
    // A market order that waits is expected to trade at its trigger.
    check(
        "
        A s1 buy 5 stop 105 tp t1 110
          => accepted s1 5 waits: mark >= 105
        A amend s1 trigger 110
          => amend refused: triggerPrice of 110 ticks is on the wrong side of the price it is compared with: it would fire at once
        A amend s1 trigger 109
          => amended s1 5 @ 0 trigger 109 User
        ",
    );
}
