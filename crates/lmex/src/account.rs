//! The account by REST: positions, orders, fees, fills.

use lmex_api::futures::{
    AccountFees, FeeRate, OpenOrder, OpenOrders, Position, Positions, UserTrade, UserTrades,
};
use lmex_types::Symbol;

use crate::client::Client;
use crate::error::Error;
use crate::reply::Reply;

impl Client {
    /// Open positions; empty when flat.
    pub async fn positions(&self, symbol: Option<Symbol>) -> Result<Reply<Vec<Position>>, Error> {
        self.send(&Positions { symbol }).await
    }

    /// The account's fee rates.
    pub async fn fees(&self, symbol: Option<Symbol>) -> Result<Reply<Vec<FeeRate>>, Error> {
        Ok(self.send(&AccountFees { symbol }).await?.map(|fees| fees.0))
    }

    /// Open orders.
    pub async fn open_orders(&self, symbol: Option<Symbol>) -> Result<Reply<Vec<OpenOrder>>, Error> {
        self.send(&OpenOrders { symbol, order: None }).await
    }

    /// The account's own fills, newest first.
    pub async fn trade_history(&self, request: &UserTrades) -> Result<Reply<Vec<UserTrade>>, Error> {
        self.send(request).await
    }
}
