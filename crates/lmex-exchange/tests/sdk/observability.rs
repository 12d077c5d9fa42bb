//! What the SDK tells about itself, as a subscriber and a recorder hear it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use lmex::futures::CancelTarget;
use lmex::observability::{METRICS, MetricKind};
use lmex::{AccountTopic, Credentials, Limits, Pace, StreamEvent, Topic, Transport, TransportFuture};
use lmex_exchange::ExchangeConfig;
use lmex_exchange::faults::FaultSpec;
use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, LocalRecorderGuard, Metadata, Recorder,
    SharedString, Unit,
};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

use crate::rig::{Rig, btc, config, id, resting};
use crate::script::{Say, Script};
use crate::streams::{eager, hear, soon};

/// All values of each metric, by name and labels: `name{label=value,…}`.
type Values = Arc<Mutex<BTreeMap<String, Vec<f64>>>>;

#[derive(Debug, Clone, Default)]
struct Numbers {
    values: Values,
    described: Arc<Mutex<BTreeSet<String>>>,
}

impl Numbers {
    fn of(&self, name: &str) -> Vec<f64> {
        self.values.lock().unwrap().get(name).cloned().unwrap_or_default()
    }

    fn total(&self, name: &str) -> f64 {
        self.of(name).iter().sum()
    }

    fn names(&self) -> BTreeSet<String> {
        self.values.lock().unwrap().keys().cloned().collect()
    }

    fn one(&self, key: &Key) -> Arc<Number> {
        let labels: Vec<_> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        let name = format!("{}{{{}}}", key.name(), labels.join(","));
        Arc::new(Number { values: Arc::clone(&self.values), name })
    }

    fn describe(&self, name: &KeyName) {
        self.described.lock().unwrap().insert(name.as_str().to_owned());
    }
}

struct Number {
    values: Values,
    name: String,
}

impl Number {
    fn note(&self, value: f64) {
        self.values.lock().unwrap().entry(self.name.clone()).or_default().push(value);
    }
}

impl CounterFn for Number {
    fn increment(&self, value: u64) {
        self.note(f64::from(u32::try_from(value).unwrap()));
    }

    fn absolute(&self, _: u64) {
        panic!("counters rise");
    }
}

impl HistogramFn for Number {
    fn record(&self, value: f64) {
        self.note(value);
    }
}

impl Recorder for Numbers {
    fn describe_counter(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        self.describe(&name);
    }

    fn describe_gauge(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        self.describe(&name);
    }

    fn describe_histogram(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        self.describe(&name);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.one(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        panic!("no gauge is kept: {key}");
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.one(key))
    }
}

/// All that is told of spans and events, in one text, and the spans by their fields.
#[derive(Debug, Clone, Default)]
struct Told {
    text: Arc<Mutex<String>>,
    spans: Arc<Mutex<Vec<(&'static str, Fields)>>>,
}

#[derive(Debug, Clone, Default)]
struct Fields(BTreeMap<String, String>);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").trim_matches('"').to_owned());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Told {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        context.span(id).unwrap().extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, context: Context<'_, S>) {
        let span = context.span(id).unwrap();
        record.record(span.extensions_mut().get_mut::<Fields>().unwrap());
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if is_the_exchanges(event.metadata()) {
            return;
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        writeln!(self.text.lock().unwrap(), "{} {:?}", event.metadata().target(), fields.0).unwrap();
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let span = context.span(&id).unwrap();
        if is_the_exchanges(span.metadata()) {
            return;
        }
        let fields = span.extensions().get::<Fields>().unwrap().clone();
        writeln!(self.text.lock().unwrap(), "{} {:?}", span.name(), fields.0).unwrap();
        self.spans.lock().unwrap().push((span.name(), fields));
    }
}

/// The local exchange runs on the same thread, and may know its own secrets.
fn is_the_exchanges(metadata: &tracing::Metadata<'_>) -> bool {
    metadata.target().starts_with("lmex_exchange")
}

