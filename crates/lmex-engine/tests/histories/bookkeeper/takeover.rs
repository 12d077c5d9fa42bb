//! What is closed of whom, and at which value others take it over, reckoned a second time.

use lmex_engine::{AccountId, Deleveraged, Engine, Event, Fill, LegId, MarginMode, MarketId};
use lmex_types::Side;

use super::queue::First;
use super::{Bookkeeper, ONE, Priced, Scope, is_of_venue, part_up};

/// The last order of the venue.
#[derive(Debug)]
pub(super) struct Closing {
    market: MarketId,
    side: Side,
    /// Value of a contract.
    bankruptcy: i128,
    /// Who takes over what the book could not.
    first: First,
}

impl Bookkeeper {
    /// `engine` has gone past this event and no further.
    pub(super) fn hear_liquidation(&mut self, event: &Event, engine: &Engine) {
        match *event {
            Event::LiquidationOrder { account, market, leg, side, contracts, limit, bankruptcy, .. } => {
                let place = (account, market, leg);
                assert_eq!(contracts, self.to_close(place, engine), "{event:?}");
                self.has_largest_loss(place, engine);
                let bankruptcy = bankruptcy.units();
                assert_eq!(bankruptcy, self.taken_over_at(place, limit, engine), "{event:?}");
                self.closing = Some(Closing { market, side, bankruptcy, first: First::default() });
            }
            Event::LiquidationOrderEnded { .. } => self.look_for_first(engine),
            Event::Deleveraged(ref trade) => {
                assert_eq!(i128::from(trade.price), self.price(trade), "price of {trade:?}");
                if let Some(closing) = self.closing.as_ref().filter(|_| !trade.is_offset()) {
                    closing.first.check(trade);
                }
            }
            _ => {}
        }
    }

    /// Who must be the next to take over, as things stand.
    pub(super) fn look_for_first(&mut self, engine: &Engine) {
        let Some(Closing { market, side, bankruptcy, .. }) = self.closing else { return };
        let price = self.rounded(market, side, bankruptcy);
        let first = self.first(market, side.opposite(), price, engine);
        self.closing = Some(Closing { market, side, bankruptcy, first });
    }

    /// Of who is liquidated fees take no more than what would be left if the rest were closed at the bankruptcy value: first
    /// the venue's, then the fund's. `engine` has not gone past the fill yet.
    pub(super) fn takes_what_is_left(&self, fill: &Fill, engine: &Engine) {
        let party = &fill.taker;
        let Some(closing) = self.closing.as_ref().filter(|_| is_of_venue(party)) else { return };
        let priced = &self.markets[&fill.market];
        let (contracts, _) = self.positions[&(party.account, fill.market, party.leg)];
        let scope = self.scope(party.account, fill.market, party.leg, engine);
        let equity = self.covers(party.account, engine)[&scope].equity;
        let at_bankruptcy = (closing.bankruptcy - priced.mark_value) * i128::from(contracts);
        let value = priced.tick_value * i128::from(fill.price);
        let traded = i128::from(contracts.signum() * fill.contracts);
        let left = (equity + at_bankruptcy + (value - closing.bankruptcy) * traded).max(0);
        let notional = value * i128::from(fill.contracts);
        let fee = part_up(notional, self.fees[&party.account][1]).min(left);
        let rate = engine.market(fill.market).unwrap().rules().liquidation_fee.parts();
        let to_fund = part_up(notional, rate.into()).min(left - fee.max(0));
        assert_eq!((party.fee.units(), party.liquidation_fee.units()), (fee, to_fund), "{fill:?}");
    }

