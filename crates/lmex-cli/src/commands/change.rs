//! `lmex amend`, `cancel`, `close`.

use lmex::futures::{AmendOrder, Amendment, CancelOrder, CancelTarget, ClosePosition, OrderDetail, OrderRef};
use lmex::{Client, Decimal, Instrument, OrderType, Side, Symbol};

use super::dry_run::{self, Worth};
use super::order::sentence;
use super::orders::answer_table;
use super::{checked, sent};
use crate::args::{Amend, Cancel, Close};
use crate::confirm;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Format, Output};

pub async fn amend(args: &Amend, context: &Context, output: &Output) -> Result<(), CliError> {
    let client = context.signed_client()?;
    let (order, instrument, amendment, best) = checked(find_and_check(args, &client)).await?;
    let request = AmendOrder { symbol: order.symbol, order: args.order, amendment };
    let (what, worth) = amended(&order, &instrument, amendment, best);
    if args.safety.dry_run {
        return dry_run::show(&request, &what, Some(worth), context, output);
    }
    confirm::live_order(context.environment, &what, worth.notional, args.safety.yes)?;
    let next = format!("`lmex order {}` shows what became of it", order.order_id);
    let amended = sent(&what, &next, client.amend(order.symbol, args.order, amendment)).await?;
    if output.format == Format::People {
        return output.text(&format!("{what}\n{}\n", sentence(&amended)));
    }
    output.print(&amended, || answer_table(std::slice::from_ref(&amended), output))
}

/// The order as it is, its market, and the change as the market takes it.
async fn find_and_check(
    args: &Amend,
    client: &Client,
) -> Result<(OrderDetail, Instrument, Amendment, Decimal), CliError> {
    let order = client.order(args.order).await?.into_data();
    let instrument = client.instrument(order.symbol).await?;
    if let Some(price) = args.limit {
        instrument.grid.ticks(price).map_err(lmex::Error::Price)?;
    }
    let price = args.limit.unwrap_or(order.price);
    let size = args.size.as_ref().map(|size| instrument.contracts(size, price)).transpose();
    let amendment = match (args.limit, size.map_err(lmex::Error::Size)?) {
        (Some(price), Some(size)) => Amendment::PriceAndSize(price, size),
        (Some(price), None) => Amendment::Price(price),
        (None, Some(size)) => Amendment::Size(size),
        (None, None) => return Err(CliError::new("invalid", "nothing to change: give --limit or --size")),
    };
    // A sell amended to far below the market trades at the market.
    let best = if order.side == Side::Sell {
        client.best_price(order.symbol, order.side).await?
    } else {
        Decimal::ZERO
    };
    Ok((order, instrument, amendment, best))
}

/// What the order will be, in words, and what it will be worth.
fn amended(
    order: &OrderDetail,
    instrument: &Instrument,
    amendment: Amendment,
    best: Decimal,
) -> (String, Worth) {
    let size_now = i64::try_from(order.current_order_size.trunc()).unwrap_or(i64::MAX);
    let (price, contracts) = match amendment {
        Amendment::Price(price) => (price, size_now),
        Amendment::Size(size) => (order.price, size),
        Amendment::PriceAndSize(price, size) => (price, size),
        Amendment::TriggerPrice(_) => (order.price, size_now),
        Amendment::WithTrigger { price, size, .. } => {
            (price.unwrap_or(order.price), size.unwrap_or(size_now))
        }
    };
    let notional = instrument.grid.notional(price.max(best), contracts);
    let base = instrument.grid.base(contracts);
    let worth = notional.map(|notional| format!(", worth {} {}", notional.normalize(), instrument.quote));
    let what = format!(
        "amend {} to {contracts} contracts = {} {} at {}{}",
        order.order_id,
        base,
        instrument.base,
        price.normalize(),
        worth.unwrap_or_default()
    );
    (what, Worth { contracts, base, notional })
}

