//! A tape as the market.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "helper functions are tests too")]

use std::path::{Path, PathBuf};

use lmex_engine::{AccountId, Command, CrowdLevel, Engine, Event, MarketId, Money, NewOrder, Rate, Stamped};
use lmex_exchange::crowd::{Listing, MarketSource, Replay, SourceError, beside_simulated};
use lmex_tape::import::{BinanceOptions, binance};
use lmex_tape::{
    Existing, Quote, SizeUnit, TapeBody, TapeHeader, TapeLevel, TapeMessage, TapeReader, TapeWriter,
};
use lmex_types::{Decimal, OrderId, Side, TimeMs};

const BTC: MarketId = MarketId(0);
const START: TimeMs = TimeMs::from_millis(1_760_000_000_000);

/// What every description of a replay owns up to.
const NOT_RECORDED: &str = "its funding and earlier candles and trades simulated";

fn d(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A message received so many milliseconds after the first, and sent at the same time.
fn message(ms: i64, body: TapeBody) -> TapeMessage {
    let ns = 1_723_161_255_000_000_000 + ms * 1_000_000;
    TapeMessage { at_ns: ns, received_ns: ns, body }
}

/// Levels as `bid 60000.1 0.5`, separated by commas.
pub(crate) fn depth(ms: i64, snapshot: bool, levels: &str) -> TapeMessage {
    let level = |text: &str| {
        let [side, price, size] = text.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{text}") };
        let side = if side == "bid" { Side::Buy } else { Side::Sell };
        TapeLevel { side, price: d(price), size: d(size) }
    };
    message(ms, TapeBody::Depth { snapshot, levels: levels.split(',').map(level).collect() })
}

fn trade(ms: i64, aggressor: Side, price: &str, size: &str) -> TapeMessage {
    message(ms, TapeBody::Trade { aggressor, price: d(price), size: d(size) })
}

pub(crate) fn tape(folder: &Path, header: TapeHeader, messages: &[TapeMessage]) -> PathBuf {
    let path = folder.join("tape.parquet");
    let mut writer = TapeWriter::create(&path, header, Existing::Refuse).unwrap();
    messages.iter().for_each(|message| writer.write(message).unwrap());
    writer.finish().unwrap();
    path
}

fn replay(symbol: &str, unit: SizeUnit, speed: &str, messages: &[TapeMessage]) -> Replay {
    let folder = tempfile::tempdir().unwrap();
    let header = TapeHeader::new("a test", symbol, unit);
    // The file stays open when its folder is removed.
    let path = tape(folder.path(), header, messages);
    Replay::open(&path, d(speed), START, &Listing::standard()).unwrap()
}

fn btc(messages: &[TapeMessage]) -> Replay {
    replay("BTCUSDT", SizeUnit::Base, "1", messages)
}

fn step(replay: &mut Replay, ms: i64) -> Vec<Command> {
    let mut commands = Vec::new();
    replay.step(START.plus_ms(ms), &mut commands).unwrap();
    commands
}

/// The depth commands among these, as text: `+` marks a snapshot.
fn depths(commands: &[Command]) -> Vec<String> {
    let level = |level: &CrowdLevel| {
        let side = if level.side == Side::Buy { "bid" } else { "ask" };
        format!("{side} {} {}", level.price, level.contracts)
    };
    let text = |command: &Command| match command {
        Command::CrowdDepth { levels, snapshot, .. } => {
            let levels: Vec<_> = levels.iter().map(level).collect();
            Some(format!("{}{}", if *snapshot { "+" } else { "" }, levels.join(", ")))
        }
        _ => None,
    };
    commands.iter().filter_map(text).collect()
}

fn prints(commands: &[Command]) -> Vec<(Side, i64, i64)> {
    let print = |command: &Command| match *command {
        Command::CrowdTrade { aggressor, price, contracts, .. } => Some((aggressor, price, contracts)),
        _ => None,
    };
    commands.iter().filter_map(print).collect()
}

#[test]
fn messages_become_commands_when_they_are_due() {
    let mut replay = btc(&[
        depth(0, true, "bid 60000.1 0.5, bid 60000 1, ask 60000.2 0.25"),
        trade(100, Side::Buy, "60000.2", "0.1"),
        depth(150, false, "ask 60000.2 0.15"),
    ]);
    assert_eq!(replay.listing().market, BTC);
    assert_eq!(replay.listing().price, 600_001, "the middle, rounded down to the grid");
    assert_eq!(replay.next_at(), Some(START));
    let described = |how: &str| format!("a test, replayed at {how}; {NOT_RECORDED}");
    assert_eq!(replay.describe(), described("1x"));
    let commands = step(&mut replay, 0);
    assert_eq!(depths(&commands), ["+bid 600000 100000, bid 600001 50000, ask 600002 25000"]);
    let prices = Command::SetPrices { market: BTC, index: d("60000.15"), mark: None };
    assert!(commands.contains(&prices));
    assert!(commands.iter().any(|command| matches!(command, Command::SetFundingRate { .. })));
    assert_eq!(replay.next_at(), Some(START.plus_ms(100)));
    assert_eq!(step(&mut replay, 99), []);
    assert_eq!(prints(&step(&mut replay, 100)), [(Side::Buy, 600_002, 10_000)]);
    assert_eq!(depths(&step(&mut replay, 200)), ["ask 600002 15000"]);
    assert_eq!(replay.next_at(), None);
    assert_eq!(replay.describe(), described("1x: the tape has ended, its last book stays"));
    assert_eq!(step(&mut replay, 10_000), []);
}

/// Prices are told every 250 ms at most, and what changed after that must not be left untold.
#[test]
fn the_last_prices_are_told_when_the_tape_ends_or_falls_silent() {
    let told = |commands: &[Command]| {
        let price = |command: &Command| match command {
            Command::SetPrices { index, .. } => Some(index.normalize().to_string()),
            _ => None,
        };
        commands.iter().filter_map(price).collect::<Vec<_>>()
    };
    let mut replay = btc(&[
        depth(0, true, "bid 60000 1, ask 60001 1"),
        depth(100, true, "bid 61000 1, ask 61001 1"),
        depth(9_000, true, "bid 62000 1, ask 62001 1"),
        depth(9_001, true, "bid 63000 1, ask 63001 1"),
    ]);
    assert_eq!(told(&step(&mut replay, 0)), ["60000.5"]);
    assert!(told(&step(&mut replay, 100)).is_empty());
    assert_eq!(replay.next_at(), Some(START.plus_ms(250)), "not the message of 9 s later");
    assert_eq!(told(&step(&mut replay, 250)), ["61000.5"]);
    assert_eq!(told(&step(&mut replay, 9_000)), ["62000.5"]);
    assert!(told(&step(&mut replay, 9_001)).is_empty());
    assert!(replay.has_ended());
    assert_eq!(replay.next_at(), Some(START.plus_ms(9_250)));
    assert_eq!(told(&step(&mut replay, 9_250)), ["63000.5"]);
    assert_eq!(replay.next_at(), None);
}

#[test]
fn prices_far_above_the_first_are_left_out_and_it_says_so() {
    let mut replay =
        btc(&[depth(0, true, "bid 100 1, ask 101 1, ask 10050 1"), depth(100, false, "ask 10050.1 1")]);
    assert_eq!(depths(&step(&mut replay, 0)), ["+bid 1000 100000, ask 1010 100000, ask 100500 100000"]);
    assert!(!replay.describe().contains("left out"), "{}", replay.describe());
    assert!(depths(&step(&mut replay, 100)).is_empty());
    let said = "prices above 10050, 100 times the market's first, are left out";
    assert!(replay.describe().contains(said), "{}", replay.describe());
}

#[test]
fn speed_shortens_the_wait() {
    let messages = [depth(0, true, "bid 1 1, ask 2 1"), depth(10_000, false, "bid 1 2")];
    for (speed, wait_ms) in [("1", 10_000), ("4", 2_500), ("0.5", 20_000)] {
        let mut replay = replay("BTCUSDT", SizeUnit::Base, speed, &messages);
        step(&mut replay, 0);
        assert_eq!(replay.next_at(), Some(START.plus_ms(wait_ms)));
        assert_eq!(replay.describe(), format!("a test, replayed at {speed}x; {NOT_RECORDED}"));
    }
}

#[test]
fn off_grid_levels_step_back_and_merge() {
    let mut replay = btc(&[
        depth(0, true, "bid 60000.19 0.5, bid 60000.11 0.25, ask 60000.21 1, ask 60000.29 2"),
        depth(1, false, "bid 60000.19 0, ask 60000.21 3"),
        trade(2, Side::Buy, "60000.21", "0.000001"),
        trade(3, Side::Sell, "60000.19", "1"),
    ]);
    let commands = step(&mut replay, 10);
    let expected = ["+bid 600001 75000, ask 600003 300000", "bid 600001 25000, ask 600003 500000"];
    assert_eq!(depths(&commands), expected);
    assert_eq!(prints(&commands), [(Side::Buy, 600_003, 1), (Side::Sell, 600_001, 100_000)]);
}

#[test]
fn inverse_contracts_become_contracts_at_their_price() {
    let unit = SizeUnit::QuoteContracts { value: Decimal::ONE_HUNDRED };
    let mut replay = replay("BTCUSD_PERP", unit, "1", &[depth(0, true, "bid 50000 10, ask 62500 1")]);
    // 10 × 100 / 50000 = 0.02 BTC; 100 / 62500 = 0.0016 BTC.
    assert_eq!(depths(&step(&mut replay, 0)), ["+bid 500000 2000, ask 625000 160"]);
}

#[test]
fn stale_levels_that_newer_ones_cross_go() {
    let mut replay = btc(&[
        depth(0, false, "bid 100 1, bid 99 1, ask 101 1, ask 102 1"),
        depth(1, false, "bid 101.5 2"),
        depth(2, false, "ask 99.5 3"),
    ]);
    let commands = step(&mut replay, 2);
    assert_eq!(
        depths(&commands)[1..],
        ["bid 1015 200000, ask 1010 0", "bid 1000 0, bid 1015 0, ask 995 300000"]
    );
}

#[test]
fn a_tape_begins_with_the_snapshot_its_book_starts_with() {
    let mut replay = btc(&[
        trade(10, Side::Buy, "101", "1"),
        depth(2_000, true, "bid 100 1, ask 101 1"),
        depth(2_500, false, "bid 100 2"),
    ]);
    assert_eq!(replay.next_at(), Some(START));
    assert_eq!(depths(&step(&mut replay, 0)), ["+bid 1000 100000, ask 1010 100000"]);
    assert_eq!(replay.next_at(), Some(START.plus_ms(500)));
}

#[test]
fn a_market_that_is_not_listed_is_added_as_fine_as_the_tape() {
    let messages = [depth(0, true, "bid 151.233 10.01, ask 151.24 3")];
    let replay = replay("SOLUSDT", SizeUnit::Base, "1", &messages);
    let Listing { market, instrument, price } = replay.listing();
    assert_eq!((*market, instrument.symbol.as_str(), *price), (MarketId(3), "SOL-PERP", 151_236));
    assert_eq!((instrument.grid.tick(), instrument.grid.contract_size()), (d("0.001"), d("0.01")));
    let mut engine = Engine::default();
    let mut events = Vec::new();
    engine.apply(&Stamped { seq: 1, at: START, command: replay.listing().open() }, &mut events);
    assert!(matches!(events[..], [Event::MarketOpened(_)]), "{events:?}");
}

#[test]
fn a_tape_of_best_prices_alone_has_them_as_its_book() {
    let top = |ms, bid: &str, ask: &str| {
        let quote = |price| Quote { price: d(price), size: Decimal::ONE };
        message(ms, TapeBody::Top { bid: quote(bid), ask: quote(ask) })
    };
    let mut replay = btc(&[top(0, "100", "101"), top(5, "101", "102")]);
    let expected = ["+bid 1000 100000, ask 1010 100000", "+bid 1010 100000, ask 1020 100000"];
    assert_eq!(depths(&step(&mut replay, 5)), expected);
}

#[test]
fn where_a_tape_has_both_the_index_is_of_the_best_prices() {
    let quote = |price| Quote { price: d(price), size: Decimal::ONE };
    let top = TapeBody::Top { bid: quote("100.5"), ask: quote("100.7") };
    let mut replay = btc(&[depth(0, true, "bid 100 1, ask 101 1"), message(0, top)]);
    let prices = Command::SetPrices { market: BTC, index: d("100.6"), mark: None };
    assert!(step(&mut replay, 0).contains(&prices));
}

#[test]
fn what_can_t_be_replayed_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let header = TapeHeader::new("a test", "BTCUSDT", SizeUnit::Base);
    let path = tape(folder.path(), header, &[depth(0, false, "bid 100 0")]);
    let open = |path: &Path, speed| Replay::open(path, d(speed), START, &Listing::standard()).map(|_| ());
    assert!(matches!(open(&path, "1"), Err(SourceError::NoPrice { .. })));
    assert!(matches!(open(&folder.path().join("none"), "1"), Err(SourceError::Tape(_))));
    let folder = tempfile::tempdir().unwrap();
    let header = TapeHeader::new("a test", "BTCUSDT", SizeUnit::Base);
    let path = tape(folder.path(), header, &[depth(0, true, "bid 100 1, ask 101 1")]);
    for speed in ["0", "-1", "1000001"] {
        assert!(matches!(open(&path, speed), Err(SourceError::Speed(_))), "{speed}");
    }
}

