//! What private streams cost, counted by what is looked at and made up: an account's news is for its own listeners.

use lmex_engine::{AccountId, Order};
use lmex_types::{OrderId, TimeMs};

use super::fake::{BTC, OTHER, TRADER};
use super::open_orders::{cancelled, rests};
use super::private::order;
use crate::sockets::channel::{AccountTopic, Channel, MarketTopic};
use crate::sockets::listeners::Listeners;
use crate::sockets::own_orders::{OwnOrders, Tidings};
use crate::sockets::switchboard::ConnectionId;

/// One connection listens to what is of the account.
pub(super) fn heard_by(account: AccountId) -> Listeners {
    let mut listeners = Listeners::default();
    listeners.add(Channel::Account(AccountTopic::NotificationV4), Some(account), ConnectionId(1));
    listeners
}

/// How much is made up of an order that comes to rest and is cancelled: news, and changes of the open orders.
fn made_up(listeners: &Listeners) -> (usize, usize) {
    let (mut orders, mut tidings) = (OwnOrders::default(), Tidings::default());
    let events = rests(&order()).into_iter().chain([cancelled(&order())]);
    for event in events {
        orders.apply(&event, TimeMs::default(), &mut tidings, listeners);
    }
    (tidings.news.len(), tidings.take_changes().len())
}

#[test]
fn news_that_nobody_hears_is_not_made_up_whoever_else_listens_to_whatever_else() {
    assert_eq!(made_up(&heard_by(TRADER)), (2, 1));
    assert_eq!(made_up(&heard_by(OTHER)), (0, 0));
    let mut public = Listeners::default();
    public.add(Channel::Market(BTC, MarketTopic::TradesV3), Some(TRADER), ConnectionId(1));
    assert_eq!(made_up(&public), (0, 0), "who reads trades or a book hears nothing of orders");
}

/// As many as an iterator says it has at most are looked at: one that looks for some among all can't say less than all.
#[test]
fn a_list_of_open_orders_looks_at_its_own_accounts_alone() {
    let (mut orders, mut tidings) = (OwnOrders::default(), Tidings::default());
    let mut happens = |event| orders.apply(&event, TimeMs::default(), &mut tidings, &Listeners::default());
    for number in 0..3_000 {
        let account = AccountId(1 + number % 1_000);
        let id = OrderId::from_bits(u128::from(number));
        rests(&Order { account, id, ..order() }).into_iter().for_each(&mut happens);
    }
    happens(cancelled(&Order { account: AccountId(5), id: OrderId::from_bits(1_004), ..order() }));
    let looked_at = |account| orders.of(AccountId(account), BTC).size_hint().1;
    assert_eq!(looked_at(4), Some(3));
    assert_eq!(looked_at(5), Some(2));
    assert_eq!(looked_at(2_000), Some(0), "who has none");
    let ids: Vec<_> = orders.of(AccountId(5), BTC).map(|record| record.order.id).collect();
    assert_eq!(ids, [4, 2_004].map(OrderId::from_bits));
}
