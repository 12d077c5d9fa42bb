//! Reads and runs scripts.

mod condition;
mod show;

use lmex_engine::{
    AccountId, CancelTarget, Command, Config, CrowdLevel, Engine, Event, LegId, MarginMode, MarketId,
    MarketRules, Money, NewOrder, OrderRef, Peg, PositionMode, QueueModel, Rate, Stamped, Trading,
};
use lmex_types::{Decimal, Grid, Instrument, OrderId, Side, TimeInForce, TimeMs};

pub(crate) const MARKET: MarketId = MarketId(1);
/// A second market like the first, in scripts that open it.
pub(crate) const OTHER: MarketId = MarketId(2);

/// Runs a script; panics where something else comes out.
pub(crate) fn check(script: &str) {
    check_with(QueueModel::Tail, script);
}

pub(crate) fn check_with(queue_model: QueueModel, script: &str) {
    run(World::new(queue_model, MarketRules::default()), script);
}

/// In a market with rules of its own.
pub(crate) fn check_in(rules: MarketRules, script: &str) {
    run(World::new(QueueModel::Tail, rules), script);
}

fn run(mut world: World, script: &str) {
    let lines: Vec<&str> = script.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let is_expectation = |line: &str| line.starts_with(['|', ':', '~']) || line.starts_with("=>");
    let mut at = 0;
    while at < lines.len() {
        let command = lines[at];
        let expected: Vec<&str> =
            lines[at + 1..].iter().copied().take_while(|line| is_expectation(line)).collect();
        world.run(command);
        world.expect(command, &expected);
        at += 1 + expected.len();
    }
}

struct World {
    engine: Engine,
    replica: Engine,
    seq: u64,
    now: TimeMs,
    events: Vec<Event>,
}

impl World {
    fn new(queue_model: QueueModel, rules: MarketRules) -> Self {
        let config = Config { queue_model };
        let (engine, replica) = (Engine::new(config), Engine::new(config));
        let mut world = Self { engine, replica, seq: 0, now: TimeMs::from_millis(0), events: Vec::new() };
        world.apply(Command::OpenMarket { market: MARKET, instrument: instrument(), rules, price: 100 });
        for (name, maker, taker) in [("A", 0, 0), ("B", 0, 0), ("C", 0, 0), ("F", 2, 5), ("R", -1, 4)] {
            let (maker_fee, taker_fee) = (Rate::from_basis_points(maker), Rate::from_basis_points(taker));
            let account = account(name);
            world.apply(Command::OpenAccount { account, maker_fee, taker_fee });
            world.apply(Command::Deposit { account, amount: Money::from_quote(100_000) });
        }
        world
    }

    fn run(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let command = match words[..] {
            ["time", later] => {
                self.now = self.now.plus_ms(number(later));
                Command::Advance
            }
            ["open", "other"] => Command::OpenMarket {
                market: OTHER,
                instrument: instrument(),
                rules: MarketRules::default(),
                price: 100,
            },
            ["other", ref words @ ..] => elsewhere(command(words)),
            _ => command(&words),
        };
        self.apply(command);
    }

    fn apply(&mut self, command: Command) {
        self.seq += 1;
        self.events.clear();
        let stamped = Stamped { seq: self.seq, at: self.now, command };
        self.engine.apply(&stamped, &mut self.events);
        for event in &self.events {
            self.replica.evolve(event);
        }
        assert_eq!(self.engine.audit(), Ok(()), "after {stamped:?}");
        assert_eq!(self.engine.digest(), self.replica.digest(), "the replica differs after {stamped:?}");
    }

    fn expect(&self, command: &str, expected: &[&str]) {
        for (prefix, found) in [
            ("=>", self.events.iter().map(show::event).collect::<Vec<_>>()),
            ("|", show::book(&self.engine)),
            ("~", show::waiting(&self.engine)),
        ] {
            let wanted: Vec<&str> =
                expected.iter().filter_map(|line| line.strip_prefix(prefix)).map(str::trim).collect();
            let nothing = wanted == ["nothing"] && found.is_empty();
            assert!(
                wanted.is_empty() || nothing || wanted == found,
                "\nafter   {command}\nwanted  {wanted:#?}\nfound   {found:#?}\n"
            );
        }
        for wanted in expected.iter().filter_map(|line| line.strip_prefix(':')).map(str::trim) {
            let (name, _) = wanted.split_once(' ').unwrap();
            let found = match name {
                "fund" => format!("fund {}", self.engine.insurance_fund()),
                "residue" => format!("residue {}", self.engine.residue()),
                "rate" => format!("rate {}", self.engine.market(MARKET).unwrap().funding_rate()),
                "adl" => show::adl(&self.engine),
                name => show::account(&self.engine, name),
            };
            assert_eq!(wanted, found, "after {command}");
        }
    }
}

