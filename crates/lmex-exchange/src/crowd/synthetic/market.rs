//! One simulated market: news, trades that follow it, quotes that follow both.

use lmex_engine::{Command, CrowdLevel, MarketId};
use lmex_types::{Decimal, Grid, Side, TimeMs};

use super::fair::{FairPrice, SUBTICKS, Shock, root_of_seconds};
use super::funding::funding_rate;
use super::profile::{Profile, contracts_of};
use super::side::BookSide;
use crate::crowd::{Chance, FUNDING_PERIOD_MS, Listing};

/// In how many strides a leap moves the price.
pub(super) const LEAP_STRIDES: usize = 16;
/// Time between two messages of index and mark price, and between two snapshots.
const PRICES_MS: i64 = 1_000;
/// How long excitement lasts.
const HEAT_MS: i64 = 4_000;
/// The liveliness of an average moment.
const CALM: i64 = 1_000;

#[derive(Debug)]
pub(super) struct SyntheticMarket {
    market: MarketId,
    grid: Grid,
    profile: Profile,
    chance: Chance,
    fair: FairPrice,
    bids: BookSide,
    asks: BookSide,
    /// Contracts of the median trade.
    usual_trade: i64,
    /// How lively it is, 1000 at average times: news and trades feed it, and both become more frequent by it.
    heat: i64,
    /// What liveliness falls back to: it wanders between quiet and busy in minutes.
    mood: i64,
    /// Whether buyers (+1000) or sellers (-1000) press.
    flow: i64,
    /// What moved all coins since the last news, in thousandths of the deviation of one second.
    common: i64,
    since_news_ms: i64,
    since_update_ms: i64,
    /// How far the index is below the fair price, in parts per 1e6.
    basis_ppm: i64,
    prices_at: TimeMs,
    /// The next depth message states the whole book, so that what users took deep in it comes back too.
    whole_is_due: bool,
    funding_at: TimeMs,
}

impl SyntheticMarket {
    pub(super) fn new(seed: u64, start: TimeMs, listing: &Listing) -> Self {
        let Listing { market, ref instrument, price } = *listing;
        let profile = Profile::of(instrument);
        let usual_touch = contracts_of(instrument, price, profile.touch_notional);
        Self {
            market,
            grid: instrument.grid,
            profile,
            chance: Chance::new(seed, 1 + u64::from(market.0)),
            fair: FairPrice::new(price),
            bids: BookSide::new(Side::Buy, price, usual_touch),
            asks: BookSide::new(Side::Sell, price, usual_touch),
            usual_trade: contracts_of(instrument, price, profile.trade_notional),
            heat: CALM,
            mood: CALM,
            flow: 0,
            common: 0,
            since_news_ms: 0,
            since_update_ms: 0,
            basis_ppm: 50,
            prices_at: start,
            whole_is_due: true,
            funding_at: start,
        }
    }

    /// A beat: in three of four something happens here. `common` is what moves all coins, in thousandths of its
    /// standard deviation.
    pub(super) fn beat(&mut self, at: TimeMs, elapsed_ms: i64, common: i64, out: &mut Vec<Command>) {
        self.common += common * root_of_seconds(elapsed_ms) / 1_000_000;
        self.since_news_ms += elapsed_ms;
        self.since_update_ms += elapsed_ms;
        if self.chance.happens(750) {
            self.update(out);
        }
        self.keep_appointments(at, out);
    }

    /// Takes the market over a long time at once, and shows the book it arrives at.
    pub(super) fn leap(
        &mut self,
        at: TimeMs,
        elapsed_ms: i64,
        common: &[i64; LEAP_STRIDES],
        out: &mut Vec<Command>,
    ) {
        let stride_ms = elapsed_ms / LEAP_STRIDES as i64;
        for common in common.iter().filter(|_| stride_ms > 0) {
            self.common += common * root_of_seconds(stride_ms) / 1_000_000;
            self.since_news_ms += stride_ms;
            self.move_price();
        }
        (self.heat, self.flow, self.since_update_ms) = (self.mood, 0, 0);
        let (bid, ask) = self.quotes();
        self.bids.rebuild(bid, &mut self.chance);
        self.asks.rebuild(ask, &mut self.chance);
        self.whole_is_due = true;
        self.show(out);
        self.keep_appointments(at, out);
    }

    fn update(&mut self, out: &mut Vec<Command>) {
        let elapsed_ms = std::mem::take(&mut self.since_update_ms);
        self.heat -= (self.heat - self.mood) * elapsed_ms.min(HEAT_MS) / HEAT_MS;
        self.flow = self.flow * 97 / 100;
        let news = self.chance.happens((60 + self.heat / 8).min(600));
        if news {
            self.move_price();
        }
        let traded = self.trade(elapsed_ms, out);
        if news || (traded && self.chance.happens(600)) {
            let (bid, ask) = self.quotes();
            self.bids.move_touch(bid, &mut self.chance);
            self.asks.move_touch(ask, &mut self.chance);
        }
        self.bids.breathe(&mut self.chance);
        self.asks.breathe(&mut self.chance);
        self.show(out);
    }

