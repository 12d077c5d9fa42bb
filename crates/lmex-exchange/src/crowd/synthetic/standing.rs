//! Where a market stands: what a crowd needs to go on from there.

use lmex_engine::MarketView;
use lmex_types::{Decimal, Side, TimeMs};

use super::fair::{FairPrice, SUBTICKS};
use crate::crowd::Listing;

/// A market in which a crowd was before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The market, with the price that it was listed at.
    pub listing: Listing,
    /// The price of the last trade, in ticks: it goes on from there if the crowd has no book.
    pub last: i64,
    /// How far the market is above the index, in parts per 1e9.
    pub premium_ppb: i64,
    /// When funding is paid next; a moment in the past when it was never said.
    pub next_funding: TimeMs,
    /// The crowd's levels, best first: price in ticks and contracts.
    pub bids: Vec<(i64, i64)>,
    /// The crowd's asks, likewise.
    pub asks: Vec<(i64, i64)>,
}

impl Standing {
    /// As the engine has it. What users have in the book is not the crowd's.
    pub fn of(listing: &Listing, market: &MarketView<'_>) -> Self {
        let levels = |side: Side| -> Vec<(i64, i64)> {
            let crowd = market.depth(side).map(|(price, _)| (price, market.crowd(side, price)));
            crowd.filter(|(_, contracts)| *contracts > 0).collect()
        };
        let stood = Self {
            listing: listing.clone(),
            last: market.last(),
            premium_ppb: 0,
            next_funding: market.next_funding(),
            bids: levels(Side::Buy),
            asks: levels(Side::Sell),
        };
        let price = listing.instrument.grid.tick().checked_mul(Decimal::from(stood.subticks()));
        let price = price.and_then(|price| price.checked_div(SUBTICKS.into()));
        let premium_ppb = price.map_or(0, |price| premium_ppb(price, market.index()));
        Self { premium_ppb, ..stood }
    }

    /// Whether there is a book to go on with.
    pub(super) fn is_two_sided(&self) -> bool {
        self.middle().is_some()
    }

    /// What a crowd finds usual here: the market as it was listed; far from the listed price, as a tape may leave it,
    /// as though it were listed where it stands.
    pub(super) fn usual(&self) -> Listing {
        let stands = self.subticks();
        if FairPrice::new(self.listing.price).reaches(stands) {
            return self.listing.clone();
        }
        Listing { price: (stands / SUBTICKS).max(1), ..self.listing.clone() }
    }

    /// The price to go on from.
    pub(super) fn subticks(&self) -> i64 {
        self.middle().unwrap_or(self.last.saturating_mul(SUBTICKS))
    }

    fn middle(&self) -> Option<i64> {
        let (bid, ask) = (self.bids.first()?.0, self.asks.first()?.0);
        let middle = bid.saturating_add(ask).saturating_mul(SUBTICKS / 2);
        (bid < ask).then_some(middle)
    }
}

fn premium_ppb(price: Decimal, index: Decimal) -> i64 {
    let part = price.checked_sub(index).and_then(|above| above.checked_div(index)).unwrap_or_default();
    let ppb = part.clamp(Decimal::NEGATIVE_ONE, Decimal::ONE).checked_mul(Decimal::from(1_000_000_000));
    ppb.and_then(|ppb| i64::try_from(ppb.trunc()).ok()).unwrap_or(0)
}
