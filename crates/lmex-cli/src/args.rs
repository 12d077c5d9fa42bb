//! What can be typed: one grammar, verb first.

use clap::{ArgGroup, Args as ClapArgs, Parser, Subcommand};
use lmex::futures::{OrderRef, Resolution};
use lmex::{Decimal, Environment, Size, Symbol, TimeInForce};

use crate::commands;

/// Trade on LMEX, its testnet, or an exchange on your own machine. Unofficial; trading risks money.
#[derive(Debug, Parser)]
#[command(name = "lmex", version, max_term_width = 110, after_help = AFTER_HELP)]
pub struct Args {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options every command takes.
#[derive(Debug, Clone, ClapArgs)]
#[command(next_help_heading = "Everywhere")]
pub struct Global {
    /// Which exchange: local, testnet or live.
    #[arg(
        long,
        global = true,
        env = "LMEX_ENV",
        hide_env_values = true,
        default_value = "local",
        value_name = "ENV",
        value_parser = environment
    )]
    pub env: Environment,
    /// Print JSON; errors too, on stderr. Streams print one object a line.
    #[arg(long, global = true, conflicts_with = "csv")]
    pub json: bool,
    /// Print CSV with a header line; times as in JSON, sizes in contracts.
    #[arg(long, global = true)]
    pub csv: bool,
    /// REST origin, such as http://127.0.0.1:9090.
    #[arg(long, global = true, env = "LMEX_REST_URL", hide_env_values = true, value_name = "ORIGIN")]
    pub rest_url: Option<String>,
    /// Stream origin, such as ws://127.0.0.1:9090.
    #[arg(long, global = true, env = "LMEX_WS_URL", hide_env_values = true, value_name = "ORIGIN")]
    pub ws_url: Option<String>,
    /// A host besides its own that testnet or live may talk to; never a host of the other one.
    #[arg(long, global = true, value_name = "HOST")]
    pub allow_host: Vec<String>,
    /// Order requests a second (the venue allows 75; the well-known tutorial says 10).
    #[arg(
        long,
        global = true,
        env = "LMEX_ORDERS_PER_SECOND",
        hide_env_values = true,
        value_name = "N",
        value_parser = clap::value_parser!(u32).range(1..=75)
    )]
    pub orders_per_second: Option<u32>,
    /// Say more on stderr; twice for even more.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Walk through everything on a local exchange: prices, orders, fills, streams, rate limits.
    Demo(commands::demo::Demo),
    /// Run an LMEX-compatible exchange on this machine; make faults, move its time.
    Exchange(commands::exchange::Serve),
    /// List the markets.
    Markets,
    /// Show index, last and mark price.
    Price(Market),
    /// Show candles, drawn on a terminal.
    #[command(after_help = "Example: lmex candles BTC-PERP 1h -n 100 --csv")]
    Candles(Candles),
    /// Show the order book; --watch keeps showing it.
    #[command(alias = "orderbook")]
    Book(Book),
    /// Show the latest public trades.
    Trades(Recent),
    /// Show past funding rates.
    Funding(Recent),
    /// Buy. The size needs a unit: 100ct, 0.001btc or 60usdt.
    #[command(after_help = ORDER_EXAMPLES)]
    Buy(NewOrderArgs),
    /// Sell. The size needs a unit: 100ct, 0.001btc or 60usdt.
    #[command(after_help = ORDER_EXAMPLES)]
    Sell(NewOrderArgs),
    /// List your open orders.
    Orders(MaybeMarket),
    /// Show one order, open or finished.
    Order(OneOrder),
    /// Change an open order's price or size.
    #[command(after_help = "Example: lmex amend 52cdd4ce-bf2e-4b8c-b286-4129ad1ab662 --limit 60100.5")]
    Amend(Amend),
    /// Cancel an order, or all of a market.
    #[command(
        after_help = "Examples: lmex cancel 52cdd4ce-bf2e-4b8c-b286-4129ad1ab662\n          lmex cancel --all BTC-PERP"
    )]
    Cancel(Cancel),
    /// List your own fills.
    Fills(Fills),
    /// List your open positions.
    Positions(MaybeMarket),
    /// Close the position in a market.
    Close(Close),
    /// Show the wallet.
    Balance,
    /// Show the account's fee rates.
    Fees(MaybeMarket),
    /// Follow a stream: book, trades or top (best bid and offer).
    #[command(after_help = "Example: lmex stream top BTC-PERP --updates 10 --json")]
    Stream(commands::stream::Stream),
    /// Show what is signed and the signature, to debug a client of your own.
    #[command(
        after_help = "Example: lmex sign POST /api/v2.3/order --nonce 1624985375123 --body '{\"size\":1}' --json"
    )]
    Sign(commands::sign::Sign),
    /// Send any request, signed, once; print the answer as it came, and end with 0 if HTTP says yes.
    #[command(
        after_help = "Example: lmex api GET /api/v2.3/user/positions --query symbol=BTC-PERP\n\nOn live, all but GET asks first; the cap LMEX_MAX_NOTIONAL does not hold here, since the body may be anything."
    )]
    Api(commands::api::Api),
    /// Check keys, clock, connection, stream and limits.
    Doctor,
    /// Find out how the exchange behaves where its documents contradict each other, with orders that are cancelled at once.
    #[command(
        after_help = "Example: lmex verify --env testnet --report report.json\n\nOn live it only asks. The report holds neither key nor signature, account nor wallet, so that it can be shown to others."
    )]
    Verify(commands::verify::Verify),
    /// Recorded market data: import captures, look at tapes.
    #[command(subcommand)]
    Data(commands::data::Data),
}