/// Steps every two milliseconds: whatever was not decoded in time comes with a later step.
#[test]
fn without_waiting_the_same_commands_come_in_the_same_order() {
    let book = [depth(0, true, "bid 100 1, ask 101 1")];
    let trades = (0..3_000).map(|n| trade(n / 10, Side::Buy, "101", &format!("0.{}", 1 + n % 9)));
    let messages: Vec<_> = book.into_iter().chain(trades).collect();
    let play = |mut replay: Replay| {
        let mut commands = Vec::new();
        let mut now = START;
        while let Some(next) = replay.next_at() {
            now = now.max(next);
            replay.step(now, &mut commands).unwrap();
        }
        assert!(replay.has_ended());
        commands.retain(|command| matches!(command, Command::CrowdTrade { .. } | Command::CrowdDepth { .. }));
        commands
    };
    let waited = play(btc(&messages));
    assert_eq!(prints(&waited).len(), 3_000);
    assert_eq!(play(btc(&messages).without_waiting()), waited);
}

#[test]
fn other_markets_stay_simulated_and_go_on_when_the_tape_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let header = TapeHeader::new("a test", "ETHUSDT", SizeUnit::Base);
    let path = tape(folder.path(), header, &[depth(0, true, "bid 2500 1, ask 2501 1")]);
    let replay = Replay::open(&path, Decimal::ONE, START, &Listing::standard()).unwrap();
    let (listings, main, mut source) = beside_simulated(replay, 7, START, Listing::standard());
    assert_eq!(main.as_str(), "ETH-PERP");
    assert_eq!(listings.iter().map(|listing| listing.price).collect::<Vec<_>>(), [770_000, 250_050, 23_000]);
    let (mut commands, mut engine) = (Vec::new(), Engine::default());
    commands.extend(listings.iter().map(Listing::open));
    for _ in 0..100 {
        let now = source.next_at().unwrap();
        source.step(now, &mut commands).unwrap();
        for command in commands.drain(..) {
            engine.apply(&Stamped { seq: 0, at: now, command }, &mut Vec::new());
        }
    }
    let eth = engine.market(MarketId(1)).unwrap();
    assert_eq!((eth.best_bid(), eth.best_ask()), (Some((250_000, 10_000)), Some((250_100, 10_000))));
    assert!(engine.market(BTC).unwrap().depth(Side::Buy).count() > 50);
    assert!(
        source.describe().starts_with("a test, replayed at 1x: the tape has ended"),
        "{}",
        source.describe()
    );
    assert!(source.describe().ends_with("simulated, seed 7"), "{}", source.describe());
}

