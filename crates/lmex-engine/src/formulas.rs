//! Every formula that the engine decides by, with its units and its source; the last section checks most of them on a
//! worked example. There is nothing else in this module.
//!
//! Prices and the index are in the quote currency (USDT); `n` counts contracts, below zero for a short. Money is counted
//! in units of 1e-12 ([`Money`]), and each line says which way it is rounded. LMEX publishes few formulas: where it
//! publishes none, the line says which was chosen, and whose it is.
//!
//! # Value, profit, fees
//!
//! | what | formula | rounded | source |
//! |---|---|---|---|
//! | value of a contract | `v = price × contract size` | exact: a market with another grid is not opened | API document: a contract of BTC-PERP is 0.00001 BTC |
//! | cost of a position | `C` = Σ value of the fills that opened it, a short's negative | exact | – |
//! | entry price | `C / (n × contract size)` | shown to the nearest, never computed with | – |
//! | unrealised profit | `U = n·v(mark) − C` | exact | venue's recorded positions |
//! | realised profit of `k` closed | `k·v(fill)·sign(n) − C·k/│n│` | the share of the cost is cut; what the cut leaves comes out with the last contract | – |
//! | fee | `value × rate` of maker or taker; spam pays the taker's as maker | up | recorded fills; rates by account |
//! | liquidation fee | `value × liquidation fee rate`, at most what is left of the money | up | 0.2 % is an assumption ([`MarketRules::liquidation_fee`]) |
//!
//! # Margin
//!
//! | what | formula | rounded | source |
//! |---|---|---|---|
//! | tier's initial rate | `1 / highest leverage` | as listed, 8 decimals | the ten recorded rows of BTC-PERP ([`Tiers::btc_perp`]) |
//! | tier's maintenance rate `m` | `0.7 × initial − 0.002` | cut to 8 decimals | all ten recorded rows fit it |
//! | initial margin of a value | `max(value / leverage, value × tier's initial rate)` | up | usual (Binance, Bybit) |
//! | of a position | of `│n│·v(mark)` | up | the mark is the venue's, by its margin fields |
//! | maintenance margin | `│n│·v(mark) × m` | up | usual; recorded positions come to other ratios that are not explained (see `docs/CONFORMANCE.md`) |
//! | of resting orders | initial margin of the dearer side, each side's value beyond what closes the position | up | usual one-way margin; LMEX publishes none |
//! | to place an order | what it adds to that + taker fee of the part that opens + `max(0, (v(order) − v(mark)) × side)` of it | up | usual (Binance's open loss) |
//! | available | `balance + ΣU − Σposition margin − order margin`, of cross positions ([`Wallet::available`]) | exact | recorded wallets' fields |
//! | to withdraw | `max(0, available − max(0, ΣU))` ([`Wallet::withdrawable`]) | exact | usual |
//! | into an isolated position's wallet `W` | what could be withdrawn ([`Command::MoveMargin`]) | exact | stricter than Binance, which counts the profit |
//! | out of it | `max(0, min(W − maintenance margin, W + U − initial margin))`, both of the position at the mark | exact | Binance; LMEX publishes none |
//!
//! An isolated position has a wallet `W` of its own: opening moves initial margin and fee into it, closing `k` of `n` moves
//! `k/n` of it out, and it bears its own loss first. LMEX publishes no more than "isolated per position".
//!
//! # Liquidation
//!
//! | what | formula | rounded | source |
//! |---|---|---|---|
//! | equity | cross: `balance + ΣU`; isolated: `W + U` | exact | usual |
//! | begins | `equity < maintenance margin`, at the mark price | – | usual (BitMEX, Bybit); LMEX says that it is partial |
//! | liquidation price | `v = (C − W) / (n − Σ│nᵢ│·mᵢ)` by the net of the market's positions, `W` the money without them | to a tick, towards the mark | follows from the line before |
//! | how much | first tier: all; above it: what brings the rest at the mark within the limit of the tier below | up, to a step | usual (Bybit's partial liquidation) |
//! | bankruptcy value | `v(mark) − sign(n) × equity / │n│`; of a debt only what the fund is short of; within the bounds below | in favour of the trader | usual (BitMEX, Bybit) |
//! | a trader's own order | trades no further than the bankruptcy value of what it closes | – | Bybit refuses such orders; LMEX publishes none |
//! | the venue's order | as far as the price band and the fund go | contracts down | chosen |
//! | auto-deleveraging | rank by `U/│C│ × leverage` in profit, `U/│C│ ÷ leverage` in loss; leverage `= │n│·v(mark) / equity` | compared exactly | BitMEX; LMEX shows the bucket alone |
//! | its price | the bankruptcy value, to a tick | in favour of the one who is liquidated | usual |
//! | bucket | `5 − ⌊5 × those who rank higher / all of the side⌋`: 5 is closed first ([`Engine::adl_bucket`]) | – | chosen: fifths of the queue, as at Binance; recorded are 0, 1 and 2, and what BTSE prints (2 beside a percentile of 0.75) fits no fifths |
//!
//! ## How far from the mark
//!
//! Whoever is deleveraged trades outside the book, at a price that nobody offered. Venues say so: the bankruptcy price of the
//! liquidated position (BitMEX, Bybit, WhiteBIT; BTSE, where the fund improves the price by 1 % at most before that), or
//! the mark price, and what is missing is the fund's (OKX, Hyperliquid's oracle price, Ethereal). With a position of its own margin
//! the bankruptcy price is never on the far side of its entry price: those on the other side lose profit at worst.
//! Where positions share money, all of it and all of its debt would fall on the one that is closed first, at any price. dYdX
//! shares it out by maintenance margin. Here two bounds keep it near, and take nothing from anybody:
//!
//! | where | bound | rounded | why |
//! |---|---|---|---|
//! | `equity ≥ 0` | no worse for the owner than the price band, as the venue's order in the book | inwards | what the price beyond would give away stays with the owner |
//! | `equity < 0`, another position of that money is open | bears no more of the debt than `−min(0, U)`, its own loss | in favour of the trader | those on the other side gained that, and no more; the rest is the other position's, perhaps when its market takes orders again |
//! | `equity < 0`, the last position | none | – | see below |
//!
//! The last position bears what is left, however far from the mark that is. Within the band too, the rest of the debt would
//! be the fund's, which has nothing by then; but balances that the fund can't pay are a loss that nobody bears. So the rule
//! worth more holds: no equity is below zero unless fund or deleveraging has paid, and the fund is not overdrawn for it. The
//! worst case: long 100 at 60,000 with 100,000, the fund has 1,000,000, and the mark falls to 30,000 in one step. Of the debt of
//! 2,900,000 the fund pays 1,000,000, the others 19,000 a contract: they close at 49,000, 63 % above the mark, and keep 11,000
//! of their 30,000 profit (scenario `a_fall_in_one_step_costs_the_fund_what_it_has_whatever_stop_loss_there_is`; those of the bounds
//! stand in `takeover`).
//!
//! Sources: support.bitmex.com 18589621443357; help.bybit.com 900000031623; docs.whitebit.com/concepts/auto-deleveraging;
//! support.btse.com 43000531566; okx.com/help on early liquidation and auto-deleveraging; hyperliquid.gitbook.io and
//! docs.ethereal.trade on auto-deleveraging; dydxprotocol/v4-chain `GetBankruptcyPriceInQuoteQuantums`.
//!
//! # Prices and funding
//!
//! | what | formula | rounded | source |
//! |---|---|---|---|
//! | mark price | `75 % × index + 25 % × impact mid`, or as it is given ([`MarkRules`]) | to the tick's decimals | LMEX, support article of 2023 |
//! | impact mid | mean of the average prices at which 10,000 USDT could be sold and bought | down | the notional is an assumption |
//! | premium `P` | mean over the interval, by time, of `(mark − index) / index`; the local exchange's simulated crowd gives the rate, of its own price's premium (see `docs/MARKET.md`) | each premium to the nearest 1e-12, cut to ±1; their mean to 1e-12, down | usual |
//! | funding rate | `P + clamp(interest − P, ±0.05 %)`, cut to `±0.75 %` ([`FundingRules::rate`]) | exact | usual (Binance, Bybit, BitMEX); LMEX publishes interval and "notional × rate" |
//! | funding payment | `n·v(mark) × rate`: above zero is paid, below it received | up, for both sides | LMEX: "notional × rate" |
//! | times of funding that were missed | of several, as after a clock that jumped, the oldest and the two latest are paid, at the mark price of now | – | chosen: time that nobody lived through has no prices |
//! | price band | `mark × (1 ± 10 %)` | to a tick, inwards | LMEX has one (status 305); its width is an assumption |
//!
//! # Orders
//!
//! | what | formula | rounded | source |
//! |---|---|---|---|
//! | price of a pegged order | `index × (1 + deviation)`, no worse than its own limit and the price band | to a tick, away from the market: a buy down, a sell up | LMEX: "deviate from index price", and a worst price that takes precedence; the rounding is chosen |
//! | deviation | within ±10 % ([`Peg`]) | – | LMEX's document: −10 to 10 |
//! | what stealth shows | `remaining × shown` | up to a contract | LMEX: a percentage; the rounding is chosen |
//! | trailing stop | a sell's: highest price since it was accepted − trail; a buy's: lowest + trail ([`Trigger`]) | to a tick, away from the price | usual; LMEX documents the field alone |
//! | spam | `size × price ≤ 5 USDT`, at the limit, a market order's at the best opposite price, a pair's at the cheaper leg; not reduce-only: refused or hidden ([`SmallOrders`]) | – | LMEX, article on spam orders; two documents contradict each other on what follows |
//! | most open orders | 500 of an account in a market, waiting ones included ([`MarketRules::max_open_orders`]) | – | LMEX has a bound (status 304) and says no number: chosen |
//!
//! # Where the last unit goes
//!
//! What rounding takes from traders and gives to nobody is in the residue ([`Engine::residue`]):
//! `Σ balances + Σ isolated wallets − Σ C + fee income + insurance fund + residue = deposits`, exactly and always.
//!
//! # A worked example
//!
//! BTC-PERP, contracts of 0.00001 BTC, ticks of 0.1 USDT, first tier (1 % and 0.5 %), taker fee 0.05 %. With 1,000 USDT, 10 times
//! leverage in an isolated position: buy 10,000 contracts (0.1 BTC) at 60,000.
//!
//! ```
//! # use lmex_engine::{AccountId, Command, CrowdLevel, Engine, LegId, MarginMode, MarketId, MarketRules, Money, NewOrder, Rate, Stamped, Tiers};
//! # use lmex_types::{Decimal, Grid, Instrument, OrderId, Side, TimeMs};
//! # let (trader, btc) = (AccountId(1), MarketId(1));
//! # let instrument = Instrument {
//! #     symbol: "BTC-PERP".parse()?, base: "BTC".into(), quote: "USDT".into(),
//! #     grid: Grid::new("0.1".parse()?, "0.00001".parse()?)?,
//! #     min_contracts: 1, max_contracts: 10_000_000, step_contracts: 1, min_notional: Decimal::from(5),
//! # };
//! # let rules = MarketRules { tiers: Tiers::default(), ..MarketRules::default() };
//! # let mut engine = Engine::default();
//! # let mut seq = 0;
//! # let mut say = |engine: &mut Engine, command| {
//! #     seq += 1;
//! #     let mut events = Vec::new();
//! #     engine.apply(&Stamped { seq, at: TimeMs::from_millis(0), command }, &mut events);
//! # };
//! # say(&mut engine, Command::OpenMarket { market: btc, instrument, rules, price: 600_000 });
//! # say(&mut engine, Command::OpenAccount { account: trader, maker_fee: Rate::ZERO, taker_fee: Rate::from_basis_points(5) });
//! # say(&mut engine, Command::Deposit { account: trader, amount: Money::from_quote(1_000) });
//! # let leverage = Command::SetLeverage { account: trader, market: btc, leg: LegId::ONE_WAY, leverage: 10, margin: Some(MarginMode::Isolated) };
//! # say(&mut engine, leverage);
//! # let levels = vec![CrowdLevel { side: Side::Sell, price: 600_000, contracts: 50_000 }];
//! # say(&mut engine, Command::CrowdDepth { market: btc, levels, snapshot: true });
//! # let buy = NewOrder::limit(trader, btc, OrderId::from_bits(1), Side::Buy, 600_000, 10_000);
//! # say(&mut engine, Command::Place(buy));
//! let money = |text: &str| Money::try_from(text.parse::<Decimal>().expect("a number"));
//! let held = engine.position(trader, btc, LegId::ONE_WAY).expect("it was filled");
//! assert_eq!(held.cost, money("6000")?);                  // 10,000 × 0.00001 × 60,000
//! assert_eq!(held.initial_margin, money("600")?);         // 6,000 / 10
//! assert_eq!(held.maintenance_margin, money("30")?);      // 6,000 × 0.5 %
//! assert_eq!(held.wallet, money("600")?);                 // initial margin; the fee of 3 came in with it, and was paid
//! let left = engine.wallet(trader).expect("an account").balance;
//! assert_eq!(left, money("397")?);                        // 1,000 − 600 − 6,000 × 0.05 %
//! // (C − W) / (n − n·m) = (6,000 − 600) / (10,000 − 50) = 0.54271… a contract: 54,271.35…, up to the tick.
//! assert_eq!(held.liquidation_price, Some("54271.4".parse()?));
//! # assert_eq!(engine.audit(), Ok(()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Scenarios with hand calculations for each rule stand in `tests/scenarios`.
//!
//! [`Money`]: crate::Money
//! [`Tiers::btc_perp`]: crate::Tiers::btc_perp
//! [`Command::MoveMargin`]: crate::Command::MoveMargin
//! [`Wallet::available`]: crate::Wallet::available
//! [`Wallet::withdrawable`]: crate::Wallet::withdrawable
//! [`MarketRules::liquidation_fee`]: crate::MarketRules::liquidation_fee
//! [`MarkRules`]: crate::MarkRules
//! [`FundingRules::rate`]: crate::FundingRules::rate
//! [`Engine::residue`]: crate::Engine::residue
//! [`Engine::adl_bucket`]: crate::Engine::adl_bucket
//! [`Peg`]: crate::Peg
//! [`Trigger`]: crate::Trigger
//! [`SmallOrders`]: crate::SmallOrders
//! [`MarketRules::max_open_orders`]: crate::MarketRules::max_open_orders
