//! The simulated crowd, in an engine and in virtual time.

#![allow(clippy::unwrap_used, reason = "helper functions are tests too")]

use lmex_engine::{AccountId, Command, Engine, Event, LegId, MarketId, Money, NewOrder, Rate, Stamped};
use lmex_exchange::crowd::{FUNDING_PERIOD_MS, Listing, MarketSource, SyntheticCrowd};
use lmex_types::{Decimal, OrderId, Side, TimeMs};

const BTC: MarketId = MarketId(0);
const START: TimeMs = TimeMs::from_millis(1_760_000_000_123);

/// An exchange without anything around it.
struct World {
    engine: Engine,
    crowd: SyntheticCrowd,
    seq: u64,
}

impl World {
    fn new(seed: u64) -> Self {
        let listings = Listing::standard();
        let mut world =
            Self { engine: Engine::default(), crowd: SyntheticCrowd::new(seed, START, &listings), seq: 0 };
        for listing in &listings {
            world.apply(START, listing.open());
        }
        world
    }

    fn apply(&mut self, at: TimeMs, command: Command) -> Vec<Event> {
        self.seq += 1;
        let mut events = Vec::new();
        self.engine.apply(&Stamped { seq: self.seq, at, command }, &mut events);
        for event in &events {
            assert!(!matches!(event, Event::CommandRefused { .. }), "{event:?}");
        }
        for market in self.engine.markets() {
            if let (Some((bid, _)), Some((ask, _))) = (market.best_bid(), market.best_ask()) {
                assert!(bid < ask, "crossed: {bid} {ask}");
            }
        }
        events
    }

    /// Lives from step to step until `until`; what the crowd said, with when.
    fn live(&mut self, until: TimeMs, mut each: impl FnMut(&Engine, TimeMs, &Command)) {
        while let Some(at) = self.crowd.next_at().filter(|at| *at <= until) {
            for command in step(&mut self.crowd, at) {
                each(&self.engine, at, &command);
                self.apply(at, command);
            }
        }
    }
}

fn step(crowd: &mut SyntheticCrowd, now: TimeMs) -> Vec<Command> {
    let mut commands = Vec::new();
    crowd.step(now, &mut commands).unwrap();
    commands
}

/// Steps every `every_ms` for a minute.
fn minute(seed: u64, every_ms: i64) -> Vec<Command> {
    let mut crowd = SyntheticCrowd::new(seed, START, &Listing::standard());
    (0..60_000 / every_ms).flat_map(|n| step(&mut crowd, START.plus_ms(n * every_ms))).collect()
}

#[test]
fn a_seed_is_a_market() {
    assert_eq!(minute(7, 100), minute(7, 100));
    assert_ne!(minute(7, 100), minute(8, 100));
}

#[test]
fn how_often_it_is_stepped_changes_nothing() {
    let (often, seldom) = (minute(7, 10), minute(7, 1_000));
    let shared = often.len().min(seldom.len());
    assert!(shared > 1_000);
    assert_eq!(often[..shared], seldom[..shared]);
}

#[test]
fn a_market_is_the_same_whatever_others_there_are() {
    let of_btc = |listings: &[Listing]| -> Vec<Command> {
        let mut crowd = SyntheticCrowd::new(7, START, listings);
        let all = (0..600).flat_map(|n| step(&mut crowd, START.plus_ms(n * 50)));
        all.filter(|command| market_of(command) == Some(BTC)).collect()
    };
    let all = Listing::standard();
    assert_eq!(of_btc(&all), of_btc(&all[..1]));
}

fn market_of(command: &Command) -> Option<MarketId> {
    match *command {
        Command::CrowdDepth { market, .. }
        | Command::CrowdTrade { market, .. }
        | Command::SetPrices { market, .. }
        | Command::SetFundingRate { market, .. } => Some(market),
        _ => None,
    }
}

#[test]
fn the_book_is_never_crossed_and_always_two_sided_and_prints_are_at_the_best_price() {
    let mut world = World::new(3);
    let mut prints = 0;
    world.live(START.plus_ms(5 * 60_000), |engine, at, command| {
        for market in engine.markets().filter(|_| at > START) {
            assert!(market.depth(Side::Buy).count() > 50 && market.depth(Side::Sell).count() > 50);
        }
        if let Command::CrowdTrade { market, aggressor, price, contracts } = *command {
            let market = engine.market(market).unwrap();
            let best = if aggressor == Side::Buy { market.best_ask() } else { market.best_bid() };
            let (best, there) = best.unwrap();
            assert!(price == best && contracts <= there);
            prints += 1;
        }
    });
    assert!(prints > 1_000, "{prints}");
}

