"""Whether the time of a refusal tells a stranger anything: a number that the node has, and one that it has not.

A stranger's INVITEs go by turns to the one and the other, each once the last is answered with 403; what is compared is
the ratio of the medians. It is 1 where nothing looked a number up before the answer.
"""

import asyncio
import socket
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.node import NUMBER, node
from bench.scenario import Place, Scenario
from tests.peers.flood import HOST, request

ASKED: Final = 10_000
OTHER: Final = "+3225550199"

_BRIEFLY: Final = 100
_WRITTEN: Final = b"+3225550000"
"""The number that the flood's first request is for."""
_ANSWER_S: Final = 5.0
_MORE_THAN_ALL: Final = "10000"


def refusal_us(ours: socket.socket, port: int, number: str) -> float:
    """Until a call to the number is refused, in microseconds. Raises RuntimeError if it is answered otherwise."""
    asked = request("INVITE", port, ours.getsockname(), 0).replace(_WRITTEN, number.encode())
    began = time.perf_counter()
    ours.sendto(asked, (HOST, port))
    answer = ours.recv(65535)
    took = time.perf_counter() - began
    if not answer.startswith(b"SIP/2.0 403 "):
        raise RuntimeError(answer.decode(errors="replace"))
    return 1e6 * took


def refusals_us(port: int, count: int) -> tuple[list[float], list[float]]:
    """How long so many refusals of each took: of the number that there is, and of the other."""
    taken: dict[str, list[float]] = {NUMBER: [], OTHER: []}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
        ours.bind((HOST, 0))
        ours.settimeout(_ANSWER_S)
        for _ in range(count):
            for number, values in taken.items():
                values.append(refusal_us(ours, port, number))
    return taken[NUMBER], taken[OTHER]


@dataclass(frozen=True, slots=True)
class Refusing:
    """A node that refuses strangers, of whom this machine is one."""

    sip_port: int
    place: Place

    async def measure(self, load: int) -> dict[str, float]:
        """`load` calls to each of the two."""
        count = _BRIEFLY if self.place.brief else load
        known, unknown = await asyncio.to_thread(refusals_us, self.sip_port, count)
        of_known, of_unknown = statistics.median(known), statistics.median(unknown)
        return {
            "failed": 0.0,
            "known_us": of_known,
            "unknown_us": of_unknown,
            "known_by_unknown": of_known / of_unknown,
        }


@dataclass(frozen=True, slots=True)
class OurRefusing:
    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[Refusing]:
        settings = {
            "SIP_ALLOW": "192.0.2.0/24",
            "SIP_STRANGERS": "refuse",
            "SIP_MESSAGES_PER_S": _MORE_THAN_ALL,
            "SIP_INVITES_PER_S": _MORE_THAN_ALL,
        }
        async with node(place, settings) as one:
            yield Refusing(one.sip_port, place)


SCENARIOS: Final = (
    Scenario(
        "refusals", "a stranger's calls to a number that there is, and to one that there is not", OurRefusing(), None,
        (ASKED,), "known_by_unknown", scales=False, by_name_only=True, most_rounds=3,
    ),
)  # fmt: skip
