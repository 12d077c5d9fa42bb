use super::*;
use futures_util::future::join_all;
use lmex_api::RateClass::{Cancel, Close, Order, Query};
use std::path::Path;

fn clock() -> Clock {
    Clock::from_fn(|| TimeMs::from_millis(0))
}

fn gate(limits: Limits, queue: usize) -> (Arc<Gate>, Clock) {
    (Arc::new(gate_at(Pace { limits, queue, ..Pace::default() }, None)), clock())
}

/// Of a process of its own.
fn gate_at(pace: Pace, folder: Option<&Path>) -> Gate {
    Gate::new(pace, Arc::new(Budget::of_another_process(folder)))
}

impl Gate {
    async fn pass_now(&self, class: RateClass, clock: &Clock) -> Result<(), Error> {
        self.pass(Leaving { class, since: clock.steady(), is_signed: false }, clock).await.map(drop)
    }

    fn waiting(&self) -> usize {
        self.budget.in_process().state().queue.len()
    }
}

#[tokio::test(start_paused = true)]
async fn orders_that_wait_too_long_are_never_sent() {
    let (gate, clock) = gate(Limits::default().orders(10), 1_000);
    let calls = (0..40).map(|_| gate.pass_now(RateClass::Order, &clock));
    let results = join_all(calls).await;
    let sent = results.iter().filter(|result| result.is_ok()).count();
    assert_eq!(sent, 5, "half of ten is kept for cancels, and a second is not over before the deadline");
    assert!(results.iter().any(|result| matches!(result, Err(Error::Expired { .. }))));
    assert_eq!(gate.waiting(), 0);
}

#[tokio::test(start_paused = true)]
async fn cancels_overtake_orders_that_came_first() {
    let (gate, clock) = gate(Limits { reserve: 0, ..Limits::default().orders(1) }, 1_000);
    gate.pass_now(RateClass::Order, &clock).await.unwrap();
    let order = {
        let (gate, clock) = (Arc::clone(&gate), clock.clone());
        tokio::spawn(async move { gate.pass_now(RateClass::Order, &clock).await.map(|()| clock.steady()) })
    };
    tokio::task::yield_now().await;
    gate.pass_now(RateClass::Cancel, &clock).await.unwrap();
    assert!(matches!(order.await.unwrap(), Err(Error::Expired { .. })), "the cancel took the order's turn");
}

