//! `lmex book`: the order book as a ladder; with `--watch`, kept on the screen.

use std::time::Duration;

use lmex::futures::BookLevel;
use lmex::{Decimal, OrderBook, StreamEvent, Topic};
use tokio::time::Instant;

use super::follow::Follow;
use super::stream::{Printer, book_line};
use crate::args::Book;
use crate::context::Context;
use crate::draw;
use crate::error::CliError;
use crate::output::{Align, Format, Output, Table};

pub async fn run(args: &Book, context: &Context, output: &Output) -> Result<(), CliError> {
    let book = context.client()?.orderbook_l2(args.market, args.depth).await?.into_data();
    if output.format == Format::People {
        let levels =
            |side: &[BookLevel]| side.iter().map(|level| (level.price, level.size)).collect::<Vec<_>>();
        let (width, _) = draw::terminal_size();
        return output.text(&draw::ladder(
            &levels(&book.buy_quote),
            &levels(&book.sell_quote),
            width,
            output.colour,
        ));
    }
    output.print(&book, || {
        let mut table =
            Table::new("no book", &[("side", Align::Left), ("price", Align::Right), ("size", Align::Right)]);
        for (side, levels) in [("BUY", &book.buy_quote), ("SELL", &book.sell_quote)] {
            for level in levels {
                table.row([side.to_owned(), level.price.to_string(), level.size.to_string()]);
            }
        }
        table
    })
}

/// How often the picture is drawn at most: faster is not seen.
const REDRAW_EVERY: Duration = Duration::from_millis(100);

pub async fn watch(args: &Book, context: &Context, output: &Output) -> Result<(), CliError> {
    let topic = Topic::Book(args.market);
    let mut follow = Follow::start(context, topic, args.updates)?;
    let mut printer = Printer::new(output);
    let mut drawn: Option<Instant> = None;
    while let Some(event) = follow.next(output).await? {
        if event != StreamEvent::Book(topic) {
            continue;
        }
        let Some(book) = follow.book(topic) else { continue };
        if output.format != Format::People || !output.terminal {
            printer.book(&book_line(topic, &book, args.depth as usize))?;
        } else if follow.is_last() || drawn.is_none_or(|at| at.elapsed() >= REDRAW_EVERY) {
            drawn = Some(Instant::now());
            output.text(&screen(args, &book, output.colour))?;
        }
    }
    Ok(())
}

/// Clears the screen and draws the ladder.
fn screen(args: &Book, book: &OrderBook, colour: bool) -> String {
    let (width, height) = draw::terminal_size();
    let depth = (args.depth as usize).min(height.saturating_sub(5) / 2).max(1);
    let side =
        |levels: lmex_api::stream::BookSide<'_>| levels.take(depth).collect::<Vec<(Decimal, Decimal)>>();
    let ladder = draw::ladder(&side(book.bids()), &side(book.asks()), width, colour);
    format!("\x1b[2J\x1b[H{} (Ctrl-C ends)\n{ladder}", args.market)
}
