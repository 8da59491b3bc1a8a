"""What is made wrong: messages that are right."""

from random import Random
from typing import Final

from tests.peers.sip_message import SipMessage
from tests.sip.torture.messages import MESSAGES

_METHODS: Final = (
    "INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "INFO", "UPDATE", "PRACK", "REFER", "SUBSCRIBE", "NOTIFY",
    "MESSAGE", "PUBLISH",
)  # fmt: skip
_HEADERS: Final = (
    "Require: 100rel", "Supported: timer, replaces", "Session-Expires: 90;refresher=uac", "Min-SE: 90",
    "RAck: 1 1 INVITE", "Event: refer", "Subscription-State: active",
    "Refer-To: <sip:z@127.0.0.1?Replaces=a%3Bto-tag%3Db>", "Allow: INVITE",
    "Replaces: a@b;to-tag=1;from-tag=2", "Record-Route: <sip:127.0.0.1;lr>", 'Authorization: Digest username="a"',
    "Diversion: <sip:+3225550100@a>;reason=no-answer", "P-Asserted-Identity: <tel:+3225550100>", "Identity: a.b.c",
    "History-Info: <sip:a@b>;index=1", "Privacy: id", "Content-Encoding: gzip", "Accept: application/sdp",
)  # fmt: skip
_CRYPTO: Final = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n"
_ICE: Final = (
    "a=ice-ufrag:abcd\r\na=ice-pwd:abcdabcdabcdabcdabcdab\r\na=candidate:1 1 UDP 2130706431 127.0.0.1 9 typ host\r\n"
)
_MEDIA: Final = (
    "m=audio {port} RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\n",
    f"m=audio {{port}} RTP/SAVP 8\r\n{_CRYPTO}",
    "m=audio {port} UDP/TLS/RTP/SAVP 8\r\na=setup:actpass\r\na=fingerprint:sha-256 AB:CD\r\n",
    f"m=audio {{port}} RTP/AVP 8\r\n{_ICE}",
    "m=audio {port} RTP/AVP 8\r\na=rtcp:{port}\r\na=rtcp-mux\r\nm=video 4002 RTP/AVP 31\r\nm=image 4004 udptl t38\r\n",
)
_STATUSES: Final = (
    "100 Trying", "180 Ringing", "183 Session Progress", "200 OK", "200 OK", "200 OK", "302 Moved Temporarily",
    "401 Unauthorized", "407 Proxy Authentication Required", "420 Bad Extension", "422 Session Interval Too Small",
    "488 Not Acceptable Here", "491 Request Pending", "503 Service Unavailable", "607 Unwanted",
)  # fmt: skip
_OF_ANSWERS: Final = (
    "Require: 100rel", "RSeq: 1", "Session-Expires: 90;refresher=uas", "Min-SE: 7200",
    "Retry-After: 3 (soon);duration=9",
    "Record-Route: <sip:127.0.0.1;lr>", 'Reason: Q.850;cause=16;text="a, b"', "Unsupported: 100rel",
    'WWW-Authenticate: Digest realm="a, b", nonce="c", algorithm=SHA-256, qop="auth,auth-int", opaque="d"',
    'Proxy-Authenticate: Digest realm="a", nonce="c", algorithm=MD5', "Contact: <sip:+3225550199@127.0.0.1:9>;q=0.5",
    'Warning: 399 a "b"', "Allow: INVITE, UPDATE",
    "P-Asserted-Identity: <tel:+3225550199>", "Supported: timer, replaces",
)  # fmt: skip
_ECHOED: Final = ("via", "from", "call-id", "cseq", "record-route")


def description(random: Random, port: int) -> bytes:
    """A session description with one or two lines of media."""
    media = "".join(random.choice(_MEDIA).format(port=port) for _ in range(random.randint(1, 2)))
    return f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n{media}".encode()


def invite(random: Random, address: str, body: bytes) -> bytes:
    """A right INVITE with a body that may be anything."""
    return request(random, "INVITE", address, [], body)


def sip_message(random: Random, address: str, dialog: tuple[str, str]) -> bytes:
    """A torture message, or a request of any method, within the dialog of this Call-ID and tag or without one."""
    if random.random() < 0.3:
        return random.choice(MESSAGES).data
    headers = random.sample(_HEADERS, random.randint(0, 4))
    inside = dialog if random.random() < 0.5 else None
    return request(random, random.choice(_METHODS), address, headers, description(random, 40000), inside)


def request(
    random: Random, method: str, address: str, headers: list[str], body: bytes, dialog: tuple[str, str] | None = None
) -> bytes:
    """A request as a trunk sends it."""
    call_id, to_tag = dialog or (f"{random.getrandbits(64):x}@fuzz", "")
    lines = [
        f"{method} sip:+3225550100@127.0.0.1 SIP/2.0",
        f"Via: SIP/2.0/UDP {address}:5060;rport;branch=z9hG4bK{random.getrandbits(64):x}",
        "From: <sip:+32470123456@127.0.0.1>;tag=raw",
        f"To: <sip:+3225550100@127.0.0.1>{f';tag={to_tag}' if to_tag else ''}",
        f"Call-ID: {call_id}",
        f"CSeq: {random.randint(1, 9999)} {method}",
        f"Contact: <sip:fuzz@{address}:5060>",
        "Max-Forwards: 70",
        *headers,
        "Content-Type: application/sdp",
        f"Content-Length: {len(body)}",
        "\r\n",
    ]
    return "\r\n".join(lines).encode() + body


def response(random: Random, asked: SipMessage, address: str, body: bytes) -> bytes:
    """An answer to a request of ours, of any status; a final one mostly accepts it."""
    status = random.choice(_STATUSES)
    echoed = [f"{name}: {value}" for name, value in asked.headers if name.lower() in _ECHOED]
    told = random.sample(_OF_ANSWERS, random.randint(0, 4))
    lines = [
        f"SIP/2.0 {status}",
        *echoed,
        f"To: {asked.header('to')};tag=far",
        f"Contact: <sip:fuzz@{address}:5060>",
        *told,
        "Content-Type: application/sdp",
        f"Content-Length: {len(body)}",
        "\r\n",
    ]
    return "\r\n".join(lines).encode() + body
