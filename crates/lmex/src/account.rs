//! The account by REST: money, positions, fees, fills.

use lmex_api::futures::{
    AccountFees, FeeRate, FuturesWallet, OpenOrder, OpenOrders, Position, Positions, UserTrade, UserTrades,
    Wallet,
};
use lmex_types::Symbol;

use crate::client::Client;
use crate::error::Error;
use crate::reply::Reply;

impl Client {
    /// The cross wallet: what the account is worth and what new orders can use.
    pub async fn wallet(&self) -> Result<Reply<Wallet>, Error> {
        let request = FuturesWallet::default();
        let reply = self.send(&request).await?.map(|wallets| wallets.0);
        let Reply { data, status, headers, latency, attempts } = reply;
        let found = data.into_iter().find(|wallet| wallet.wallet == request.wallet);
        let data = found.ok_or(Error::Unexpected("the wallet asked for is not in the answer"))?;
        Ok(Reply { data, status, headers, latency, attempts })
    }

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
