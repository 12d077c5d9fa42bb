//! Streams of the local exchange, over connections that break.

use std::future::Future;

use lmex::futures::{BookSnapshot, CancelTarget};
use lmex::{
    Client, Decimal, NewOrder, OrderBook, Retry, SessionConfig, Side, Size, StreamEvent, Subscription, Topic,
};

use crate::rig::{LONG, Rig, btc};

/// Fails instead of waiting for ever.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(LONG, future).await.expect("it should have happened by now")
}

/// The next event that is the one.
pub(crate) async fn hear<T>(stream: &mut Subscription, mut is_it: impl FnMut(StreamEvent) -> Option<T>) -> T {
    soon(async {
        loop {
            let event = stream.next().await.expect("streams do not end");
            if let Some(found) = is_it(event) {
                return found;
            }
        }
    })
    .await
}

pub(crate) async fn hear_event(stream: &mut Subscription, event: StreamEvent) {
    hear(stream, |heard| (heard == event).then_some(())).await;
}

/// Comes back at once.
pub(crate) fn eager() -> SessionConfig {
    let reconnect = Retry { attempts: u32::MAX, base_ms: 5, cap_ms: 20 };
    SessionConfig { reconnect, ..SessionConfig::default() }
}

fn levels(book: &OrderBook) -> [Vec<(Decimal, Decimal)>; 2] {
    [book.bids().take(50).collect(), book.asks().take(50).collect()]
}

fn levels_by_rest(book: &BookSnapshot) -> [Vec<(Decimal, Decimal)>; 2] {
    [&book.buy_quote, &book.sell_quote]
        .map(|side| side.iter().map(|level| (level.price, level.size)).collect())
}

/// Waits until the maintained book is what REST says. The market stands still, so it must come to that.
async fn hear_the_book_of_rest(stream: &mut Subscription, topic: Topic, client: &Client) {
    let expected = levels_by_rest(&client.orderbook_l2(btc(), 50).await.unwrap());
    assert!(!expected[0].is_empty() && !expected[1].is_empty());
    soon(async {
        while stream.with_book(topic, levels).as_ref() != Some(&expected) {
            stream.next().await.unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_maintained_book_is_the_book_of_rest_through_every_change() {
    let rig = Rig::start().await;
    let (client, topic) = (rig.client(), Topic::Book(btc()));
    let mut stream = client.subscribe([topic]).unwrap();
    hear_event(&mut stream, StreamEvent::Subscribed(topic)).await;
    hear_the_book_of_rest(&mut stream, topic, &client).await;

    let best = client.orderbook_l2(btc(), 1).await.unwrap();
    let bid = NewOrder::limit(btc(), Side::Buy, Size::Contracts(123), best.buy_quote[0].price).post_only();
    client.place(&bid).await.unwrap().done().unwrap();
    hear_the_book_of_rest(&mut stream, topic, &client).await;
    let offer = NewOrder::limit(btc(), Side::Sell, Size::Contracts(77), best.sell_quote[0].price).post_only();
    client.place(&offer).await.unwrap().done().unwrap();
    hear_the_book_of_rest(&mut stream, topic, &client).await;
    let market = NewOrder::market(btc(), Side::Buy, Size::Contracts(5_000));
    client.place(&market).await.unwrap().done().unwrap();
    hear_the_book_of_rest(&mut stream, topic, &client).await;
    client.cancel(btc(), CancelTarget::All).await.unwrap();
    hear_the_book_of_rest(&mut stream, topic, &client).await;
}

#[tokio::test]
async fn a_broken_connection_is_made_again_and_every_topic_asked_for_and_no_book_is_shown_meanwhile() {
    let rig = Rig::start().await;
    let (client, topics) = (rig.client(), [Topic::Book(btc()), Topic::Top(btc())]);
    let mut stream = client.subscribe_with(topics, eager()).unwrap();
    hear_the_book_of_rest(&mut stream, topics[0], &client).await;
    for _ in 0..3 {
        let direct = rig.direct();
        rig.proxy.serve(false);
        rig.proxy.cut_streams();
        let reason = hear(&mut stream, |event| match event {
            StreamEvent::Disconnected { reason, .. } => Some(reason),
            _ => None,
        });
        assert!(!reason.await.is_empty());
        assert!(stream.book(topics[0]).is_none(), "a book that nobody maintains is not shown");
        rig.proxy.serve(true);
        hear_event(&mut stream, StreamEvent::Connected).await;
        let mut missing = topics.to_vec();
        hear(&mut stream, |event| {
            missing.retain(|topic| event != StreamEvent::Subscribed(*topic));
            missing.is_empty().then_some(())
        })
        .await;
        hear_the_book_of_rest(&mut stream, topics[0], &direct).await;
    }
}

#[tokio::test]
async fn a_market_that_does_not_exist_is_refused_and_the_others_go_on() {
    let rig = Rig::start().await;
    let client = rig.client();
    let nowhere = "NONE-PERP".parse().unwrap();
    for (unknown, known) in [
        (Topic::Book(nowhere), Topic::Book(btc())),
        (Topic::Top(nowhere), Topic::Top(btc())),
        (Topic::Trades(nowhere), Topic::Trades(btc())),
    ] {
        let mut stream = client.subscribe([unknown, known]).unwrap();
        let (mut refused, mut subscribed) = (false, false);
        hear(&mut stream, |event| {
            assert_ne!(event, StreamEvent::Refused(known));
            refused |= event == StreamEvent::Refused(unknown);
            subscribed |= event == StreamEvent::Subscribed(known);
            (refused && subscribed).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn trades_and_best_prices_are_told_as_they_happen() {
    let rig = Rig::start().await;
    let (client, trades, top) = (rig.client(), Topic::Trades(btc()), Topic::Top(btc()));
    let mut stream = client.subscribe([trades, top]).unwrap();
    let mut missing = vec![trades, top];
    hear(&mut stream, |event| {
        missing.retain(|topic| event != StreamEvent::Subscribed(*topic));
        missing.is_empty().then_some(())
    })
    .await;
    let order = NewOrder::market(btc(), Side::Sell, Size::Contracts(100));
    let done = client.place(&order).await.unwrap().done().unwrap();
    let heard = hear(&mut stream, |event| match event {
        StreamEvent::Trades(topic, heard) if topic == trades => Some(heard),
        _ => None,
    });
    let heard = heard.await;
    assert_eq!(heard.iter().map(|trade| trade.size).sum::<Decimal>(), Decimal::ONE_HUNDRED);
    assert!(heard.iter().all(|trade| trade.side == Side::Sell && trade.symbol == btc()));
    assert!(heard.iter().any(|trade| trade.price == done.order.avg_filled_price));
}

#[tokio::test]
async fn dropping_the_subscription_closes_its_connection() {
    let rig = Rig::start().await;
    let mut stream = rig.client().subscribe([Topic::Book(btc())]).unwrap();
    hear_event(&mut stream, StreamEvent::Connected).await;
    assert_eq!(rig.proxy.streams(), 1);
    drop(stream);
    soon(rig.proxy.wait_for_no_stream()).await;
}
