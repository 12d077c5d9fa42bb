//! One topic of a stream, followed until enough has come or Ctrl-C; news about the stream itself goes to stderr.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use lmex::{Client, OrderBook, StreamEvent, Subscription, Topic};
use tokio::time::Instant;

use super::notices::{Kind, Notices};
use crate::context::Context;
use crate::error::CliError;
use crate::output::Output;

/// A stream that never came up is given up after this; later interruptions are waited out.
const FIRST_DATA_WITHIN: Duration = Duration::from_secs(20);

/// One topic, followed until enough has come or Ctrl-C.
pub struct Follow {
    // Keeps the client's connections and clock alive as long as the stream.
    _client: Client,
    subscription: Subscription,
    // One listener from beginning to end: a Ctrl-C between two updates is heard too.
    interrupted: Pin<Box<dyn Future<Output = std::io::Result<()>> + Send>>,
    left: Option<u64>,
    first: FirstData,
    notices: Notices,
}

impl Follow {
    pub fn start(context: &Context, topic: Topic, updates: Option<u64>) -> Result<Self, CliError> {
        let client = context.client()?;
        let subscription = client.subscribe([topic])?;
        let interrupted = Box::pin(tokio::signal::ctrl_c());
        Ok(Self {
            _client: client,
            subscription,
            interrupted,
            left: updates,
            first: FirstData::awaited(Instant::now()),
            notices: Notices::default(),
        })
    }

    /// The next piece of data; news about the stream itself goes to stderr. `None` when it is over.
    pub async fn next(&mut self, output: &Output) -> Result<Option<StreamEvent>, CliError> {
        let next = self.next_data(output).await;
        if !matches!(next, Ok(Some(_))) {
            self.notices.rest(Instant::now()).iter().for_each(|line| output.note(line));
        }
        next
    }

    async fn next_data(&mut self, output: &Output) -> Result<Option<StreamEvent>, CliError> {
        if self.left == Some(0) {
            return Ok(None);
        }
        loop {
            let event = tokio::select! {
                event = self.subscription.next() => event,
                _ = &mut self.interrupted => return Ok(None),
                () = until(self.first.due) => {
                    output.note(self.first.overdue()?);
                    continue;
                }
                () = until(self.notices.due()) => {
                    self.notices.counted(Instant::now()).iter().for_each(|line| output.note(line));
                    continue;
                }
            };
            let Some(event) = event else { return Ok(None) };
            self.first.hear(&event);
            match news(&event) {
                None => return Ok(Some(self.cut_off(event))),
                Some(News::Fatal(error)) => return Err(error),
                Some(News::Tell(kind, text)) => {
                    if let Some(line) = self.notices.hear(kind, &text, Instant::now()) {
                        output.note(&line);
                    }
                }
                Some(News::Quiet) => {}
            }
        }
    }

    /// Trades come in batches, but each is an update.
    fn cut_off(&mut self, mut event: StreamEvent) -> StreamEvent {
        let Some(left) = self.left else { return event };
        let updates = if let StreamEvent::Trades(_, trades) = &mut event {
            trades.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            trades.len() as u64
        } else {
            1
        };
        self.left = Some(left.saturating_sub(updates));
        event
    }

    pub fn book(&self, topic: Topic) -> Option<OrderBook> {
        self.subscription.book(topic)
    }

    /// Whether the event just given was the last one.
    pub fn is_last(&self) -> bool {
        self.left == Some(0)
    }
}

/// Waits for a moment; for ever if there is none.
async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// Whether a stream has come up.
#[derive(Debug)]
struct FirstData {
    /// Until when something must have come; nothing once it has.
    due: Option<Instant>,
    /// A quiet market sends no trades: then the exchange's word that they will come is all there is.
    promised: bool,
}

impl FirstData {
    fn awaited(now: Instant) -> Self {
        Self { due: Some(now + FIRST_DATA_WITHIN), promised: false }
    }

