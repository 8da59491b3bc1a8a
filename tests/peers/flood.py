"""Sends many SIP requests by UDP that nobody has asked for, at a pace, each with a dialog of its own.

    python -m tests.peers.flood PORT METHOD PER_S COUNT [SOURCE]

goes to 127.0.0.1:PORT from the address SOURCE (127.0.0.1 unless it is given), reads what comes back, and says at the
end as JSON how many it has sent, how many answers came, and how many bytes they had.
"""

import json
import socket
import sys
import time
from typing import Final
from uuid import uuid4

HOST: Final = "127.0.0.1"
_SDP: Final = "\r\n".join(
    ("v=0", f"o=- 1 1 IN IP4 {HOST}", "s=-", f"c=IN IP4 {HOST}", "t=0 0", "m=audio 40000 RTP/AVP 8", "")
)
_AT_ONCE: Final = 20
"""Sent between two looks at the clock."""


def request(method: str, port: int, ours: tuple[str, int], number: int) -> bytes:
    """A request of a new dialog."""
    name, body = uuid4().hex, _SDP if method == "INVITE" else ""
    lines = [
        f"{method} sip:+3225551{number % 1000:03}@{HOST}:{port} SIP/2.0",
        f"Via: SIP/2.0/UDP {ours[0]}:{ours[1]};branch=z9hG4bK{name}",
        f"From: <sip:+32470{number % 1000000:06}@{ours[0]}>;tag={name[:8]}",
        f"To: <sip:+3225551{number % 1000:03}@{HOST}>",
        f"Call-ID: {name}@flood",
        f"CSeq: 1 {method}",
        f"Contact: <sip:flood@{ours[0]}:{ours[1]}>",
        "Max-Forwards: 70",
        "Event: presence",
        "Expires: 600",
        *(["Content-Type: application/sdp"] if body else []),
        f"Content-Length: {len(body)}",
        "",
        body,
    ]
    return "\r\n".join(lines).encode()


def flood(port: int, method: str, per_s: int, count: int, source: str = HOST) -> dict[str, int]:
    """Send them; what was sent and what came back."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
        ours.bind((source, 0))
        ours.setblocking(False)
        answers = size = sent = 0
        began = time.monotonic()
        while sent < count:
            for _ in range(min(_AT_ONCE, count - sent)):
                ours.sendto(request(method, port, ours.getsockname(), sent), (HOST, port))
                sent += 1
            came = _received(ours)
            answers, size = answers + len(came), size + sum(came)
            time.sleep(max(0.0, began + sent / per_s - time.monotonic()))
        time.sleep(0.5)
        came = _received(ours)
    return {"sent": sent, "answers": answers + len(came), "bytes": size + sum(came)}


def _received(ours: socket.socket) -> list[int]:
    sizes = []
    try:
        while True:
            sizes.append(len(ours.recv(65535)))
    except BlockingIOError:
        return sizes


if __name__ == "__main__":
    print(json.dumps(flood(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), *sys.argv[5:6])))