const AFTER_HELP: &str = "\
The environment is local unless --env or LMEX_ENV names testnet or live: nothing touches real money
by accident. Data goes to stdout, messages to stderr.

Exit codes, with the categories that errors name:
    0  done
    2  invalid, and a wrong command line
    3  refused, insufficient_funds, order_not_found, unknown_market
    4  credentials, authentication, permission, banned
    5  network, unavailable, unreadable
    6  rate_limited
    7  unknown, unresolved: an order may or may not exist
    8  config, io
    9  declined: nothing was sent
    1  anything else; 130 interrupted
An order that its own terms have ended unfilled (FOK, IOC, --post-only) is done: 0, and status cancelled.";

const ORDER_EXAMPLES: &str = "Examples: lmex buy BTC-PERP 0.001btc --limit 60000 --post-only\n          lmex sell BTC-PERP 100ct --market\n          lmex buy ETH-PERP 60usdt --limit 3000 --tif IOC --dry-run\n\nAn order that its own terms end unfilled (FOK, IOC, --post-only) is done: exit code 0, \"cancelled\". How much was filled is said, and is totalFilledSize of --json. Stops, take profits and leverage go by `lmex api`.";

/// One market.
#[derive(Debug, ClapArgs)]
pub struct Market {
    /// The market, such as BTC-PERP.
    pub market: Symbol,
}

/// One market or all.
#[derive(Debug, ClapArgs)]
pub struct MaybeMarket {
    /// The market, such as BTC-PERP; all if absent.
    pub market: Option<Symbol>,
}

#[derive(Debug, ClapArgs)]
pub struct Candles {
    /// The market, such as BTC-PERP.
    pub market: Symbol,
    /// Length of a candle: 1m, 5m, 15m, 30m, 1h, 4h, 6h, 1d, 1w or 1mo. A local exchange counts weeks (from a Thursday) and months
    /// (of 30 days) from 1970 on; how LMEX does is not documented.
    #[arg(default_value = "1h")]
    pub resolution: Resolution,
    /// How many, at most 300.
    #[arg(short = 'n', long, default_value_t = 100, value_parser = up_to::<300>, allow_negative_numbers = true)]
    pub count: u32,
    /// Print the table instead of drawing.
    #[arg(long)]
    pub table: bool,
}

#[derive(Debug, ClapArgs)]
pub struct Book {
    /// The market, such as BTC-PERP.
    pub market: Symbol,
    /// Levels of each side.
    #[arg(short = 'n', long, default_value_t = 10, value_parser = up_to::<500>, allow_negative_numbers = true)]
    pub depth: u32,
    /// Keep showing it as it changes.
    #[arg(long)]
    pub watch: bool,
    /// With --watch: stop after so many updates.
    #[arg(long, requires = "watch", value_parser = above_zero, allow_negative_numbers = true)]
    pub updates: Option<u64>,
}

#[derive(Debug, ClapArgs)]
pub struct Recent {
    /// The market, such as BTC-PERP.
    pub market: Symbol,
    /// How many, at most 500.
    #[arg(short = 'n', long, default_value_t = 20, value_parser = up_to::<500>, allow_negative_numbers = true)]
    pub count: u32,
}

#[derive(Debug, ClapArgs)]
pub struct Fills {
    /// The market, such as BTC-PERP; all if absent.
    pub market: Option<Symbol>,
    /// How many, at most 500.
    #[arg(short = 'n', long, default_value_t = 20, value_parser = up_to::<500>, allow_negative_numbers = true)]
    pub count: u32,
}

