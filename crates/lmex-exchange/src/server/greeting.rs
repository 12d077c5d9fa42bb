//! What a person sees who opens the exchange's address in a browser.

use std::net::SocketAddr;

use lmex_types::Symbol;
use tokio::sync::watch;

/// What there is to say about an exchange.
#[derive(Debug)]
pub(crate) struct Greeting {
    pub(crate) address: SocketAddr,
    /// What the source says of itself at the moment.
    pub(crate) market_source: watch::Receiver<String>,
    /// The market to look at.
    pub(crate) market: Symbol,
}

impl Greeting {
    /// What this is, where its prices come from, and where to go on.
    pub(crate) fn text(&self) -> String {
        let Self { address, market, .. } = self;
        let market_source: String = self.market_source.borrow().chars().filter(|c| !c.is_control()).collect();
        format!(
            "A local exchange that speaks LMEX's futures API, with real matching and play money. It is not LMEX.\n\
             \n\
             Prices:   {market_source}\n\
             REST:     http://{address}/futures/api/v2.3/...\n\
             Streams:  ws://{address}/ws/oss/futures (order books)\n\
             \x20         ws://{address}/ws/futures (trades, and your own orders after login)\n\
             \n\
             Look at:  http://{address}/futures/api/v2.3/market_summary\n\
             \x20         http://{address}/futures/api/v2.3/price?symbol={market}\n\
             \x20         http://{address}/futures/api/v2.3/orderbook?symbol={market}\n\
             \x20         http://{address}/openapi.json (everything that is served)\n\
             \n\
             API key and secret of the account were printed by the program that started this exchange.\n"
        )
    }
}
