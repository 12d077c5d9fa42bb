//! `lmex buy` and `lmex sell`.

use lmex::futures::{OrderAnswer, OrderRef};
use lmex::{CheckedOrder, Client, ClientOrderId, DoneOrder, NewOrder, Resolution, Side, Status};

use super::dry_run::{self, Worth};
use super::orders::answer_table;
use super::{LAST_WORDS_WITHIN, SEND_WITHIN};
use crate::args::NewOrderArgs;
use crate::confirm;
use crate::context::Context;
use crate::error::{CliError, not_done};
use crate::output::{Format, Output};

pub async fn run(
    side: Side,
    args: &NewOrderArgs,
    context: &Context,
    output: &Output,
) -> Result<(), CliError> {
    let client = if args.safety.dry_run { context.client()? } else { context.signed_client()? };
    let checked = super::checked(look_up(side, args, &client)).await?;
    if args.safety.dry_run {
        let worth = Worth { contracts: checked.create.size, base: checked.base, notional: checked.notional };
        return dry_run::show(&checked.create, &described(&checked), Some(worth), context, output);
    }
    confirm::live_order(context.environment, &described(&checked), checked.notional, args.safety.yes)?;
    let done = place(&client, &checked, output).await?;
    print(&done, &checked, output).map_err(|error| {
        // Whoever reads only the exit code must not take it for an order that was not sent.
        let order = sentence(&done.order);
        CliError::new(
            "unknown",
            format!("the order was placed, but that could not be told: {}. {order}", error.message),
        )
    })
}

/// All that is asked before an order is sent.
async fn look_up(side: Side, args: &NewOrderArgs, client: &Client) -> Result<CheckedOrder, CliError> {
    let checked = client.check(&new_order(side, args)).await?;
    if let (Some(id), false) = (args.client_id, args.safety.dry_run) {
        refuse_known(client, id).await?;
    }
    Ok(checked)
}

/// An id of one's own choice may have been used by an earlier run: the same order is not sent twice.
async fn refuse_known(client: &Client, id: ClientOrderId) -> Result<(), CliError> {
    match client.order(OrderRef::Client(id)).await {
        Ok(order) if order.data.status == Status::NOT_FOUND => Ok(()),
        Ok(order) => {
            let known = format!("an order with the client id {id} exists already ({})", order.data.status);
            Err(CliError::new("refused", known)
                .hint(format!("`lmex order {id}` shows it; a new order needs an id of its own, or none")))
        }
        Err(error) if error.is_order_not_found() => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn new_order(side: Side, args: &NewOrderArgs) -> NewOrder {
    let mut order = match args.limit {
        Some(price) => NewOrder::limit(args.market, side, args.size.clone(), price),
        None => NewOrder::market(args.market, side, args.size.clone()),
    };
    if let Some(tif) = args.tif {
        order = order.time_in_force(tif);
    }
    if args.post_only {
        order = order.post_only();
    }
    if args.reduce_only {
        order = order.reduce_only();
    }
    match args.client_id {
        Some(id) => order.client_id(id),
        None => order,
    }
}

/// Places it, and leaves nothing unsaid if that is interrupted or takes too long.
async fn place(client: &Client, checked: &CheckedOrder, output: &Output) -> Result<Box<DoneOrder>, CliError> {
    let placing = client.place_checked(checked);
    let why = tokio::select! {
        // First, so that Ctrl-C is heard before anything leaves.
        biased;
        _ = tokio::signal::ctrl_c() => "interrupted",
        outcome = placing => return not_done(outcome?),
        () = tokio::time::sleep(SEND_WITHIN) => "no answer in time",
    };
    if !client.has_sent(checked.create.cl_order_id) {
        let symbol = checked.create.symbol;
        return Err(CliError::new(
            "unresolved",
            format!("{why}: never sent, since older orders in {symbol} are still unresolved"),
        )
        .hint("the next order goes on asking for them"));
    }
    output.note(&format!("{why}: asking what became of the order"));
    Err(last_words(client, checked, why).await)
}

/// What can still be learnt about an order when the command has to end.
async fn last_words(client: &Client, checked: &CheckedOrder, why: &str) -> CliError {
    let id = checked.create.cl_order_id;
    let asked = tokio::time::timeout(LAST_WORDS_WITHIN, client.resolve(checked.create.symbol)).await;
    let resolutions = asked.ok().and_then(Result::ok).unwrap_or_default();
    let exists = resolutions.into_iter().find_map(|resolution| match resolution {
        Resolution::Exists(order) if order.cl_order_id == id.as_str() => Some(order),
        _ => None,
    });
    match exists {
        Some(order) => CliError::new(
            "unknown",
            format!("{why}, but the order exists: {} ({})", order.order_id, order.status),
        )
        .hint(format!("`lmex order {id}` shows it, `lmex cancel {id}` cancels it")),
        None => CliError::new("unknown", format!("{why}: order {id} may or may not exist")).hint(format!(
            "`lmex order {id}` asks for it; the next order in {} does so first",
            checked.create.symbol
        )),
    }
}

/// `buy 100 contracts = 0.001 BTC of BTC-PERP at 60000, worth 60 USDT`.
fn described(checked: &CheckedOrder) -> String {
    let create = &checked.create;
    let verb = if create.side == Side::Buy { "buy" } else { "sell" };
    let price = create.price.map_or("the market".to_owned(), |price| price.to_string());
    let worth = checked
        .notional
        .map(|notional| format!(", worth {} {}", notional.normalize(), checked.quote_currency))
        .unwrap_or_default();
    format!(
        "{verb} {} contracts = {} {} of {} at {price}{worth}",
        create.size, checked.base, checked.base_currency, create.symbol
    )
}

fn print(done: &DoneOrder, checked: &CheckedOrder, output: &Output) -> Result<(), CliError> {
    if output.format == Format::People {
        let found = if done.found_by_asking { "; its answer was lost, it was found by asking" } else { "" };
        let text = sentence(&done.order);
        return output.text(&format!("{}\n{text}{found}\n", described(checked)));
    }
    output.print(&done.order, || answer_table(std::slice::from_ref(&done.order), output))
}

/// `open: 52cdd4ce-… (100 contracts to fill), client id x1`.
pub fn sentence(order: &OrderAnswer) -> String {
    let status = order.status.name().map_or_else(|| format!("status {}", order.status), str::to_owned);
    let reason = order.reason();
    let reason = if reason.is_empty() { reason } else { format!("; {reason}") };
    let client_id = order.cl_order_id.as_str();
    let client_id = if client_id.is_empty() { String::new() } else { format!(", client id {client_id}") };
    format!("{status}: {} ({}){client_id}{reason}", order.order_id, progress(order))
}

fn progress(order: &OrderAnswer) -> String {
    let (filled, left) = (order.total_filled_size.normalize(), order.remaining_size.normalize());
    let average = order.avg_filled_price.normalize();
    match (filled.is_zero(), order.status.is_final()) {
        (true, false) => format!("{left} contracts to fill"),
        (true, true) => "nothing was filled".to_owned(),
        (false, _) if left.is_zero() => format!("{filled} contracts filled at {average} on average"),
        (false, false) => format!("{filled} contracts filled at {average} on average, {left} to fill"),
        (false, true) => format!("{filled} contracts filled at {average} on average, {left} were not"),
    }
}
