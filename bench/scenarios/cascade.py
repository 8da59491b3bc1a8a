"""Two rooms on two nodes, joined by a call: how much later a voice is heard in the other room than in its own.

One caller says short tones; another in the same room and one in the other room hear them. Their packets are placed by
the time at which the first came in, so a figure is exact to a few ms; all is on loopback, so it has no network's delay
and next to none of its jitter. How the two nodes' clocks lie to each other is chance, so each round starts them anew.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bench.scenario import Place, Scenario
from tests.peers.audio import tone
from tests.peers.callers import Caller, calling, has
from tests.peers.customer import customer
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports

WORDS: Final = 20
SETTINGS: Final = {"CODECS": "PCMA"}
ROOM: Final = "hall"
FLOW: Final = f'<Response><Dial><Conference beep="false">{ROOM}</Conference></Dial></Response>'
_WORD: Final = tone(1400, 0.2)
_PAUSE_S: Final = 0.8
_SLIP_S: Final = 0.0137
"""Words begin at another place of the 20 ms each time."""
_SETTLES_S: Final = 3.0
_LOUD: Final = 0.05


@dataclass(frozen=True, slots=True)
class Delays:
    """Delays of one run in ms: from word to ear in the speaker's room, and what the link adds in the other."""

    own_room: float
    link: float


async def measure(folder: Path) -> Delays:
    """One run of two fresh nodes; medians."""
    ports = Ports()
    async with AsyncExitStack() as stack:
        shop = await stack.enter_async_context(customer(flow=FLOW))
        number = {"--url": shop.url("/flow")}
        root = await stack.enter_async_context(platform(_made(folder / "root"), ports, SETTINGS, number=number))
        trunk = {"TRUNK": f"sip:127.0.0.1:{root.sip_port}"}
        leaf = await stack.enter_async_context(platform(_made(folder / "leaf"), ports, SETTINGS | trunk, number=number))
        (there,) = await stack.enter_async_context(calling(root, ports, 400))
        speaker, here = await stack.enter_async_context(calling(leaf, ports, 620, 860))
        room = (await leaf.get("conferences", friendly_name=ROOM))["conferences"][0]["id"]
        await leaf.post(f"conferences/{room}/participants", {"to": NUMBER, "from": NUMBER, "beep": "false"})
        await asyncio.gather(has(leaf, ROOM, 3, within_s=10), has(root, ROOM, 2, within_s=10))
        for each in (speaker, here, there):
            each.ear.hush()
        await asyncio.sleep(_SETTLES_S)
        own, other = await delays_ms(WORDS, speaker, here, there)
    later = [far - near for near, far in zip(own, other, strict=True)]
    return Delays(statistics.median(own), statistics.median(later))


async def delays_ms(words: int, speaker: Caller, *listeners: Caller) -> list[list[float]]:
    """The time from each of so many words said to its being heard, for each listener."""
    delays: list[list[float]] = [[] for _ in listeners]
    for word in range(words):
        since = [each.ear.now_s for each in listeners]
        said_s = time.monotonic()
        speaker.ear.say(_WORD)
        await asyncio.sleep(_PAUSE_S + _SLIP_S * (word % 7))
        for listener, from_s, found in zip(listeners, since, delays, strict=True):
            first_packet_s = time.monotonic() - listener.ear.now_s
            found.append((first_packet_s + from_s + _onset_s(listener, from_s) - said_s) * 1000)
    return delays


def _onset_s(listener: Caller, from_s: float) -> float:
    heard = listener.ear.heard(from_s)
    loud = np.flatnonzero(np.abs(heard.samples) > _LOUD)
    if not loud.size:
        raise RuntimeError("a word was not heard")
    return float(loud[0]) / heard.rate_hz


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@dataclass(frozen=True, slots=True)
class Linked:
    """Both nodes are started for each measurement."""

    place: Place

    async def measure(self, _: int) -> dict[str, float]:
        delays = await measure(self.place.fresh("cascade"))
        return {"failed": 0, "own_room_ms": delays.own_room, "link_ms": delays.link}


@dataclass(frozen=True, slots=True)
class Cascade:
    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[Linked]:
        yield Linked(place)


SCENARIOS: Final = (
    Scenario(
        "cascade", "two rooms on two nodes, joined by a call: what the link adds to the delay",
        Cascade(), None, (3,), "link_ms", scales=False, fixed=True, by_name_only=True,
    ),
)  # fmt: skip
