//! A seeded stream of commands as a venue gets them: limit and market orders, cancels and amends of many accounts that
//! pay fees and need margin.

use lmex_engine::{
    AccountId, CancelTarget, Command, Engine, MarketId, MarketRules, Money, NewOrder, OrderRef, Rate, Stamped,
};
use lmex_types::{Decimal, Grid, Instrument, OrderId, Side, TimeInForce, TimeMs};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const START: i64 = 120_000;
/// Mid prices stay so close to the start that no order is outside the price protection.
const RANGE: i64 = 6_000;

/// So many commands are generated at once.
const CHUNK: usize = 1_000;

/// What a stream is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mix {
    pub(crate) seed: u64,
    pub(crate) markets: u16,
    pub(crate) accounts: u32,
    /// Commands keep about so many orders open.
    pub(crate) open: usize,
    /// Market orders, in percent of all commands.
    pub(crate) takers: u32,
    /// In percent.
    pub(crate) amends: u32,
    /// In percent, at least: as soon as too many orders are open, limit orders give way to cancels.
    pub(crate) cancels: u32,
    /// One in so many limit orders trades.
    pub(crate) crossing: u32,
    /// How far limit orders rest from the mid price, in ticks: the mean of an exponential distribution.
    pub(crate) depth: f64,
    /// Index and mark prices are set after so many commands; never, if 0.
    pub(crate) prices: u64,
}

impl Mix {
    /// Five busy markets.
    pub(crate) const TYPICAL: Self = Self {
        seed: 7,
        markets: 5,
        accounts: 100,
        open: 10_000,
        takers: 5,
        amends: 15,
        cancels: 30,
        crossing: 6,
        depth: 12.0,
        prices: 0,
    };
}

/// An engine and the stream it is driven by.
#[derive(Clone)]
pub(crate) struct Venue {
    pub(crate) engine: Engine,
    rng: ChaCha8Rng,
    seq: u64,
    /// Open orders; some ended since they were last looked at.
    open: Vec<OrderId>,
    mix: Mix,
    /// Around which price each market quotes, in ticks.
    mids: Vec<i64>,
}

impl Venue {
    pub(crate) fn new(mix: Mix) -> Self {
        Self {
            engine: engine(mix.markets, mix.accounts, &MarketRules::default()),
            rng: ChaCha8Rng::seed_from_u64(mix.seed),
            seq: 0,
            open: Vec::new(),
            mix,
            mids: vec![START; mix.markets.into()],
        }
    }

    /// Generates so many commands and applies them.
    pub(crate) fn run(&mut self, count: usize) {
        self.record(count, |_| {});
    }

    /// The same, and hands the commands out.
    pub(crate) fn record(&mut self, count: usize, mut out: impl FnMut(Stamped)) {
        let mut events = Vec::new();
        for from in (0..count).step_by(CHUNK) {
            for stamped in self.commands(CHUNK.min(count - from)) {
                events.clear();
                self.engine.apply(&stamped, &mut events);
                out(stamped);
            }
        }
    }

    /// The next commands. They name orders that are open now, so that few are refused if they are not too many.
    pub(crate) fn commands(&mut self, count: usize) -> Vec<Stamped> {
        self.open.retain(|&id| self.engine.order(id).is_some());
        let next = |_| {
            let command = self.command();
            self.stamp(command)
        };
        (0..count).map(next).collect()
    }

    fn stamp(&mut self, command: Command) -> Stamped {
        self.seq += 1;
        let millis = i64::try_from(self.seq).unwrap();
        Stamped { seq: self.seq, at: TimeMs::from_millis(millis), command }
    }

    fn command(&mut self) -> Command {
        let Mix { takers, amends, cancels, open, prices, .. } = self.mix;
        if (self.seq + 1).checked_rem(prices) == Some(0) {
            return self.set_prices();
        }
        let draw = self.rng.random_range(0..100);
        if draw < takers {
            self.market()
        } else if draw < takers + amends {
            self.amend()
        } else if (draw < takers + amends + cancels && self.open.len() > open * 3 / 4)
            || self.open.len() > open
        {
            self.cancel()
        } else {
            self.limit()
        }
    }

    fn limit(&mut self) -> Command {
        let new = self.order();
        let away = 1 + (-(1.0 - self.rng.random::<f64>()).ln() * self.mix.depth) as i64;
        let crosses = self.rng.random_range(0..self.mix.crossing) == 0;
        let distance = if crosses { -away / 4 } else { away };
        self.open.push(new.order);
        Command::Place(NewOrder {
            price: self.mids[usize::from(new.market.0)] - new.side.sign() * distance,
            post_only: !crosses && self.rng.random_range(0..4) == 0,
            reduce_only: self.rng.random_range(0..50) == 0,
            time_in_force: match self.rng.random_range(0..20) {
                0 => TimeInForce::HalfMin,
                1 => TimeInForce::Ioc,
                _ => TimeInForce::Gtc,
            },
            ..new
        })
    }

