"""RTP packets (RFC 3550 §5.1) and telephone events (RFC 4733 §2.3): bytes to values and back."""

import struct
from dataclasses import dataclass
from typing import Final, Self

KEYS: Final = "0123456789*#ABCD"
"""Event codes 0 to 15 of RFC 4733 §3.2."""

_HEADER = struct.Struct("!BBHII")
_EVENT = struct.Struct("!BBH")
_AT_ONCE = 1  # of 65,536 parts of a second; 0 is said by who has had no report
_REPORT = struct.Struct("!BBHIIIIIII")


class NotRtp(ValueError):
    """A datagram that is no RTP packet of version 2."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet without padding, extension or contributing sources."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    marker: bool = False

    @classmethod
    def read(cls, datagram: bytes) -> Self:
        """Parse a datagram. Raises NotRtp."""
        if len(datagram) < _HEADER.size:
            message = f"{len(datagram)} bytes are too few for an RTP header"
            raise NotRtp(message)
        first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(datagram)
        if first >> 6 != 2:
            message = f"version {first >> 6}, where RTP has 2"
            raise NotRtp(message)
        start = _HEADER.size + 4 * (first & 0x0F)
        if first & 0x10:
            if len(datagram) < start + 4:
                message = "the extension is cut off"
                raise NotRtp(message)
            start += 4 + 4 * int.from_bytes(datagram[start + 2 : start + 4])
        end = len(datagram) - (datagram[-1] if first & 0x20 else 0)
        if start > end:
            message = "header and padding are longer than the datagram"
            raise NotRtp(message)
        return cls(second & 0x7F, sequence, timestamp, ssrc, datagram[start:end], bool(second & 0x80))

    def bytes(self) -> bytes:
        """The datagram."""
        second = self.payload_type | (0x80 if self.marker else 0)
        return _HEADER.pack(0x80, second, self.sequence, self.timestamp, self.ssrc) + self.payload


@dataclass(frozen=True, slots=True)
class TelephoneEvent:
    """The payload of one event packet; `duration` is in units of the RTP clock (8000 Hz here)."""

    key: str
    end: bool
    duration: int
    volume: int = 10

    @classmethod
    def read(cls, payload: bytes) -> Self | None:
        """Parse a payload; None for an event that is no key. Raises NotRtp if it is too short."""
        if len(payload) < _EVENT.size:
            message = f"{len(payload)} bytes are too few for a telephone event"
            raise NotRtp(message)
        code, flags, duration = _EVENT.unpack_from(payload)
        if code >= len(KEYS):
            return None
        return cls(KEYS[code], bool(flags & 0x80), duration, flags & 0x3F)

    def bytes(self) -> bytes:
        """The payload."""
        return _EVENT.pack(KEYS.index(self.key), (0x80 if self.end else 0) | self.volume, self.duration)


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    """An RTCP report of one who sends nothing (RFC 3550 §6.4.2); `jitter` is in units of the RTP clock.

    `last_report` is the time of the last report that came, as that has it, from which its sender measures the round
    trip; 0 is none. `source` is who sent that. It is answered at once.
    """

    ssrc: int
    lost: int
    jitter: int
    source: int = 0
    last_report: int = 0

    def bytes(self) -> bytes:
        """The datagram."""
        words = _REPORT.size // 4 - 1
        return _REPORT.pack(
            0x81, 201, words, self.ssrc, self.source, self.lost & 0xFFFFFF, 0, self.jitter, self.last_report, _AT_ONCE
        )
