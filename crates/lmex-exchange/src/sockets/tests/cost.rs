//! What private streams cost, counted by what is looked at and made up: an account's news is for its own listeners.

use lmex_engine::AccountId;
use lmex_types::TimeMs;

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
