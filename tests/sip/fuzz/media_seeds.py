"""Descriptions of calls whose media ports are sent bytes, and the packets that belong to them."""

import struct
from collections.abc import Callable
from random import Random
from types import MappingProxyType
from typing import Final

from aioice import stun

from tests.peers.ice_agent import said
from tests.peers.raw_caller import audio
from tests.peers.rtp import Packet, ReceiverReport, TelephoneEvent
from tests.peers.sip_message import Sdp

_KEY: Final = "AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
_FINGERPRINT: Final = ":".join(["AB"] * 32)
_RECORD_TYPES: Final = (20, 21, 22, 23, 25)
"""Of DTLS (RFC 6347 §4.1): change_cipher_spec, alert, handshake, application_data and one of an extension."""


def plain(port: int) -> str:
    """RTP and keys by RFC 4733."""
    return audio(port).replace("AVP 8", "AVP 8 101") + "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"


def _ice(port: int) -> str:
    return audio(
        port,
        more="a=ice-ufrag:abcd\r\na=ice-pwd:abcdabcdabcdabcdabcdab\r\n"
        f"a=candidate:1 1 UDP 2130706431 127.0.0.1 {port} typ host\r\n",
    )


def _sealed(port: int) -> str:
    return audio(port, more=f"a=crypto:1 {_KEY}\r\n").replace("RTP/AVP", "RTP/SAVP")


def _by_dtls(port: int) -> str:
    more = f"a=setup:active\r\na=fingerprint:sha-256 {_FINGERPRINT}\r\n"
    return audio(port, more=more).replace("RTP/AVP", "UDP/TLS/RTP/SAVP")


OFFERS: Final = MappingProxyType({"plain": plain, "ice": _ice, "sealed": _sealed, "dtls": _by_dtls})
"""What a far end offers, with its port."""
TRUNKS: Final = MappingProxyType(
    {
        "plain": {},
        "ice": {"ice": "lite"},
        "sealed": {"srtp": "required"},
        "dtls": {"srtp": "required", "srtp_keying": "dtls"},
    }
)
"""The fields of the trunk that each of them needs."""


def media_packet(random: Random, answer: Sdp) -> bytes:
    """A packet of any kind that comes to a port of media; one of STUN proves itself where the answer has ICE."""
    return random.choice(_KINDS)(random, answer)


def _sound(random: Random, _: Sdp) -> bytes:
    payload = random.randbytes(random.choice((0, 1, 160, 1400)))
    kind = random.choice((8, 0, 13, 101, 127))
    return Packet(kind, random.getrandbits(16), random.getrandbits(32), random.getrandbits(32), payload).bytes()


def _extended(random: Random, answer: Sdp) -> bytes:
    """With contributing sources and an extension of the header (RFC 3550 §5.3.1)."""
    sources, words = random.randint(0, 15), random.randint(0, 20)
    head = bytearray(_sound(random, answer))
    head[0] |= 0x10 | sources
    more = random.randbytes(4 * sources) + struct.pack("!HH", 0xBEDE, words) + random.randbytes(4 * words)
    return bytes(head[:12]) + more + bytes(head[12:])


def _key(random: Random, _: Sdp) -> bytes:
    event = TelephoneEvent(random.choice("0123456789*#"), random.random() < 0.5, random.getrandbits(16))
    ssrc = random.getrandbits(32)
    return Packet(101, random.getrandbits(16), random.getrandbits(32), ssrc, event.bytes()).bytes()


def _report(random: Random, _: Sdp) -> bytes:
    """A receiver report, often with a sender report, a description, a BYE or a word of an application behind it."""
    ssrc = random.getrandbits(32)
    report = ReceiverReport(ssrc, random.getrandbits(24), random.getrandbits(32), random.getrandbits(32)).bytes()
    kind = random.choice((200, 202, 203, 204, 205, 206, 207))
    words = random.randint(1, 12)
    behind = struct.pack("!BBHI", 0x81, kind, words, ssrc) + random.randbytes(4 * (words - 1))
    return report + behind * random.randint(0, 2)


def _check(random: Random, answer: Sdp) -> bytes:
    """A check of ICE (RFC 8445 §7.1), or a request or an answer of STUN without proof."""
    made = stun.Message(stun.Method.BINDING, random.choice(list(stun.Class)), random.randbytes(12))
    has_ice = "a=ice-ufrag" in answer.text
    made.attributes["USERNAME"] = f"{said(answer, 'ice-ufrag') if has_ice else 'a'}:abcd"
    made.attributes["PRIORITY"] = random.getrandbits(32)
    if random.random() < 0.5:
        made.attributes["ICE-CONTROLLING"] = random.getrandbits(64)
    if random.random() < 0.5:
        made.attributes["USE-CANDIDATE"] = None
    made.add_message_integrity((said(answer, "ice-pwd") if has_ice else "guessed").encode())
    made.add_fingerprint()
    return bytes(made)


def _handshake(random: Random, _: Sdp) -> bytes:
    """A record of DTLS 1.2, mostly one that seems to begin a handshake (ClientHello, RFC 6347 §4.2)."""
    suites = struct.pack("!HHH", 4, 0xC02B, 0xC02F)
    use_srtp = struct.pack("!HHHHB", 14, 5, 2, 1, 0)
    hello = b"\xfe\xfd" + random.randbytes(32) + b"\x00\x00" + suites + b"\x01\x00"
    hello += struct.pack("!H", len(use_srtp)) + use_srtp
    length = len(hello).to_bytes(3)
    fragment = bytes((random.choice((1, 1, 1, 2, 11, 16)),)) + length + b"\x00\x00" + b"\x00\x00\x00" + length + hello
    record = random.choice((22, 22, 22, *_RECORD_TYPES))
    head = struct.pack("!BHHHIH", record, 0xFEFD, 0, 0, random.getrandbits(8), len(fragment))
    return head + fragment


def _noise(random: Random, _: Sdp) -> bytes:
    return random.randbytes(random.randint(0, 1500))


_KINDS: Final[tuple[Callable[[Random, Sdp], bytes], ...]] = (
    _sound, _extended, _key, _report, _check, _check, _handshake, _noise,
)  # fmt: skip