/// An engine with the replay's market open and a user who can trade.
struct World {
    engine: Engine,
    replay: Replay,
    seq: u64,
}

const USER: AccountId = AccountId(1);

impl World {
    fn new(replay: Replay) -> Self {
        let mut world = Self { engine: Engine::default(), seq: 0, replay };
        let fee = Rate::from_basis_points(5);
        world.apply(START, world.replay.listing().open());
        world.apply(START, Command::OpenAccount { account: USER, maker_fee: fee, taker_fee: fee });
        world.apply(START, Command::Deposit { account: USER, amount: Money::from_quote(100_000_000) });
        world
    }

    fn apply(&mut self, at: TimeMs, command: Command) -> Vec<Event> {
        self.seq += 1;
        let mut events = Vec::new();
        self.engine.apply(&Stamped { seq: self.seq, at, command }, &mut events);
        for event in &events {
            assert!(!matches!(event, Event::CommandRefused { .. }), "{event:?}");
        }
        let market = self.market();
        if let (Some((bid, _)), Some((ask, _))) = (market.best_bid(), market.best_ask()) {
            assert!(bid < ask, "crossed: {bid} {ask}");
        }
        events
    }

    fn market(&self) -> lmex_engine::MarketView<'_> {
        self.engine.market(self.replay.listing().market).unwrap()
    }

    fn live(&mut self, ms: i64) -> Vec<Event> {
        let at = START.plus_ms(ms);
        step(&mut self.replay, ms).into_iter().flat_map(|command| self.apply(at, command)).collect()
    }

    fn bid(&mut self, price: i64, contracts: i64) {
        let order = NewOrder::limit(USER, BTC, OrderId::from_bits(1), Side::Buy, price, contracts);
        self.apply(START, Command::Place(order));
    }

    fn fills(events: &[Event]) -> i64 {
        let fill = |event: &Event| if let Event::Fill(fill) = event { Some(fill.contracts) } else { None };
        events.iter().filter_map(fill).sum()
    }
}

