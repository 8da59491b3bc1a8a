"""A far end's media: what it hears is kept and decoded, what it says is paced at 20 ms, on its own threads."""

import itertools
import os
import random
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from sip.media.media_priority import NICENESS
from tests.peers.audio import Sound, hears, level_of_tone, silence, sounding_s, when_heard
from tests.peers.g711 import PCMA, PCMU, Law
from tests.peers.reception import Digit, Reception
from tests.peers.rtp import NotRtp, Packet, ReceiverReport, TelephoneEvent
from tests.peers.sip_message import Sdp
from tests.peers.srtp import NotAuthentic, SrtpKey
from tests.peers.waiting import eventually

_FRAME_S: Final = 0.02
_FRAME_SAMPLES: Final = 160
_RATE_HZ: Final = 8000
_SO_TIMESTAMPNS: Final = 35
"""Linux (socket(7)): the kernel tells when it got a packet, however late this process looks."""
_TIMESPEC: Final = struct.Struct("@qq")
_ANCILLARY_BYTES: Final = socket.CMSG_SPACE(_TIMESPEC.size)


@dataclass(frozen=True, slots=True)
class _Tick:
    """What one 20 ms step of the sender puts on the wire."""

    payloads: tuple[bytes, ...]
    payload_type: int | None = None
    """None: audio of the ear's law."""
    event_start: bool = False


