"""The CPU of a message of a media stream, beside a loop in C that sends and receives the same bytes."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.media_streams.programs import StreamServerProcess, Talking, least_cost, stream_server
from bench.node import NUMBER, Node
from bench.scenario import Place, Scenario
from bench.scenarios.streams import NOT_STREAMED, SOUND, node_of, streamed_to, streaming_node, warm
from bench.statistics import Figures
from bench.steady_calls import all_up, steady
from bench.two_lengths import CallServer
from tests.peers.audio import tone

_MESSAGES_A_S: Final = 50
_LOOP_S: Final = 10
_BEGINS_S: Final = 3.0
_WATCHED_S: Final = 20.0
_SOUND_S: Final = 60.0
_SOCKETS_THREAD: Final = "streams"
"""The node's thread that has the sockets of all programs."""


@asynccontextmanager
async def quiet_calls(place: Place) -> AsyncIterator[Node]:
    """Without the program nobody hears a call, and it says nothing: no sound of it is decoded, mixed or encoded."""
    async with streaming_node(place, Talking.TALKS) as (one, _):
        yield one


@asynccontextmanager
async def sounding_calls(place: Place) -> AsyncIterator[Node]:
    """Without the program that talks, another hears a call all the same, and a file is played to it."""
    async with stream_server(place, Talking.HEARS) as hears, stream_server(place, Talking.TALKS) as talks:
        heard = f"<Start><Stream url='{hears.url}' audioFormat='alaw'/></Start>"
        verbs = {
            NUMBER: heard + streamed_to(talks.url, Talking.TALKS),
            NOT_STREAMED: f"{heard}<Play loop='0'>{SOUND}</Play>",
        }
        sound = tone(1000, _SOUND_S, dbov=-12, rate_hz=8000).save(place.fresh("sound") / "sound.wav").read_bytes()
        async with node_of(place, verbs, sound) as one:
            yield one


@dataclass(frozen=True, slots=True)
class MessageCost:
    """A message each way alone: calls with a program that talks, less those of the same node without.

    The node has the former at NUMBER, and the latter at NOT_STREAMED.
    """

    node_of_both: Callable[[Place], AbstractAsyncContextManager[Node]]
    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator["MessageCosts"]:
        async with self.node_of_both(place) as one:
            yield MessageCosts(await warm(one, place, NUMBER), await warm(one, place, NOT_STREAMED))


@dataclass(frozen=True, slots=True)
class MessageCosts:
    """A node that is measured twice, and the difference."""

    streamed: CallServer
    without: CallServer

    async def measure(self, load: int) -> Figures:
        streamed = await steady(self.streamed, load, _SOCKETS_THREAD, _WATCHED_S)
        without = await steady(self.without, load, _SOCKETS_THREAD, _WATCHED_S)
        messages_a_s = load * _MESSAGES_A_S
        return {
            "failed": float(streamed.failed + without.failed),
            "cpu_us_per_message": 1e6 * (streamed.cores - without.cores) / messages_a_s,
            "sockets_us_per_message": 1e6 * (streamed.thread_cores - without.thread_cores) / messages_a_s,
        }


@dataclass(frozen=True, slots=True)
class BareLoop:
    """A loop in C that sends and receives the same bytes and does nothing else, on a machine as busy with calls."""

    name: str = "bare loop"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator["BareLoops"]:
        async with streaming_node(place, Talking.HEARS) as (one, _), stream_server(place, Talking.TALKS) as program:
            yield BareLoops(await warm(one, place, NOT_STREAMED), program)


@dataclass(frozen=True, slots=True)
class BareLoops:
    """The loop with its server, beside calls that are not streamed."""

    without: CallServer
    program: StreamServerProcess

    async def measure(self, load: int) -> Figures:
        async with all_up(self.without, load, _LOOP_S + _BEGINS_S) as placed:
            cost = await least_cost(self.without.place, self.program.port, load, _LOOP_S)
        return {"failed": float(placed.result().failed), "cpu_us_per_message": cost.us_per_message}


_MESSAGE: Final = "cpu_us_per_message"

SCENARIOS: Final = (
    Scenario(
        "streams-message", "a message each way, beside a loop in C that sends and receives the same bytes",
        MessageCost(quiet_calls), BareLoop(), (200,), _MESSAGE, by_name_only=True, longest_s=600.0,
    ),
    Scenario(
        "streams-own", "a message each way of a call that is heard and sounds anyway, beside the same loop",
        MessageCost(sounding_calls), BareLoop(), (200,), _MESSAGE, by_name_only=True, longest_s=600.0,
    ),
)  # fmt: skip