pub(crate) fn instrument() -> Instrument {
    Instrument {
        symbol: "TEST-PERP".parse().unwrap(),
        base: "TEST".into(),
        quote: "USDT".into(),
        grid: Grid::new(Decimal::ONE, Decimal::ONE).unwrap(),
        min_contracts: 1,
        max_contracts: 1_000_000,
        step_contracts: 1,
        min_notional: Decimal::from(5),
    }
}

fn command(words: &[&str]) -> Command {
    let market = MARKET;
    match words {
        ["depth", levels @ ..] => Command::CrowdDepth { market, levels: depth(levels), snapshot: false },
        ["snapshot", levels @ ..] => Command::CrowdDepth { market, levels: depth(levels), snapshot: true },
        ["trade", aggressor, contracts, "@", price] => Command::CrowdTrade {
            market,
            aggressor: side(aggressor),
            price: number(price),
            contracts: number(contracts),
        },
        ["mark", mark] => {
            let mark = mark.parse().unwrap();
            Command::SetPrices { market, index: mark, mark: Some(mark) }
        }
        ["index", index, "mark", mark] => {
            Command::SetPrices { market, index: index.parse().unwrap(), mark: Some(mark.parse().unwrap()) }
        }
        ["index", index] => Command::SetPrices { market, index: index.parse().unwrap(), mark: None },
        ["fund", amount] => Command::FundInsurance { amount: Money::from_quote(number(amount)) },
        ["funding", rate, "at", next] => Command::SetFundingRate {
            market,
            rate: rate.parse::<Decimal>().unwrap().try_into().unwrap(),
            next: TimeMs::from_millis(number(next)),
        },
        ["halt"] => Command::SetTrading { market, trading: Trading::Halted },
        ["shut"] => Command::SetTrading { market, trading: Trading::Closed },
        ["resume"] => Command::SetTrading { market, trading: Trading::Active },
        [name, rest @ ..] => of_account(account(name), rest),
        [] => panic!("an empty line"),
    }
}

/// The same in the other market.
fn elsewhere(command: Command) -> Command {
    let market = OTHER;
    match command {
        Command::SetPrices { index, mark, .. } => Command::SetPrices { market, index, mark },
        Command::SetTrading { trading, .. } => Command::SetTrading { market, trading },
        Command::CrowdDepth { levels, snapshot, .. } => Command::CrowdDepth { market, levels, snapshot },
        Command::Place(new) => Command::Place(NewOrder { market, ..new }),
        command => panic!("{command:?} elsewhere"),
    }
}

