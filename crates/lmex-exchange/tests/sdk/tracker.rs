//! The tracker against the local exchange: what it knows is what the exchange knows, whatever was missed.

use std::future::Future;
use std::time::Duration;

use lmex::futures::{Amendment, CancelTarget, OrderRef};
use lmex::{
    Client, NewOrder, OrderState, OrderTracker, Origin, Side, Size, SyncState, TrackedOrder, TrackerConfig,
    Update,
};
use lmex_exchange::faults::FaultSpec;

use crate::faults::Fault;
use crate::rig::{Rig, btc, id, resting};
use crate::streams::{eager, soon};

/// Compares when something was missed, and hardly ever otherwise.
pub(crate) fn config() -> TrackerConfig {
    TrackerConfig {
        every: Duration::from_secs(600),
        at_most_every: Duration::from_millis(20),
        streams: eager(),
    }
}

/// A client and its tracker, in sync.
pub(crate) async fn tracked(rig: &Rig) -> (Client, OrderTracker) {
    let client = rig.client();
    let tracker = client.track_with(config()).unwrap();
    soon(tracker.in_sync()).await;
    (client, tracker)
}

fn bought(contracts: i64, client_id: &str) -> NewOrder {
    NewOrder::market(btc(), Side::Buy, Size::Contracts(contracts)).client_id(id(client_id))
}

pub(crate) async fn place(client: &Client, order: &NewOrder) {
    client.place(order).await.unwrap().done().unwrap();
}

/// Reads updates until an order is as it should be.
async fn until(
    tracker: &OrderTracker,
    client_id: &str,
    is_it: impl Fn(&TrackedOrder) -> bool,
) -> TrackedOrder {
    soon(async {
        loop {
            if let Some(order) = tracker.order(id(client_id)).filter(&is_it) {
                return order;
            }
            tracker.next().await;
        }
    })
    .await
}

pub(crate) async fn until_state(tracker: &OrderTracker, client_id: &str, state: OrderState) -> TrackedOrder {
    until(tracker, client_id, |order| order.state == state).await
}

/// What it knows is what the exchange says, once it has compared.
async fn assert_agrees(tracker: &OrderTracker, client: &Client) {
    soon(tracker.reconcile()).await;
    let mut known: Vec<_> = tracker
        .open_orders()
        .into_iter()
        .map(|order| (order.order_id.unwrap(), order.price, order.size, order.filled))
        .collect();
    let open = client.open_orders(None).await.unwrap().into_data();
    let mut told: Vec<_> = open
        .into_iter()
        .map(|order| (order.order_id, order.price, order.current_order_size, order.total_filled_size))
        .collect();
    known.sort();
    told.sort();
    assert_eq!(known, told);
    let positions = client.positions(None).await.unwrap().into_data();
    let told: Vec<_> =
        positions.iter().map(|held| (held.position_id.clone().unwrap(), held.side, held.size)).collect();
    let known: Vec<_> = tracker
        .positions()
        .into_iter()
        .map(|held| (held.position_id, held.side.unwrap(), held.contracts))
        .collect();
    assert_eq!(known, told);
}

#[tokio::test]
async fn every_step_of_an_order_is_told() {
    let rig = Rig::start().await;
    let (client, tracker) = tracked(&rig).await;
    place(&client, &resting(btc(), "waits")).await;
    let mut states = Vec::new();
    while states.last() != Some(&OrderState::Open) {
        if let Update::Order(order) = soon(tracker.next()).await {
            states.push(order.state);
        }
    }
    states.dedup();
    assert_eq!(states, [OrderState::Intended, OrderState::Sent, OrderState::Open]);
    let placed = tracker.order(id("waits")).unwrap();
    let order_id = placed.order_id.clone().unwrap().parse().unwrap();
    assert_eq!((placed.origin, placed.size), (Origin::Own, 100.into()));
    client.amend(btc(), OrderRef::Id(order_id), Amendment::Size(150)).await.unwrap();
    assert_eq!(tracker.order(id("waits")).unwrap().size, 150.into());
    client.cancel(btc(), CancelTarget::Order(order_id)).await.unwrap();
    assert_eq!(tracker.order(id("waits")).unwrap().state, OrderState::Cancelled);

    place(&client, &bought(70, "trades")).await;
    let filled = until_state(&tracker, "trades", OrderState::Filled).await;
    assert_eq!(filled.filled, 70.into());
    soon(async {
        while tracker.positions().is_empty() {
            tracker.next().await;
        }
    })
    .await;
    assert_eq!(tracker.positions()[0].origins, [Origin::Own].into());
    let closed = client.close_position(btc(), None).await.unwrap();
    let close = tracker.order_by_id(&closed.order_id).unwrap();
    assert_eq!((close.origin, close.state), (Origin::Own, OrderState::Filled));
    soon(async {
        while !tracker.positions().is_empty() {
            tracker.next().await;
        }
    })
    .await;
    assert_agrees(&tracker, &client).await;
}