#[derive(Debug, ClapArgs)]
#[command(group = ArgGroup::new("how").required(true).args(["limit", "market_order"]))]
pub struct NewOrderArgs {
    /// The market, such as BTC-PERP.
    pub market: Symbol,
    /// How much, with its unit: 100ct (contracts), 0.001btc or 60usdt (rounded down to whole contracts).
    #[arg(allow_hyphen_values = true)]
    pub size: Size,
    /// Trade at this price or better.
    #[arg(long, value_name = "PRICE", allow_negative_numbers = true, value_parser = price)]
    pub limit: Option<Decimal>,
    /// Trade at the best prices there are, now.
    #[arg(long = "market")]
    pub market_order: bool,
    /// Only add liquidity: cancelled if it would trade at once.
    #[arg(long, conflicts_with = "market_order")]
    pub post_only: bool,
    /// How long it may wait: GTC, IOC, FOK, HALFMIN, FIVEMIN, HOUR, TWELVEHOUR, DAY, WEEK or MONTH.
    #[arg(long, value_name = "TIF", conflicts_with = "market_order")]
    pub tif: Option<TimeInForce>,
    /// Only make a position smaller.
    #[arg(long)]
    pub reduce_only: bool,
    /// Your own id for it, at most 36 characters.
    #[arg(long, value_name = "ID")]
    pub client_id: Option<lmex::ClientOrderId>,
    #[command(flatten)]
    pub safety: Safety,
}

/// What stands between a typed command and money.
#[derive(Debug, Clone, Copy, ClapArgs)]
pub struct Safety {
    /// Show what would be sent, and send nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Don't ask before real money moves (on live).
    #[arg(long)]
    pub yes: bool,
}

#[derive(Debug, ClapArgs)]
pub struct OneOrder {
    /// The venue's id (a UUID) or your own.
    #[arg(value_parser = order_ref, value_name = "ID")]
    pub order: OrderRef,
}

#[derive(Debug, ClapArgs)]
#[command(group = ArgGroup::new("what").required(true).multiple(true).args(["limit", "size"]))]
pub struct Amend {
    /// The venue's id (a UUID) or your own.
    #[arg(value_parser = order_ref, value_name = "ID")]
    pub order: OrderRef,
    /// The new price.
    #[arg(long, value_name = "PRICE", allow_negative_numbers = true, value_parser = price)]
    pub limit: Option<Decimal>,
    /// The new whole size, what is filled already included, with its unit.
    #[arg(long, value_name = "SIZE")]
    pub size: Option<Size>,
    #[command(flatten)]
    pub safety: Safety,
}

#[derive(Debug, ClapArgs)]
#[command(group = ArgGroup::new("which").required(true).args(["order", "all"]))]
pub struct Cancel {
    /// The venue's id (a UUID) or your own.
    #[arg(value_parser = order_ref, value_name = "ID")]
    pub order: Option<OrderRef>,
    /// Cancel every order in this market.
    #[arg(long, value_name = "MARKET")]
    pub all: Option<Symbol>,
    /// Show what would be sent, and send nothing.
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, ClapArgs)]
pub struct Close {
    /// The market, such as BTC-PERP.
    pub market: Symbol,
    /// Close at this price or better instead of at the market.
    #[arg(long, value_name = "PRICE", allow_negative_numbers = true, value_parser = price)]
    pub limit: Option<Decimal>,
    #[command(flatten)]
    pub safety: Safety,
}

/// A variable that is set to nothing is not set.
fn environment(text: &str) -> Result<Environment, lmex::EndpointError> {
    if text.is_empty() { Ok(Environment::Local) } else { text.parse() }
}

/// Every digit counts: what can't be kept exactly is refused, not rounded.
fn price(text: &str) -> Result<Decimal, String> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    let exact = plain.then(|| Decimal::from_str_exact(text).ok()).flatten();
    exact.ok_or_else(|| {
        "a price is written in at most 28 decimal digits without commas, such as 60000.5".to_owned()
    })
}

/// How many rows are wanted.
pub fn up_to<const MOST: u32>(text: &str) -> Result<u32, String> {
    let count = text.parse().ok().filter(|count| (1..=MOST).contains(count));
    count.ok_or_else(|| format!("write a whole number from 1 to {MOST}"))
}

/// How many updates are wanted.
pub fn above_zero(text: &str) -> Result<u64, String> {
    text.parse().ok().filter(|count| *count > 0).ok_or_else(|| "write a whole number above zero".to_owned())
}

/// A number for the exchange, which knows its bounds.
pub fn whole<N: TryFrom<i128>>(text: &str) -> Result<N, String> {
    let number: i128 = text.parse().map_err(|_| "write a whole number, such as 5".to_owned())?;
    N::try_from(number).map_err(|_| "it is far out of range: write a number nearer to 1".to_owned())
}

/// A UUID is the venue's id; anything else is one's own.
fn order_ref(text: &str) -> Result<OrderRef, String> {
    if let Ok(id) = text.parse() {
        return Ok(OrderRef::Id(id));
    }
    text.parse().map(OrderRef::Client).map_err(|error: lmex_types::IdError| error.to_string())
}
