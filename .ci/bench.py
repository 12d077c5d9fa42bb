"""Prints docs/BENCHMARKS.md from the criterion results and from runs of the client beside its peers."""

import json
import os
import pathlib
import platform
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import bench_engine
from bench_engine import mean as criterion

WORK = pathlib.Path(sys.argv[1])
RELEASE = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", "target")) / "release"
PEERS = WORK / "peers"
PORT = "18432"


SERVED = """
The exchange, the echo it is compared with and the load run on the same cores, each in a process of its own. 64
connections, rate limits off, one key for each connection, one market, and nobody listens to streams; the requests are signed
beforehand, for which the exchange takes nonces of ten minutes, and one answer in 15 is looked into. Orders a second: a burst
of 480 limit orders that rest for each connection, by the echo and the exchange in turn; between bursts, outside of what is
measured, they are cancelled. A ratio is that of two bursts that follow each other, and the median of fifteen is shown: a
shared machine is not as fast in one second as in the next. The echo is `axum::serve` with one route that answers with the body it
got. Latency is counted from the moment at which an order was meant to be sent, at half of the rate that the exchange reached
just before, and the echo is asked at the same rate. A round is calm if others took no more than 1 % of the processors, from the
exchange and from the echo: the host, and tasks of this machine that are neither of the two nor work for their disk, network or
memory. Rounds go on until nine are calm.
"""


def cpu_seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def cpu_per_order(command, count, repeats=5):
    """Median microseconds of client CPU for one order: many orders less ten, start-up taken out."""
    runs = [(cpu_seconds(command(count)) - cpu_seconds(command(10))) / (count - 10) * 1e6 for _ in range(repeats)]
    return statistics.median(runs)


def clients():
    server = subprocess.Popen([PEERS / "target/release/http_rs", "server", PORT])
    try:
        time.sleep(0.5)
        if server.poll() is not None:
            sys.exit(f"the peers' server has ended: is port {PORT} taken?")
        python = lambda kind: lambda n: [sys.executable, PEERS / "http_clients.py", PORT, str(n), kind]
        with tempfile.TemporaryDirectory() as journal:
            ours = lambda *more: lambda n: [RELEASE / "examples/order_cpu", f"http://127.0.0.1:{PORT}", str(n), *more]
            return {
                "ccxt 4.5.90, sync": cpu_per_order(python("ccxt"), 1000),
                "requests with a session": cpu_per_order(python("requests_session"), 1000),
                "bare hyper connection": cpu_per_order(lambda n: [PEERS / "target/release/http_rs", "client", PORT, str(n), "hyper"], 10000),
                "lmex SDK": cpu_per_order(ours(), 10000),
                "journal, fsync": cpu_per_order(ours(journal), 2000),
                "journal, os": cpu_per_order(ours(journal, "os"), 10000),
            }
    finally:
        server.kill()


def wall_ms(command, repeats=20):
    runs = []
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        runs.append((time.perf_counter() - start) * 1e3)
    return statistics.median(runs)


def ready_ms(repeats=10):
    runs = []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as state:
            env = dict(os.environ, LMEX_STATE_DIR=state)
            start = time.perf_counter()
            command = [RELEASE / "lmex", "exchange", "--listen", "127.0.0.1:0", "--json"]
            exchange = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env)
            line = exchange.stdout.readline()
            runs.append((time.perf_counter() - start) * 1e3)
            # What fails is ready sooner than what starts.
            if not json.loads(line or b"{}").get("rest"):
                sys.exit(f"`lmex exchange` did not start: {line!r}")
            exchange.terminate()
            exchange.wait()
    return statistics.median(runs)


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    rust = subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout.strip()
    return f"{os.cpu_count()} cores of {model}, {platform.system()} {platform.release().split('-')[0]}, {rust}"


def served():
    """What `cargo bench -p lmex-exchange --bench served` printed: rows of a table."""
    print("\n## Served\n")
    print(SERVED)
    print("| what | measured | baseline in the same run | ratio | goal |\n|---|--:|--:|--:|--:|")
    print((WORK / "served.md").read_text(), end="")
    recovered = re.search(r"(\d+) events of (\d+) commands, (\d+) MB.* back after ([\d.]+) s", (WORK / "recovery.log").read_text())
    events, commands, megabytes, seconds = recovered.groups()
    print(f"| recovery of a journal of {int(events):,} events ({int(commands):,} commands, {megabytes} MB) | {seconds} s | | | < 20 s for 10 million |")


def main():
    sign, bare = criterion("sign", "build and sign an order"), criterion("sign", "baseline: bare cached HMAC-SHA384")
    book, serde = criterion("book", "decode and apply"), criterion("book", "baseline: serde_json to rust_decimal, not applied")
    client = clients()
    ours = client["lmex SDK"]
    print("# Benchmarks\n")
    print("Printed by `.ci/bench` in one run, which fails where a ratio misses its goal; what has a unit is reported, since machines differ and\nthis one is shared. The peers\nkeep no journal, so an order is compared with them without one; beside it stand the SDK's two ways of keeping one. With\n`fsync` (the default) each intent is on the disk before its order is sent, and most of the cost is the system's; with `os`\nit survives the program, also a `kill -9`.\n")
    print(f"Machine: {machine()}.\n")
    print("| what | measured | baseline in the same run | ratio | goal |\n|---|--:|--:|--:|--:|")
    print(f"| build and sign an order | {sign:,.0f} ns | bare cached HMAC-SHA384 of the same bytes: {bare:,.0f} ns | {sign / bare:.2f} | ≤ 3 |")
    print(f"| decode and apply a book change of 200 levels | {book / 1e3:.2f} µs | serde_json to decimals, applying nothing: {serde / 1e3:.2f} µs | {book / serde:.2f} | < 1 |")
    for name, goal in [("ccxt 4.5.90, sync", "≥ 10"), ("requests with a session", "≥ 8")]:
        print(f"| client CPU of an order | {ours:.0f} µs | {name}: {client[name]:.0f} µs | {client[name] / ours:.1f} × less | {goal} |")
    print(f"| client CPU of an order | {ours:.0f} µs | bare hyper connection: {client['bare hyper connection']:.0f} µs | {ours / client['bare hyper connection']:.2f} | reported |")
    for kind in ["os", "fsync"]:
        journalled = client[f"journal, {kind}"]
        for name in ["ccxt 4.5.90, sync", "requests with a session"]:
            print(f"| with the journal, `{kind}` | {journalled:.0f} µs | {name}: {client[name]:.0f} µs | {client[name] / journalled:.1f} × less | reported |")
        print(f"| with the journal, `{kind}` | {journalled:.0f} µs | without: {ours:.0f} µs | {journalled / ours:.2f} | reported |")
    print(f"| `lmex --version` | {wall_ms([RELEASE / 'lmex', '--version']):.1f} ms | | | < 15 ms |")
    print(f"| `lmex exchange` ready | {ready_ms():.0f} ms | | | < 300 ms |")
    print("\nA book message allocates nothing in the steady state: `cargo test -p lmex-api --test allocations`.")
    bench_engine.section(criterion, WORK)
    served()


main()