#[test]
fn a_user_s_own_order_pulls_the_mark_by_a_quarter() {
    let mut world = World::new(btc(&[
        depth(0, true, "bid 1000 20, ask 1100 20"),
        depth(300, false, "ask 1100 0, ask 1101 20"),
    ]));
    world.live(0);
    assert_eq!((world.market().index(), world.market().mark()), (d("1050"), d("1050")));
    // 1,000,000 contracts at 1090 are worth 10,900, enough for the impact notional of 10,000 on their own.
    world.bid(10_900, 1_000_000);
    world.live(300);
    // The tape's middle is 1050.5, the impact mid (1090 + 1101) / 2 = 1095.5: 0.75 × 1050.5 + 0.25 × 1095.5 = 1061.75.
    assert_eq!((world.market().index(), world.market().mark()), (d("1050.5"), d("1061.8")));
}

#[test]
fn a_trade_s_volume_goes_once() {
    let mut world = World::new(btc(&[
        depth(0, true, "bid 100 10, ask 101 10"),
        trade(100, Side::Sell, "100", "4"),
        depth(200, false, "bid 100 6"),
    ]));
    let there = |world: &World| world.market().level(Side::Buy, 1_000);
    world.live(0);
    assert_eq!(there(&world), 1_000_000);
    world.live(100);
    assert_eq!(there(&world), 600_000);
    world.live(200);
    assert_eq!(there(&world), 600_000);
}

