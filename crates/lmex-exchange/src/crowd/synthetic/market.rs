//! One simulated market: news, orders that come with it, quotes that follow both.

use lmex_engine::{Command, CrowdLevel, MarketId};
use lmex_types::{Decimal, Grid, Side, TimeMs};

use super::factor::{Factor, Weather};
use super::fair::{FairPrice, SUBTICKS, part};
use super::flow::{Direction, Flow, WITH_CHILDREN};
use super::premium::Premium;
use super::profile::{Profile, contracts_of};
use super::side::BookSide;
use super::standing::Standing;
use super::stride::Path;
use crate::crowd::{Chance, FUNDING_PERIOD_MS, Listing};

/// Time between two messages of the index, from which the mark follows, and between two snapshots.
const PRICES_MS: i64 = 1_000;
/// The liveliness of an average moment.
const CALM: i64 = 1_000;
/// How far an order that nobody expected moves the price, in thousandths of a second's standard deviation.
const IMPACT: i64 = 220;
/// The standard deviation of quiet news, in thousandths: shocks, trends and orders add the rest. Measured, so that the
/// whole is the profile's, as in the past that goes before the start.
const NEWS: i64 = 800;
/// How many orders in a thousand take what is at the best price and no more: most traders look before they take.
const LOOKING: i64 = 770;
/// Most levels that one order goes through.
const MOST_LEVELS: usize = 12;

#[derive(Debug)]
pub(super) struct SyntheticMarket {
    market: MarketId,
    grid: Grid,
    profile: Profile,
    chance: Chance,
    fair: FairPrice,
    own: Factor,
    premium: Premium,
    flow: Flow,
    bids: BookSide,
    asks: BookSide,
    /// Contracts of the median order.
    usual_order: i64,
    /// What moves are like at present.
    weather: Weather,
    /// What is known but not in the price yet, in thousandths of a second's standard deviation.
    untold: i64,
    since_update_ms: i64,
    /// The next depth message states the whole book, so that what users took deep in it comes back too.
    whole_is_due: bool,
    prices_at: TimeMs,
    prices_told: TimeMs,
    funding_at: TimeMs,
}

impl SyntheticMarket {
    pub(super) fn new(seed: u64, start: TimeMs, listing: &Listing) -> Self {
        let Listing { market, ref instrument, price } = *listing;
        let profile = Profile::of(instrument);
        let mut chance = Chance::new(seed, 1 + u64::from(market.0));
        let usual_touch = contracts_of(instrument, price, profile.touch_notional);
        let mut new = Self {
            market,
            grid: instrument.grid,
            profile,
            fair: FairPrice::new(price),
            own: Factor::new(&mut chance),
            premium: Premium::default(),
            flow: Flow::new(&mut chance),
            bids: BookSide::new(Side::Buy, price, usual_touch),
            asks: BookSide::new(Side::Sell, price, usual_touch),
            usual_order: contracts_of(instrument, price, profile.trade_notional),
            weather: Weather { level: CALM, ..Weather::default() },
            untold: 0,
            since_update_ms: 0,
            whole_is_due: true,
            prices_at: start,
            prices_told: start,
            funding_at: start,
            chance,
        };
        let (bid, ask) = new.quotes();
        new.bids.rebuild(bid, &mut new.chance);
        new.asks.rebuild(ask, &mut new.chance);
        new
    }

    /// Goes on where another crowd was.
    pub(super) fn resume(seed: u64, start: TimeMs, standing: &Standing) -> Self {
        let mut new = Self::new(seed, start, &standing.usual());
        new.fair = new.fair.at(standing.subticks());
        new.premium = Premium::from_ppb(standing.premium_ppb);
        new.funding_at = standing.next_funding.max(start);
        if standing.is_two_sided() {
            new.bids.adopt(standing.bids.iter().copied());
            new.asks.adopt(standing.asks.iter().copied());
        } else {
            let (bid, ask) = new.quotes();
            new.bids.rebuild(bid, &mut new.chance);
            new.asks.rebuild(ask, &mut new.chance);
        }
        new
    }

    /// Shows the book and tells prices and funding, all as it is.
    pub(super) fn open(&mut self, at: TimeMs, out: &mut Vec<Command>) {
        self.show(out);
        self.keep_appointments(at, out);
    }

    /// A beat: in three of four something happens here. `common` is what moves all coins.
    pub(super) fn beat(&mut self, at: TimeMs, elapsed_ms: i64, common: Weather, out: &mut Vec<Command>) {
        self.hear(elapsed_ms, common);
        self.since_update_ms += elapsed_ms;
        if self.chance.happens(750) {
            self.update(out);
        }
        self.keep_appointments(at, out);
    }

    /// Lives through a long time at once: a few trades stand for all, then comes the book it arrives at.
    pub(super) fn stride(&mut self, at: TimeMs, elapsed_ms: i64, common: Weather, out: &mut Vec<Command>) {
        let from = self.fair.subticks();
        self.hear(elapsed_ms, common);
        self.move_price();
        let path = Path { from, to: self.fair.subticks(), contracts: self.volume(elapsed_ms) };
        path.trades(self.market, &mut self.chance, out);
        self.since_update_ms = 0;
        let (bid, ask) = self.quotes();
        self.bids.rebuild(bid, &mut self.chance);
        self.asks.rebuild(ask, &mut self.chance);
        self.whole_is_due = true;
        self.show(out);
        self.keep_appointments(at, out);
    }