fn of_account(account: AccountId, words: &[&str]) -> Command {
    let market = MARKET;
    match words {
        ["amend", id, changes @ ..] => {
            let change = |name| {
                let at = changes.iter().position(|word| *word == name)?;
                Some(number(changes[at + 1]))
            };
            let target = match id.strip_prefix('#') {
                Some(id) => OrderRef::Id(order_id(id)),
                None => OrderRef::Client(id.parse().unwrap()),
            };
            Command::Amend {
                account,
                market,
                target,
                price: change("price"),
                contracts: change("size"),
                trigger: change("trigger"),
            }
        }
        ["cancel", "client", id] => {
            Command::Cancel { account, market, target: CancelTarget::Client(id.parse().unwrap()) }
        }
        ["cancel", "all"] => Command::Cancel { account, market, target: CancelTarget::All },
        ["cancel", id] => Command::Cancel { account, market, target: CancelTarget::Order(order_id(id)) },
        ["close", id, rest @ ..] => {
            let price = after(rest, "@").map(number);
            let post_only = rest.contains(&"post");
            let leg = on(rest).unwrap_or_default();
            Command::Close { account, market, leg, order: order_id(id), price, post_only }
        }
        ["bind", rest @ ..] => Command::BindExits {
            account,
            market,
            leg: on(rest).unwrap_or_default(),
            exits: condition::exits(rest),
        },
        ["mode", mode] => Command::SetPositionMode { account, market, mode: position_mode(mode) },
        ["leverage", leverage, rest @ ..] => Command::SetLeverage {
            account,
            market,
            leg: on(rest).unwrap_or_default(),
            leverage: leverage.parse().unwrap(),
            margin: rest.iter().find_map(|word| match *word {
                "cross" => Some(MarginMode::Cross),
                "isolated" => Some(MarginMode::Isolated),
                _ => None,
            }),
        },
        ["switch", "off"] => Command::CancelAllAfter { account, timeout_ms: None },
        ["switch", timeout] => Command::CancelAllAfter { account, timeout_ms: Some(number(timeout)) },
        ["margin", amount, rest @ ..] => {
            Command::MoveMargin { account, market, leg: on(rest).unwrap_or_default(), amount: money(amount) }
        }
        ["withdraw", amount] => Command::Withdraw { account, amount: money(amount) },
        ["risk", level, rest @ ..] => Command::SetRiskLimit {
            account,
            market,
            leg: on(rest).unwrap_or_default(),
            level: level.parse().unwrap(),
        },
        ["deposit", amount] => Command::Deposit { account, amount: Money::from_quote(number(amount)) },
        [id, way, contracts, rest @ ..] => {
            let price = after(rest, "@").map(number);
            let time_in_force = rest.iter().find_map(|word| word.parse::<TimeInForce>().ok());
            let (order, side, contracts) = (order_id(id), side(way), number(contracts));
            let plain = match price {
                Some(price) => NewOrder::limit(account, market, order, side, price, contracts),
                None if rest.contains(&"peg") => NewOrder::limit(account, market, order, side, 0, contracts),
                None => NewOrder::market(account, market, order, side, contracts),
            };
            Command::Place(NewOrder {
                client_id: Some(id.parse().unwrap()),
                time_in_force: time_in_force.unwrap_or_default(),
                post_only: rest.contains(&"post"),
                reduce_only: rest.contains(&"reduce"),
                peg: peg(rest),
                mode: after(rest, "mode").map(position_mode),
                leg: on(rest),
                trigger: condition::trigger(rest),
                oco: condition::oco(rest),
                exits: condition::exits(rest),
                ..plain
            })
        }
        _ => panic!("what is {words:?}?"),
    }
}

/// `peg -1.5% show 20%`, and perhaps `limit 99`.
fn peg(words: &[&str]) -> Option<Peg> {
    let percent = |word: &str| {
        let percent: Decimal = word.trim_end_matches('%').parse().unwrap();
        Rate::try_from(percent / Decimal::ONE_HUNDRED).unwrap()
    };
    Some(Peg {
        deviation: percent(after(words, "peg")?),
        shown: after(words, "show").map_or(Rate::ONE, percent),
        limit: after(words, "limit").map(number),
    })
}

fn money(word: &str) -> Money {
    word.trim_start_matches('+').replace('_', "").parse::<Decimal>().unwrap().try_into().unwrap()
}

fn after<'a>(words: &[&'a str], name: &str) -> Option<&'a str> {
    words.windows(2).find(|pair| pair[0] == name).map(|pair| pair[1])
}

/// `on long`, `on #3`: which position.
fn on(words: &[&str]) -> Option<LegId> {
    after(words, "on").map(leg)
}

pub(crate) fn leg(name: &str) -> LegId {
    match name {
        "one-way" => LegId::ONE_WAY,
        "long" => LegId::LONG,
        "short" => LegId::SHORT,
        _ => LegId::isolated(name.trim_start_matches('#').parse().unwrap()),
    }
}

fn position_mode(name: &str) -> PositionMode {
    match name {
        "one-way" => PositionMode::OneWay,
        "hedge" => PositionMode::Hedge,
        "isolated" => PositionMode::Isolated,
        _ => panic!("{name} is no mode"),
    }
}

fn depth(words: &[&str]) -> Vec<CrowdLevel> {
    words
        .chunks(3)
        .map(|level| CrowdLevel {
            side: if level[0] == "bid" { Side::Buy } else { Side::Sell },
            price: number(level[1]),
            contracts: number(level[2].trim_end_matches(',')),
        })
        .collect()
}

fn side(word: &str) -> Side {
    match word {
        "buy" | "buys" => Side::Buy,
        "sell" | "sells" => Side::Sell,
        _ => panic!("{word} is no side"),
    }
}

fn number(word: &str) -> i64 {
    word.trim_start_matches('+').replace('_', "").parse().unwrap()
}

fn account(name: &str) -> AccountId {
    AccountId(u32::from(name.as_bytes()[0]))
}

/// The letters of the name are the bits of the id, so that it can be shown again.
pub(crate) fn order_id(name: &str) -> OrderId {
    OrderId::from_bits(name.bytes().fold(0, |bits, byte| bits << 8 | u128::from(byte)))
}
