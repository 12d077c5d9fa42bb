//! Somebody who places, amends and cancels orders in one market, whatever fails.

use std::time::Duration;

use lmex::futures::{Amendment, CancelTarget, OrderRef};
use lmex::{
    Client, ClientOrderId, Decimal, Error, NewOrder, OrderOutcome, OrderTracker, Side, Size, Symbol,
    TimeInForce, TrackedOrder, new_client_id,
};

use crate::audit::Told;
use crate::dice::Dice;

/// Who notes what becomes of orders.
pub(crate) trait Notes {
    /// It is about to be placed.
    fn attempted(&mut self, id: ClientOrderId);
    /// What was said of it.
    fn told(&mut self, id: ClientOrderId, told: Told);
}

/// So many of its orders may wait at once.
const MOST_OPEN: usize = 12;
/// What can't be sent now is tried again after this.
const PAUSE: Duration = Duration::from_millis(10);
/// So often, before an order is given up unsent.
const TRIES: usize = 400;

pub(crate) struct Trader<'a> {
    pub(crate) client: &'a Client,
    pub(crate) tracker: &'a OrderTracker,
    pub(crate) symbol: Symbol,
    pub(crate) dice: Dice,
}

impl Trader<'_> {
    /// Places so many orders.
    pub(crate) async fn trade(&mut self, orders: usize, notes: &mut impl Notes) {
        let price = self.price().await;
        for _ in 0..orders {
            let id = new_client_id(self.client.clock().wall());
            let order = self.order(price, id);
            notes.attempted(id);
            let told = self.place(&order).await;
            notes.told(id, told);
            self.tidy(price).await;
        }
    }

    /// Sends it, and tries again as long as it has not left.
    async fn place(&self, order: &NewOrder) -> Told {
        for _ in 0..TRIES {
            match self.client.place(order).await {
                Ok(OrderOutcome::Done(_)) => return Told::Placed,
                Ok(OrderOutcome::Refused(_)) => return Told::Refused,
                Ok(OrderOutcome::Unknown(_)) => return Told::Unknown,
                Err(error) => {
                    assert!(!error.was_sent(), "an error means that it has not left: {error}");
                    // News may be that the way is free.
                    let _ = tokio::time::timeout(PAUSE, self.tracker.next()).await;
                }
            }
        }
        Told::NeverSent
    }

    fn order(&mut self, price: Decimal, id: ClientOrderId) -> NewOrder {
        let side = if self.dice.percent(50) { Side::Buy } else { Side::Sell };
        let size = Size::quote((10 + self.dice.below(40)).into());
        // In thousandths below a buyer's, above a seller's: most wait, some trade.
        let away = i64::try_from(self.dice.below(40)).unwrap() - 4;
        let price = self.away(price, side, away);
        let order = match self.dice.below(10) {
            0 | 1 => NewOrder::market(self.symbol, side, size),
            2 => NewOrder::limit(self.symbol, side, size, price).time_in_force(TimeInForce::Ioc),
            3 => NewOrder::limit(self.symbol, side, size, price).time_in_force(TimeInForce::Fok),
            4 => NewOrder::limit(self.symbol, side, size, price).post_only(),
            _ => NewOrder::limit(self.symbol, side, size, price),
        };
        order.client_id(id)
    }

    fn away(&self, price: Decimal, side: Side, thousandths: i64) -> Decimal {
        let by = price * Decimal::new(thousandths, 3);
        let price = if side == Side::Buy { price - by } else { price + by };
        let digits = if price > 1_000.into() { 0 } else { 2 };
        price.round_dp(digits)
    }

    /// Cancels and amends some of the orders that wait. That it fails is part of it: what became of it shows at the end.
    async fn tidy(&mut self, price: Decimal) {
        let of_ours = |order: &TrackedOrder| order.symbol == self.symbol && order.order_id.is_some();
        let open: Vec<_> = self.tracker.open_orders().into_iter().filter(of_ours).collect();
        if open.is_empty() {
            return;
        }
        let chosen = &open[usize::try_from(self.dice.below(open.len() as u64)).unwrap()];
        let Some(Ok(order_id)) = chosen.order_id.as_deref().map(str::parse) else { return };
        if open.len() > MOST_OPEN || self.dice.percent(30) {
            let target = match chosen.client_id.filter(|_| self.dice.percent(50)) {
                Some(id) => CancelTarget::Client(id),
                None => CancelTarget::Order(order_id),
            };
            drop(self.client.cancel(self.symbol, target).await);
        } else if self.dice.percent(20) {
            let away = i64::try_from(20 + self.dice.below(20)).unwrap();
            let price = self.away(price, chosen.side.unwrap_or(Side::Buy), away);
            drop(self.client.amend(self.symbol, OrderRef::Id(order_id), Amendment::Price(price)).await);
        }
    }

    async fn price(&self) -> Decimal {
        loop {
            match self.client.price(self.symbol).await {
                Ok(price) => return price.last_price,
                Err(Error::Api(error)) if error.is_definite() => panic!("{}: {error}", self.symbol),
                Err(_) => tokio::task::yield_now().await,
            }
        }
    }
}