#[tokio::test]
async fn what_is_refused_is_known_as_refused() {
    let rig = Rig::start().await;
    let (client, tracker) = tracked(&rig).await;
    let dear = NewOrder::market(btc(), Side::Buy, Size::Contracts(7_400_000)).client_id(id("dear"));
    client.place(&dear).await.unwrap().done();
    let order = tracker.order(id("dear")).unwrap();
    assert_eq!(order.state, OrderState::Refused);
    assert!(!order.reason.is_empty());
    let cheap = NewOrder::limit(btc(), Side::Buy, Size::Contracts(100), "99999999".parse().unwrap());
    client.place(&cheap.client_id(id("cheap"))).await.unwrap().done();
    assert_eq!(tracker.order(id("cheap")).unwrap().state, OrderState::Refused);
    assert_agrees(&tracker, &client).await;
}

#[tokio::test]
async fn scenario_17_a_foreign_order_is_adopted_while_running_and_while_down() {
    let rig = Rig::start().await;
    let other = rig.direct();
    place(&other, &resting(btc(), "earlier")).await;
    place(&other, &bought(30, "position")).await;
    let (client, tracker) = tracked(&rig).await;
    assert_eq!(tracker.order(id("earlier")).unwrap().origin, Origin::Foreign);
    assert_eq!(tracker.positions()[0].origins, [Origin::Foreign].into());
    place(&other, &resting(btc(), "meanwhile")).await;
    assert_eq!(until_state(&tracker, "meanwhile", OrderState::Open).await.origin, Origin::Foreign);
    place(&client, &resting(btc(), "mine")).await;
    // Somebody cancels ours, and closes the position by hand.
    other.cancel(btc(), CancelTarget::All).await.unwrap();
    until_state(&tracker, "mine", OrderState::Cancelled).await;
    other.close_position(btc(), None).await.unwrap();
    soon(async {
        while !tracker.positions().is_empty() {
            tracker.next().await;
        }
    })
    .await;
    assert_agrees(&tracker, &client).await;
}

#[tokio::test]
async fn scenario_23_what_happened_while_the_stream_was_gone_is_known_before_it_is_in_sync_again() {
    let rig = Rig::start().await;
    let (client, tracker) = tracked(&rig).await;
    for round in 0..3 {
        let name = |what: &str| format!("{what}-{round}");
        place(&client, &resting(btc(), &name("cancelled"))).await;
        rig.proxy.serve(false);
        rig.proxy.cut_streams();
        soon(async {
            while tracker.sync_state() == SyncState::InSync {
                tracker.next().await;
            }
        })
        .await;
        let direct = rig.direct();
        direct.cancel(btc(), CancelTarget::Client(id(&name("cancelled")))).await.unwrap();
        place(&direct, &bought(10, &name("bought"))).await;
        place(&direct, &resting(btc(), &name("resting"))).await;
        assert_eq!(tracker.order(id(&name("cancelled"))).unwrap().state, OrderState::Open, "not heard of");
        rig.proxy.serve(true);
        soon(tracker.in_sync()).await;
        let state = |what: &str| tracker.order(id(&name(what))).unwrap().state;
        assert_eq!(state("cancelled"), OrderState::Cancelled);
        assert_eq!(state("bought"), OrderState::Filled);
        assert_eq!(state("resting"), OrderState::Open);
        assert_agrees(&tracker, &direct).await;
    }
}

#[tokio::test]
async fn scenario_23_fills_that_are_never_sent_although_the_stream_lives_are_found_by_comparing() {
    let rig = Rig::start().await;
    for topic in ["notificationApi*", "fillsV2", "positions*"] {
        rig.exchange.faults().add(FaultSpec::parse(&format!("drop,topic={topic}")).unwrap()).unwrap();
    }
    let client = rig.client();
    let config = TrackerConfig { every: Duration::from_millis(200), ..config() };
    let tracker = client.track_with(config).unwrap();
    soon(tracker.in_sync()).await;
    let direct = rig.direct();
    place(&direct, &bought(10, "never-told")).await;
    assert_eq!(until_state(&tracker, "never-told", OrderState::Filled).await.filled, 10.into());
    soon(async {
        while tracker.positions().is_empty() {
            tracker.next().await;
        }
    })
    .await;
}

#[tokio::test]
async fn scenario_19_messages_that_are_repeated_or_out_of_order_come_to_the_same() {
    let rig = Rig::start().await;
    for fault in [
        "duplicate,topic=fillsV2,percent=50",
        "reorder,topic=fillsV2,percent=50",
        "duplicate,topic=notificationApi*,percent=50",
        "reorder,topic=notificationApi*,percent=50",
    ] {
        rig.exchange.faults().add(FaultSpec::parse(fault).unwrap()).unwrap();
    }
    let (client, tracker) = tracked(&rig).await;
    let mut sizes = 0;
    for round in 0..20 {
        let size = 10 + round;
        place(&client, &bought(size, &format!("buy-{round}"))).await;
        place(&client, &resting(btc(), &format!("rest-{round}"))).await;
        sizes += size;
    }
    rig.exchange.faults().clear();
    assert_agrees(&tracker, &client).await;
    let filled: lmex::Decimal = tracker.orders().iter().map(|order| order.filled).sum();
    assert_eq!(filled, sizes.into());
    let bought = tracker.orders().into_iter().filter(|order| order.state == OrderState::Filled);
    assert_eq!(bought.filter(|order| order.average_price > 0.into()).count(), 20);
}