    fn hear(&mut self, elapsed_ms: i64, common: Weather) {
        let Profile { common_permille, own_permille, .. } = self.profile;
        // Where most news is of all coins, its own news comes in the same clusters.
        let own = self.own.advance(elapsed_ms, &mut self.chance);
        let level = (common.level * common_permille.pow(2) + own.level * own_permille.pow(2)) / 1_000_000;
        let own = Weather { moved: own.moved * level / own.level.max(1), level, ..own };
        let weigh = |of: fn(&Weather) -> i64| of(&common) * common_permille + of(&own) * own_permille;
        let variance =
            (common.level * common_permille / 1_000).pow(2) + (own.level * own_permille / 1_000).pow(2);
        let moved = weigh(|weather| weather.moved) / 1_000;
        let trend = (weigh(|weather| weather.trend) / 600).clamp(-1, 1);
        self.weather = Weather { moved, level: variance.isqrt(), trend };
        self.untold += moved * NEWS / 1_000;
    }

    fn update(&mut self, out: &mut Vec<Command>) {
        let elapsed_ms = std::mem::take(&mut self.since_update_ms);
        let news = self.chance.happens((60 + self.weather.level / 8).min(700));
        let traded = self.trade(news, elapsed_ms, out);
        if news {
            self.move_price();
        }
        if news || (traded && self.chance.happens(600)) {
            let (bid, ask) = self.quotes();
            let thin = CALM * 2_000 / (CALM + self.weather.level.max(CALM));
            self.bids.thin(thin);
            self.asks.thin(thin);
            self.bids.move_touch(bid, &mut self.chance);
            self.asks.move_touch(ask, &mut self.chance);
        }
        self.bids.breathe(&mut self.chance);
        self.asks.breathe(&mut self.chance);
        self.show(out);
    }

    fn move_price(&mut self) {
        let ppb = part(self.profile.volatility_ppb, std::mem::take(&mut self.untold) * 1_000_000);
        self.fair.advance(ppb);
        self.premium.follow(ppb);
    }

    /// Market orders arrive; whether there was one. With news, whoever heard it first takes what is quoted still.
    fn trade(&mut self, news: bool, elapsed_ms: i64, out: &mut Vec<Command>) -> bool {
        let mut orders = self.flow.arrivals(self.arrivals_permille(), elapsed_ms, &mut self.chance);
        if news && self.chance.happens((self.untold.abs() / 2).min(600)) {
            self.market_order(Direction { sign: self.untold.signum(), surprise: 0 }, out);
            orders = (orders - 1).max(0);
        }
        for _ in 0..orders {
            let direction = self.flow.direction(self.weather.trend, &mut self.chance);
            self.market_order(direction, out);
        }
        orders > 0
    }

    /// Orders that come by themselves: more when prices move.
    fn arrivals_permille(&self) -> i64 {
        self.profile.calm_trades_permille * (CALM / 2 + self.weather.level / 2) / CALM
    }

    fn market_order(&mut self, direction: Direction, out: &mut Vec<Command>) {
        let (aggressor, book) = match direction.sign {
            1 => (Side::Buy, &mut self.asks),
            _ => (Side::Sell, &mut self.bids),
        };
        let mut left = Flow::size(self.usual_order, &mut self.chance);
        if let Some((_, there)) = book.best().filter(|_| self.chance.happens(LOOKING)) {
            left = left.min(there);
        }
        for _ in 0..MOST_LEVELS {
            let Some((price, there)) = book.best().filter(|_| left > 0) else { break };
            let contracts = left.min(there);
            book.take(contracts);
            left -= contracts;
            out.push(Command::CrowdTrade { market: self.market, aggressor, price, contracts });
        }
        self.untold += IMPACT * self.weather.level / CALM * direction.surprise / 1_000;
        self.flow.excite();
    }

    /// Contracts that are traded in a long time.
    fn volume(&mut self, elapsed_ms: i64) -> i64 {
        let orders = self.arrivals_permille() * WITH_CHILDREN / 1_000 * elapsed_ms / 1_000;
        let mean = self.usual_order * super::flow::MEAN_ORDER / 1_000;
        (orders * mean / 1_000 * self.chance.between(700, 1_300) / 1_000).max(1)
    }

    /// Where the crowd quotes: a tick around the fair price, and wider while moves are large or takers excited.
    fn quotes(&mut self) -> (i64, i64) {
        let fair = self.fair.subticks();
        let second = part(fair, self.profile.volatility_ppb).min(fair / 100);
        let lively = (self.weather.level + self.flow.excitement() / 20 - 3 * CALM / 2).max(0);
        let careful =
            if self.chance.happens(70) { SUBTICKS * self.chance.between(300, 1_500) / 1_000 } else { 0 };
        let half = second / 100 * lively / CALM + careful;
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
            self.premium.advance(at.ms_since(self.prices_told), &mut self.chance);
            self.prices_told = at;
            self.prices_at = at.plus_ms(PRICES_MS);
            self.whole_is_due = true;
            let fair = self.fair.subticks();
            let index = self.decimal(fair - part(fair, self.premium.ppb()));
            // The mark follows from the index and the book, users' orders included, by the engine's rules.
            out.push(Command::SetPrices { market, index, mark: None });
        }
        if at >= self.funding_at {
            self.funding_at = at.floor_to(FUNDING_PERIOD_MS).plus_ms(FUNDING_PERIOD_MS);
            let rate = self.premium.settle();
            out.push(Command::SetFundingRate { market, rate, next: self.funding_at });
        }
    }

    /// A price in hundredths of a tick, exact.
    fn decimal(&self, subticks: i64) -> Decimal {
        let ticks = Decimal::new((subticks / (SUBTICKS / 100)).max(1), 2);
        ticks.checked_mul(self.grid.tick()).unwrap_or(Decimal::MAX).normalize()
    }
}
