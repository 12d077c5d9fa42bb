//! A proxy between SDK and exchange that fails on request, and remembers what came through.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinHandle;

/// What happens to a request.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// The exchange executes it; its answer never comes, and the connection stays open.
    Silence,
    /// The exchange executes it; then the connection is reset.
    Reset,
    /// The exchange executes it; half of the body comes, then the end.
    HalfAnswer,
    /// The exchange executes it; this status, content type and body come instead of its answer.
    Instead(u16, &'static str, &'static str),
    /// It never reaches the exchange, and nobody answers.
    Swallow,
    /// A gateway on the way sends it twice; the second answer comes.
    Replay,
    /// It waits for a permit before it goes on to the exchange, even if the client has gone meanwhile.
    Hold(Arc<Semaphore>),
}

impl Fault {
    pub(crate) const HTML_502: Self =
        Self::Instead(502, "text/html", "<html><body><h1>502 Bad Gateway</h1></body></html>");
    pub(crate) const TIMED_OUT_408: Self = Self::Instead(408, "text/plain", "Request Timeout");
    pub(crate) const EMPTY_200: Self = Self::Instead(200, "application/json", "");
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    pub(crate) method: String,
    /// Without product, version and query: `/order`.
    pub(crate) path: String,
}

/// Listens on a port of its own until it is dropped.
#[derive(Debug)]
pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

type Watcher = Box<dyn Fn(&Arrival) + Send>;

struct Shared {
    exchange: String,
    state: Mutex<State>,
    /// Something has come or gone.
    changed: Notify,
    /// Streams end when this changes.
    cut: watch::Sender<u64>,
    /// Connections are served while this is true.
    open: watch::Sender<bool>,
}

#[derive(Default)]
struct State {
    rules: Vec<Rule>,
    arrivals: Vec<Arrival>,
    forwarded: Vec<Arrival>,
    connections: usize,
    streams: usize,
    watcher: Option<Watcher>,
}

struct Rule {
    method: &'static str,
    path: &'static str,
    fault: Fault,
    times: usize,
}

impl Proxy {
    /// In front of the exchange at `host:port`.
    pub(crate) async fn start(exchange: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            exchange: exchange.to_owned(),
            state: Mutex::default(),
            changed: Notify::new(),
            cut: watch::channel(0).0,
            open: watch::channel(true).0,
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, accepting }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The next such request fails so.
    pub(crate) fn next(&self, method: &'static str, path: &'static str, fault: Fault) {
        self.shared.state().rules.push(Rule { method, path, fault, times: 1 });
    }

    /// Every such request fails so, until [`heal`](Self::heal).
    pub(crate) fn always(&self, method: &'static str, path: &'static str, fault: Fault) {
        self.shared.state().rules.push(Rule { method, path, fault, times: usize::MAX });
    }

    /// Nothing fails any more.
    pub(crate) fn heal(&self) {
        self.shared.state().rules.clear();
    }

    /// How many such requests came.
    pub(crate) fn arrivals(&self, method: &str, path: &str) -> usize {
        count(&self.shared.state().arrivals, method, path)
    }

    /// How many such requests reached the exchange.
    pub(crate) fn forwarded(&self, method: &str, path: &str) -> usize {
        count(&self.shared.state().forwarded, method, path)
    }

    /// How many requests came in all.
    pub(crate) fn all_arrivals(&self) -> usize {
        self.shared.state().arrivals.len()
    }

    /// How many connections were accepted.
    pub(crate) fn connections(&self) -> usize {
        self.shared.state().connections
    }

    /// How many streams run.
    pub(crate) fn streams(&self) -> usize {
        self.shared.state().streams
    }

    /// Looks at each request at the moment it has come whole, before anything else happens with it.
    pub(crate) fn watch(&self, watcher: impl Fn(&Arrival) + Send + 'static) {
        self.shared.state().watcher = Some(Box::new(watcher));
    }

    /// Waits until so many such requests have come.
    pub(crate) async fn wait_for(&self, method: &str, path: &str, times: usize) {
        loop {
            let changed = self.shared.changed.notified();
            if self.arrivals(method, path) >= times {
                return;
            }
            changed.await;
        }
    }

    /// Waits until no stream runs.
    pub(crate) async fn wait_for_no_stream(&self) {
        loop {
            let changed = self.shared.changed.notified();
            if self.shared.state().streams == 0 {
                return;
            }
            changed.await;
        }
    }

    /// Ends all streams that run.
    pub(crate) fn cut_streams(&self) {
        self.shared.cut.send_modify(|cut| *cut += 1);
    }