#[test]
fn every_market_is_as_lively_as_a_market() {
    let mut world = World::new(5);
    let mut counts = [(0, 0, 0); 3];
    world.live(START.plus_ms(600_000), |_, _, command| {
        let count = &mut counts[usize::from(market_of(command).unwrap().0)];
        match command {
            Command::CrowdDepth { .. } => count.0 += 1,
            Command::CrowdTrade { .. } => count.1 += 1,
            Command::SetPrices { .. } => count.2 += 1,
            _ => {}
        }
    });
    for (depths, trades, prices) in counts {
        assert!((6_000..12_000).contains(&depths), "depth messages in 10 minutes: {depths}");
        assert!((500..9_000).contains(&trades), "trades in 10 minutes: {trades}");
        assert!((500..=601).contains(&prices), "price messages in 10 minutes: {prices}");
    }
}

#[test]
fn spreads_are_narrow_and_depth_grows_outwards() {
    let mut world = World::new(11);
    let (mut spreads, mut near, mut far) = (Vec::new(), 0, 0);
    world.live(START.plus_ms(120_000), |engine, at, _| {
        if at == START {
            return;
        }
        let market = engine.market(BTC).unwrap();
        let (bid, ask) = (market.best_bid().unwrap().0, market.best_ask().unwrap().0);
        spreads.push(ask - bid);
        let contracts = |from: usize, to| {
            market.depth(Side::Sell).skip(from).take(to - from).map(|(_, n)| n).sum::<i64>()
        };
        near += contracts(0, 5);
        far += contracts(45, 50);
    });
    spreads.sort_unstable();
    let narrow = spreads.iter().filter(|spread| **spread <= 3).count();
    assert!(narrow * 2 > spreads.len(), "{:?}", spreads.get(spreads.len() / 2));
    assert!(spreads[spreads.len() * 99 / 100] < 60, "{:?}", spreads.last());
    assert!(far > near, "{far} {near}");
}

fn market_buy(account: AccountId, order: u64, contracts: i64) -> NewOrder {
    NewOrder::market(account, BTC, OrderId::from_bits(u128::from(order)), Side::Buy, contracts)
}

#[test]
fn a_tenth_of_a_bitcoin_fills_within_a_few_ticks() {
    let mut world = World::new(2);
    let account = AccountId(1);
    let fee = Rate::from_basis_points(5);
    world.apply(START, Command::OpenAccount { account, maker_fee: fee, taker_fee: fee });
    world.apply(START, Command::Deposit { account, amount: Money::from_quote(10_000_000) });
    for n in 1..60 {
        let at = START.plus_ms(n * 1_000);
        world.live(at, |_, _, _| ());
        let best = world.engine.market(BTC).unwrap().best_ask().unwrap().0;
        let events = world.apply(at, Command::Place(market_buy(account, n.unsigned_abs(), 10_000)));
        let fills: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                Event::Fill(fill) => Some((fill.price, fill.contracts)),
                _ => None,
            })
            .collect();
        assert_eq!(fills.iter().map(|fill| fill.1).sum::<i64>(), 10_000);
        assert!(fills.iter().all(|fill| fill.0 - best < 20), "{best}: {fills:?}");
    }
}

#[test]
fn what_a_user_took_comes_back() {
    let (mut world, mut twin) = (World::new(2), World::new(2));
    let account = AccountId(1);
    let fee = Rate::from_basis_points(5);
    world.apply(START, Command::OpenAccount { account, maker_fee: fee, taker_fee: fee });
    world.apply(START, Command::Deposit { account, amount: Money::from_quote(1_000_000_000) });
    world.apply(START, Command::SetRiskLimit { account, market: BTC, leg: LegId::ONE_WAY, level: 4 });
    world.live(START, |_, _, _| ());
    let asks = |world: &World| world.engine.market(BTC).unwrap().depth(Side::Sell).collect::<Vec<_>>();
    let whole = asks(&world);
    let deep: i64 = whole[..40].iter().map(|(_, contracts)| contracts).sum();
    let events = world.apply(START, Command::Place(market_buy(account, 1, deep.min(7_500_000))));
    assert!(events.iter().filter(|event| matches!(event, Event::Fill(_))).count() > 12);
    assert_ne!(asks(&world), whole);
    let later = START.plus_ms(1_500);
    world.live(later, |_, _, _| ());
    twin.live(later, |_, _, _| ());
    assert_eq!(asks(&world), asks(&twin));
}

