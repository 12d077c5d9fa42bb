mod processes;

use std::fs::File;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::file::FILE;
use super::*;

fn clock() -> Clock {
    Clock::from_fn(|| TimeMs::from_millis(1_000))
}

impl Budget {
    fn ask(&self, class: RateClass, clock: &Clock) -> Decision {
        self.decide(&mut self.in_process.state().pacer, class, &Limits::default(), clock, true)
    }

    /// How many of so many requests may leave.
    fn admitted(&self, class: RateClass, of: usize, clock: &Clock) -> usize {
        (0..of).filter(|_| self.ask(class, clock).admission == Admission::Now).count()
    }
}

#[tokio::test(start_paused = true)]
async fn clients_of_one_key_share_what_another_key_or_exchange_does_not() {
    let of = |origin, key| Budget::new(origin, Some(key), None);
    let (clock, here) = (clock(), "http://here");
    let [first, second, other, elsewhere] =
        [of(here, "shared-a"), of(here, "shared-a"), of(here, "shared-b"), of("http://there", "shared-a")];
    assert_eq!((first.nonce(&clock), second.nonce(&clock), other.nonce(&clock)), (1_000, 1_001, 1_000));
    assert_eq!(elsewhere.nonce(&clock), 1_002, "nonces are the key's wherever it is used");
    assert_eq!(first.admitted(RateClass::Query, 20, &clock), 15);
    let admitted = [second, other, elsewhere].map(|client| client.admitted(RateClass::Query, 20, &clock));
    assert_eq!(admitted, [0, 15, 15]);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_begins_where_another_ended_goes_on_from_there() {
    let (clock, of) = (clock(), || Budget::new("http://ended", Some("ended"), None));
    let used = of().nonce(&clock);
    assert_eq!(of().nonce(&clock), used + 1);
    assert_eq!(
        (of().admitted(RateClass::Query, 10, &clock), of().admitted(RateClass::Query, 10, &clock)),
        (10, 5)
    );
    of().block_for(5_000, &clock);
    assert!(of().blocked_until(&clock).is_some());
}

#[tokio::test(start_paused = true)]
async fn processes_that_share_a_folder_share_nonces_pace_and_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let process = || Budget::of_another_process(Some(folder.path()));
    let (first, second, clock) = (process(), process(), clock());
    let nonces: Vec<_> = (0..50).flat_map(|_| [first.nonce(&clock), second.nonce(&clock)]).collect();
    assert_eq!(nonces, (1_000..1_100).collect::<Vec<_>>());
    assert_eq!(
        first.ask(RateClass::Query, &clock),
        Decision { admission: Admission::Now, nonce: Some(1_100) }
    );
    assert_eq!(
        second.ask(RateClass::Query, &clock),
        Decision { admission: Admission::Now, nonce: Some(1_101) }
    );
    assert_eq!(
        (first.admitted(RateClass::Query, 9, &clock), second.admitted(RateClass::Query, 9, &clock)),
        (9, 4)
    );
    second.block_for(5_000, &clock);
    assert_eq!(first.blocked_until(&clock), Some(clock.steady().plus_ms(5_000)));
    let blocked = first.ask(RateClass::Cancel, &clock);
    assert!(matches!(blocked, Decision { admission: Admission::Blocked(_), nonce: None }), "{blocked:?}");
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_while_the_file_was_not_to_be_had_comes_into_it_later() {
    let folder = tempfile::tempdir().unwrap();
    let process = || Budget::of_another_process(Some(folder.path()));
    let (first, second, clock) = (process(), process(), Clock::system());
    assert_eq!(first.admitted(RateClass::Transfer, 1, &clock), 1);
    let held = File::open(folder.path().join(FILE)).unwrap();
    held.lock().unwrap();
    assert_eq!(
        first.admitted(RateClass::Transfer, 20, &clock),
        4,
        "it counts for itself, and from what it has sent"
    );
    held.unlock().unwrap();
    first.ask(RateClass::Transfer, &clock);
    assert_eq!(second.admitted(RateClass::Transfer, 5, &clock), 0);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_lost_or_damaged_costs_nobody_a_call_and_nothing_that_was_counted_here() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(FILE);
    let (process, clock) = (Budget::of_another_process(Some(folder.path())), Clock::system());
    assert_eq!(process.admitted(RateClass::Transfer, 3, &clock), 3);
    std::fs::write(&path, "nonsense").unwrap();
    assert_eq!(process.admitted(RateClass::Transfer, 1, &clock), 1);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(process.admitted(RateClass::Transfer, 9, &clock), 1);
}

#[test]
fn nobody_waits_for_a_process_that_was_stopped_with_the_lock() {
    let folder = tempfile::tempdir().unwrap();
    let process = || Budget::of_another_process(Some(folder.path()));
    let (nonces, clock) = (process(), clock());
    assert_eq!(nonces.nonce(&clock), 1_000);
    let file = File::open(folder.path().join(FILE)).unwrap();
    file.lock().unwrap();
    let (give, nonce) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| (0..200).for_each(|_| give.send(nonces.nonce(&clock)).unwrap()));
        let given = (0..200).map_while(|_| nonce.recv_timeout(Duration::from_secs(20)).ok());
        let given: Vec<_> = given.collect();
        // Lets the thread go on if it waits after all.
        file.unlock().unwrap();
        assert_eq!(given, (1_001..1_201).collect::<Vec<_>>());
    });
    assert_eq!(nonces.nonce(&clock), 1_201);
    assert_eq!(process().nonce(&clock), 1_202, "the file is shared again");
}

/// Refuses every key.
struct Refusing;

impl crate::Transport for Refusing {
    fn send(&self, _: http::Request<bytes::Bytes>) -> crate::TransportFuture<'_> {
        let body = r#"{"status":401,"errorCode":-7,"message":"Authenticate failed"}"#;
        Box::pin(async move { Ok(http::Response::builder().status(401).body(body.into()).unwrap()) })
    }
}

#[tokio::test]
async fn nonces_that_ran_out_of_the_window_are_named_when_they_are_refused() {
    let endpoints =
        crate::Endpoints::new(crate::Environment::Local, Some("http://127.0.0.1:9"), None, &[]).unwrap();
    let client = crate::Client::builder(endpoints)
        .credentials(crate::Credentials::new("ran-ahead", "secret").unwrap())
        .clock(Clock::from_fn(|| TimeMs::from_millis(1_000_000)))
        .transport(Refusing)
        .build()
        .unwrap();
    let refused = async || client.wallet().await.unwrap_err().to_string();
    assert!(!refused().await.contains("nonces"), "one call is not to blame");
    for _ in 0..5_000 {
        client.signer().unwrap().nonce(client.clock());
    }
    let told = refused().await;
    assert!(told.contains("nonces of this process run 5001 ms ahead of its clock"), "{told}");
}