    /// Lets new connections wait, or serves them (again).
    pub(crate) fn serve(&self, open: bool) {
        self.shared.open.send_replace(open);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn count(arrivals: &[Arrival], method: &str, path: &str) -> usize {
    arrivals.iter().filter(|arrival| arrival.method == method && arrival.path == path).count()
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("exchange", &self.exchange).finish_non_exhaustive()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Remembers a request and says what is to happen to it.
    fn arrive(&self, arrival: &Arrival) -> Option<Fault> {
        let mut state = self.state();
        if let Some(watcher) = &state.watcher {
            watcher(arrival);
        }
        state.arrivals.push(arrival.clone());
        let applies =
            |rule: &Rule| rule.times > 0 && rule.method == arrival.method && rule.path == arrival.path;
        let rule = state.rules.iter_mut().find(|rule| applies(rule));
        let fault = rule.map(|rule| {
            rule.times -= 1;
            rule.fault.clone()
        });
        drop(state);
        self.changed.notify_waiters();
        fault
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        shared.state().connections += 1;
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let mut open = shared.open.subscribe();
            // A connection that breaks is what this proxy is for.
            if open.wait_for(|open| *open).await.is_ok() {
                let _ = serve(client, &shared).await;
            }
        });
    }
}

/// One message as it came: head with its blank line, and body.
struct Message {
    head: String,
    body: Vec<u8>,
}

/// Serves one connection, request by request.
async fn serve(mut client: TcpStream, shared: &Shared) -> io::Result<()> {
    client.set_nodelay(true)?;
    while let Some(request) = read(&mut client).await? {
        if request.head.to_ascii_lowercase().contains("upgrade: websocket") {
            return splice(client, &request, shared).await;
        }
        let arrival = arrival(&request);
        match shared.arrive(&arrival) {
            None => {
                let answer = forward(&request, &arrival, shared).await?;
                client.write_all(answer.head.as_bytes()).await?;
                client.write_all(&answer.body).await?;
            }
            Some(fault) => {
                if !fail(&mut client, fault, &request, &arrival, shared).await? {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}

/// Whether the connection can be used again.
async fn fail(
    client: &mut TcpStream,
    fault: Fault,
    request: &Message,
    arrival: &Arrival,
    shared: &Shared,
) -> io::Result<bool> {
    match fault {
        Fault::Swallow => wait_for_end(client).await,
        Fault::Silence => {
            forward(request, arrival, shared).await?;
            wait_for_end(client).await
        }
        Fault::Hold(permits) => {
            permits.acquire().await.map_err(io::Error::other)?.forget();
            let answer = forward(request, arrival, shared).await?;
            client.write_all(answer.head.as_bytes()).await?;
            client.write_all(&answer.body).await?;
            Ok(true)
        }
        Fault::Replay => {
            forward(request, arrival, shared).await?;
            let answer = forward(request, arrival, shared).await?;
            client.write_all(answer.head.as_bytes()).await?;
            client.write_all(&answer.body).await?;
            Ok(true)
        }
        Fault::Reset => {
            forward(request, arrival, shared).await?;
            client.set_zero_linger()?;
            Ok(false)
        }
        Fault::HalfAnswer => {
            let answer = forward(request, arrival, shared).await?;
            client.write_all(answer.head.as_bytes()).await?;
            client.write_all(&answer.body[..answer.body.len() / 2]).await?;
            Ok(false)
        }
        Fault::Instead(status, kind, body) => {
            forward(request, arrival, shared).await?;
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {status} Fault\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}"
            );
            client.write_all(answer.as_bytes()).await?;
            Ok(true)
        }
    }
}

/// Keeps the connection open until the client gives it up.
async fn wait_for_end(client: &mut TcpStream) -> io::Result<bool> {
    while client.read(&mut [0; 64]).await? > 0 {}
    Ok(false)
}

/// Each request goes on over a connection of its own.
async fn forward(request: &Message, arrival: &Arrival, shared: &Shared) -> io::Result<Message> {
    let mut exchange = TcpStream::connect(&shared.exchange).await?;
    exchange.write_all(request.head.as_bytes()).await?;
    exchange.write_all(&request.body).await?;
    shared.state().forwarded.push(arrival.clone());
    read(&mut exchange).await?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

/// From here on bytes go both ways, until one end closes or the streams are cut.
async fn splice(mut client: TcpStream, request: &Message, shared: &Shared) -> io::Result<()> {
    let mut cut = shared.cut.subscribe();
    let mut exchange = TcpStream::connect(&shared.exchange).await?;
    exchange.write_all(request.head.as_bytes()).await?;
    shared.state().streams += 1;
    tokio::select! {
        _ = copy_bidirectional(&mut client, &mut exchange) => {}
        _ = cut.changed() => {}
    }
    shared.state().streams -= 1;
    shared.changed.notify_waiters();
    Ok(())
}

async fn read(stream: &mut TcpStream) -> io::Result<Option<Message>> {
    let mut bytes = Vec::new();
    let head_ends = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let mut body = bytes.split_off(head_ends);
    let head = String::from_utf8(bytes).map_err(io::Error::other)?;
    let length = content_length(&head);
    while body.len() < length {
        if stream.read_buf(&mut body).await? == 0 {
            return Ok(None);
        }
    }
    Ok(Some(Message { head, body }))
}

fn content_length(head: &str) -> usize {
    let header = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().unwrap())
    });
    header.unwrap_or(0)
}

fn arrival(request: &Message) -> Arrival {
    let mut words = request.head.split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let path = target.split('?').next().unwrap();
    Arrival {
        method: method.to_owned(),
        path: path.strip_prefix("/futures/api/v2.3").unwrap_or(path).to_owned(),
    }
}
