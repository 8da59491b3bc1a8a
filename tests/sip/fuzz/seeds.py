"""What is made wrong: messages and packets that are right."""

import struct
from random import Random
from typing import Final

from tests.peers.rtp import Packet, ReceiverReport, TelephoneEvent
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
_STUN_BINDING: Final = 0x0001
_STUN_COOKIE: Final = 0x2112A442


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


def media_packet(random: Random) -> bytes:
    """An RTP packet, a key, an RTCP report, a STUN request, or bytes of no kind."""
    ssrc = random.getrandbits(32)
    payload = random.randbytes(random.choice((0, 1, 160, 1400)))
    kind = random.randrange(5)
    if kind == 0:
        return Packet(
            random.choice((8, 0, 13, 101, 127)), random.getrandbits(16), random.getrandbits(32), ssrc, payload
        ).bytes()
    if kind == 1:
        event = TelephoneEvent(random.choice("0123456789*#"), random.random() < 0.5, random.getrandbits(16))
        return Packet(101, random.getrandbits(16), random.getrandbits(32), ssrc, event.bytes()).bytes()
    if kind == 2:
        more = struct.pack("!BBHI", 0x81, 203, 1, ssrc) if random.random() < 0.5 else b""
        return (
            ReceiverReport(ssrc, random.getrandbits(24), random.getrandbits(32), random.getrandbits(32)).bytes() + more
        )
    if kind == 3:
        attributes = struct.pack("!HH", 6, 4) + b"a:bc" + struct.pack("!HHI", 0x8028, 4, random.getrandbits(32))
        head = struct.pack("!HHI", _STUN_BINDING, len(attributes), _STUN_COOKIE)
        return head + random.randbytes(12) + attributes
    return random.randbytes(random.randint(0, 1500))