#[tokio::test]
async fn an_order_whose_answer_is_lost_is_unknown_and_then_what_it_is() {
    let rig = Rig::start().await;
    let client = rig.builder().resolve_within(Duration::ZERO).timeout(crate::rig::SHORT).build().unwrap();
    let tracker = client.track_with(config()).unwrap();
    soon(tracker.in_sync()).await;
    rig.proxy.next("POST", "/order", Fault::Silence);
    drop(client.place(&resting(btc(), "lost")).await.unwrap());
    let order = until_state(&tracker, "lost", OrderState::Open).await;
    assert_eq!(order.origin, Origin::Own);
    rig.proxy.next("POST", "/order", Fault::Swallow);
    drop(client.place(&resting(btc(), "swallowed")).await.unwrap());
    assert_eq!(tracker.order(id("swallowed")).unwrap().state, OrderState::Unknown);
    assert_agrees(&tracker, &rig.direct()).await;
    assert_eq!(
        tracker.order(id("swallowed")).unwrap().state,
        OrderState::Unknown,
        "it could still be executed"
    );
}

#[tokio::test]
async fn a_client_has_one_tracker_at_a_time() {
    let rig = Rig::start().await;
    let client = rig.client();
    let first = client.track().unwrap();
    assert!(matches!(client.track(), Err(lmex::Error::Tracked)));
    drop(first);
    place(&client, &resting(btc(), "placed")).await;
    let second = client.track_with(config()).unwrap();
    soon(second.in_sync()).await;
    assert_eq!(
        second.order(id("placed")).unwrap().origin,
        Origin::Own,
        "the client remembers what it has placed"
    );
}

#[tokio::test]
async fn scenario_17_a_liquidation_is_adopted_and_labelled() {
    let rig = Rig::start().await;
    let (client, tracker) = tracked(&rig).await;
    place(&client, &bought(1_000, "position")).await;
    let entered = tracker.order(id("position")).unwrap().average_price;
    soon(async {
        while tracker.positions().is_empty() {
            tracker.next().await;
        }
    })
    .await;
    let available = client.wallet().await.unwrap().data.available_balance;
    let act = async |command| rig.exchange.desk().command(command).await.unwrap();
    let amount = lmex_engine::Money::try_from((available - lmex::Decimal::from(4)).round_dp(6)).unwrap();
    act(lmex_engine::Command::Withdraw { account: lmex_engine::AccountId(1), amount }).await;
    let price = (entered * "0.98".parse::<lmex::Decimal>().unwrap()).round_dp(1);
    let market = lmex_engine::MarketId(0);
    act(lmex_engine::Command::SetPrices { market, index: price, mark: Some(price) }).await;
    soon(async {
        while !tracker.positions().is_empty() {
            tracker.next().await;
        }
    })
    .await;
    assert_agrees(&tracker, &client).await;
    let liquidation: Vec<_> =
        tracker.orders().into_iter().filter(|order| order.origin == Origin::Liquidation).collect();
    assert_eq!(liquidation.iter().map(|order| order.filled).sum::<lmex::Decimal>(), 1_000.into());
    assert!(
        liquidation.iter().all(|order| order.side == Some(Side::Sell) && order.state == OrderState::Filled)
    );
}

/// What is written down of an order before it is sent survives the process; what it became is asked for.
#[tokio::test]
async fn scenario_16_what_a_process_that_died_has_left_is_our_own_and_asked_for() {
    let (rig, folder) = (Rig::start().await, tempfile::tempdir().unwrap());
    let dead = rig.builder().journal(folder.path()).build().unwrap();
    let never_answered: std::pin::Pin<Box<dyn Future<Output = _> + Send>> = {
        rig.proxy.next("POST", "/order", Fault::Silence);
        let dead = dead.clone();
        Box::pin(async move { dead.place(&resting(btc(), "left")).await })
    };
    let task = tokio::spawn(never_answered);
    soon(rig.proxy.wait_for("POST", "/order", 1)).await;
    task.abort();
    let _ = task.await;
    drop(dead);
    let client = rig.builder().journal(folder.path()).build().unwrap();
    let tracker = client.track_with(config()).unwrap();
    soon(tracker.in_sync()).await;
    let order = until_state(&tracker, "left", OrderState::Open).await;
    assert_eq!(order.origin, Origin::Own);
}
