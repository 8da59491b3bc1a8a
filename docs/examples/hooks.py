"""Takes status callbacks, and refuses those that Telefoon did not sign (docs/webhooks.md: Standard Webhooks).

SECRET=$(telefoon accounts secret demo | awk '{print $NF}') python3 hooks.py [--port 8090]

Give its URL as status_callback of a call. Needs Python alone.
"""

import argparse
import base64
import hashlib
import hmac
import os
import time
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

LATEST_S = 300
"""What was signed longer ago may be somebody's copy."""


def is_genuine(secret: str, headers: Mapping[str, str], body: bytes, now_s: float) -> bool:
    """Whether Telefoon sent this, not long ago; `now_s` is Unix time."""
    identity, sent_at = headers["webhook-id"], headers["webhook-timestamp"]
    signed = f"{identity}.{sent_at}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    matches = any(hmac.compare_digest(expected, each) for each in headers["webhook-signature"].split())
    return matches and abs(now_s - int(sent_at)) <= LATEST_S


class Hooks(BaseHTTPRequestHandler):
    """Tells each status of a call, once it is known to be genuine."""

    def do_POST(self) -> None:
        """Check the signature, then read the form."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            genuine = is_genuine(os.environ["SECRET"], headers, body, time.time())
        except (KeyError, ValueError):
            genuine = False
        if genuine:
            form = parse_qs(body.decode())
            print(f"{form['CallSid'][0]} {form['CallStatus'][0]}", flush=True)
        self.send_response(HTTPStatus.NO_CONTENT if genuine else HTTPStatus.FORBIDDEN)
        self.end_headers()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=8090)
    HTTPServer(("127.0.0.1", parser.parse_args().port), Hooks).serve_forever()