#[test]
fn a_trade_that_comes_after_its_depth_takes_nothing_twice() {
    let late = TapeMessage {
        received_ns: message(300, trade(0, Side::Sell, "1", "1").body).received_ns,
        ..trade(100, Side::Sell, "100", "4")
    };
    let mut world = World::new(btc(&[
        depth(0, true, "bid 100 10, bid 99 5, ask 101 10"),
        depth(200, false, "bid 100 6"),
        late,
    ]));
    world.live(0);
    let events = world.live(200);
    assert!(events.iter().any(|event| matches!(event, Event::Trade { contracts: 400_000, .. })));
    assert_eq!(world.live(300), []);
    assert_eq!(world.market().level(Side::Buy, 1_000), 600_000);
    assert_eq!(world.market().level(Side::Buy, 990), 500_000);
}

#[test]
fn prints_reach_a_resting_order_when_those_before_it_are_served() {
    let mut world = World::new(btc(&[
        depth(0, true, "bid 100 10, ask 101 10"),
        trade(100, Side::Sell, "100", "4"),
        depth(150, false, "bid 100 6"),
        trade(200, Side::Sell, "100", "7"),
        depth(250, false, "bid 100 0, bid 99.9 1"),
    ]));
    world.live(0);
    world.bid(1_000, 50_000);
    assert_eq!(World::fills(&world.live(100)), 0);
    assert_eq!(World::fills(&world.live(150)), 0);
    assert_eq!(World::fills(&world.live(200)), 50_000, "600,000 were before it, and 700,000 were sold");
}

