# Appended to the Python pieces of docs/TUTORIAL.md by the test.

# Section 2: a body is part of what is signed.
order = ('{"postOnly":false,"price":8500.0,"reduceOnly":false,"side":"BUY","size":1,"stopPrice":0.0,"symbol":"BTC-PERP",'
         '"time_in_force":"GTC","trailValue":0.0,"triggerPrice":0.0,"txType":"LIMIT","type":"LIMIT"}')
assert sign(published, "/api/v2.3/order", "1624985375123", order).startswith("1794da8c6090ed2d97a85f5b3bae89d7")

# Section 6: a book that missed a message, or is crossed, is asked for again, and what comes in between is not believed.
class Replayed:
    def __init__(self, messages):
        self.messages, self.sent = iter(messages), []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def send(self, text):
        self.sent.append(json.loads(text)["op"])

    def recv(self, timeout):
        kind, previous, bid, ask = next(self.messages)
        data = {"type": kind, "prevSeqNum": previous, "seqNum": previous + 1,
                "bids": [[bid, "1"]], "asks": [[ask, "1"]]}
        return json.dumps({"topic": "update:BTC-PERP_0", "data": data})

for wrong in [("delta", 2, "10", "20"), ("delta", 1, "20", "20")]:
    replayed = Replayed([("snapshot", 0, "10", "20"), wrong, ("delta", 3, "19", "20"), ("snapshot", 8, "11", "20")])
    connect = lambda url: replayed
    follow_book(2)
    assert replayed.sent == ["subscribe", "unsubscribe", "subscribe"], replayed.sent
    assert next(replayed.messages, None) is None

# Section 7: seconds and milliseconds, never too short and never for ever.
assert seconds_to_wait("1795405350", now=1795405347.0) == 3.0
assert seconds_to_wait(None, now=1795405347.0) == 1.0
assert seconds_to_wait("9999999999999", now=1795405347.0) == 900.0

# Section 7: whoever is too fast is refused with code 303, and is served again after the wait.
too_fast = 0
for _ in range(40):
    next_turn = 0.0
    try:
        call("GET", "/api/v2.3/user/positions")
    except Refused as no:
        assert no.code == 303, no
        too_fast += 1
assert too_fast > 0
query("/api/v2.3/user/positions")

# Section 8: an order whose answer is lost is found and not sent again; one that never arrived stays unknown.
reaches_the_exchange, posts = call, []

def answers_get_lost(method, path, query=None, body=None, signed=True):
    if method == "POST":
        posts.append(body)
        if body["clOrderID"] != "lost-on-the-way":
            reaches_the_exchange(method, path, query, body, signed)
        raise requests.ReadTimeout("no answer")
    return reaches_the_exchange(method, path, query, body, signed)

call = answers_get_lost
found = place_carefully(limit | {"clOrderID": "answer-lost"})
assert found["clOrderID"] == "answer-lost" and found["status"] == OPEN, found
try:
    place_carefully(limit | {"clOrderID": "lost-on-the-way"})
    raise AssertionError("it was never there")
except requests.RequestException:
    pass
assert len(posts) == 2
call = reaches_the_exchange
waiting = call("GET", "/api/v2.3/user/open_orders", {"symbol": MARKET})
assert [order["clOrderID"] for order in waiting] == ["answer-lost"], waiting

# Section 2: what a gateway says is no answer of the exchange.
class Gateway:
    ok, status_code, headers = False, 502, {"Content-Type": "text/html"}

session, through = type("", (), {"request": lambda *_, **__: Gateway()})(), session
try:
    call("GET", "/api/v2.3/price", signed=False)
    raise AssertionError("502 is no answer")
except requests.HTTPError:
    session = through

# Section 10: the values of a published example (J. Welles Wilder's method on 20 closes).
closes = np.array([44.34, 44.09, 44.15, 43.61, 44.33, 44.83, 45.10, 45.42, 45.84, 46.08,
                   45.89, 46.03, 45.61, 46.28, 46.28, 46.00, 46.03, 46.41, 46.22, 45.64])
rsi = wilder_rsi(closes)
assert np.isnan(rsi[:14]).all()
assert np.allclose(rsi[14:], [70.46, 66.25, 66.48, 69.35, 66.29, 57.92], atol=0.01), rsi
assert candles["finished"].all() and 298 <= len(candles) <= 300 and candles["rsi"].between(0, 100).sum() == len(candles) - 14

print("all checks passed")