impl Told {
    /// The fields of each request's span, as far as they are the same each time.
    fn requests(&self) -> Vec<String> {
        let spans = self.spans.lock().unwrap();
        let requests = spans.iter().filter(|(name, _)| *name == "request");
        let shown = |fields: &Fields| {
            let of = |name: &str| fields.0.get(name).cloned().unwrap_or_else(|| "-".to_owned());
            ["method", "path", "class", "attempt", "status", "outcome"].map(of).join(" ")
        };
        requests.map(|(_, fields)| shown(fields)).collect()
    }
}

/// What is heard on this thread as long as the guards live.
fn listen(recorder: &Numbers) -> (Told, (LocalRecorderGuard<'_>, DefaultGuard)) {
    let told = Told::default();
    let subscriber = tracing_subscriber::registry().with(told.clone());
    let guards =
        (metrics::set_default_local_recorder(recorder), tracing::subscriber::set_default(subscriber));
    (told, guards)
}

const POSITIONS: &str = "/user/positions";
const ORDER: &str = "method=POST,path=/api/v2.3/order";

#[tokio::test(start_paused = true)]
async fn each_attempt_is_a_span_and_is_counted_by_what_became_of_it() {
    let numbers = Numbers::default();
    let (told, _guards) = listen(&numbers);
    let script = Script::empty_venue();
    script.on("GET", POSITIONS, [Say::NotSent, Say::ok("[]"), Say::rate_limit("1700000005"), Say::ok("[]")]);
    script.on("POST", "/order", [Say::Lost]);
    let limits = Limits { transfers: 1, ..Limits::default() };
    let clock = lmex::Clock::from_fn(|| lmex::TimeMs::from_millis(1_700_000_000_000));
    let client = script.builder().clock(clock).pace(Pace { limits, ..Pace::default() }).build().unwrap();
    client.positions(None).await.unwrap();
    client.positions(None).await.unwrap();
    let order = resting(btc(), "a").check(&client.instrument(btc()).await.unwrap(), None, id("a")).unwrap();
    client.send(&order.create).await.unwrap_err();
    let dropped = tokio::time::timeout(Duration::from_millis(1), {
        script.on("DELETE", "/order", [Say::Nothing]);
        client.cancel(btc(), CancelTarget::All)
    });
    assert!(dropped.await.is_err());
    let positions = "GET /api/v2.3/user/positions query";
    assert_eq!(
        told.requests(),
        [
            format!("{positions} 1 - not_sent"),
            format!("{positions} 2 200 ok"),
            format!("{positions} 1 429 rate_limited"),
            format!("{positions} 2 200 ok"),
            "GET /api/v2.3/market_summary query 1 200 ok".to_owned(),
            "POST /api/v2.3/order order 1 - lost".to_owned(),
            "DELETE /api/v2.3/order cancel 1 - given_up".to_owned(),
        ]
    );
    let positions = |outcome| {
        format!("lmex_requests_total{{method=GET,path=/api/v2.3/user/positions,outcome={outcome}}}")
    };
    let counted = ["not_sent", "ok", "rate_limited"].map(|outcome| numbers.total(&positions(outcome)));
    assert_eq!(counted, [1.0, 2.0, 1.0]);
    assert_eq!(numbers.of(&format!("lmex_request_latency_seconds{{{ORDER},outcome=lost}}")).len(), 1);
    assert_eq!((numbers.total("lmex_blocks_total{}"), numbers.of("lmex_block_seconds{}")), (1.0, vec![5.0]));
    let waits = numbers.of("lmex_turn_wait_seconds{class=query}");
    assert_eq!(waits.len(), 5);
    // The first had nobody before it; the fourth attempt had to wait for the block to end, and for the trickle.
    assert!(waits[0] < 0.05, "{waits:?}");
}

#[tokio::test(start_paused = true)]
async fn what_never_left_is_counted_by_the_reason() {
    let numbers = Numbers::default();
    let (told, _guards) = listen(&numbers);
    let script = Script::empty_venue();
    script.on("GET", POSITIONS, [Say::ok("[]"), Say::rate_limit("300")]);
    let limits = Limits::default().queries(1);
    let pace = Pace { limits, query_deadline: Duration::from_millis(500), ..Pace::default() };
    let client = |queue| script.builder().pace(Pace { queue, ..pace }).build().unwrap();
    client(5).positions(None).await.unwrap();
    client(5).positions(None).await.unwrap_err();
    client(0).positions(None).await.unwrap_err();
    tokio::time::advance(Duration::from_secs(2)).await;
    client(5).positions(None).await.unwrap_err();
    client(5).positions(None).await.unwrap_err();
    let outcomes: Vec<_> =
        told.requests().iter().map(|told| told.rsplit_once(' ').unwrap().1.to_owned()).collect();
    assert_eq!(outcomes, ["ok", "expired", "queue_full", "rate_limited", "blocked"]);
    for reason in ["expired", "queue_full", "blocked"] {
        let name = format!("lmex_turns_refused_total{{class=query,outcome={reason}}}");
        assert_eq!(numbers.total(&name), 1.0, "{reason}");
    }
    assert_eq!(numbers.of("lmex_block_seconds{}"), [300.0]);
}

#[tokio::test]
async fn streams_tell_when_they_connect_log_in_and_ask_anew() {
    let numbers = Numbers::default();
    let (told, _guards) = listen(&numbers);
    let fault = FaultSpec::parse("cross,topic=update:BTC-PERP_0,times=1").unwrap();
    let rig = Rig::start_with(ExchangeConfig { faults: vec![fault], ..config() }).await;
    let client = rig.client();
    let topics = [Topic::Book(btc()), AccountTopic::Fills.into()];
    let mut stream = client.subscribe_with(topics, eager()).unwrap();
    hear(&mut stream, |event| matches!(event, StreamEvent::Resync(..)).then_some(())).await;
    hear(&mut stream, |event| matches!(event, StreamEvent::Book(_)).then_some(())).await;
    soon(stream.ready()).await.unwrap();
    rig.proxy.cut_streams();
    let mut again = 0;
    hear(&mut stream, |event| {
        again += usize::from(event == StreamEvent::Connected);
        (again == 2).then_some(())
    })
    .await;
    soon(stream.ready()).await.unwrap();
    let (main, books) = ("{path=/ws/futures}", "{path=/ws/oss/futures}");
    for path in [main, books] {
        let of = |what: &str| numbers.total(&format!("lmex_stream_{what}_total{path}"));
        assert_eq!(["connections", "reconnections", "disconnections"].map(of), [2.0, 1.0, 1.0], "{path}");
    }
    assert_eq!(numbers.total("lmex_stream_logins_total{path=/ws/futures,outcome=ok}"), 2.0);
    assert_eq!(numbers.total("lmex_stream_resubscriptions_total{path=/ws/oss/futures,outcome=wrong}"), 1.0);
    let text = told.text.lock().unwrap().clone();
    for event in ["connected", "logged in", "asked anew", "subscribed", "closed"] {
        assert!(text.contains(&format!("\"message\": \"{event}\"")), "{event}: {text}");
    }
    let spans = told.spans.lock().unwrap();
    let connection = spans.iter().find(|(name, _)| *name == "stream").unwrap();
    assert!(connection.1.0.contains_key("connect_us"), "{connection:?}");
}

/// Passes requests on, and remembers their signatures.
struct Overhearing {
    script: Script,
    signatures: Arc<Mutex<Vec<String>>>,
}

impl Transport for Overhearing {
    fn send(&self, request: Request<Bytes>) -> TransportFuture<'_> {
        if let Some(signature) = request.headers().get("request-sign") {
            self.signatures.lock().unwrap().push(signature.to_str().unwrap().to_owned());
        }
        self.script.send(request)
    }
}