class RtpEar:
    """A G.711 phone without signalling, bound to a loopback port that the kernel chose.

    It sends silence when it has nothing to say, as phones do, once it knows where to: from the session
    description (`follow`), an address (`aim`) or, failing both, the first packet that comes in.
    """

    def __init__(self, law: Law = PCMA, *, event_type: int = 101, mute: bool = False, host: str = "127.0.0.1") -> None:
        """`event_type` is the payload type that our session description names; `mute` sends nothing."""
        self._socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((host, 0))
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.settimeout(0.1)
        self._law = law
        self._event_type_in = event_type
        self._event_type_out = event_type
        self._mute = mute
        self._sealed_by: SrtpKey | None = None
        self._seals: SrtpKey | None = None
        self._target: tuple[str, int] | None = None
        self._reception = Reception({PCMU.payload_type: PCMU, PCMA.payload_type: PCMA}, event_type)
        self._queue: deque[_Tick] = deque()
        self._loop: Iterator[_Tick] | None = None
        self._lost: Iterator[bool] = itertools.repeat(False)
        self._echoes = False
        self._closing = threading.Event()
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._listen, self._speak)]
        for thread in self._threads:
            thread.start()

    @property
    def port(self) -> int:
        """The port to name in a session description."""
        return int(self._socket.getsockname()[1])

    @property
    def reception(self) -> Reception:
        """What came in, counted."""
        return self._reception

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End both threads and free the port."""
        self._closing.set()
        for thread in self._threads:
            thread.join()
        self._socket.close()

    def aim(self, host: str, port: int) -> None:
        """Send there from now on."""
        self._target = (host, port)

    def follow(self, sdp: Sdp | None) -> None:
        """Send where the other side's session description says, in its payload types."""
        assert sdp is not None, "the message had no session description"
        self.aim(sdp.address, sdp.port)
        self._event_type_out = sdp.payload_type(f"telephone-event/{_RATE_HZ}") or self._event_type_out

    def encrypt(self, ours: SrtpKey, theirs: SrtpKey) -> None:
        """Speak SRTP from now on; before anything is said."""
        self._seals, self._sealed_by = ours, theirs

    def say(self, sound: Sound, *, for_ever: bool = False) -> None:
        """Send a sound once after what is queued, or again and again whenever nothing is queued."""
        pcm = sound.at_rate(_RATE_HZ).pcm
        padded = np.concatenate((pcm, np.zeros(-len(pcm) % _FRAME_SAMPLES, dtype=np.int16)))
        coded = self._law.encode(padded)
        ticks = [_Tick((coded[at : at + _FRAME_SAMPLES],)) for at in range(0, len(coded), _FRAME_SAMPLES)]
        if for_ever:
            self._loop = itertools.cycle(ticks)
        else:
            self._queue.extend(ticks)

    def hush(self) -> None:
        """Send silence from now on."""
        self._loop = None
        self._queue.clear()

    def echo(self) -> None:
        """Send back what it hears from now on, as a line does whose far end is loud, in place of silence."""
        self._echoes = True

    def fall_silent(self) -> None:
        """Send no packets any more, and go on listening."""
        self._mute = True

    def lose(self, pattern: Sequence[bool]) -> None:
        """Leave out the packets for which the pattern, again and again, says True, as a bad network would."""
        self._lost = itertools.cycle(pattern)

    def report(self, *, lost: int = 0, jitter: int = 0) -> None:
        """Send one RTCP receiver report, to the port above that of RTP."""
        assert self._target is not None, "it does not know yet where to"
        host, port = self._target
        self._socket.sendto(ReceiverReport(random.getrandbits(32), lost, jitter).bytes(), (host, port + 1))

    def press(self, keys: str, *, duration_s: float = 0.1, gap_s: float = 0.1) -> None:
        """Send keys by RFC 4733: updates every 20 ms, the end three times (§2.5.1.4)."""
        quiet = _Tick((self._law.encode(np.zeros(_FRAME_SAMPLES, dtype=np.int16)),))
        for key in keys:
            steps = max(2, round(duration_s / _FRAME_S))
            for step in range(1, steps + 1):
                end = step == steps
                payload = TelephoneEvent(key, end, step * _FRAME_SAMPLES).bytes()
                payloads = (payload,) * (3 if end else 1)
                self._queue.append(_Tick(payloads, self._event_type_out, event_start=step == 1))
            self._queue.extend([quiet] * max(1, round(gap_s / _FRAME_S)))

    def heard(self, since_s: float = 0.0) -> Sound:
        """Everything heard since `since_s` after the first packet."""
        return self._reception.sound(since_s)

    @property
    def now_s(self) -> float:
        """Seconds after the first packet: to hand in as `since_s`."""
        return self._reception.elapsed_s(time.monotonic())

    @property
    def quiet_s(self) -> float:
        """Seconds since the last packet."""
        return self._reception.quiet_s(time.monotonic())

    @property
    def digits(self) -> list[Digit]:
        """The keys heard, in order."""
        return self._reception.digits()

    async def hears(self, hz: float, *, within_s: float, seconds: float = 0.2, since_s: float = 0.0) -> float:
        """Wait until a tone was heard for `seconds`; gives the time of its start after the first packet."""

        def look() -> float | None:
            spans = when_heard(self.heard(since_s), hz, least_s=seconds)
            return since_s + spans[0].start_s if spans else None

        return await eventually(look, within_s=within_s, otherwise=lambda: f"{hz:g} Hz; {self._told(since_s)}")

    async def hears_in_all(self, hz: float, *, seconds: float, within_s: float, since_s: float = 0.0) -> None:
        """Wait until a tone was heard for `seconds` since `since_s`, however often it broke off.

        Speech and music have any tone now and then: where they are heard too, `hears` is meant.
        """
        await eventually(
            lambda: hears(self.heard(since_s), hz, seconds=seconds),
            within_s=within_s,
            otherwise=lambda: f"{seconds:g} s of {hz:g} Hz in all; {self._told(since_s)}",
        )

    async def hears_sound(self, *, over_dbov: float = -40, seconds: float, within_s: float, since_s: float) -> None:
        """Wait until sound of that level, whatever it is, was heard for `seconds` in all since `since_s`."""
        await eventually(
            lambda: sounding_s(self.heard(since_s), over_dbov=over_dbov) >= seconds,
            within_s=within_s,
            otherwise=lambda: f"{seconds:g} s over {over_dbov:g} dBov; {self._told(since_s)}",
        )

    async def level_of(self, hz: float) -> float:
        """The level in dBov of a second of a tone from now on: where it breaks off on a busy machine does not count."""
        since_s = self.now_s

        return await eventually(
            lambda: level_of_tone(self.heard(since_s), hz, least_s=1),
            within_s=10,
            otherwise=lambda: f"a second of {hz:g} Hz; {self._told(since_s)}",
        )

    async def hears_keys(self, keys: str, *, within_s: float) -> list[Digit]:
        """Wait until exactly these keys were heard since the beginning."""

        def look() -> list[Digit] | None:
            digits = [each for each in self.digits if each.ended]
            return digits if "".join(each.key for each in digits) == keys else None

        return await eventually(look, within_s=within_s, otherwise=lambda: f"the keys {keys}; heard {self.digits}")

    async def hears_anything(self, *, within_s: float) -> None:
        """Wait for the first packet."""
        await eventually(lambda: self._reception.packets > 0, within_s=within_s, otherwise=lambda: "a first RTP packet")

    def _told(self, since_s: float) -> str:
        heard = self.heard(since_s)
        return f"heard {heard.seconds:.1f} s at {heard.level_dbov:.0f} dBov, {self._reception}"

    def _listen(self) -> None:
        _prefer_this_thread()
        while not self._closing.is_set():
            try:
                datagram, told, _, source = self._socket.recvmsg(2048, _ANCILLARY_BYTES)
            except (TimeoutError, ConnectionRefusedError):
                # A refusal is the echo of what we sent to a port that is closed by now.
                continue
            try:
                packet = Packet.read(self._sealed_by.open(datagram) if self._sealed_by else datagram)
            except (NotRtp, NotAuthentic):
                self._reception.count_foreign()
                continue
            self._target = self._target or source
            self._reception.take(packet, source, _arrival(told))
            if self._echoes and packet.payload_type == self._law.payload_type:
                self._queue.append(_Tick((packet.payload,)))

    def _speak(self) -> None:
        _prefer_this_thread()
        quiet = _Tick((self._law.encode(silence(_FRAME_S).pcm),))
        ssrc, sequence, timestamp = random.getrandbits(32), random.getrandbits(15), random.getrandbits(31)
        event_timestamp, marker = timestamp, True
        due = time.monotonic()
        while not self._closing.is_set():
            due += _FRAME_S
            time.sleep(max(0.0, due - time.monotonic()))
            timestamp = (timestamp + _FRAME_SAMPLES) & 0xFFFFFFFF
            if self._mute or self._target is None:
                marker = True
                continue
            tick = self._next(quiet)
            if tick.event_start:
                event_timestamp, marker = timestamp, True
            is_audio = tick.payload_type is None
            for payload in tick.payloads:
                packet = Packet(
                    self._law.payload_type if tick.payload_type is None else tick.payload_type,
                    sequence, timestamp if is_audio else event_timestamp, ssrc, payload, marker,
                )  # fmt: skip
                if not next(self._lost):
                    self._send(packet)
                sequence, marker = (sequence + 1) & 0xFFFF, False

    def _next(self, quiet: _Tick) -> _Tick:
        try:
            return self._queue.popleft()
        except IndexError:
            loop = self._loop
            return next(loop) if loop is not None else quiet

    def _send(self, packet: Packet) -> None:
        target = self._target
        if target is None:
            return
        try:
            self._socket.sendto(self._seals.seal(packet.bytes()) if self._seals else packet.bytes(), target)
        except ConnectionRefusedError:
            self._reception.count_refusal()


def _arrival(told: list[tuple[int, int, bytes]]) -> float:
    """When the kernel got a packet, on the monotonic clock."""
    for _, kind, value in told:
        if kind == _SO_TIMESTAMPNS:
            seconds, nanoseconds = _TIMESPEC.unpack(value)
            ago: float = time.time() - seconds - nanoseconds / 1e9
            return time.monotonic() - ago
    return time.monotonic()


def _prefer_this_thread() -> None:
    """Prefer this thread, as the product does with its own: a far end whose sound breaks up tells nothing of it."""
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
