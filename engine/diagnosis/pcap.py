"""SIP messages as a PCAP file, which Wireshark and sngrep read: a UDP packet for each, whatever had carried it."""

import struct
from collections.abc import Sequence
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, Protocol

_RAW_IP: Final = 101
"""LINKTYPE_RAW: packets begin with their IP header (https://www.tcpdump.org/linktypes.html)."""
_FILE_HEADER: Final = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 0xFFFF + 40, _RAW_IP)
_UDP: Final = 17
_UDP_HEADER: Final = 8
_IPV4_HEADER: Final = 20
_LONGEST: Final = 0xFFFF - _UDP_HEADER - _IPV4_HEADER
_UNKNOWN: Final = IPv4Address("0.0.0.0")


class CapturedMessage(Protocol):
    """What was said, when, and between which addresses."""

    @property
    def at(self) -> datetime: ...
    @property
    def sent(self) -> bool: ...
    @property
    def local(self) -> str: ...
    @property
    def remote(self) -> str: ...
    @property
    def text(self) -> str: ...


def pcap_of(messages: Sequence[CapturedMessage]) -> bytes:
    """The whole file."""
    return _FILE_HEADER + b"".join(_record(each) for each in messages)


def _record(message: CapturedMessage) -> bytes:
    local, remote = _address(message.local), _address(message.remote)
    source, target = (local, remote) if message.sent else (remote, local)
    packet = _packet(source, target, message.text.encode()[:_LONGEST])
    micros = round(message.at.timestamp() * 1_000_000)
    return struct.pack("<IIII", *divmod(micros, 1_000_000), len(packet), len(packet)) + packet


def _packet(source: tuple[IPv4Address | IPv6Address, int], target: tuple[IPv4Address | IPv6Address, int],
            payload: bytes) -> bytes:  # fmt: skip
    (from_, from_port), (to, to_port) = source, target
    length = _UDP_HEADER + len(payload)
    # Without a checksum, which IPv4 allows; of IPv6 the readers only remark on it.
    udp = struct.pack("!HHHH", from_port, to_port, length, 0) + payload
    if isinstance(from_, IPv6Address) or isinstance(to, IPv6Address):
        return struct.pack("!IHBB", 6 << 28, length, _UDP, 64) + _sixteen(from_) + _sixteen(to) + udp
    head = struct.pack("!BBHHHBBH", 0x45, 0, _IPV4_HEADER + length, 0, 0, 64, _UDP, 0) + from_.packed + to.packed
    return head[:10] + struct.pack("!H", _checksum(head)) + head[12:] + udp


def _checksum(header: bytes) -> int:
    """RFC 1071."""
    total: int = sum(struct.unpack(f"!{len(header) // 2}H", header))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _sixteen(address: IPv4Address | IPv6Address) -> bytes:
    """An address in 16 bytes, that of IPv4 as IPv6 maps it (RFC 4291 §2.5.5.2)."""
    return address.packed if isinstance(address, IPv6Address) else b"\0" * 10 + b"\xff\xff" + address.packed


def _address(text: str) -> tuple[IPv4Address | IPv6Address, int]:
    host, _, port = text.rpartition(":")
    try:
        return ip_address(host.strip("[]")), int(port)
    except ValueError:
        return _UNKNOWN, 0