    fn market(&mut self) -> Command {
        let NewOrder { account, market, order, side, contracts, client_id, .. } = self.order();
        let new = NewOrder::market(account, market, order, side, contracts);
        Command::Place(NewOrder { client_id, ..new })
    }

    fn order(&mut self) -> NewOrder {
        let market = self.rng.random_range(0..self.mids.len());
        let mid = &mut self.mids[market];
        if self.rng.random_range(0..20) == 0 {
            *mid = (*mid + self.rng.random_range(-1..=1)).clamp(START - RANGE, START + RANGE);
        }
        let account = AccountId(self.rng.random_range(1..=self.mix.accounts));
        let side = if self.rng.random() { Side::Buy } else { Side::Sell };
        let order = OrderId::from_bits(self.rng.random());
        let contracts = self.rng.random_range(1..=100);
        let market = MarketId(u16::try_from(market).unwrap());
        let client_id = format!("x{:026x}", order.to_bits() >> 24).parse().ok();
        NewOrder { client_id, ..NewOrder::limit(account, market, order, side, START, contracts) }
    }

    fn cancel(&mut self) -> Command {
        let Some(at) = self.pick() else { return self.limit() };
        let order = self.engine.order(self.open.swap_remove(at)).unwrap();
        let target = match order.client_id.filter(|_| self.rng.random()) {
            Some(client_id) => CancelTarget::Client(client_id),
            None => CancelTarget::Order(order.id),
        };
        Command::Cancel { account: order.account, market: order.market, target }
    }

    fn set_prices(&mut self) -> Command {
        let market = self.rng.random_range(0..self.mids.len());
        let index = instrument().grid.price(self.mids[market]);
        Command::SetPrices { market: MarketId(u16::try_from(market).unwrap()), index, mark: Some(index) }
    }

    /// Half of them make the order smaller in its place, the others move it.
    fn amend(&mut self) -> Command {
        let Some(at) = self.pick() else { return self.limit() };
        let order = self.engine.order(self.open[at]).unwrap();
        let smaller = order.contracts - order.remaining() / 2;
        let moves = order.remaining() < 2 || self.rng.random();
        let step = self.rng.random_range(1..=5) * if self.rng.random() { 1 } else { -1 };
        Command::Amend {
            account: order.account,
            market: order.market,
            target: OrderRef::Id(order.id),
            price: moves.then_some(order.price + step),
            contracts: (!moves).then_some(smaller),
            trigger: None,
        }
    }

    /// The place of a random order that is open now; those that ended or are still to come are passed over.
    fn pick(&mut self) -> Option<usize> {
        let places = 0..self.open.len();
        let mut draws =
            (0..100).filter(|_| !places.is_empty()).map(|_| self.rng.random_range(places.clone()));
        draws.find(|&at| self.engine.order(self.open[at]).is_some())
    }
}

/// Markets and accounts that have money for everything.
pub(crate) fn engine(markets: u16, accounts: u32, rules: &MarketRules) -> Engine {
    let open_market = |market| Command::OpenMarket {
        market: MarketId(market),
        instrument: instrument(),
        rules: rules.clone(),
        price: START,
    };
    let (maker_fee, taker_fee) = (Rate::from_basis_points(2), Rate::from_basis_points(5));
    let open_account = |account| {
        let account = AccountId(account);
        [
            Command::OpenAccount { account, maker_fee, taker_fee },
            Command::Deposit { account, amount: Money::from_quote(100_000_000) },
        ]
    };
    let mut engine = Engine::default();
    for command in (0..markets).map(open_market).chain((1..=accounts).flat_map(open_account)) {
        engine.apply(&Stamped { seq: 0, at: TimeMs::from_millis(0), command }, &mut Vec::new());
    }
    engine
}

/// As BTC-PERP: half a dollar a tick, a contract is a thousandth of a bitcoin.
fn instrument() -> Instrument {
    Instrument {
        symbol: "BTC-PERP".parse().unwrap(),
        base: "BTC".into(),
        quote: "USDT".into(),
        grid: Grid::new(Decimal::new(5, 1), Decimal::new(1, 3)).unwrap(),
        min_contracts: 1,
        max_contracts: 1_000_000,
        step_contracts: 1,
        min_notional: Decimal::from(5),
    }
}