#[tokio::test(start_paused = true)]
async fn transfers_do_not_stand_behind_orders_nor_orders_behind_transfers() {
    let limits = Limits { transfers: 1, reserve: 0, ..Limits::default().orders(1) };
    for (full, free) in [(RateClass::Order, RateClass::Transfer), (RateClass::Transfer, RateClass::Order)] {
        let pace = Pace { limits, order_deadline: Duration::from_secs(5), ..Pace::default() };
        let (gate, clock) = (gate_at(pace, None), clock());
        gate.pass_now(full, &clock).await.unwrap();
        let waiting =
            async { tokio::time::timeout(Duration::from_millis(10), gate.pass_now(full, &clock)).await };
        let passing = async { (gate.pass_now(free, &clock).await.is_ok(), clock.steady()) };
        let before = clock.steady();
        let (waited, passed) = tokio::join!(waiting, passing);
        assert!(waited.is_err(), "the second {full:?} has to wait");
        assert_eq!(passed, (true, before), "{free:?} has a budget of its own");
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_refuses_all_but_cancels() {
    let (gate, clock) = gate(Limits::default().queries(1), 2);
    let calls = (0..5).map(|_| gate.pass_now(RateClass::Query, &clock));
    let results = join_all(calls).await;
    assert_eq!(results.iter().filter(|result| matches!(result, Err(Error::QueueFull(_)))).count(), 2);
}

#[tokio::test(start_paused = true)]
async fn nothing_passes_while_blocked() {
    let (gate, clock) = gate(Limits::default(), 10);
    gate.block_for(300_000, &clock);
    assert!(matches!(gate.pass_now(RateClass::Order, &clock).await, Err(Error::Blocked { .. })));
    gate.block_for(300_000, &clock);
    tokio::time::advance(Duration::from_secs(301)).await;
    gate.pass_now(RateClass::Query, &clock).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn queries_are_spread_over_time() {
    let (gate, clock) = gate(Limits::default(), 100);
    let begun = clock.steady();
    let calls = (0..45).map(|_| gate.pass_now(RateClass::Query, &clock));
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    let took_ms = clock.steady().ms_since(begun);
    assert!(took_ms >= 2_000, "45 queries take two seconds: {took_ms} ms");
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_gives_its_place_up() {
    let (gate, clock) = gate(Limits::default().queries(1), 10);
    gate.pass_now(RateClass::Query, &clock).await.unwrap();
    let waiting =
        tokio::time::timeout(Duration::from_millis(10), gate.pass_now(RateClass::Query, &clock)).await;
    assert!(waiting.is_err());
    assert_eq!(gate.waiting(), 0);
}

/// When each request of each gate leaves, in its order.
async fn leave<'a>(
    calls: impl IntoIterator<Item = (&'a Gate, RateClass)>,
    clock: &Clock,
) -> Vec<(i64, RateClass)> {
    let begun = clock.steady();
    let calls = calls.into_iter().map(|(gate, class)| async move {
        gate.pass_now(class, clock).await.ok().map(|()| (clock.steady().ms_since(begun), class))
    });
    let mut left: Vec<_> = join_all(calls).await.into_iter().flatten().collect();
    left.sort();
    left
}

#[tokio::test(start_paused = true)]
async fn closes_overtake_orders_and_cancels_overtake_closes() {
    let pace = Pace {
        limits: Limits::default().orders(1),
        order_deadline: Duration::from_secs(10),
        ..Pace::default()
    };
    let (gate, clock) = (gate_at(pace, None), clock());
    gate.pass_now(Order, &clock).await.unwrap();
    let left = leave([Order, Close, Cancel].map(|class| (&gate, class)), &clock).await;
    assert_eq!(left.iter().map(|(_, class)| *class).collect::<Vec<_>>(), [Cancel, Close, Order]);
}

#[tokio::test(start_paused = true)]
async fn clients_of_one_key_share_a_budget_and_each_keeps_its_own_limits() {
    let budget = Arc::new(Budget::of_another_process(None));
    let of = |queries| {
        let pace = Pace { limits: Limits::default().queries(queries), ..Pace::default() };
        Gate::new(pace, Arc::clone(&budget))
    };
    let (modest, ample, clock) = (of(3), of(10), clock());
    let left = leave([&ample; 8].map(|gate| (gate, Query)), &clock).await;
    assert_eq!(left.last(), Some(&(0, Query)), "eight go at once");
    let (early, late) =
        tokio::join!(leave([(&modest, Query)], &clock), leave([&ample; 2].map(|gate| (gate, Query)), &clock));
    assert_eq!(late, [(0, Query), (0, Query)], "they need not wait behind one that keeps lower limits");
    assert!((1_000..1_080).contains(&early[0].0), "{early:?}");
}

#[tokio::test(start_paused = true)]
async fn scenario_29_processes_that_share_a_folder_keep_one_pace() {
    let folder = tempfile::tempdir().unwrap();
    let pace = Pace { limits: Limits::default().queries(5), ..Pace::default() };
    let gates: Vec<_> = (0..3).map(|_| gate_at(pace, Some(folder.path()))).collect();
    let calls = (0..30).map(|call| (&gates[call % 3], Query));
    let times: Vec<_> = leave(calls, &clock()).await.into_iter().map(|(time, _)| time).collect();
    assert_eq!(times.len(), 30);
    assert!(times.windows(6).all(|window| window[5] - window[0] >= 1_020), "{times:?}");
    assert!(times[29] <= 5 * 1_040 + 20, "and no slower than they may be: {times:?}");
}

#[tokio::test(start_paused = true)]
async fn scenario_28_a_block_stops_every_process_and_cancels_are_the_first_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let pace = Pace { order_deadline: Duration::from_secs(20), ..Pace::default() };
    let gates: Vec<_> = (0..3).map(|_| gate_at(pace, Some(folder.path()))).collect();
    let clock = clock();
    gates[0].block_for(3_000, &clock);
    assert!(gates.iter().all(|gate| gate.blocked_until(&clock) == Some(clock.steady().plus_ms(3_000))));
    let calls = [
        (&gates[0], Query),
        (&gates[0], Order),
        (&gates[1], Order),
        (&gates[1], Close),
        (&gates[2], Cancel),
        (&gates[1], Cancel),
    ];
    let left = leave(calls, &clock).await;
    assert_eq!(
        left.iter().map(|(_, class)| *class).collect::<Vec<_>>(),
        [Cancel, Cancel, Close, Order, Order, Query]
    );
    assert!((3_000..3_010).contains(&left[0].0), "nothing leaves before, and a cancel at once: {left:?}");
    assert!(left.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 100), "a trickle: {left:?}");
    gates[2].block_for(300_000, &clock);
    for gate in &gates {
        let refused = gate.pass_now(Cancel, &clock).await;
        assert!(matches!(refused, Err(Error::Blocked { .. })), "{refused:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn those_that_wait_behind_others_learn_of_a_block_when_the_first_does() {
    let folder = tempfile::tempdir().unwrap();
    let order_deadline = Duration::from_secs(2);
    let pace = Pace { limits: Limits::default().orders(1), order_deadline, ..Pace::default() };
    let [here, there] = [0; 2].map(|_| gate_at(pace, Some(folder.path())));
    let clock = clock();
    here.pass_now(Order, &clock).await.unwrap();
    let begun = clock.steady();
    let elsewhere = async { there.block_for(3_000, &clock) };
    let behind = async { (here.pass_now(Order, &clock).await, clock.steady().ms_since(begun)) };
    let (cancelled, (refused, after_ms), ()) = tokio::join!(here.pass_now(Cancel, &clock), behind, elsewhere);
    cancelled.unwrap();
    assert!(matches!(refused, Err(Error::Blocked { .. })), "{refused:?}");
    assert!(after_ms < 1_100, "not only when it has waited for as long as it may: {after_ms} ms");
}
