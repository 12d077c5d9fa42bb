//! Price, time, self-trade, cancels, and the checks that need no money.

use super::check;

#[test]
fn the_better_price_trades_first_and_at_one_price_the_earlier() {
    check(
        "
        A a1 sell 5 @ 102
        B b1 sell 5 @ 101
        A a2 sell 5 @ 101
          | ask 102: a1 5
          | ask 101: b1 5, a2 5
        C c1 buy 12 @ 102
          => accepted c1 12
          => fill 5 @ 101: b1 left 0 <- c1 left 7, level 5
          => fill 5 @ 101: a2 left 0 <- c1 left 2, level 0
          => fill 2 @ 102: a1 left 3 <- c1 left 0, level 3
          | ask 102: a1 3
          : C 12 at 101.166666666667, balance 100000, available 99974
        ",
    );
}

#[test]
fn what_does_not_trade_rests_at_its_own_price() {
    check(
        "
        A a1 sell 5 @ 101
        B b1 buy 8 @ 103
          => accepted b1 8
          => fill 5 @ 101: a1 left 0 <- b1 left 3, level 0
          => rested b1 3 @ 103, level 3
          | bid 103: b1 3
        ",
    );
}

#[test]
fn an_order_that_would_trade_with_its_own_account_is_cancelled() {
    check(
        "
        B b1 sell 2 @ 100
        A a1 sell 5 @ 100
        B b2 sell 9 @ 100
        A a2 buy 10 @ 101
          => accepted a2 10
          => fill 2 @ 100: b1 left 0 <- a2 left 8, level 14
          => cancelled a2 8 SelfTrade
          | ask 100: a1 5, b2 9
        ",
    );
}

#[test]
fn cancel_takes_one_or_all_oldest_first() {
    check(
        "
        A a1 buy 1 @ 99
        A a2 buy 2 @ 98
        B b1 buy 3 @ 99
        A a3 sell 4 @ 105
        A cancel a2
          => cancelled a2 2 User, level 0
        A cancel b1
          => cancel refused: order not found among open orders: it is filled, cancelled or was never accepted
        A cancel all
          => cancelled a1 1 User, level 3
          => cancelled a3 4 User, level 0
          | bid 99: b1 3
        A cancel all
          => nothing
        ",
    );
}

#[test]
fn an_order_is_cancelled_by_its_traders_own_id_and_a_pair_by_the_one_that_it_shares() {
    check(
        "
        A a1 buy 1 @ 99
        B cancel client a1
          => cancel refused: order not found among open orders: it is filled, cancelled or was never accepted
        A cancel client a1
          => cancelled a1 1 User, level 0
        A cancel client a1
          => cancel refused: order not found among open orders: it is filled, cancelled or was never accepted
        A a2 buy 10 @ 95 oco s2 105 @ 106
        A cancel client a2
          => cancelled a2 10 User, level 0
          => cancelled s2 10 Oco
          ~ nothing
        ",
    );
}

#[test]
fn ids_are_new_among_open_orders() {
    check(
        "
        A a1 buy 1 @ 99
        A a1 buy 1 @ 98
          => refused a1: orderID is in use by an open order: take a new one
        A cancel a1
        A a1 buy 1 @ 98
          => accepted a1 1
          => rested a1 1 @ 98, level 1
        ",
    );
}

#[test]
fn size_price_and_notional_have_bounds() {
    check(
        "
        A a1 buy 0 @ 99
          => refused a1: size 0 contracts is out of range: use 1 to 1000000
        A a1 buy 1000001 @ 99
          => refused a1: size 1000001 contracts is out of range: use 1 to 1000000
        A a1 buy 1 @ 0
          => refused a1: price of 0 ticks is out of range: use 1 to 1000000
        A a1 buy 1 @ 111
          => refused a1: price of 111 ticks is outside the market's protection: use 110 or a more cautious price
        A a1 sell 1 @ 89
          => refused a1: price of 89 ticks is outside the market's protection: use 90 or a more cautious price
        A a1 buy 1 @ 5
          => refused a1: notional 5 is not above the minimum of 5: use more contracts
        A a1 buy 1 @ 6
        A a2 sell 1 @ 9000
          | ask 9000: a2 1
          | bid 6: a1 1
        ",
    );
}

#[test]
fn a_market_order_stops_at_the_protection_and_never_rests() {
    check(
        "
        A a1 sell 5 @ 105
        A a2 sell 5 @ 111
        B b1 buy 8
          => accepted b1 8
          => fill 5 @ 105: a1 left 0 <- b1 left 3, level 0
          => cancelled b1 3 ImmediateRemainder
          | ask 111: a2 5
        B b2 buy 1
          => accepted b2 1
          => cancelled b2 1 MarketNoLiquidity
        ",
    );
}

#[test]
fn a_closed_market_takes_cancels_only() {
    check(
        "
        A a1 buy 1 @ 99
        halt
        A a2 buy 1 @ 99
          => refused a2: market 1 is closed for trading: wait until it opens
        A amend a1 size 2
          => amend refused: market 1 is closed for trading: wait until it opens
        A cancel a1
          => cancelled a1 1 User, level 0
        ",
    );
}

#[test]
fn an_account_that_was_not_opened_is_refused() {
    check(
        "
        X x1 buy 1 @ 99
          => refused x1: account 88 can't be used: open an account other than 0 first
        ",
    );
}