    /// In the first tier all; above it what brings the rest within the tier below, up to a step.
    fn to_close(&self, place: (AccountId, MarketId, LegId), engine: &Engine) -> i64 {
        let (account, market, leg) = place;
        let (all, view) = (self.positions[&place].0.abs(), engine.market(market).unwrap());
        let tiers = &view.rules().tiers;
        let level = engine.leg(account, market, leg).unwrap().level.clamp(1, tiers.count());
        if level == 1 {
            return all;
        }
        let stays = tiers.tier(level - 1).limit.units() / self.markets[&market].mark_value;
        let (step, excess) = (i128::from(view.instrument().step_contracts), i128::from(all) - stays);
        assert!(excess > 0, "{place:?} is within the tier below");
        let whole_steps = (excess + step - 1) / step * step;
        i64::try_from(whole_steps.min(i128::from(all))).unwrap()
    }

    /// Of all cross positions that can be closed; the legs of a hedge have closed each other before.
    fn has_largest_loss(&self, place: (AccountId, MarketId, LegId), engine: &Engine) {
        let (account, market, leg) = place;
        if self.scope(account, market, leg, engine).is_some() {
            return;
        }
        let profit = |market: MarketId, (contracts, cost): (i64, i128)| {
            self.markets[&market].mark_value * i128::from(contracts) - cost
        };
        let own = (profit(market, self.positions[&place]), market, leg);
        for (&(other, market, leg), &held) in &self.positions {
            let is_same = other == account && self.scope(account, market, leg, engine).is_none();
            if is_same && engine.market(market).unwrap().is_open() {
                let found = (profit(market, held), market, leg);
                assert!(found >= own, "{found:?} lost more than {own:?}");
                let is_hedged =
                    leg == LegId::LONG && self.positions.contains_key(&(account, market, LegId::SHORT));
                let both = is_hedged && self.scope(account, market, LegId::SHORT, engine).is_none();
                assert!(!both, "the legs of {account} in {market} close each other");
            }
        }
    }

    /// The bankruptcy value within its bounds: no worse than the band while there is money, no more of a debt than the
    /// own loss while another position is open.
    fn taken_over_at(&self, place: (AccountId, MarketId, LegId), limit: i64, engine: &Engine) -> i128 {
        let (account, market, leg) = place;
        let (contracts, cost) = self.positions[&place];
        let priced = &self.markets[&market];
        let cover = &self.covers(account, engine)[&self.scope(account, market, leg, engine)];
        let mut money = cover.equity;
        if money < 0 {
            money = (money + engine.insurance_fund().units().max(0)).min(0);
            if cover.open_positions > 1 {
                money = money.max((priced.mark_value * i128::from(contracts) - cost).min(0));
            }
        }
        let each = money.div_euclid(i128::from(contracts.abs()));
        let value = priced.mark_value - i128::from(contracts.signum()) * each;
        let band = priced.tick_value * i128::from(limit);
        if contracts > 0 { value.max(band) } else { value.min(band) }
    }

    /// That of the last one's bankruptcy value, or for two legs of one account of the mark.
    fn price(&self, trade: &Deleveraged) -> i128 {
        let mark = self.markets[&trade.market].mark_value;
        let closing = self.closing.as_ref().filter(|_| !trade.is_offset());
        i128::from(self.rounded(trade.market, trade.side, closing.map_or(mark, |closing| closing.bankruptcy)))
    }

    /// To a tick in favour of the one that is liquidated.
    fn rounded(&self, market: MarketId, side: Side, value: i128) -> i64 {
        let &Priced { tick_value, highest, .. } = &self.markets[&market];
        let up = i128::from(side == Side::Sell && value.rem_euclid(tick_value) != 0);
        i64::try_from((value.div_euclid(tick_value) + up).clamp(1, highest)).unwrap()
    }

    fn scope(&self, account: AccountId, market: MarketId, leg: LegId, engine: &Engine) -> Scope {
        let view = engine.leg(account, market, leg).unwrap();
        (view.margin == MarginMode::Isolated).then_some((market, leg))
    }
}

impl Priced {
    /// The highest price there is: the largest order is worth 1e12 then.
    pub(super) fn highest_price(tick_value: i128, max_contracts: i64) -> i128 {
        (ONE * ONE / tick_value / i128::from(max_contracts)).min(i64::MAX.into())
    }
}
