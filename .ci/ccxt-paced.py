"""Runs a script with ccxt's calls a millisecond apart: ccxt-paced.py SCRIPT ARGUMENT...

ccxt takes the millisecond as its nonce, so two calls in one millisecond carry the same one, and the second is refused.
Across a network that can't happen; on loopback the exchange answers in less.
"""

import os
import runpy
import sys
import time

from ccxt.base.exchange import Exchange

latest = 0


def milliseconds():
    global latest
    now = time.time_ns() // 1_000_000
    while now <= latest:
        time.sleep(0.0002)
        now = time.time_ns() // 1_000_000
    latest = now
    return now


Exchange.milliseconds = staticmethod(milliseconds)
sys.argv = sys.argv[1:]
sys.path.insert(0, os.path.dirname(os.path.abspath(sys.argv[0])))
runpy.run_path(sys.argv[0], run_name="__main__")
