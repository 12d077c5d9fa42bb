//! `lmex amend`, `cancel`, `close`.

use lmex::futures::{AmendOrder, Amendment, CancelOrder, CancelTarget, ClosePosition, OrderDetail, OrderRef};
use lmex::{Client, Decimal, OrderType, Side};
use lmex_api::{Endpoint, prepare};

use super::account::answer_table;
use super::order::sentence;
use crate::args::{Amend, Cancel, Close};
use crate::confirm;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Format, Output};

pub async fn amend(args: &Amend, context: &Context, output: &Output) -> Result<(), CliError> {
    let client = context.signed_client()?;
    let order = client.order(args.order).await?.into_data();
    let instrument = client.instrument(order.symbol).await?;
    let price = args.limit.unwrap_or(order.price);
    let size = args
        .size
        .as_ref()
        .map(|size| instrument.contracts(size, price))
        .transpose()
        .map_err(lmex::Error::Size)?;
    let amendment = match (args.limit, size) {
        (Some(price), Some(size)) => Amendment::PriceAndSize(price, size),
        (Some(price), None) => Amendment::Price(price),
        (None, Some(size)) => Amendment::Size(size),
        (None, None) => return Err(CliError::new("invalid", "nothing to change: give --limit or --size")),
    };
    let request = AmendOrder { symbol: order.symbol, order: args.order, amendment };
    if args.safety.dry_run {
        return dry_run(&request, context, output);
    }
    let contracts =
        size.unwrap_or_else(|| i64::try_from(order.current_order_size.trunc()).unwrap_or(i64::MAX));
    let what = format!(
        "amend {} to {contracts} contracts = {} {} at {price}",
        order.order_id,
        instrument.grid.base(contracts),
        instrument.base
    );
    confirm::live_order(
        context.environment,
        &what,
        instrument.grid.notional(price, contracts),
        args.safety.yes,
    )?;
    let amended = client.amend(order.symbol, args.order, amendment).await?;
    if output.format == Format::People {
        return output.text(&format!("{}\n", sentence(&amended)));
    }
    output.print(&amended, || answer_table(std::slice::from_ref(&amended)))
}

pub async fn cancel(args: &Cancel, context: &Context, output: &Output) -> Result<(), CliError> {
    let client = context.signed_client()?;
    let (symbol, target) = match (args.order, args.all) {
        (_, Some(symbol)) => (symbol, CancelTarget::All),
        (Some(order), None) => (market_of(&client, order).await?.symbol, target(order)),
        (None, None) => return Err(CliError::new("invalid", "which order? Give its id, or --all MARKET")),
    };
    if args.dry_run {
        return dry_run(&CancelOrder { symbol, target }, context, output);
    }
    let cancelled = client.cancel(symbol, target).await?.into_data();
    if output.format != Format::People {
        return output.print(&cancelled, || answer_table(&cancelled));
    }
    if cancelled.is_empty() {
        return output.text(&format!("no open orders in {symbol}\n"));
    }
    let lines: Vec<_> = cancelled.iter().map(|order| format!("{}\n", sentence(order))).collect();
    output.text(&lines.concat())
}

/// The venue wants the market with every cancel; people don't want to type it.
async fn market_of(client: &Client, order: OrderRef) -> Result<OrderDetail, CliError> {
    Ok(client.order(order).await?.into_data())
}

fn target(order: OrderRef) -> CancelTarget {
    match order {
        OrderRef::Id(id) => CancelTarget::Order(id),
        OrderRef::Client(id) => CancelTarget::Client(id),
    }
}

pub async fn close(args: &Close, context: &Context, output: &Output) -> Result<(), CliError> {
    let client = context.signed_client()?;
    let order_type = if args.limit.is_some() { OrderType::Limit } else { OrderType::Market };
    let request = ClosePosition { symbol: args.market, order_type, price: args.limit, position_id: None };
    if args.safety.dry_run {
        return dry_run(&request, context, output);
    }
    let positions = client.positions(Some(args.market)).await?.into_data();
    let Some(position) = positions.into_iter().find(|position| position.symbol == args.market) else {
        return Err(CliError::new("refused", format!("there is no open position in {}", args.market)));
    };
    let direction = if position.side == Side::Buy { "long" } else { "short" };
    let at = args.limit.map_or("the market".to_owned(), |price: Decimal| price.to_string());
    let what = format!(
        "close the {direction} position of {} contracts in {} at {at}",
        position.size.normalize(),
        args.market
    );
    // Closing takes risk away: it is asked about, but never too large.
    confirm::live_order(context.environment, &what, Some(Decimal::ZERO), args.safety.yes)?;
    let closed = client.close_position(args.market, args.limit).await?;
    if output.format == Format::People {
        return output.text(&format!("{what}\n{}\n", sentence(&closed)));
    }
    output.print(&closed, || answer_table(std::slice::from_ref(&closed)))
}

fn dry_run(endpoint: &impl Endpoint, context: &Context, output: &Output) -> Result<(), CliError> {
    let request = prepare(endpoint).map_err(|error| CliError::new("internal", error.to_string()))?;
    let url = format!("{}{}", context.endpoints.rest(), request.target());
    let body = String::from_utf8_lossy(request.body()).into_owned();
    let signed = format!("{}<nonce>{body}", request.signed_path());
    if output.format == Format::People {
        return output.text(&format!(
            "dry run, nothing sent\n{} {url}\nbody    {body}\nsigned  {signed}\n",
            request.method()
        ));
    }
    output.json(&serde_json::json!({
        "sent": false, "method": request.method().as_str(), "url": url, "body": body, "signed": signed,
    }))
}
