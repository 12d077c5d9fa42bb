//! Acting as the venue, past the API: prices, trades of the crowd, position modes, money.
#![allow(clippy::needless_pass_by_value, reason = "members are written where they are used")]

use lmex_engine::{AccountId, Command, MarketId, Money, PositionMode};
use lmex_types::{Decimal, Side};
use serde_json::Value;

use super::Venue;

const ACCOUNT: AccountId = AccountId(1);
const BTC: MarketId = MarketId(0);

impl Venue {
    /// Sets index and mark price of BTC-PERP.
    pub(crate) async fn set_mark(&self, price: Decimal) {
        self.act(Command::SetPrices { market: BTC, index: price, mark: Some(price) }).await;
    }

    /// Sets the last price of BTC-PERP by a trade of the crowd with itself.
    pub(crate) async fn set_last(&self, price: i64) {
        let price = price * 10;
        self.act(Command::CrowdTrade { market: BTC, aggressor: Side::Buy, price, contracts: 1 }).await;
    }

    /// Sets the account's position mode in BTC-PERP.
    pub(crate) async fn set_mode(&self, mode: PositionMode) {
        self.act(Command::SetPositionMode { account: ACCOUNT, market: BTC, mode }).await;
    }

    /// Takes money out of the account's wallet.
    pub(crate) async fn withdraw(&self, amount: Decimal) {
        let amount = Money::try_from(amount).unwrap();
        self.act(Command::Withdraw { account: ACCOUNT, amount }).await;
    }

    async fn act(&self, command: Command) {
        self.exchange.desk().command(command).await.unwrap();
    }
}

/// An object with more members, or with others.
pub(crate) fn with(mut object: Value, members: Value) -> Value {
    for (key, value) in members.as_object().unwrap() {
        object[key] = value.clone();
    }
    object
}
