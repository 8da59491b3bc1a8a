"""What readers are given right, for what is nearly right to be made of it."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from tests.peers.signing_carrier import StirAuthority, one_number, provider
from tests.sip.torture.messages import MESSAGES
from tests.unit.flow.twilio_flows import FLOWS, made

_URL: Final = "https://certificates.example/a.pem"
_JSON_FLOW: Final = json.dumps(
    [
        {"verb": "say", "text": "Hello", "language": "en-GB"},
        {"verb": "gather", "numDigits": 1, "action": "/menu", "content": [{"verb": "play", "url": "/a.wav"}]},
        {"verb": "dial", "number": "+3225550100", "timeout": 20.5},
    ]
)
_REQUEST: Final = (
    b"INVITE sip:+3225550100@192.0.2.1 SIP/2.0\r\nv: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
    b'f: "Doe, J\\"" <sip:+32470123456@192.0.2.1>;tag=a\r\nt: <tel:0225550100;phone-context=+32>\r\ni: a@b\r\n'
    b"CSeq: 1 INVITE\r\nMax-Forwards: 70\r\nm: <sip:a@192.0.2.1>\r\nDiversion: <sip:+3225550101@a>;reason=busy\r\n"
    b"History-Info: <sip:a@b?Reason=SIP%3Bcause%3D302>;index=1,<sip:c@d>;index=1.1\r\nSession-Expires: 90\r\n"
    b'Authorization: Digest username="me", realm="telefoon", nonce="a", uri="sip:a", response="b", qop=auth, nc=1\r\n'
    b'Reason: SIP;cause=480;text="a, b", Q.850;cause=16\r\nWarning: 399 a "b"\r\nRetry-After: 3\r\n'
    b'c: multipart/mixed;boundary="x"\r\n\r\n--x\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--x--'
)
_DESCRIPTION: Final = (
    b"v=0\r\no=a b 1 1 IN IP4 192.0.2.1\r\ns=\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000/2 RTP/AVP 0 8 101 111\r\n"
    b"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=rtpmap:111 opus/48000/2\r\n"
    b"a=ptime:20\r\na=maxptime:60\r\n"
    b"m=image 4002 udptl t38\r\na=T38FaxVersion:0\r\na=T38MaxBitRate:14400\r\nm=video 0 RTP/AVP 31\r\n"
)
_CLAIMS: Final[Mapping[str, Any]] = {
    "attest": "A",
    "dest": {"tn": ["3225550100"]},
    "iat": 1_795_910_400,
    "orig": {"tn": "32470123456"},
    "origid": "123e4567-e89b-12d3-a456-426655440000",
}
_AUTHORITY: Final = StirAuthority()


def _coded(part: Mapping[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def identity(claims: Mapping[str, Any] = _CLAIMS, date: str = "Sun, 29 Nov 2026 00:00:00 GMT") -> bytes:
    """A header Identity with claims, and a Date."""
    header = {"alg": "ES256", "ppt": "shaken", "typ": "passport", "x5u": _URL}
    return f"{_coded(header)}.{_coded(claims)}.c2ln;info=<{_URL}>;alg=ES256;ppt=shaken\n{date}".encode()


def compact(date: str) -> bytes:
    """A header Identity that is a signature alone, so that the Date says when it was made."""
    return f"..c2ln;info=<{_URL}>\n{date}".encode()


SEEDS: Final[Mapping[str, Sequence[bytes]]] = MappingProxyType(
    {
        "flow": (*(made(name).encode() for name in FLOWS), _JSON_FLOW.encode(), _JSON_FLOW.encode("utf-16")),
        "body_of_request": (
            b'{"to": "+3225550100", "from": "+3225550101", "flow": [{"verb": "say"}], "a": 1e5, "b": null}',
            b'[[[1.5, "\\ud83d\\ude00", true]]]',
        ),
        "headers_of_request": (
            b"bytes=0-99", b"bytes=-5", b"text/html;q=0.5, */*", b"[2001:db8::1]:4711, 192.0.2.1",
            urlsafe_b64encode(b'["2026-11-29T00:00:00+00:00", "CA1"]'),
        ),
        "number": (
            b"+3225550100", b"003225550100", b"0225550100", b"+322555[0-9]{4}", b"+322555xxxx", b"12.50",
            b"+32 (0)2 555 01 00", b"tel:022-555-100;phone-context=+32",
            b"sip:desk@example.com;transport=tls?X-Order=7", b"client:anna?tier=gold",
        ),
        "sip_message": (_REQUEST, *(each.data for each in MESSAGES)),
        "address": (
            b'"Doe, J" <sip:+3225550100:pw@192.0.2.1;transport=tcp?a=b>;q=0.5', b"<tel:112;phone-context=+32>",
            b"sip:%2B32@a;user=phone", b"<sip:a@b?Reason=SIP%3Bcause%3D302&Privacy=history>;index=1",
        ),
        "description": (_DESCRIPTION,),
        "identity": (identity(), compact("Sun, 29 Nov 2026 00:00:00 GMT")),
        "certificates": (_AUTHORITY.signer(provider("1234") + one_number("3225550100")).pem,),
    }
)  # fmt: skip
"""By the name of the target."""
