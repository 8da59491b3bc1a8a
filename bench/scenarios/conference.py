"""Conferences: one room where all talk or three do, rooms of five, beside ConfBridge; and what listeners cost.

ConfBridge mixes at 8 kHz every 20 ms, by its timerfd, with no DSP.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from bench.asterisk_server import AsteriskServer, Way, asterisk_server
from bench.node import NUMBER, Node, node
from bench.rooms import Members, RoomServer, members_of, room_flows
from bench.scenario import Place, Scenario
from bench.scripts import A_LAW, G722, OPUS, Codec

_NARROW: Final = "PCMA,PCMU"
_WIDE: Final = "opus,G722,PCMA"
_USERS: Final = re.compile(r"^\d\d +(\d+) ", re.MULTILINE)
_OF_FIVE: Final = 5
_FEW: Final = 3
_EVERYBODY: Final = 1000


@dataclass(frozen=True, slots=True)
class Rooms:
    """How people sit: `per_room` is None for one room. Beyond the first `talkers` of a room, all are silent."""

    per_room: int | None = None
    talkers: int = _EVERYBODY
    listeners: Codec = A_LAW

    def members(self, people: int) -> tuple[Members, Members]:
        per_room = self.per_room or people
        return members_of(max(1, people // per_room), per_room, self.talkers, self.listeners)


@dataclass(frozen=True, slots=True)
class OurRooms:
    rooms: Rooms
    codecs: str = _NARROW
    muted: bool = False
    """Whether those who are silent are muted, too."""
    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[RoomServer]:
        unmuted = self.rooms.talkers if self.muted else _EVERYBODY
        async with room_flows(unmuted) as url, node(place, {"CODECS": self.codecs}, {"--url": url}) as one:
            yield RoomServer(one.pid, one.sip_port, NUMBER, place, partial(_inside, one), self.rooms.members)


@dataclass(frozen=True, slots=True)
class TheirRooms:
    rooms: Rooms
    name: str = "asterisk"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[RoomServer]:
        async with asterisk_server(place, Way(caller="alaw,ulaw")) as one:
            yield RoomServer(one.pid, one.sip_port, "conference", place, _bridged(one), self.rooms.members)


async def _inside(one: Node) -> int:
    listed = await one.get("conferences", status="in-progress", page_size="100")
    return sum(each["participant_count"] for each in listed["conferences"])


def _bridged(one: AsteriskServer) -> Callable[[], Awaitable[int]]:
    async def count() -> int:
        return sum(int(users) for users in _USERS.findall(await one.console.cli("confbridge list")))

    return count


def _beside_confbridge(name: str, rooms: Rooms, asks: str, *loads: int, by_name_only: bool = False) -> Scenario:
    ours, theirs = OurRooms(rooms), TheirRooms(rooms)
    return Scenario(name, asks, ours, theirs, loads, "cpu_ms_per_call_second", by_name_only=by_name_only)


def _listeners(name: str, codec: Codec) -> Scenario:
    rooms = Rooms(talkers=_FEW, listeners=codec)
    return Scenario(
        f"listeners-{name}", f"three talk, the others listen by {codec.encoding}: muted, beside open and silent",
        OurRooms(rooms, _WIDE, muted=True, name="ours, muted"), OurRooms(rooms, _WIDE, name="ours, open"),
        (100,), "cpu_ms_per_call_second", by_name_only=True,
    )  # fmt: skip


SCENARIOS: Final = (
    _beside_confbridge("conference", Rooms(), "one room in which all talk", 50, 100, 200),
    _beside_confbridge("conference-rooms", Rooms(_OF_FIVE), "rooms of five in which all talk", 200),
    _beside_confbridge(
        "conference-few", Rooms(talkers=_FEW), "one room in which three talk", 50, 100, 200, by_name_only=True
    ),
    _listeners("pcma", A_LAW),
    _listeners("g722", G722),
    _listeners("opus", OPUS),
)
