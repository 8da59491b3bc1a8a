"""What readers have stumbled on, each with the target that found it."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from typing import Final

from tests.unit.readers.seeds import compact, identity

FINDINGS: Final[Sequence[tuple[str, bytes]]] = (
    # A cursor that nests deeper than JSON is read.
    ("headers_of_request", urlsafe_b64encode(b"[" * 5000)),
    # Times that are no moment of any clock.
    ("identity", identity({"dest": {"tn": ["3225550100"]}, "iat": 10**400, "orig": {"tn": "32470123456"}})),
    ("identity", compact(f"Sun, 29 Nov 2026 00:{'9' * 200}:00 GMT")),
    ("identity", compact("Mon, 01 Jan 0001 00:00:00 -0000")),
)
