//! A crowd that goes on where another one was, and one that is far behind.

#![allow(clippy::unwrap_used, reason = "helper functions are tests too")]

use lmex_engine::{AccountId, Command, Engine, Event, MarketId, Money, NewOrder, Rate, Stamped};
use lmex_exchange::crowd::{Listing, MarketSource, Standing, SyntheticCrowd};
use lmex_types::{Decimal, OrderId, Side, TimeMs};

const BTC: MarketId = MarketId(0);
const START: TimeMs = TimeMs::from_millis(1_760_000_000_123);
const USER: AccountId = AccountId(1);
const ORDER: OrderId = OrderId::from_bits(1);

struct World {
    engine: Engine,
    crowd: SyntheticCrowd,
}

impl World {
    fn new(seed: u64) -> Self {
        Self::of(seed, &Listing::standard())
    }

    fn of(seed: u64, listings: &[Listing]) -> Self {
        let crowd = SyntheticCrowd::new(seed, START, listings);
        let mut world = Self { engine: Engine::default(), crowd };
        listings.iter().for_each(|listing| drop(world.apply(START, listing.open())));
        let fee = Rate::from_basis_points(5);
        world.apply(START, Command::OpenAccount { account: USER, maker_fee: fee, taker_fee: fee });
        world.apply(START, Command::Deposit { account: USER, amount: Money::from_quote(10_000_000) });
        world
    }

    fn apply(&mut self, at: TimeMs, command: Command) -> Vec<Event> {
        let mut events = Vec::new();
        self.engine.apply(&Stamped { seq: 0, at, command }, &mut events);
        assert!(!events.iter().any(|event| matches!(event, Event::CommandRefused { .. })), "{events:?}");
        events
    }

    /// One step, at that time; how many commands, and what happened.
    fn step(&mut self, at: TimeMs) -> (usize, Vec<Event>) {
        let mut commands = Vec::new();
        self.crowd.step(at, &mut commands).unwrap();
        let count = commands.len();
        (count, commands.into_iter().flat_map(|command| self.apply(at, command)).collect())
    }

    /// Beat by beat until `until`.
    fn live(&mut self, until: TimeMs) {
        while let Some(at) = self.crowd.next_at().filter(|at| *at <= until) {
            self.step(at);
        }
    }

    fn resume(&mut self, seed: u64, now: TimeMs) {
        let listings = Listing::standard();
        let standing =
            |listing: &Listing| Standing::of(listing, &self.engine.market(listing.market).unwrap());
        let standings: Vec<Standing> = listings.iter().map(standing).collect();
        self.crowd = SyntheticCrowd::resume(seed, now, &standings);
    }

    fn depth(&self, market: MarketId) -> [Vec<(i64, i64)>; 2] {
        let market = self.engine.market(market).unwrap();
        [Side::Buy, Side::Sell].map(|side| market.depth(side).collect())
    }

    /// Best bid and ask, added.
    fn middle(&self, market: MarketId) -> i64 {
        let market = self.engine.market(market).unwrap();
        market.best_bid().unwrap().0 + market.best_ask().unwrap().0
    }
}

#[test]
fn a_crowd_goes_on_with_the_book_that_is_there_and_users_keep_their_place() {
    let mut world = World::new(7);
    world.live(START.plus_ms(60_000));
    let (bid, _) = world.engine.market(BTC).unwrap().best_bid().unwrap();
    let order = NewOrder::limit(USER, BTC, ORDER, Side::Buy, bid - 2_000, 5);
    world.apply(START.plus_ms(60_000), Command::Place(order));
    let books: Vec<_> = Listing::standard().iter().map(|listing| world.depth(listing.market)).collect();
    let ahead = world.engine.queue_ahead(ORDER);
    let marks: Vec<_> = world.engine.markets().map(|market| (market.mark(), market.index())).collect();
    let now = START.plus_ms(3_600_000);
    world.resume(7, now);
    assert_eq!(world.crowd.next_at(), Some(now));
    let (_, events) = world.step(now);
    assert!(!events.iter().any(|event| matches!(event, Event::Fill(_) | Event::Trade { .. })), "{events:?}");
    let after: Vec<_> = Listing::standard().iter().map(|listing| world.depth(listing.market)).collect();
    assert_eq!(after, books);
    assert_eq!(world.engine.queue_ahead(ORDER), ahead);
    for (market, (mark, index)) in world.engine.markets().zip(marks) {
        let tick = market.instrument().grid.tick();
        // The mark is between the quotes; the premium moved by a second's worth or less.
        assert!((market.mark() - mark).abs() < tick * Decimal::from(40), "{mark}");
        assert!(((market.index() - index) / index).abs() < Decimal::new(1, 4), "{index}");
    }
}

