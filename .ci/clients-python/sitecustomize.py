"""Read by Python before the clients start: keeps ccxt's calls a millisecond apart.

ccxt takes the millisecond as its nonce, so two calls in one millisecond carry the same one, and the second is refused.
Across a network that can't happen; on loopback the exchange answers in less.
"""

import time

import ccxt.base.exchange as base

latest = 0


def milliseconds():
    global latest
    now = time.time_ns() // 1_000_000
    while now <= latest:
        time.sleep(0.0002)
        now = time.time_ns() // 1_000_000
    latest = now
    return now


base.Exchange.milliseconds = staticmethod(milliseconds)
