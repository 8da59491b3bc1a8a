"""Telephones without signalling that say numbered sound, each on an exact clock of its own, and count what they hear.

They are a process of their own, before all else of the machine where that is allowed: what is lost must not be their
fault, and how late they ever were is told with the rest.

python -m tests.peers.numbered_callers PCMA:PCMU:10 PCMU:PCMU: …

of each the law, that in which the program says what it hears, and how many ms behind the far end's packets it sends its
own; with none it begins whenever it is told to. It prints their ports, and takes lines of JSON: {"caller": 0, "port":
4000} has one speak to that port of loopback, and {"caller": 0, "key": "1"} press a key (RFC 4733). At the end of its
input it prints the counts.
"""

import base64
import contextlib
import json
import math
import os
import select
import socket
import sys
import time
from dataclasses import dataclass, field
from typing import Any, Final

from tests.peers.numbered_sound import FRAME, LAWS, Form, NumberedEar, NumberedVoice
from tests.peers.rtp import NotRtp, Packet, TelephoneEvent

EVENTS: Final = 101
"""The payload type of keys."""
_FRAME_S: Final = 0.02
_LATE_S: Final = 0.01
_LEARNS: Final = 25
"""From so many packets one learns when the far end's clock ticks."""
_LONGEST_WAIT_S: Final = 0.5
_BUFFER: Final = 4 * 1024 * 1024
_MOST_ORDERED: Final = 1 << 20
_MOST_NOTED: Final = 20
_FRAMES_TIMED: Final = 3000


@dataclass(slots=True)
class Clock:
    """Every 20 ms since the beginning, none left out; how late it was each time."""

    began_s: float
    ticks: int = 0
    longest_late_s: float = 0.0
    late: list[tuple[float, float]] = field(default_factory=list)
    """When (Unix time) it was later than 10 ms, and by how much."""

    @property
    def left_s(self) -> float:
        return self.began_s + self.ticks * _FRAME_S - time.monotonic()

    def tick(self) -> None:
        late_s = -self.left_s
        self.longest_late_s = max(self.longest_late_s, late_s)
        if late_s > _LATE_S and len(self.late) < _MOST_NOTED:
            self.late.append((time.time(), late_s))
        self.ticks += 1


@dataclass(slots=True)
class NumberedCaller:
    """One of them."""

    voice: NumberedVoice
    ear: NumberedEar
    beside: socket.socket
    """At the port above, where reports arrive (RTCP), which would be somebody else's otherwise."""
    socket: socket.socket
    behind_s: float | None = None
    """How long after the far end's packets it sends its own, if that is to be so."""
    clock: Clock | None = None
    target: tuple[str, int] | None = None
    said: int = 0
    """Frames."""
    said_at_s: list[float] = field(default_factory=list)
    """When (Unix time) it has said its first frames, of a minute."""
    packets: int = 0
    missing: int = 0
    """Packets that did not come, by their sequence numbers."""
    longest_gap_s: float = 0.0
    gaps: list[tuple[float, float]] = field(default_factory=list)
    """When (Unix time) packets stayed away for 0.1 s or more, and for how long."""
    _of_key: list[bytes] = field(default_factory=list)
    _key_tick: int = 0
    _sequence: int | None = None
    _came_s: float = 0.0
    _earliest_s: float = math.inf
    """When the first packet would have come, had none come late."""

    @property
    def left_s(self) -> float:
        """Until it speaks next."""
        return self.clock.left_s if self.clock else math.inf

    def speak_to(self, port: int) -> None:
        """Send to this port of loopback, as soon as the far end's clock is known, if it is to be."""
        self.target = ("127.0.0.1", port)
        if self.behind_s is None:
            self.clock = Clock(time.monotonic())

    def say(self) -> None:
        """The next 20 ms."""
        assert self.clock is not None, "nobody has told it to speak"
        assert self.target is not None
        self.clock.tick()
        kind, payload, at = self.voice.law.payload_type, b"", self.clock.ticks
        if self._of_key:
            kind, payload, at = EVENTS, self._of_key.pop(0), self._key_tick
        else:
            payload = self.voice.frame(self.said)
            self.said += 1
            if self.said <= _FRAMES_TIMED:
                self.said_at_s.append(time.time())
        packet = Packet(kind, self.clock.ticks & 0xFFFF, at * FRAME & 0xFFFFFFFF, 7, payload)
        self.socket.sendto(packet.bytes(), self.target)

    def press(self, key: str) -> None:
        """Send a key of 100 ms in place of sound; its end comes three times."""
        assert self.clock is not None, "nobody has told it to speak"
        self._key_tick = self.clock.ticks + 1
        steps = [(min(step, 5) * FRAME, step >= 5) for step in range(1, 8)]
        self._of_key = [TelephoneEvent(key, end, duration).bytes() for duration, end in steps]

    def hear(self) -> None:
        """All that has come."""
        while True:
            try:
                packet = Packet.read(self.socket.recv(2048))
            except BlockingIOError:
                return
            except (ConnectionRefusedError, NotRtp):
                continue
            if packet.payload_type == self.voice.law.payload_type:
                self._take(packet)

    def _take(self, packet: Packet) -> None:
        now_s = time.monotonic()
        if self._sequence is not None:
            self.missing += (packet.sequence - self._sequence - 1) & 0xFFFF
            self._note_gap(now_s - self._came_s)
        self._sequence, self._came_s = packet.sequence, now_s
        self._learn_clock(now_s)
        self.packets += 1
        self.ear.take(packet.payload)

    def _learn_clock(self, now_s: float) -> None:
        """Learn when the far end's clock ticks, by the packets that came first of all, in their own time."""
        if self.clock or self.behind_s is None:
            return
        self._earliest_s = min(self._earliest_s, now_s - self.packets * _FRAME_S)
        if self.packets >= _LEARNS and self.target:
            self.clock = Clock(self._earliest_s + (self.packets + 1) * _FRAME_S + self.behind_s)

    def _note_gap(self, gap_s: float) -> None:
        self.longest_gap_s = max(self.longest_gap_s, gap_s)
        if gap_s >= 0.1 and len(self.gaps) < _MOST_NOTED:
            self.gaps.append((time.time(), gap_s))

    def told(self) -> dict[str, object]:
        names = ("behind_s", "said", "said_at_s", "packets", "missing", "longest_gap_s", "gaps")
        late = {"longest_late_s": self.clock.longest_late_s, "late": self.clock.late} if self.clock else {}
        heard = {**self.ear.told(), "prelude": base64.b64encode(self.ear.prelude).decode()}
        return {**{name: getattr(self, name) for name in names}, **late, "heard": heard}