const KEY: &str = "the-key-that-nobody-may-see";
const SECRET: &str = "the-secret-that-nobody-may-see";

#[tokio::test(start_paused = true)]
async fn scenario_44_no_key_signature_body_or_query_is_told() {
    let numbers = Numbers::default();
    let (told, _guards) = listen(&numbers);
    let refusal = r#"{"status":401,"errorCode":-7,"message":"Authenticate failed"}"#;
    let script = Script::empty_venue();
    let refused = Say::Answer(401, "", refusal.to_owned());
    script.on("GET", POSITIONS, [Say::ok("[]"), refused, Say::ok("{"), Say::NotSent, Say::Lost]);
    script.on("POST", "/order", [Say::Lost]);
    script.on("DELETE", "/order", [Say::rate_limit("1")]);
    let overhearing = Overhearing { script: script.clone(), signatures: Arc::default() };
    let signatures = Arc::clone(&overhearing.signatures);
    let credentials = Credentials::new(KEY, SECRET).unwrap();
    let client = script.builder().credentials(credentials.clone()).transport(overhearing);
    let client = client.resolve_within(Duration::ZERO).build().unwrap();
    let mut shown = format!("{client:?} {credentials:?}");
    for _ in 0..5 {
        match client.positions(Some(btc())).await {
            Ok(reply) => write!(shown, "{reply:?}").unwrap(),
            Err(error) => write!(shown, "{error:?} {error}").unwrap(),
        }
    }
    write!(shown, "{:?}", client.place(&resting(btc(), "in-the-body")).await).unwrap();
    write!(shown, "{:?}", client.cancel(btc(), CancelTarget::Client(id("in-the-query"))).await).unwrap();
    let custom = lmex_api::Request::custom(
        lmex_api::Method::Get,
        "/api/v2.3/user/positions?in-the-path",
        &[],
        Vec::new(),
        true,
    );
    script.on("GET", "/user/positions", [Say::ok("[]")]);
    write!(shown, "{:?}", client.send_raw(&custom).await).unwrap();
    let names = numbers.names().into_iter().collect::<Vec<_>>().join("\n");
    let text = told.text.lock().unwrap().clone();
    assert!(text.len() > 1_000 && names.len() > 200 && shown.len() > 200, "something is told");
    assert!(names.contains("path=other"), "a path of one's own is no label: {names}");
    let signatures = signatures.lock().unwrap();
    assert!(signatures.len() > 8);
    for secret in [KEY, SECRET].into_iter().chain(signatures.iter().map(String::as_str)) {
        assert!(!text.contains(secret) && !names.contains(secret) && !shown.contains(secret), "{secret}");
    }
    // What becomes of an order is told by its id, as in the journal; nothing else of its body is.
    for part in ["55000", "in-the-query", "in-the-path", "?"] {
        assert!(!text.contains(part) && !names.contains(part), "{part}: {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_counted_is_on_the_page_and_described() {
    let numbers = Numbers::default();
    let (_, _guards) = listen(&numbers);
    lmex::observability::describe();
    let names: BTreeSet<_> = METRICS.iter().map(|metric| metric.name.to_owned()).collect();
    assert_eq!(*numbers.described.lock().unwrap(), names);
    let script = Script::empty_venue();
    script.on("GET", POSITIONS, [Say::rate_limit("300")]);
    let client = script.builder().build().unwrap();
    client.positions(None).await.unwrap_err();
    client.positions(None).await.unwrap_err();
    for heard in numbers.names() {
        let (name, labels) = heard.trim_end_matches('}').split_once('{').unwrap();
        let known = METRICS.iter().find(|metric| metric.name == name).unwrap();
        let labels: Vec<_> = labels.split(',').filter_map(|label| Some(label.split_once('=')?.0)).collect();
        assert_eq!(labels, known.labels, "{name}");
        let is_whole = numbers.of(&heard).iter().all(|value| *value == 1.0);
        assert!(is_whole || known.kind == MetricKind::Histogram, "{name}");
    }
}
