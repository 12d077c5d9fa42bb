//! Wallets by REST: margin, history, transfers.

use lmex_api::futures::{
    Envelope, FuturesWallet, SubaccountTransfer, TransferFunds, TransferReceipt, Transferred, UnifiedMargin,
    UnifiedWalletMargin, Wallet, WalletHistory, WalletMargin, WalletRecord,
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

    /// The margin of accounts with the unified wallet: of all markets, or what bears one of them or one position.
    pub async fn unified_wallet_margin(
        &self,
        request: &UnifiedWalletMargin,
    ) -> Result<Reply<UnifiedMargin>, Error> {
        self.send(request).await
    }

    /// The wallets that bear a market, of accounts without the unified wallet: the venue refuses the others.
    pub async fn wallet_margin(&self, symbol: Symbol) -> Result<Reply<Vec<Wallet>>, Error> {
        Ok(self.send(&WalletMargin { symbol }).await?.map(|wallets| wallets.0))
    }

    /// What has changed the futures wallets, newest first.
    pub async fn wallet_history(&self, request: &WalletHistory) -> Result<Reply<Vec<WalletRecord>>, Error> {
        Ok(self.send(request).await?.map(|records| records.0))
    }

    /// Moves money between one's own wallets. It is sent once: an error that [is unknown](Error::is_unknown) may have
    /// moved it, and [`Client::wallet`] and [`Client::wallet_history`] tell before it is tried again.
    pub async fn transfer(&self, request: &TransferFunds) -> Result<Reply<Transferred>, Error> {
        self.send(request).await
    }

    /// Moves money between an account and a sub-account of it. It is sent once, as [`Client::transfer`] is.
    pub async fn subaccount_transfer(
        &self,
        request: &SubaccountTransfer,
    ) -> Result<Reply<TransferReceipt>, Error> {
        Ok(self.send(request).await?.map(|Envelope { data, .. }| data))
    }
}
