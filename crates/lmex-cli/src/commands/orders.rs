//! `lmex orders` and `lmex order`: one's own orders, open or finished.

use lmex::futures::{OpenOrder, OrderAnswer, OrderDetail, OrderRef};
use lmex::{Client, ClientOrderId, Clock, Resolution, Status, TimeMs};
use serde::Serialize;

use super::pair;
use super::terms::Terms;
use super::time::{moment, shown};
use crate::args::{MaybeMarket, OneOrder};
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Align, Format, Narrow, Output, Table};

const LEFT: Align = Align::Left;
const RIGHT: Align = Align::Right;

/// Ids are what one copies from the list: they go under the rest rather than away.
const NARROW: Narrow = Narrow {
    short: &[
        ("orderType", "type"),
        ("triggerPrice", "trigger"),
        ("currentOrderSize", "size"),
        ("totalFilledSize", "filled"),
        ("avgFilledPrice", "average"),
        ("timeInForce", "tif"),
    ],
    below: &["orderID", "clOrderID"],
    drop: &[OTHER_LEG.0, "timestamp", "timeInForce", "avgFilledPrice"],
};

/// The other leg of an OCO pair. For people it is there where there are pairs.
const OTHER_LEG: (&str, Align) = ("ocoPeerOrderId", LEFT);

pub async fn orders(args: &MaybeMarket, context: &Context, output: &Output) -> Result<(), CliError> {
    let orders = context.signed_client()?.open_orders(args.market).await?.into_data();
    output.print(&orders, || open_table(&orders, output.format))
}

fn open_table(orders: &[OpenOrder], format: Format) -> Table {
    let mut columns = vec![
        ("orderID", LEFT),
        ("symbol", LEFT),
        ("side", LEFT),
        ("orderType", LEFT),
        ("price", RIGHT),
        ("triggerPrice", RIGHT),
        ("currentOrderSize", RIGHT),
        ("totalFilledSize", RIGHT),
        ("timeInForce", LEFT),
        ("timestamp", LEFT),
        ("clOrderID", LEFT),
    ];
    let names_pairs = format == Format::Csv || orders.iter().any(|order| order.oco_peer_order_id.is_some());
    columns.extend(names_pairs.then_some(OTHER_LEG));
    let mut table = Table::new("no open orders", &columns).narrow(NARROW);
    for order in pair::side_by_side(orders) {
        let terms = Terms::from(order);
        let cells = [
            order.order_id.clone(),
            order.symbol.to_string(),
            order.side.to_string(),
            terms.kind(format),
            terms.price(format),
            terms.trigger(format),
            order.current_order_size.normalize().to_string(),
            order.total_filled_size.normalize().to_string(),
            order.time_in_force.clone(),
            moment(order.timestamp, format),
            order.cl_order_id.clone(),
        ];
        let other = names_pairs.then(|| order.oco_peer_order_id.clone().unwrap_or_default());
        table.row(cells.into_iter().chain(other));
    }
    table
}

pub async fn order(args: &OneOrder, context: &Context, output: &Output) -> Result<(), CliError> {
    let client = context.signed_client()?;
    let answer = client.order(args.order).await;
    let is_missing = match &answer {
        Ok(order) => order.data.status == Status::NOT_FOUND,
        Err(error) => error.is_order_not_found(),
    };
    match args.order {
        OrderRef::Client(id) if is_missing => {
            if let Some(order) = left_unresolved(&client, id).await? {
                return output.print(&order, || answer_table(std::slice::from_ref(&order), output));
            }
        }
        _ => {}
    }
    let order = answer?.into_data();
    let other = pair::other_leg(&client, &order, output).await;
    let shown =
        Detail { order: &order, oco_peer_order_id: other.as_ref().map(|other| other.order_id.as_str()) };
    output.print(&shown, || detail_table(&order, other.as_ref(), output.format))
}

/// An order, and where it is one of a pair, the other one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail<'a> {
    #[serde(flatten)]
    order: &'a OrderDetail,
    #[serde(skip_serializing_if = "Option::is_none")]
    oco_peer_order_id: Option<&'a str>,
}

