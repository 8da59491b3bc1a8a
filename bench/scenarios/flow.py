"""The language itself: documents fetched and verbs performed, as many as there can be, without sound."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.asterisk_server import Way, asterisk_server
from bench.crowds import Crowd, call
from bench.node import NUMBER, node
from bench.process import quiet, usage
from bench.scenario import Place, Scenario
from bench.scripts import calls, is_hung_up_on, script
from bench.web import Web, serving

DOCUMENTS: Final = 40
VERBS: Final = 20
"""Of each document: so many that a call keeps below what is taken for a flow that goes in circles."""
_LENGTH_S: Final = 20.0


def pages() -> dict[str, str | bytes]:
    """A chain of documents; the last one answers, waits a second and hangs up."""
    names = ["/flow", *(f"/{number}" for number in range(1, DOCUMENTS)), "/end"]
    verbs = '<Pause length="0"/>' * (VERBS - 1)
    chain: dict[str, str | bytes] = {
        name: f"<Response>{verbs}<Redirect>{following}</Redirect></Response>"
        for name, following in itertools.pairwise(names)
    }
    return chain | {"/end": '<Response><Gather timeout="1"/></Response>'}


@dataclass(frozen=True, slots=True)
class Reader:
    """A server whose calls read documents; `load` of them begin at once."""

    pid: int
    sip_port: int
    service: str
    place: Place
    web: Web

    async def measure(self, load: int) -> dict[str, float]:
        self.web.asked_s.clear()
        before = usage(self.pid).cpu_s
        crowd = Crowd(script(calls(), is_hung_up_on()), load, load, _LENGTH_S, self.service)
        outcome = await call(crowd, self.sip_port, self.place)
        await quiet(self.pid)
        cpu_s = usage(self.pid).cpu_s - before
        asked = self.web.asked_s
        if len(asked) < 2:
            raise RuntimeError("no document was asked for")
        return {
            "failed": float(outcome.failed),
            "documents_per_s": len(asked) / (asked[-1] - asked[0]),
            "verbs_per_s": VERBS * len(asked) / (asked[-1] - asked[0]),
            "cpu_ms_per_document": 1000 * cpu_s / len(asked),
        }


@dataclass(frozen=True, slots=True)
class OurReader:
    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[Reader]:
        async with serving(pages()) as web, node(place, {"CODECS": "PCMA"}, {"--url": web.url("/flow")}) as one:
            yield Reader(one.pid, one.sip_port, NUMBER, place, web)


@dataclass(frozen=True, slots=True)
class TheirReader:
    """Asterisk reading a flow: as many requests by func_curl, and as many lines of dialplan."""

    name: str = "asterisk"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[Reader]:
        async with serving(pages()) as web, asterisk_server(place, Way(as_ours=True), web=web.url("")) as one:
            yield Reader(one.pid, one.sip_port, "documents", place, web)


SCENARIOS: Final = (
    Scenario(
        "flow", "40 documents of 20 verbs on each call, asked for one after another; beside as many lines of dialplan",
        OurReader(), TheirReader(), (20,), "cpu_ms_per_document", scales=False,
    ),
)  # fmt: skip
