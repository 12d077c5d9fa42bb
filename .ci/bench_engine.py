"""The section on the engine and the journal of docs/BENCHMARKS.md. Alone: `.ci/bench engine`."""

import json
import os
import pathlib
import re
import sys

MIXES = [
    ("another seed", "another seed"),
    ("1 market", "1 market"),
    ("20 markets", "20 markets"),
    ("10,000 accounts", "10,000 accounts"),
    ("deep books", "limit orders 1,000 ticks away on average"),
    ("many takers", "a quarter market orders, a third of the limit orders trades"),
    ("many cancels", "nearly all orders cancelled unfilled"),
    ("prices after each 100 commands", "a mark price after each 100 commands"),
]
INTRODUCTION = """
## Engine

One thread. The book is fed with the peers' stream of limit orders and cancels and must give the reference's fills;
the engine with limit and market orders, cancels and amends of accounts that pay fees and need margin, around 10,000 open
orders. Times are CPU time of the fastest run: whatever else the machine does takes room in the caches and only ever adds.
In brackets stands the median. The ratio is that of the fastest runs; of a command after many others it is the median of 60
ratios of runs that follow each other.

| what | measured | baseline in the same run | ratio | goal |
|---|--:|--:|--:|--:|"""


def section(criterion, work):
    """Rows for what the benchmarks of book and engine, and of memory, wrote to `work`, and `criterion(group, name)` of
    the journal."""
    measured = times((work / "engine.log").read_text())
    fastest = lambda name: measured[name][0]
    show = lambda name: f"{fastest(name):.0f} ns ({measured[name][1]:.0f})"
    rate = lambda name: f"{show(name)}, {1e3 / fastest(name):.2f} million/s"
    print(INTRODUCTION)
    peer = "baseline: rust_ob 2.5"
    print(f"| bare book, an order or cancel | {show('bare book')} | rust_ob 2.5, the fastest peer with the same fills: {show(peer)} | {fastest(peer) / fastest('bare book'):.1f} × less | ≥ 2 |")
    typical, bare = "5 markets", "baseline: the bare book"
    print(f"| engine, a command, 5 markets | {rate(typical)} | bare book: {show(bare)} | {fastest(typical) / fastest(bare):.1f} | ≥ 1.5 million/s |")
    for name, text in MIXES:
        print(f"| engine, {text} | {rate(name)} | 5 markets: {show(typical)} | {fastest(name) / fastest(typical):.2f} | reported |")
    early = "baseline: after 100,000 commands"
    in_turn = dict(re.findall(r"^(.+): .* in turn, .*, ([\d.]+) of ", (work / "engine.log").read_text(), re.MULTILINE))
    for count in ["1,000,000", "10,000,000"]:
        late = f"after {count} commands"
        print(f"| engine, a command after {count} | {show(late)} | after 100,000: {show(early)} | {in_turn[late]} | ≤ 1.1 |")
    held, most = re.findall(r"^(\d+) MiB", (work / "memory.log").read_text(), re.MULTILINE)
    print(f"| a million open orders | {held} MiB | while tables grow: {most} MiB | | < 1 GiB |")
    journal(criterion)


def times(log):
    """Nanoseconds of the fastest and the median run, by name."""
    lines = re.findall(r"^(.+): ([\d.]+) ns .*, median ([\d.]+) ns,", log, re.MULTILINE)
    return {name: (float(fastest), float(median)) for name, fastest, median in lines}


def journal(criterion):
    write, sync = criterion("append", "baseline: write") / 1e3, criterion("append", "baseline: write and fdatasync") / 1e3
    for name, baseline, cost in [
        ("os, by its caller", "write", write),
        ("os, not waiting", "write", write),
        ("os, 16 waiting", "write", write),
        ("fsync, by its caller", "write and fdatasync", sync),
        ("fsync, not waiting", "write and fdatasync", sync),
        ("fsync, 16 waiting", "write and fdatasync", sync),
        ("fsync, 1 waiting", "write and fdatasync", sync),
    ]:
        ours = criterion("append", name) / 1e3
        print(f"| journal, a record of 250 bytes, `{name}` | {ours:.2f} µs | bare {baseline}: {cost:.2f} µs | {ours / cost:.2f} | reported |")
    scan = criterion("scan a million records of 250 bytes", "read") / 1e6
    print(f"| journal, reading a million records | {scan:.0f} ms | | | reported |")


def mean(group, name):
    """The mean of a criterion benchmark, in nanoseconds."""
    root = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", "target")) / "criterion" / group
    for path in root.glob("*/new/benchmark.json"):
        if json.loads(path.read_text())["function_id"] == name:
            return json.loads((path.parent / "estimates.json").read_text())["mean"]["point_estimate"]
    sys.exit(f"no criterion result for {group}/{name}")


if __name__ == "__main__":
    section(mean, pathlib.Path(sys.argv[1]))