/// An order that the exchange does not name, but that may still come: sent, and never answered. `None` if it was not
/// left so.
async fn left_unresolved(client: &Client, id: ClientOrderId) -> Result<Option<OrderAnswer>, CliError> {
    match client.resolve_order(id).await? {
        None => Ok(None),
        Some(Resolution::Exists(order)) => Ok(Some(*order)),
        Some(Resolution::StillUnknown(id, until)) => Err(unresolved(id, until, Clock::system().wall())),
        Some(Resolution::Absent(id)) => {
            let never = "it was sent, is not there, and the exchange can no longer execute it";
            Err(CliError::new("order_not_found", format!("order {id} does not exist: {never}"))
                .hint("it may be placed anew, with an id of its own or none"))
        }
    }
}

fn unresolved(id: ClientOrderId, until: TimeMs, now: TimeMs) -> CliError {
    let error = |why: String| CliError::new("unresolved", format!("order {id} is unresolved: {why}"));
    if until <= now {
        return error("it was sent, and the exchange does not say clearly what became of it".to_owned())
            .hint(format!("ask again: `lmex order {id}`"));
    }
    let until = shown(until);
    error(format!("it was sent, is not there now, and may still come until {until} UTC"))
        .hint(format!("ask again after that: `lmex order {id}`; don't place it a second time before"))
}

/// What is shown of one order, open or finished.
const ORDER_COLUMNS: [(&str, Align); 11] = [
    ("orderID", LEFT),
    ("symbol", LEFT),
    ("side", LEFT),
    ("status", LEFT),
    ("orderType", LEFT),
    ("price", RIGHT),
    ("triggerPrice", RIGHT),
    ("currentOrderSize", RIGHT),
    ("totalFilledSize", RIGHT),
    ("avgFilledPrice", RIGHT),
    ("clOrderID", LEFT),
];

/// The cells of [`ORDER_COLUMNS`]: the venue's two answers about an order have the same fields, but no type in common.
macro_rules! order_row {
    ($order:expr, $terms:expr, $format:expr) => {{
        let terms: Terms<'_> = $terms;
        [
            $order.order_id.clone(),
            $order.symbol.to_string(),
            $order.side.to_string(),
            status($order.status, $format),
            terms.kind($format),
            terms.price($format),
            terms.trigger($format),
            $order.current_order_size.normalize().to_string(),
            $order.total_filled_size.normalize().to_string(),
            $order.avg_filled_price.normalize().to_string(),
            $order.cl_order_id.clone(),
        ]
    }};
}

/// One row; for people both legs of a pair, the one that was asked for first.
fn detail_table(order: &OrderDetail, other: Option<&OrderDetail>, format: Format) -> Table {
    let row = |order: &OrderDetail| {
        let terms = Terms::from(order);
        order_row!(order, if other.is_some() { terms.of_a_pair() } else { terms }, format).into_iter()
    };
    if format == Format::Csv {
        let columns: Vec<_> = ORDER_COLUMNS.into_iter().chain([OTHER_LEG]).collect();
        let mut table = Table::new("no such order", &columns);
        table.row(row(order).chain([other.map(|other| other.order_id.clone()).unwrap_or_default()]));
        return table;
    }
    let mut table = Table::new("no such order", &ORDER_COLUMNS).narrow(NARROW);
    for leg in [order].into_iter().chain(other) {
        table.row(row(leg));
    }
    table
}

/// The venue's answers to an action on orders.
pub fn answer_table(orders: &[OrderAnswer], output: &Output) -> Table {
    let mut table = Table::new("no orders", &ORDER_COLUMNS).narrow(NARROW);
    for order in orders {
        table.row(order_row!(order, Terms::from(order), output.format));
    }
    table
}

/// The number for programs, with its name for people.
fn status(status: Status, format: Format) -> String {
    if format == Format::Csv { status.0.to_string() } else { status.to_string() }
}