    fn move_price(&mut self) {
        let elapsed_ms = std::mem::take(&mut self.since_news_ms);
        let own = self.chance.normal() * root_of_seconds(elapsed_ms) / 1_000_000;
        let common = std::mem::take(&mut self.common);
        let quiet = (common * self.profile.common_permille + own * self.profile.own_permille) / 1_000;
        let size = quiet * (CALM + self.heat) / (2 * CALM);
        let volatility_ppb = self.profile.volatility_ppb;
        self.fair.advance(Shock { elapsed_ms, volatility_ppb, size }, &mut self.chance);
        let surprise = (quiet.abs() - 700).max(0);
        self.heat = (self.heat + surprise).min(8 * CALM);
        self.flow = (self.flow + size / 2).clamp(-1_000, 1_000);
    }

    /// Market orders arrive, up to three; whether there was one.
    fn trade(&mut self, elapsed_ms: i64, out: &mut Vec<Command>) -> bool {
        let mut traded = false;
        for _ in 0..3 {
            let permille = self.profile.calm_trades_permille * self.heat / CALM * elapsed_ms / 1_000;
            if !self.chance.happens(permille.min(700)) {
                break;
            }
            traded = true;
            self.market_order(out);
        }
        traded
    }

    fn market_order(&mut self, out: &mut Vec<Command>) {
        let buys = self.chance.happens(500 + self.flow * 4 / 10);
        let aggressor = if buys { Side::Buy } else { Side::Sell };
        let book = if buys { &mut self.asks } else { &mut self.bids };
        let mut left = self.chance.heavy(self.usual_trade);
        for _ in 0..4 {
            let Some((price, there)) = book.best().filter(|_| left > 0) else { break };
            let contracts = left.min(there);
            book.take(contracts);
            left -= contracts;
            out.push(Command::CrowdTrade { market: self.market, aggressor, price, contracts });
        }
        self.fair.nudge(aggressor.sign() * SUBTICKS / 8);
        self.heat = (self.heat + CALM / 20).min(8 * CALM);
        self.flow = (self.flow + aggressor.sign() * 40).clamp(-1_000, 1_000);
    }

    /// Where the crowd quotes: the fair price less and plus a half spread that grows with excitement.
    fn quotes(&mut self) -> (i64, i64) {
        let fair = self.fair.subticks();
        let second = i128::from(fair) * i128::from(self.profile.volatility_ppb) / 1_000_000_000;
        let second = i64::try_from(second).unwrap_or(0).min(fair / 100);
        let half = second * self.heat / CALM / 400 + self.chance.below(SUBTICKS / 2);
        let bid = (fair - half).div_euclid(SUBTICKS).max(1);
        let ask = (fair + half).div_euclid(SUBTICKS) + 1;
        (bid, ask.max(bid + 1))
    }

    fn show(&mut self, out: &mut Vec<Command>) {
        let snapshot = std::mem::take(&mut self.whole_is_due);
        let mut levels: Vec<CrowdLevel> = Vec::new();
        for side in [&mut self.bids, &mut self.asks] {
            if snapshot { side.snapshot(&mut levels) } else { side.drain(&mut levels) }
        }
        out.push(Command::CrowdDepth { market: self.market, levels, snapshot });
    }

    fn keep_appointments(&mut self, at: TimeMs, out: &mut Vec<Command>) {
        let market = self.market;
        if at >= self.prices_at {
            self.prices_at = at.plus_ms(PRICES_MS);
            self.whole_is_due = true;
            let drawn = self.mood + (CALM - self.mood) / 200 + self.chance.normal() * 80 / 1_000;
            self.mood = drawn.clamp(CALM * 3 / 10, CALM * 3);
            // Swings around 50 parts per million, by about ±150.
            self.basis_ppm += (50 - self.basis_ppm) / 50 + self.chance.normal() * 30 / 1_000;
            let fair = self.fair.subticks();
            let index = fair - fair / 1_000_000 * self.basis_ppm;
            out.push(Command::SetPrices {
                market,
                index: self.decimal(index),
                mark: Some(self.decimal(fair)),
            });
        }
        if at >= self.funding_at {
            self.funding_at = at.floor_to(FUNDING_PERIOD_MS).plus_ms(FUNDING_PERIOD_MS);
            let rate = funding_rate(&mut self.chance);
            out.push(Command::SetFundingRate { market, rate, next: self.funding_at });
        }
    }

    /// A price in hundredths of a tick, exact.
    fn decimal(&self, subticks: i64) -> Decimal {
        let ticks = Decimal::new((subticks / (SUBTICKS / 100)).max(1), 2);
        ticks.checked_mul(self.grid.tick()).unwrap_or(Decimal::MAX).normalize()
    }
}
