//! An order as a trader thinks of it, and as the venue takes it.

use lmex_api::futures::CreateOrder;
use lmex_types::{ClientOrderId, Decimal, Instrument, OrderType, Side, Size, SizeError, Symbol, TimeInForce};

use crate::error::Error;

/// An order to place. The size has a unit, and the price is part of what kind of order it is.
///
/// ```
/// use lmex::{NewOrder, Side, Size};
/// let order = NewOrder::limit("BTC-PERP".parse()?, Side::Buy, Size::Contracts(100), "60000".parse()?).post_only();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    pub(crate) symbol: Symbol,
    pub(crate) side: Side,
    pub(crate) size: Size,
    pub(crate) price: OrderPrice,
    pub(crate) reduce_only: bool,
    pub(crate) client_id: Option<ClientOrderId>,
}

/// How an order names its price. Combinations that make no sense can't be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderPrice {
    /// The best there is, now.
    Market,
    /// This price or better.
    Limit {
        /// In the quote currency.
        price: Decimal,
        /// How long it may wait for it.
        time_in_force: TimeInForce,
    },
    /// This price, and only as one who waits: cancelled by the venue if it would trade at once.
    PostOnly {
        /// In the quote currency.
        price: Decimal,
        /// How long it may wait for it.
        time_in_force: TimeInForce,
    },
}

impl NewOrder {
    /// Trades at this price or better; waits in the book until cancelled.
    pub fn limit(symbol: Symbol, side: Side, size: Size, price: Decimal) -> Self {
        let price = OrderPrice::Limit { price, time_in_force: TimeInForce::Gtc };
        Self { symbol, side, size, price, reduce_only: false, client_id: None }
    }

    /// Trades at the best prices there are, now. What finds no counterparty is cancelled.
    pub fn market(symbol: Symbol, side: Side, size: Size) -> Self {
        Self { symbol, side, size, price: OrderPrice::Market, reduce_only: false, client_id: None }
    }

    /// Only adds liquidity: a limit order that would trade at once is cancelled instead. No effect on market orders.
    #[must_use]
    pub fn post_only(mut self) -> Self {
        if let OrderPrice::Limit { price, time_in_force } = self.price {
            self.price = OrderPrice::PostOnly { price, time_in_force };
        }
        self
    }

    /// How long a limit order may wait. No effect on market orders.
    #[must_use]
    pub fn time_in_force(mut self, tif: TimeInForce) -> Self {
        match &mut self.price {
            OrderPrice::Market => {}
            OrderPrice::Limit { time_in_force, .. } | OrderPrice::PostOnly { time_in_force, .. } => {
                *time_in_force = tif;
            }
        }
        self
    }

    /// Only makes a position smaller, never turns it around.
    #[must_use]
    pub fn reduce_only(mut self) -> Self {
        self.reduce_only = true;
        self
    }

    /// An id of one's own choice; without it one is made.
    #[must_use]
    pub fn client_id(mut self, id: ClientOrderId) -> Self {
        self.client_id = Some(id);
        self
    }

    /// The market.
    pub fn symbol(&self) -> Symbol {
        self.symbol
    }

    /// Buy or sell.
    pub fn side(&self) -> Side {
        self.side
    }

    /// How its price is named.
    pub fn price(&self) -> OrderPrice {
        self.price
    }

    /// The limit price, if it has one.
    pub fn limit_price(&self) -> Option<Decimal> {
        match self.price {
            OrderPrice::Market => None,
            OrderPrice::Limit { price, .. } | OrderPrice::PostOnly { price, .. } => Some(price),
        }
    }

    /// Whether the size can only be converted at a price.
    pub(crate) fn needs_reference(&self) -> bool {
        let trades_elsewhere = self.price == OrderPrice::Market || self.side == Side::Sell;
        trades_elsewhere && matches!(self.size, Size::Quote { .. })
    }

    /// The price it is valued at: the dearest it can be expected to trade at. A sell limit far below the market trades
    /// at the market.
    fn valuation(&self, reference: Option<Decimal>) -> Option<Decimal> {
        match self.side {
            Side::Buy => self.limit_price().or(reference),
            Side::Sell => self.limit_price().max(reference),
        }
    }

    /// Checks it against the market's specification. `reference` is the best price of the other side, at which a market
    /// order or a sell limit below it is expected to trade: quote amounts are converted at it, and it values the order.
    pub fn check(
        &self,
        instrument: &Instrument,
        reference: Option<Decimal>,
        client_id: ClientOrderId,
    ) -> Result<CheckedOrder, Error> {
        if let Some(price) = self.limit_price() {
            instrument.grid.ticks(price)?;
        }
        let valuation = self.valuation(reference);
        let contracts = self.contracts(instrument, self.limit_price().or(reference), valuation)?;
        Ok(CheckedOrder {
            create: self.create(contracts, client_id),
            base: instrument.grid.base(contracts),
            base_currency: instrument.base.clone(),
            quote_currency: instrument.quote.clone(),
            notional: valuation.and_then(|price| instrument.grid.notional(price, contracts)),
        })
    }

    fn contracts(
        &self,
        instrument: &Instrument,
        price: Option<Decimal>,
        valuation: Option<Decimal>,
    ) -> Result<i64, SizeError> {
        match (&self.size, price, valuation) {
            (Size::Quote { .. }, Some(price), Some(valuation)) => {
                let contracts = instrument.contracts(&self.size, valuation)?;
                instrument.check_notional(contracts, price)?;
                Ok(contracts)
            }
            (size, Some(price), _) => instrument.contracts(size, price),
            // Without a price only the bounds can be checked; the venue checks the rest.
            (Size::Contracts(contracts), None, _) => instrument.check_bounds(*contracts).map(|()| *contracts),
            (size, None, _) => {
                let unbounded = Instrument { min_notional: Decimal::NEGATIVE_ONE, ..instrument.clone() };
                unbounded.contracts(size, Decimal::ONE)
            }
        }
    }

    fn create(&self, contracts: i64, client_id: ClientOrderId) -> CreateOrder {
        let (order_type, price, time_in_force, post_only) = match self.price {
            // The venue's own examples send GTC with market orders.
            OrderPrice::Market => (OrderType::Market, None, TimeInForce::Gtc, false),
            OrderPrice::Limit { price, time_in_force } => {
                (OrderType::Limit, Some(price), time_in_force, false)
            }
            OrderPrice::PostOnly { price, time_in_force } => {
                (OrderType::Limit, Some(price), time_in_force, true)
            }
        };
        CreateOrder {
            price,
            time_in_force,
            post_only,
            reduce_only: self.reduce_only,
            ..CreateOrder::new(self.symbol, self.side, order_type.into(), contracts, client_id)
        }
    }
}

/// An order that fits its market, ready to be sent once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedOrder {
    /// What is sent.
    pub create: CreateOrder,
    /// Its size in the base currency.
    pub base: Decimal,
    /// The base currency.
    pub base_currency: String,
    /// The quote currency.
    pub quote_currency: String,
    /// What it is worth in the quote currency: a buy at its limit; a market order, or a sell limit below the market, at
    /// the reference price, if that is known.
    pub notional: Option<Decimal>,
}
