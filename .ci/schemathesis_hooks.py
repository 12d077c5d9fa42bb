"""Signs what schemathesis sends: the very bytes, with a nonce that rises."""

import hashlib
import hmac
import os
import time
from urllib.parse import urlsplit

import requests
import schemathesis

latest = 0


class Signed(requests.auth.AuthBase):
    def __call__(self, request):
        global latest
        latest = max(time.time_ns() // 1_000_000, latest + 1)
        # Not faster than the clock: a nonce is near the present.
        time.sleep(max(0.0, latest / 1_000 - time.time() - 2))
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        path = urlsplit(request.url).path.removeprefix("/futures")
        text = f"{path}{latest}".encode() + body
        secret = os.environ["LMEX_API_SECRET"].encode()
        request.headers["request-api"] = os.environ["LMEX_API_KEY"]
        request.headers["request-nonce"] = str(latest)
        request.headers["request-sign"] = hmac.new(secret, text, hashlib.sha384).hexdigest()
        return request


@schemathesis.hook
def before_call(context, case, kwargs):
    kwargs["auth"] = Signed()