#[test]
fn after_a_long_sleep_it_catches_up_with_a_snapshot() {
    let mut crowd = SyntheticCrowd::new(7, START, &Listing::standard());
    step(&mut crowd, START);
    let later = START.plus_ms(10 * 86_400_000);
    let commands = step(&mut crowd, later);
    assert!(
        commands.len() <= 21,
        "four trades, a book, prices and funding of each market: {}",
        commands.len()
    );
    let snapshots =
        commands.iter().filter(|command| matches!(command, Command::CrowdDepth { snapshot: true, .. }));
    assert_eq!(snapshots.count(), 3);
    assert!(crowd.next_at().unwrap() > later);
}

#[test]
fn funding_is_told_at_the_start_and_at_every_period() {
    let mut world = World::new(7);
    let boundary = START.floor_to(FUNDING_PERIOD_MS).plus_ms(FUNDING_PERIOD_MS);
    let mut told = Vec::new();
    let mut note = |_: &Engine, at: TimeMs, command: &Command| {
        if let Command::SetFundingRate { market: BTC, rate, next } = *command {
            told.push((at, next));
            assert!(Decimal::from(rate).abs() < Decimal::new(1, 3), "{rate}");
        }
    };
    world.live(START.plus_ms(1_000), &mut note);
    // Nothing to live through: it leaps.
    for command in step(&mut world.crowd, boundary.plus_ms(-1_000)) {
        world.apply(boundary.plus_ms(-1_000), command);
    }
    world.live(boundary.plus_ms(1_000), &mut note);
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], (START, boundary));
    assert!(told[1].0 >= boundary && told[1].0 < boundary.plus_ms(100));
    assert_eq!(told[1].1, boundary.plus_ms(FUNDING_PERIOD_MS));
}

/// The crowd gives the index; the engine's rule makes the mark of three quarters of it and one of the book.
#[test]
fn the_index_stays_by_the_book_and_the_mark_a_quarter_of_the_way_from_it() {
    let mut world = World::new(13);
    for second in 1..=300 {
        world.live(START.plus_ms(second * 1_000), |_, _, command| {
            assert!(!matches!(command, Command::SetPrices { mark: Some(_), .. }), "{command:?}");
        });
        for market in world.engine.markets() {
            let ticks = market.best_bid().unwrap().0 + market.best_ask().unwrap().0;
            let middle = market.instrument().grid.price(ticks) / Decimal::TWO;
            let apart = |price: Decimal| ((price - middle) / middle).abs();
            assert!(apart(market.index()) < Decimal::new(2, 3), "{} {middle}", market.index());
            let mixed = (market.index() * Decimal::from(3) + middle) / Decimal::from(4);
            // Since prices were told the book has gone on, for a second at most.
            assert!((apart(market.mark()) - apart(mixed)).abs() < Decimal::new(1, 3), "{}", market.mark());
        }
    }
}

#[test]
fn coins_move_together_and_the_share_does_not() {
    let mut world = World::new(17);
    let mut marks: [Vec<i64>; 3] = Default::default();
    for n in 0..400 {
        let at = START.plus_ms(n * 15_000);
        for command in step(&mut world.crowd, at) {
            world.apply(at, command);
        }
        for market in world.engine.markets() {
            let middle = market.best_bid().unwrap().0 + market.best_ask().unwrap().0;
            marks[usize::from(market.id().0)].push(middle);
        }
    }
    let agreeing = |a: usize, b: usize| {
        let moves =
            |i: usize| marks[i].windows(2).map(|pair| (pair[1] - pair[0]).signum()).collect::<Vec<_>>();
        moves(a).iter().zip(moves(b)).filter(|(a, b)| **a == *b).count()
    };
    assert!(agreeing(0, 1) > 240, "{}", agreeing(0, 1));
    assert!(agreeing(0, 2) < 240, "{}", agreeing(0, 2));
}

#[test]
fn it_says_what_it_is() {
    assert_eq!(SyntheticCrowd::new(7, START, &[]).describe(), "simulated, seed 7");
}