#[test]
fn a_price_that_goes_through_a_resting_order_fills_it() {
    let mut world = World::new(btc(&[
        depth(0, true, "bid 100 10, ask 101 10"),
        depth(100, false, "bid 100 0, bid 98 1, ask 99 5, ask 101 0"),
    ]));
    world.live(0);
    world.bid(1_000, 50_000);
    assert_eq!(World::fills(&world.live(100)), 50_000);
    assert_eq!(world.market().best_ask(), Some((990, 450_000)));
}

#[test]
fn an_order_waits_behind_what_is_recorded_at_its_price_and_is_filled_once() {
    let mut world = World::new(btc(&[
        depth(0, true, "bid 100 10, bid 99 5, ask 101 10"),
        depth(100, false, "bid 100 14"),
        depth(200, false, "bid 100 9"),
        trade(300, Side::Sell, "100", "8"),
        depth(301, false, "bid 100 1"),
        trade(400, Side::Sell, "100", "2.5"),
        depth(401, false, "bid 100 0, bid 99 5"),
        trade(500, Side::Sell, "100", "9"),
    ]));
    let ahead = |world: &World| world.engine.queue_ahead(OrderId::from_bits(1));
    world.live(0);
    world.bid(1_000, 100_000);
    assert_eq!(ahead(&world), Some(1_000_000), "10 BTC were there before");
    world.live(100);
    assert_eq!(ahead(&world), Some(1_000_000), "who came later is behind");
    world.live(200);
    assert_eq!(ahead(&world), Some(900_000), "5 left: the 4 behind, and one that must have been before");
    assert_eq!(World::fills(&world.live(300)), 0);
    assert_eq!(ahead(&world), Some(100_000));
    world.live(301);
    assert_eq!(ahead(&world), Some(100_000), "the depth has the trade in it and takes nothing more");
    assert_eq!(World::fills(&world.live(400)), 100_000, "one was before, and 2.5 were sold");
    assert_eq!((World::fills(&world.live(401)), World::fills(&world.live(500))), (0, 0), "it is gone");
    assert_eq!(ahead(&world), None);
}

/// A trade that is received after its depth moves a user forward by its volume, not by twice that.
#[test]
fn a_late_trade_moves_the_queue_once() {
    let late = |ms, at| TapeMessage { received_ns: depth(ms, false, "bid 1 1").received_ns, ..at };
    let mut world = World::new(btc(&[
        depth(0, true, "bid 100 10, ask 101 10"),
        depth(200, false, "bid 100 6"),
        late(250, trade(150, Side::Sell, "100", "4")),
        depth(400, false, "bid 100 3"),
        late(450, trade(390, Side::Sell, "100", "3")),
    ]));
    world.live(0);
    world.bid(1_000, 50_000);
    let ahead = |world: &World| world.engine.queue_ahead(OrderId::from_bits(1));
    world.live(300);
    assert_eq!(ahead(&world), Some(600_000));
    assert_eq!(World::fills(&world.live(500)), 0);
    assert_eq!(ahead(&world), Some(300_000));
}

