//! Which stream hosts, logins and topics there are.

use std::time::Duration;

use lmex::{AccountTopic, LoginOperation, RawStream, StreamPath, Topic};
use lmex_api::Dialect;
use lmex_api::stream::{ClientFrame, Event, Incoming};

use super::Asking;
use super::report::{Exchange, Fact};

/// An answer that has not come by then does not come.
const WITHIN: Duration = Duration::from_secs(3);

pub(super) async fn ask(asking: &Asking<'_>) -> Vec<Fact> {
    let mut facts = vec![host(asking, StreamPath::Book).await, host(asking, StreamPath::Main).await];
    for operation in [LoginOperation::Login, LoginOperation::AuthKeyExpires] {
        facts.push(login(asking, operation).await);
    }
    facts.push(
        topics(asking, StreamPath::Book, &[Topic::Book(asking.market), Topic::Top(asking.market)]).await,
    );
    let own = [
        AccountTopic::Notifications,
        AccountTopic::Fills,
        AccountTopic::Positions,
        AccountTopic::AllPositions,
    ];
    let own = own.into_iter().chain([AccountTopic::OpenOrders(asking.market)]).map(Topic::from);
    let all: Vec<_> = [Topic::Trades(asking.market)].into_iter().chain(own).collect();
    facts.push(topics(asking, StreamPath::Main, &all).await);
    facts
}

async fn host(asking: &Asking<'_>, path: StreamPath) -> Fact {
    let sent = format!("connect to {}{}", asking.client.endpoints().ws().unwrap_or_default(), path.as_str());
    let (answer, received) = match asking.client.raw_stream(path).await {
        Ok(_) => ("connected", "connected".to_owned()),
        Err(error) => ("no connection", asking.redactor.text(&error.to_string())),
    };
    let evidence = vec![Exchange { sent, status: None, headers: Vec::new(), received }];
    Fact { question: format!("stream host, {}", path.as_str()), answer: answer.to_owned(), evidence }
}

async fn login(asking: &Asking<'_>, operation: LoginOperation) -> Fact {
    let sent = format!("{} on {}", operation.as_str(), StreamPath::Main.as_str());
    let said = async {
        let mut stream = asking.client.raw_stream(StreamPath::Main).await?;
        stream.log_in(operation).await?;
        stream.next(WITHIN).await
    };
    let (answer, received) = match said.await {
        Ok(Some(text)) => {
            let answer = match Incoming::read(&text) {
                Ok(Incoming::Event(Event::Login { success: true })) => "accepted",
                Ok(Incoming::Event(Event::Login { success: false })) => "refused",
                _ => "answered with something else",
            };
            (answer, asking.redactor.text(&text))
        }
        Ok(None) => ("not answered", "nothing within 3 s".to_owned()),
        Err(error) => ("failed", asking.redactor.text(&error.to_string())),
    };
    let evidence = vec![Exchange { sent, status: None, headers: Vec::new(), received }];
    Fact { question: format!("login as `{}`", operation.as_str()), answer: answer.to_owned(), evidence }
}

/// Each name of each topic on one connection, one after the other.
async fn topics(asking: &Asking<'_>, path: StreamPath, topics: &[Topic]) -> Fact {
    let question = format!("topics on {}", path.as_str());
    let mut evidence = Vec::new();
    let mut known = Vec::new();
    let names = topics.iter().flat_map(|topic| topic.spellings(Dialect::Lmex));
    let opened = async {
        let mut stream = asking.client.raw_stream(path).await?;
        if path == StreamPath::Main {
            stream.log_in(LoginOperation::Login).await?;
            stream.next(WITHIN).await?;
        }
        Ok::<_, lmex::Error>(stream)
    };
    let mut stream = match opened.await {
        Ok(stream) => stream,
        Err(error) => {
            evidence.push(Exchange::failed(path.as_str(), &error, &asking.redactor));
            return Fact { question, answer: "no connection".to_owned(), evidence };
        }
    };
    for name in names {
        match acknowledged(&mut stream, &name).await {
            Ok((is_known, received)) => {
                let received = asking.redactor.text(&received);
                evidence.push(Exchange {
                    sent: format!("subscribe {name}"),
                    status: None,
                    headers: Vec::new(),
                    received,
                });
                if is_known {
                    known.push(name);
                }
            }
            Err(error) => {
                evidence.push(Exchange::failed(format!("subscribe {name}"), &error, &asking.redactor));
                break;
            }
        }
    }
    let answer =
        if known.is_empty() { "none is known".to_owned() } else { format!("known: {}", known.join(", ")) };
    Fact { question, answer, evidence }
}

/// Whether the exchange acknowledges a name, and with which words.
async fn acknowledged(stream: &mut RawStream, name: &str) -> Result<(bool, String), lmex::Error> {
    stream.send(ClientFrame::subscribe([name.to_owned()]).to_json()).await?;
    let end = tokio::time::Instant::now() + WITHIN;
    loop {
        let left = end.saturating_duration_since(tokio::time::Instant::now());
        let Some(text) = stream.next(left).await? else {
            return Ok((false, "nothing within 3 s".to_owned()));
        };
        match Incoming::read(&text) {
            Ok(Incoming::Event(Event::Subscribed(ack))) => return Ok((!ack.channel.is_empty(), text)),
            Ok(Incoming::Error(_)) => return Ok((false, text)),
            // Data of what was asked for before.
            _ => {}
        }
    }
}
