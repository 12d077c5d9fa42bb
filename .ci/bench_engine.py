"""The section on the engine and the journal of docs/BENCHMARKS.md."""

import re

COMMANDS = 100_000
OPERATIONS = 2_000_000
RECORDS = 1_000_000
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


def section(criterion, work):
    """Rows for what `criterion(group, name)` knows and what the memory benchmark wrote to `work`."""
    per_command = lambda group, name: criterion(group, name) / COMMANDS
    typical = per_command("engine", "5 markets")
    bare_book = per_command("engine", "baseline: the bare book")
    rate = lambda ns: f"{1e3 / ns:.2f} million/s"
    print("\n## Engine\n")
    print("One thread. The book is fed with the peers' stream of limit orders and cancels and must give the reference's fills;\nthe engine with limit and market orders, cancels and amends of accounts that pay fees and need margin, around 10,000 open\norders. The engine's times are CPU time.\n")
    print("| what | measured | baseline in the same run | ratio | goal |\n|---|--:|--:|--:|--:|")
    book = criterion("matching", "bare book") / OPERATIONS
    peer = criterion("matching", "baseline: rust_ob 2.5") / OPERATIONS
    print(f"| bare book, an order or cancel | {book:.0f} ns | rust_ob 2.5, the fastest peer with the same fills: {peer:.0f} ns | {peer / book:.1f} × less | ≥ 2 |")
    print(f"| engine, a command, 5 markets | {typical:.0f} ns, {rate(typical)} | bare book: {bare_book:.0f} ns | {typical / bare_book:.1f} | ≥ 1.5 million/s |")
    for name, text in MIXES:
        other = per_command("engine", name)
        print(f"| engine, {text} | {other:.0f} ns, {rate(other)} | 5 markets: {typical:.0f} ns | {other / typical:.2f} | reported |")
    early, late = per_command("growth", "baseline: after 100,000 commands"), per_command("growth", "after 10,000,000 commands")
    print(f"| engine, a command after 10,000,000 | {late:.0f} ns | after 100,000: {early:.0f} ns | {late / early:.2f} | does not grow |")
    held, most = re.findall(r"^(\d+) MiB", (work / "memory.log").read_text(), re.MULTILINE)
    print(f"| a million open orders | {held} MiB | while tables grow: {most} MiB | | < 1 GiB |")
    journal(criterion)


def journal(criterion):
    write, sync = criterion("append", "baseline: write") / 1e3, criterion("append", "baseline: write and fdatasync") / 1e3
    for name, baseline, cost in [
        ("os, not waiting", "write", write),
        ("os, 16 waiting", "write", write),
        ("fsync, not waiting", "write and fdatasync", sync),
        ("fsync, 16 waiting", "write and fdatasync", sync),
        ("fsync, 1 waiting", "write and fdatasync", sync),
    ]:
        ours = criterion("append", name) / 1e3
        print(f"| journal, a record of 250 bytes, `{name}` | {ours:.2f} µs | bare {baseline}: {cost:.2f} µs | {ours / cost:.2f} | reported |")
    scan = criterion("scan a million records of 250 bytes", "read") / 1e6
    print(f"| journal, reading a million records | {scan:.0f} ms | | | reported |")