#[test]
fn orders_at_the_best_bid_of_a_real_capture_wait_their_turn_and_are_filled_once() {
    let Some(folder) = captures() else { return };
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("coinm.parquet");
    let input = [folder.join("coinm/btcusd_perp_20240808.gz")];
    binance(&input, &path, &BinanceOptions::default(), &mut |_, _| ()).unwrap();
    let mut world = World::new(Replay::open(&path, d("1"), START, &Listing::standard()).unwrap());
    let (mut number, mut filled) = (0_u128, 0);
    for second in 0..120 {
        filled += World::fills(&world.live(second * 1_000));
        let Some((bid, there)) = world.market().best_bid() else { continue };
        let mine = world.engine.open_orders(USER, None).filter(|order| order.price == bid).count();
        if mine == 0 {
            number += 1;
            let id = OrderId::from_bits(number);
            let order = NewOrder::limit(USER, BTC, id, Side::Buy, bid, 1_000);
            world.apply(START.plus_ms(second * 1_000), Command::Place(order));
            assert_eq!(world.engine.queue_ahead(id), Some(there), "behind all that is shown");
        }
    }
    let left: i64 = world.engine.open_orders(USER, None).map(|order| order.remaining()).sum();
    let rested = i64::try_from(number).unwrap();
    assert_eq!(filled + left, rested * 1_000, "each is filled once");
    assert!(filled > 0 && rested > 10, "{filled} contracts of {rested} orders");
}

/// The folder of real captures; `None` where it is absent, which CI does not allow.
fn captures() -> Option<PathBuf> {
    let shared = std::env::var_os("LMEX_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
    let folder = shared.join("data/l2");
    if folder.is_dir() {
        return Some(folder);
    }
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "CI needs the captures: set LMEX_SHARED");
    println!("skipped: no captures in {}", folder.display());
    None
}

#[test]
fn real_captures_are_never_crossed_and_follow_the_tape_s_best_prices() {
    let Some(folder) = captures() else { return };
    let scratch = tempfile::tempdir().unwrap();
    for (capture, unit, most_apart) in [
        ("usdm/btcusdt_20240808.gz", "USD-M", "0.0001"),
        ("coinm/btcusd_perp_20240808.gz", "COIN-M", "0.0001"),
        ("spot/btcusdt_20240808.gz", "Spot", "0.0001"),
    ] {
        let path = scratch.path().join(format!("{unit}.parquet"));
        let input = [folder.join(capture)];
        let summary = binance(&input, &path, &BinanceOptions::default(), &mut |_, _| ()).unwrap();
        let replay = Replay::open(&path, d("100"), START, &Listing::standard()).unwrap();
        assert_eq!(replay.listing().instrument.symbol.as_str(), "BTC-PERP");
        follow(World::new(replay), &path, d(most_apart));
        assert!(summary.info.messages > 10_000);
    }
}

/// Plays a tape to its end at 100 times its speed, beside the best prices that the tape says.
fn follow(mut world: World, path: &Path, most_apart: Decimal) {
    // The replay begins with the first whole book.
    let is_before = |message: &TapeMessage| !matches!(message.body, TapeBody::Depth { snapshot: true, .. });
    let messages = || TapeReader::open(path).unwrap().map(Result::unwrap).skip_while(is_before);
    let mut tops = messages().peekable();
    let first_ns = tops.peek().unwrap().received_ns;
    let (mut compared, mut apart, mut trades) = (0_u32, 0_u32, 0_u64);
    let mut top = None;
    while let Some(at) = world.replay.next_at() {
        let ms = at.ms_since(START);
        let events = world.live(ms);
        trades += events.iter().filter(|event| matches!(event, Event::Trade { .. })).count() as u64;
        while let Some(message) = tops.next_if(|message| (message.received_ns - first_ns) / 100_000_000 <= ms)
        {
            if let TapeBody::Top { bid, ask } = message.body {
                top = Some((bid.price + ask.price) / Decimal::TWO);
            }
        }
        let market = world.market();
        if let (Some(top), Some((bid, _)), Some((ask, _))) = (top, market.best_bid(), market.best_ask()) {
            let middle = market.instrument().grid.price(bid + ask) / Decimal::TWO;
            compared += 1;
            apart += u32::from(((middle - top) / top).abs() > most_apart);
        }
    }
    assert!(world.replay.has_ended());
    assert!(compared > 1_000, "{compared}");
    assert!(apart * 100 < compared, "{apart} of {compared} moments are further apart than {most_apart}");
    let recorded = messages().filter(|message| matches!(message.body, TapeBody::Trade { .. })).count() as u64;
    assert_eq!(trades, recorded, "every trade of the tape is a trade");
}
