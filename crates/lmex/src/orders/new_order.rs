//! An order as a trader thinks of it, and as the venue takes it.

use lmex_api::futures::{CreateOrder, OrderForm, PositionMode, TriggerSource, TxType};
use lmex_types::{ClientOrderId, Decimal, Instrument, Side, Size, SizeError, Symbol, TimeInForce};

use super::condition::{Exits, Trigger};
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
    pub(crate) trigger: Option<Trigger>,
    pub(crate) trigger_source: Option<TriggerSource>,
    pub(crate) exits: Exits,
    pub(crate) reduce_only: bool,
    pub(crate) mode: Option<PositionMode>,
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
    /// A limit order and a stop order; what happens to one ends the other (OCO).
    Pair {
        /// Of the limit order, in the quote currency.
        price: Decimal,
        /// What fires the stop order.
        trigger_price: Decimal,
        /// What the stop order trades at, or better.
        stop_price: Decimal,
    },
}

impl NewOrder {
    /// Trades at this price or better; waits in the book until cancelled.
    pub fn limit(symbol: Symbol, side: Side, size: Size, price: Decimal) -> Self {
        Self::at(symbol, side, size, OrderPrice::Limit { price, time_in_force: TimeInForce::Gtc })
    }

    /// Trades at the best prices there are, now. What finds no counterparty is cancelled.
    pub fn market(symbol: Symbol, side: Side, size: Size) -> Self {
        Self::at(symbol, side, size, OrderPrice::Market)
    }

    /// A limit order at `price`, and a stop order at `stop_price` that becomes live at `trigger_price`; what happens to
    /// one ends the other (OCO). Of a buy the limit price is below the trigger price, of a sell above it.
    ///
    /// LMEX's document names both prices of the stop order without saying which is which; this is the usual reading.
    pub fn pair(
        symbol: Symbol,
        side: Side,
        size: Size,
        price: Decimal,
        (trigger_price, stop_price): (Decimal, Decimal),
    ) -> Self {
        Self::at(symbol, side, size, OrderPrice::Pair { price, trigger_price, stop_price })
    }

    fn at(symbol: Symbol, side: Side, size: Size, price: OrderPrice) -> Self {
        Self {
            symbol,
            side,
            size,
            price,
            trigger: None,
            trigger_source: None,
            exits: Exits::default(),
            reduce_only: false,
            mode: None,
            client_id: None,
        }
    }

    /// Only adds liquidity: a limit order that would trade at once is cancelled instead. No effect on market orders and
    /// pairs.
    #[must_use]
    pub fn post_only(mut self) -> Self {
        if let OrderPrice::Limit { price, time_in_force } = self.price {
            self.price = OrderPrice::PostOnly { price, time_in_force };
        }
        self
    }

    /// How long a limit order may wait. No effect on market orders and pairs.
    #[must_use]
    pub fn time_in_force(mut self, tif: TimeInForce) -> Self {
        match &mut self.price {
            OrderPrice::Market | OrderPrice::Pair { .. } => {}
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

    /// The position mode that the market is in: one-way if nothing is said. In hedge mode a buy with
    /// [`reduce_only`](Self::reduce_only) makes the short position smaller, a sell the long one.
    #[must_use]
    pub fn position_mode(mut self, mode: PositionMode) -> Self {
        self.mode = Some(mode);
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
            OrderPrice::Limit { price, .. }
            | OrderPrice::PostOnly { price, .. }
            | OrderPrice::Pair { price, .. } => Some(price),
        }
    }

    /// What it waits for, if anything.
    pub fn trigger(&self) -> Option<Trigger> {
        self.trigger
    }

    /// What closes the position that it opens.
    pub fn exits(&self) -> Exits {
        self.exits
    }

    /// Where it is expected to trade, as far as it says so itself.
    pub(super) fn entry(&self) -> Option<Decimal> {
        self.limit_price().or(self.trigger.and_then(Trigger::price))
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
            Side::Buy => self.dearest().or(reference),
            Side::Sell => self.entry().max(reference),
        }
    }

    /// The dearest price that a buy says itself: a pair buys at its stop price too.
    fn dearest(&self) -> Option<Decimal> {
        match self.price {
            OrderPrice::Pair { price, stop_price, .. } => Some(price.max(stop_price)),
            _ => self.entry(),
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
        self.check_conditions(&instrument.grid, reference)?;
        let valuation = self.valuation(reference);
        let contracts = self.contracts(instrument, self.entry().or(reference), valuation)?;
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
        let (order_type, time_in_force, post_only) = match self.price {
            // The venue's own examples send GTC with market orders.
            OrderPrice::Market => (OrderForm::Market, TimeInForce::Gtc, false),
            OrderPrice::Limit { time_in_force, .. } => (OrderForm::Limit, time_in_force, false),
            OrderPrice::PostOnly { time_in_force, .. } => (OrderForm::Limit, time_in_force, true),
            OrderPrice::Pair { .. } => (OrderForm::Oco, TimeInForce::Gtc, false),
        };
        let plain = CreateOrder::new(self.symbol, self.side, order_type, contracts, client_id);
        let mut create = CreateOrder {
            price: self.limit_price(),
            time_in_force,
            post_only,
            reduce_only: self.reduce_only,
            position_mode: self.mode,
            take_profit_price: self.exits.take_profit,
            take_profit_trigger: self.exits.take_profit.and(self.exits.source),
            stop_loss_price: self.exits.stop_loss,
            stop_loss_trigger: self.exits.stop_loss.and(self.exits.source),
            ..plain
        };
        if let OrderPrice::Pair { trigger_price, stop_price, .. } = self.price {
            (create.trigger_price, create.stop_price) = (Some(trigger_price), Some(stop_price));
            create.trigger = self.trigger_source;
        }
        if let Some(trigger) = self.trigger {
            create.trigger = self.trigger_source;
            create.trigger_price = trigger.price();
            create.tx_type = Some(match trigger {
                Trigger::Stop { .. } | Trigger::Trail { .. } => TxType::Stop,
                Trigger::Touch { .. } => TxType::Trigger,
            });
            if let Trigger::Trail { distance } = trigger {
                create.trail_value = Some(distance);
            }
        }
        create
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