#[test]
fn it_does_not_tell_the_first_run_s_story_again() {
    let mut world = World::new(7);
    world.live(START.plus_ms(10_000));
    let first = world.middle(BTC);
    let path = |now: TimeMs, world: &mut World| {
        world.resume(7, now);
        let at = |n: i64| now.plus_ms(n * 500);
        (0..20)
            .map(|n| {
                world.live(at(n));
                world.middle(BTC)
            })
            .collect::<Vec<_>>()
    };
    let one = path(START.plus_ms(20_000), &mut world);
    assert!((one[0] - first).abs() < first / 2_000, "no jump: {first} {}", one[0]);
    let again = path(START.plus_ms(20_000), &mut World::new(7));
    assert_ne!(one, again);
}

#[test]
fn without_a_book_it_goes_on_from_the_last_trade() {
    let listing = Listing::standard().remove(0);
    let standing = Standing {
        last: 650_000,
        listing,
        premium_ppb: 0,
        next_funding: TimeMs::default(),
        bids: Vec::new(),
        asks: vec![(660_000, 5)],
    };
    let mut world = World::new(7);
    world.crowd = SyntheticCrowd::resume(7, START, [&standing]);
    world.step(START);
    assert!((world.middle(BTC) / 2 - 650_000).abs() < 100, "{}", world.middle(BTC));
    assert!(world.depth(BTC).iter().all(|side| side.len() > 50));
}

#[test]
fn however_far_from_the_listed_price_it_goes_on_without_a_leap() {
    // The listed price is 770,000 ticks; a tape may have left the market anywhere.
    for price in [2, 50_005, 95_000, 6_200_000, 10_000_000] {
        let listing = Listing::standard().remove(0);
        let (bids, asks) = (vec![(price - 1, 5)], vec![(price + 1, 5)]);
        let (premium_ppb, next_funding) = (0, TimeMs::default());
        let standing = Standing { last: price, listing, premium_ppb, next_funding, bids, asks };
        let mut world = World::new(7);
        world.crowd = SyntheticCrowd::resume(7, START, [&standing]);
        world.step(START);
        let apart = |world: &World| (world.middle(BTC) - 2 * price).abs();
        let mark = world.engine.market(BTC).unwrap().mark();
        assert!((mark * Decimal::TEN - Decimal::from(price)).abs() <= Decimal::ONE, "{price}: {mark}");
        assert!(apart(&world) <= 2, "{price}");
        world.live(START.plus_ms(10_000));
        assert!(apart(&world) <= price / 100 + 4, "it walks on from there: {price}");
        let touch = world.depth(BTC)[0].iter().map(|(_, contracts)| contracts).max().copied().unwrap();
        assert!(touch * price > 1_000_000_000, "it is as deep in money as ever: {touch} at {price}");
    }
}

#[test]
fn however_long_it_slept_a_step_is_bounded_and_then_it_beats_again() {
    for hours in [1, 8, 24 * 30] {
        let mut world = World::of(3, &Listing::standard()[..2]);
        world.live(START.plus_ms(1_000));
        let until = START.plus_ms(hours * 3_600_000);
        let (commands, events) = world.step(until);
        assert!(commands <= 7 * 2, "{hours} h: {commands}");
        let trades = events.iter().filter(|event| matches!(event, Event::Trade { .. })).count();
        assert_eq!(trades, 4 * 2, "they stand for all that were missed");
        assert!((1..100).contains(&world.crowd.next_at().unwrap().ms_since(until)));
    }
}

#[test]
fn prices_move_as_far_in_strides_as_in_beats() {
    // The mean of squares over seeds, in parts per million: 50 % a year is 106 basis points in four hours.
    let square = |seed: u64| {
        let mut world = World::of(seed, &Listing::standard()[..1]);
        world.live(START);
        let first = world.middle(BTC);
        (1..=240).for_each(|minute| drop(world.step(START.plus_ms(minute * 60_000))));
        ((world.middle(BTC) - first) * 1_000_000 / first).pow(2)
    };
    let mean = (0..40).map(square).sum::<i64>() / 40;
    let basis_points = mean.isqrt() / 100;
    assert!((50..200).contains(&basis_points), "in four hours 106 are expected: {basis_points}");
}
