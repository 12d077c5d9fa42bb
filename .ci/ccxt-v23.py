"""Calls every v2.3 futures endpoint that ccxt's btse class lists, with ccxt's own encoding, signature and error mapping.

What it lists is read from the class, so that an endpoint that a later ccxt adds is missed here by name. Reads
LMEX_REST_URL, LMEX_API_KEY and LMEX_API_SECRET, refuses any address that is not loopback, prints PASS or FAIL for each
call and exits 1 if one failed.
"""

import os
import sys
from urllib.parse import urlsplit

import ccxt

REST = os.environ["LMEX_REST_URL"].rstrip("/")
if urlsplit(REST).hostname not in ("127.0.0.1", "localhost", "::1"):
    sys.exit(f"refusing {REST}: it is not this machine")

exchange = ccxt.btse({
    "apiKey": os.environ["LMEX_API_KEY"],
    "secret": os.environ["LMEX_API_SECRET"],
    "enableRateLimit": False,
    "timeout": 20_000,
})
exchange.urls["api"] = {"public": REST, "private": REST}
PREFIX = "futures/api/v2.3/"
called, results = set(), []


def listed():
    """All endpoints of the class: ('get', 'market_summary')."""
    for access in ("public", "private"):
        for method, paths in exchange.describe()["api"][access].items():
            for path in paths:
                if path.startswith(PREFIX):
                    yield access, method, path[len(PREFIX):]


WANTED = {(method, path): access for access, method, path in listed()}


def call(method, path, parameters=None, check=lambda answer: True, raises=None):
    """One call by ccxt's own name for it: privatePostFuturesApiV23OrderBindTpsl."""
    words = "".join(word[:1].upper() + word[1:] for part in path.split("/") for word in part.split("_"))
    name = f"{WANTED[method, path]}{method.capitalize()}FuturesApiV23{words}"
    called.add((method, path))
    label = f"v2.3 {method.upper()} {path}"
    try:
        answer = getattr(exchange, name)(parameters or {})
        passed = raises is None and check(answer) is not False
    except ccxt.BaseError as error:
        answer, passed = error, raises is not None and isinstance(error, raises)
    except (AssertionError, KeyError, IndexError, TypeError, ValueError) as error:
        answer, passed = f"{error!r} on {answer!r}", False
    results.append(passed)
    print("PASS" if passed else "FAIL", f"{label:<34}", "" if passed else repr(answer)[:300], flush=True)
    return answer


def status(*wanted):
    return lambda rows: all(int(row["status"]) in wanted for row in rows)


symbol = {"symbol": "BTC-PERP"}
call("get", "market_summary", symbol, lambda rows: rows[0]["symbol"] == "BTC-PERP")
call("get", "ohlcv", symbol | {"resolution": "60"}, lambda rows: len(rows[0]) == 6)
last = float(call("get", "price", symbol)[0]["lastPrice"])
call("get", "orderbook", symbol | {"group": 1}, lambda book: float(book["buyQuote"][0]["price"]) > 0)
call("get", "orderbook/L2", symbol | {"depth": 3}, lambda book: len(book["sellQuote"]) == 3)
call("get", "trades", symbol | {"count": 5}, lambda rows: len(rows) == 5)
call("get", "funding_history", symbol | {"count": 3}, lambda rows: len(rows["BTC-PERP"]) == 3)
call("get", "market/risk_limit", symbol, lambda answer: len(answer["data"]) == 10)
call("get", "user/fees", {}, lambda rows: float(rows[0]["takerFee"]) > 0)
call("get", "position_mode", symbol, lambda rows: rows[0]["positionMode"] == "ONE_WAY")
call("post", "position_mode", {"symbol": "ETH-PERP", "positionMode": "HEDGE"}, lambda a: int(a["status"]) == 20)
call("post", "leverage", symbol | {"leverage": 20, "marginMode": "CROSS"}, lambda a: int(a["status"]) == 20)
call("get", "leverage", symbol, lambda rows: float(rows[0]["leverage"]) == 20)
call("post", "risk_limit", symbol | {"riskLimitLevel": 2}, lambda a: int(a["status"]) == 20)
call("get", "risk_limit", symbol, lambda a: int(a["riskLimitLevel"]) == 2)
call("get", "user/margin_setting", symbol, lambda rows: float(rows[0]["initialMarginPercentage"]) > 0)
low, high = round(last * 0.95, 1), round(last * 1.05, 1)
limit = symbol | {"side": "BUY", "type": "LIMIT", "size": 100, "price": low, "clOrderID": "ccxt-v23"}
order = call("post", "order", limit, status(2))
call("get", "order", {"orderID": order[0]["orderID"]}, lambda a: a["clOrderID"] == "ccxt-v23")
call("get", "user/open_orders", symbol, lambda rows: len(rows) == 1)
amended = symbol | {"orderID": order[0]["orderID"], "type": "PRICE", "value": round(low + 1, 1)}
call("put", "order", amended, status(123))
peg = symbol | {"side": "BUY", "size": 100, "price": high, "deviation": -5, "stealth": 50}
call("post", "order/peg", peg, status(2))
call("delete", "order", symbol, status(6))
call("delete", "order", symbol | {"orderID": order[0]["orderID"]}, raises=(ccxt.OrderNotFound, ccxt.InvalidOrder))
call("post", "order", symbol | {"side": "BUY", "type": "MARKET", "size": 100}, status(4))
call("get", "user/positions", symbol, lambda rows: float(rows[0]["size"]) == 100)
exits = symbol | {"side": "SELL", "takeProfitPrice": high, "stopLossPrice": low}
call("post", "order/bind/tpsl", exits, status(9))
call("get", "user/trade_history", symbol, lambda rows: float(rows[0]["filledSize"]) > 0)
call("get", "user/margin", symbol, lambda rows: rows[0]["wallet"] == "CROSS@")
call("get", "user/unifiedWallet/margin", symbol, lambda a: len(a["wallets"]) > 0)
call("post", "settle_in", symbol | {"currency": "USDT"})
call("post", "order/cancelAllAfter", {"timeout": 60_000})
call("post", "order/close_position", symbol | {"type": "MARKET"}, status(4))
money = [{"currency": "USDT", "balance": 1}]
way = {"walletSrcType": "CROSS", "walletDestType": "SPOT", "apiWallets": money}
call("post", "user/wallet/transfer", way)
between = way | {"walletDestType": "CROSS", "fromUser": "demo", "receiver": "other"}
call("post", "subaccount/wallet/transfer", between, lambda a: a["success"] is True)
call("get", "user/wallet", {"wallet": "CROSS@"}, lambda rows: float(rows[0]["totalValue"]) > 0)
call("get", "user/wallet_history", {"count": 10}, lambda rows: int(rows[0]["type"]) == 105)
call("get", "orderbook", {"symbol": "NOSUCH-PERP"}, raises=ccxt.BadSymbol)

for missed in sorted(set(WANTED) - called):
    results.append(False)
    print("FAIL", f"{' '.join(missed):<34}", "is listed and was not called", flush=True)
print(f"{len(WANTED)} endpoints are listed, {len(called)} were called")
print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
sys.exit(0 if all(results) else 1)