    fn hear(&mut self, event: &StreamEvent) {
        match event {
            StreamEvent::Book(_) | StreamEvent::Top(..) | StreamEvent::Trades(..) => self.due = None,
            StreamEvent::Subscribed(Topic::Trades(_)) => self.promised = true,
            _ => {}
        }
    }

    /// What to say when nothing has come by then. Books and best prices begin with a snapshot, so their silence is an
    /// error.
    fn overdue(&mut self) -> Result<&'static str, CliError> {
        self.due = None;
        if self.promised {
            return Ok("stream: subscribed, but nobody trades: still waiting (Ctrl-C ends)");
        }
        let text = format!("the stream brought no data within {} s", FIRST_DATA_WITHIN.as_secs());
        Err(CliError::new("network", text).hint("`lmex doctor` checks the connection"))
    }
}

enum News {
    Tell(Kind, String),
    Quiet,
    Fatal(CliError),
}

fn news(event: &StreamEvent) -> Option<News> {
    Some(match event {
        StreamEvent::Book(_) | StreamEvent::Top(..) | StreamEvent::Trades(..) => return None,
        StreamEvent::Notifications(_) | StreamEvent::Fills(_) => return None,
        StreamEvent::Positions(..) | StreamEvent::OpenOrders(..) => return None,
        StreamEvent::Connected | StreamEvent::LoggedIn | StreamEvent::Subscribed(_) => News::Quiet,
        // The end of the connection, which comes next, tells it too.
        StreamEvent::Untrusted(_) => News::Quiet,
        StreamEvent::LoginRefused => {
            News::Tell(Kind::Warning, "the exchange refused the login; trying again".to_owned())
        }
        StreamEvent::Refused(topic) => {
            let error = CliError::new("unknown_market", format!("the exchange has no stream of {topic}"));
            News::Fatal(error.hint("`lmex markets` lists what there is"))
        }
        StreamEvent::Disconnected { reason, retry_in } => {
            News::Tell(Kind::Disconnected, format!("{reason}; again in {} ms", retry_in.as_millis()))
        }
        StreamEvent::Resync(topic, why) => {
            News::Tell(Kind::Resync, format!("{topic}: {why}; asking for it anew"))
        }
        StreamEvent::Stale(topic) => {
            News::Tell(Kind::Stale, format!("{topic} is silent; asking for it anew"))
        }
        StreamEvent::Lagged(batches) => {
            News::Tell(Kind::Lagged, format!("too slow a reader: {batches} events dropped"))
        }
        StreamEvent::Warning(text) => News::Tell(Kind::Warning, text.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn when_nothing_more_comes(heard: &[StreamEvent]) -> Option<Result<&'static str, &'static str>> {
        let mut first = FirstData::awaited(Instant::now());
        heard.iter().for_each(|event| first.hear(event));
        first.due.map(|_| first.overdue().map_err(|error| error.category))
    }

    #[test]
    fn a_quiet_market_is_waited_for_and_a_silent_exchange_is_an_error() {
        let symbol = "BTC-PERP".parse().unwrap();
        let (trades, book) = (Topic::Trades(symbol), Topic::Book(symbol));
        let subscribed = |topic| [StreamEvent::Connected, StreamEvent::Subscribed(topic)];
        let quiet = when_nothing_more_comes(&subscribed(trades));
        assert!(quiet.is_some_and(|said| said.is_ok_and(|note| note.contains("nobody trades"))), "{quiet:?}");
        assert_eq!(when_nothing_more_comes(&subscribed(book)), Some(Err("network")), "a snapshot is owed");
        assert_eq!(when_nothing_more_comes(&[StreamEvent::Connected]), Some(Err("network")));
        let data = [StreamEvent::Subscribed(book), StreamEvent::Book(book)];
        assert_eq!(when_nothing_more_comes(&data), None, "nothing is owed any more");
    }
}
