//! What goes to one account alone: news of its orders, its open orders and its positions.

use std::collections::BTreeMap;

use lmex_engine::{AccountId, MarketId};

use super::super::channel::{AccountTopic, Channel, Settlement};
use super::super::open_orders::{all_rows, changed_rows, open_order_message};
use super::super::own_orders::Changes;
use super::super::position_message::positions_message;
use super::super::private_message::{fill_message, notification, notification_v3};
use super::super::switchboard::ConnectionId;
use super::Hub;
use crate::feed::PositionNews;

impl Hub {
    pub(super) fn publish_news(&mut self) {
        for news in self.tidings.news.drain(..) {
            let Some(market) = self.markets.get(&news.record.order.market) else { continue };
            let fills = Channel::Account(AccountTopic::FillsV2);
            if self.board.is_heard_by(news.account, fills)
                && let Some(message) = fill_message(market, &news, self.id_seed)
            {
                self.board.publish_to(news.account, fills, &message);
            }
            let notifications = Channel::Account(AccountTopic::NotificationV4);
            if self.board.is_heard_by(news.account, notifications) {
                self.board.publish_to(news.account, notifications, &notification(market, &news));
            }
            let forerunner = Channel::Account(AccountTopic::NotificationV3);
            if self.board.is_heard_by(news.account, forerunner) {
                self.board.publish_to(news.account, forerunner, &notification_v3(market, &news));
            }
        }
    }

    pub(super) fn publish_open_orders(&mut self) {
        for changes in self.tidings.take_changes() {
            for settlement in Settlement::ALL {
                self.publish_changes(&changes, settlement);
            }
        }
    }

    fn publish_changes(&mut self, changes: &Changes, settlement: Settlement) {
        let channel = Channel::OpenOrders(changes.market, settlement);
        let Some(market) = self.markets.get(&changes.market) else { return };
        let symbol = market.symbol();
        for id in self.board.listeners().of_account(changes.account, channel).to_vec() {
            let name = settlement.market_name(symbol.as_str());
            let rows = changed_rows(&self.own_orders, changes, market, &name);
            let serial = self.board.next_serial(id, channel, false);
            let topic = settlement.topic(symbol.as_str());
            self.board.send(id, open_order_message(topic, serial, "UPDATE", rows));
        }
    }

    /// What a client begins with that has logged in to an account.
    pub(super) fn send_all_open_orders(&mut self, id: ConnectionId) {
        for channel in self.board.channels(id) {
            if let Channel::OpenOrders(market, settlement) = channel {
                self.send_open_orders(id, market, settlement);
            }
        }
    }

    /// Who is not logged in hears nothing: there is no account whose orders could be shown.
    pub(super) fn send_open_orders(&mut self, id: ConnectionId, market: MarketId, settlement: Settlement) {
        let channel = Channel::OpenOrders(market, settlement);
        let (Some(account), Some(feed)) = (self.board.account(id), self.markets.get(&market)) else { return };
        let symbol = feed.symbol();
        let name = settlement.market_name(symbol.as_str());
        let rows = all_rows(&self.own_orders, account, market, feed, &name);
        let serial = self.board.next_serial(id, channel, true);
        let topic = settlement.topic(symbol.as_str());
        self.board.send(id, open_order_message(topic, serial, "SNAPSHOT", rows));
    }

    pub(super) fn publish_positions(&mut self, seq: u64, changed: &[PositionNews]) {
        for news in changed {
            for topic in AccountTopic::POSITIONS {
                let channel = Channel::Account(topic);
                if self.board.is_heard_by(news.account, channel) {
                    // Who was told nothing of it may hear an older list: it contradicts nothing.
                    self.told_positions.insert(news.account, seq);
                    let message = positions_message(topic, [&news.position]);
                    self.board.publish_to(news.account, channel, &message);
                }
            }
        }
    }

    /// Who has none hears an empty list, and knows that it has none. Who was told of a later change than the list knows of
    /// hears the next one.
    pub(super) fn publish_all_positions(&mut self, seq: u64, all: impl IntoIterator<Item = PositionNews>) {
        let mut by_owner = BTreeMap::<AccountId, Vec<_>>::new();
        for news in all {
            by_owner.entry(news.account).or_default().push(news.position);
        }
        for topic in AccountTopic::ALL_POSITIONS {
            let channel = Channel::Account(topic);
            let accounts: Vec<_> = self.board.listeners().accounts(channel).collect();
            for account in accounts {
                if self.told_positions.get(&account).is_none_or(|told| *told <= seq) {
                    let own = by_owner.get(&account).into_iter().flatten();
                    self.board.publish_to(account, channel, &positions_message(topic, own));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use axum::extract::ws::Message;
    use lmex_api::stream::StreamPath;
    use tokio::sync::oneshot;

    use super::super::super::audience::Audience;
    use super::super::super::config::SocketConfig;
    use super::super::super::outbox::{self, Waiting};
    use super::super::super::standing::Standing;
    use super::super::super::switchboard::Client;
    use super::*;

    const ACCOUNTS: u32 = 200;

    fn held(account: AccountId) -> PositionNews {
        let position = r#"{"username":"friend","marketName":"BTC-PERP-USDT","orderType":90,"orderMode":66,
            "totalContracts":1,"positionId":"BTC-PERP-USDT","avgFilledPrice":0}"#;
        PositionNews { account, position: serde_json::from_str(position).unwrap() }
    }

    /// A connection that is logged in and listens to all positions, under both names.
    fn listen(hub: &mut Hub, account: AccountId) -> Waiting {
        let id = ConnectionId(u64::from(account.0));
        let (outbox, waiting) = outbox::bounded(16, 1 << 20);
        hub.board.join(id, Client::new(StreamPath::Main, outbox, oneshot::channel().0));
        hub.board.log_in(id, account);
        for topic in AccountTopic::ALL_POSITIONS {
            assert!(hub.board.subscribe(id, Channel::Account(topic)));
        }
        waiting
    }

    #[tokio::test]
    async fn of_all_positions_each_is_looked_at_once_however_many_accounts_listen() {
        let mut hub = Hub::new(Standing::default(), SocketConfig::default(), Audience::default());
        let accounts = || (1..=ACCOUNTS).map(AccountId);
        let mut connections: Vec<_> = accounts().map(|account| listen(&mut hub, account)).collect();
        let looked_at = Cell::new(0);
        let all = accounts().flat_map(|account| [account; 3]);
        let all = all.inspect(|_| looked_at.set(looked_at.get() + 1));
        hub.publish_all_positions(1, all.map(held));
        assert_eq!(looked_at.get(), 3 * ACCOUNTS);
        for connection in &mut connections {
            let mut told = Vec::new();
            connection.take(&mut told, 16).await;
            let rows = |message: &Message| message.to_text().unwrap().matches("positionId").count();
            assert_eq!(told.iter().map(rows).collect::<Vec<_>>(), [3, 3], "its own, and nobody else's");
        }
    }
}
