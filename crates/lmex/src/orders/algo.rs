//! Algo orders: their price follows the index.

use lmex_api::futures::{CreateAlgoOrder, PositionMode};
use lmex_types::{ClientOrderId, Decimal, Instrument, Side, Size, Symbol};

use super::client_id::new_client_id;
use super::condition::OrderError;
use super::outcome::OrderOutcome;
use crate::client::Client;
use crate::error::Error;

/// How far the price of an algo order may be from the index, in percent of it (LMEX's document).
const MOST_DEVIATION: i64 = 10;

/// An order whose price follows the index at a distance. It can't be amended.
///
/// ```
/// use lmex::{NewAlgoOrder, Side, Size};
/// // At most 61,000, half a percent below the index; everyone sees a tenth of it.
/// let order = NewAlgoOrder::new("BTC-PERP".parse()?, Side::Buy, Size::Contracts(100), "61000".parse()?)
///     .deviation("-0.5".parse()?)
///     .stealth("10".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAlgoOrder {
    symbol: Symbol,
    side: Side,
    size: Size,
    worst_price: Decimal,
    deviation: Option<Decimal>,
    stealth: Option<Decimal>,
    mode: Option<PositionMode>,
    client_id: Option<ClientOrderId>,
}

impl NewAlgoOrder {
    /// Follows the index, but never buys dearer or sells cheaper than `worst_price`.
    pub fn new(symbol: Symbol, side: Side, size: Size, worst_price: Decimal) -> Self {
        let (deviation, stealth, mode, client_id) = (None, None, None, None);
        Self { symbol, side, size, worst_price, deviation, stealth, mode, client_id }
    }

    /// How far its price stays from the index, in percent of the index: -10 to 10, negative is below.
    #[must_use]
    pub fn deviation(mut self, percent: Decimal) -> Self {
        self.deviation = Some(percent);
        self
    }

    /// How much of it everyone sees in the book, in percent.
    #[must_use]
    pub fn stealth(mut self, percent: Decimal) -> Self {
        self.stealth = Some(percent);
        self
    }

    /// The position mode that the market is in: one-way if nothing is said.
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

    fn check(&self, instrument: &Instrument, cl_order_id: ClientOrderId) -> Result<CreateAlgoOrder, Error> {
        instrument.grid.ticks(self.worst_price)?;
        if let Some(percent) = self.deviation.filter(|percent| percent.abs() > Decimal::from(MOST_DEVIATION))
        {
            return Err(OrderError::Deviation(percent).into());
        }
        let is_part = |percent: &Decimal| *percent >= Decimal::ZERO && *percent <= Decimal::ONE_HUNDRED;
        if let Some(percent) = self.stealth.filter(|percent| !is_part(percent)) {
            return Err(OrderError::Stealth(percent).into());
        }
        Ok(CreateAlgoOrder {
            symbol: self.symbol,
            price: self.worst_price,
            size: instrument.contracts(&self.size, self.worst_price)?,
            side: self.side,
            cl_order_id,
            deviation: self.deviation,
            stealth: self.stealth,
            position_mode: self.mode,
        })
    }
}

impl Client {
    /// Checks an algo order against its market and places it: exactly once, as [`place_checked`](Self::place_checked)
    /// does.
    pub async fn place_algo(&self, order: &NewAlgoOrder) -> Result<OrderOutcome, Error> {
        let instrument = self.instrument(order.symbol).await.map_err(Error::before_sending)?;
        let client_id = order.client_id.unwrap_or_else(|| new_client_id(self.clock().wall()));
        let create = order.check(&instrument, client_id)?;
        self.place_once(&create, order.symbol, client_id).await
    }
}