pub async fn cancel(args: &Cancel, context: &Context, output: &Output) -> Result<(), CliError> {
    let client = context.signed_client()?;
    let (symbol, target) = match (args.order, args.all) {
        (_, Some(symbol)) => (symbol, CancelTarget::All),
        (Some(order), None) => (checked(market_of(&client, order)).await?, target(order)),
        (None, None) => return Err(CliError::new("invalid", "which order? Give its id, or --all MARKET")),
    };
    let what = match target {
        CancelTarget::All => format!("cancel all orders in {symbol}"),
        CancelTarget::Order(id) => format!("cancel {id} in {symbol}"),
        CancelTarget::Client(id) => format!("cancel {id} in {symbol}"),
    };
    if args.dry_run {
        return dry_run::show(&CancelOrder { symbol, target }, &what, None, context, output);
    }
    let next = format!("`lmex orders {symbol}` shows what is still open");
    let cancelled = sent(&what, &next, client.cancel(symbol, target)).await?.into_data();
    if output.format != Format::People {
        return output.print(&cancelled, || answer_table(&cancelled, output));
    }
    if cancelled.is_empty() {
        return output.text(&format!("no open orders in {symbol}\n"));
    }
    let lines: Vec<_> = cancelled.iter().map(|order| format!("{}\n", sentence(order))).collect();
    output.text(&lines.concat())
}

/// The venue wants the market with every cancel; people don't want to type it.
async fn market_of(client: &Client, order: OrderRef) -> Result<Symbol, CliError> {
    let found = client.order(order).await.map_err(CliError::from);
    found.map(|order| order.symbol).map_err(|error| match (error.category, market_meant(order)) {
        ("order_not_found", Some(market)) => {
            error.hint(format!("`lmex cancel --all {market}` cancels all orders in a market"))
        }
        _ => error,
    })
}

/// The market whose name was given in place of an order's id.
fn market_meant(order: OrderRef) -> Option<Symbol> {
    let OrderRef::Client(id) = order else { return None };
    let name = id.as_str().to_ascii_uppercase();
    name.ends_with("-PERP").then(|| name.parse().ok()).flatten()
}

fn target(order: OrderRef) -> CancelTarget {
    match order {
        OrderRef::Id(id) => CancelTarget::Order(id),
        OrderRef::Client(id) => CancelTarget::Client(id),
    }
}

pub async fn close(args: &Close, context: &Context, output: &Output) -> Result<(), CliError> {
    let client = context.signed_client()?;
    let (what, worth, value) = checked(what_to_close(args, &client)).await?;
    if args.safety.dry_run {
        let order_type = if args.limit.is_some() { OrderType::Limit } else { OrderType::Market };
        let (symbol, price) = (args.market, args.limit);
        let request = ClosePosition { symbol, order_type, price, post_only: false, position_id: None };
        return dry_run::show(&request, &what, Some(worth), context, output);
    }
    // Closing only takes risk away: it is asked about, but outside the cap.
    confirm::live_order(
        context.environment,
        &format!("{what}, {value}"),
        Some(Decimal::ZERO),
        args.safety.yes,
    )?;
    let next = format!(
        "`lmex positions {0}` and `lmex orders {0}` show what became of it; the next order, amendment or close in {0} asks for it first",
        args.market
    );
    let closed = sent(&what, &next, client.close_position(args.market, args.limit)).await?;
    if output.format == Format::People {
        return output.text(&format!("{what}\n{}\n", sentence(&closed)));
    }
    output.print(&closed, || answer_table(std::slice::from_ref(&closed), output))
}

/// `close the long position of 100 contracts in BTC-PERP at the market`, what that comes to, and what it is worth now.
async fn what_to_close(args: &Close, client: &Client) -> Result<(String, Worth, String), CliError> {
    let instrument = client.instrument(args.market).await?;
    if let Some(price) = args.limit {
        instrument.grid.ticks(price).map_err(lmex::Error::Price)?;
    }
    let positions = client.positions(Some(args.market)).await?.into_data();
    let Some(position) = positions.into_iter().find(|position| position.symbol == args.market) else {
        return Err(CliError::new("refused", format!("there is no open position in {}", args.market))
            .hint("`lmex positions` lists what is open"));
    };
    let direction = if position.side == Side::Buy { "long" } else { "short" };
    let at = args.limit.map_or("the market".to_owned(), |price| price.to_string());
    let size = position.size.normalize();
    let base = size.saturating_mul(instrument.grid.contract_size()).normalize();
    let what = format!(
        "close the {direction} position of {size} contracts = {base} {} in {} at {at}",
        instrument.base, args.market
    );
    let contracts = i64::try_from(size.trunc()).unwrap_or(i64::MAX);
    // At the market it is worth about what the position is valued at.
    let notional = match args.limit {
        Some(price) => instrument.grid.notional(price, contracts),
        None => Some(position.order_value),
    };
    let value = format!("worth {} {}", position.order_value.round_dp(4).normalize(), instrument.quote);
    Ok((what, Worth { contracts, base, notional }, value))
}