def opened(number: int, wanted: str) -> NumberedCaller:
    """One with a port of its own, as the command line wants it."""
    own, of_program, behind_ms = wanted.split(":")
    sound, reports = media_sockets()
    sound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    ear = NumberedEar(Form(LAWS[of_program], LAWS[own]))
    behind_s = int(behind_ms) / 1000 if behind_ms else None
    return NumberedCaller(NumberedVoice(number, LAWS[own]), ear, reports, sound, behind_s)


def media_sockets() -> tuple[socket.socket, socket.socket]:
    """One at a free even port, for sound, and one at the port above, for reports of it (RFC 3550 §11)."""
    while True:
        sound = _bound(0)
        port = sound.getsockname()[1]
        if port % 2 == 0:
            with contextlib.suppress(OSError):  # somebody else has it
                return sound, _bound(port + 1)
        sound.close()


def _bound(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        made.bind(("127.0.0.1", port))
    except OSError:
        made.close()
        raise
    made.setblocking(False)
    return made


class OrderLines:
    """The lines of what a descriptor gives, as many as are there: none is left waiting for the next to come."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._begun = b""

    def read(self) -> list[bytes] | None:
        """Lines that have come whole since the last time; None at the end."""
        came = os.read(self._descriptor, _MOST_ORDERED)
        if not came:
            return None
        *lines, self._begun = (self._begun + came).split(b"\n")
        return lines


def run(callers: list[NumberedCaller]) -> None:
    """Until the input ends."""
    by_descriptor, stdin = {each.socket.fileno(): each for each in callers}, sys.stdin.fileno()
    orders = OrderLines(stdin)
    while True:
        wait_s = max(0.0, min(_LONGEST_WAIT_S, *(each.left_s for each in callers)))
        ready, _, _ = select.select([*by_descriptor, stdin], [], [], wait_s)
        for each in callers:
            while each.left_s <= 0:
                each.say()
        for one in ready:
            if one != stdin:
                by_descriptor[one].hear()
                continue
            if (lines := orders.read()) is None:
                return
            for line in lines:
                _obey(callers, json.loads(line))


def _obey(callers: list[NumberedCaller], order: dict[str, Any]) -> None:
    caller = callers[order["caller"]]
    if "key" in order:
        caller.press(order["key"])
    else:
        caller.speak_to(order["port"])


def _come_first() -> None:
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    except PermissionError:
        print("These callers may not come before others: they may be late.", file=sys.stderr)


def main() -> None:
    callers = [opened(number, wanted) for number, wanted in enumerate(sys.argv[1:])]
    print(json.dumps([each.socket.getsockname()[1] for each in callers]), flush=True)
    _come_first()
    run(callers)
    print(json.dumps([each.told() for each in callers]), flush=True)


if __name__ == "__main__":
    main()
