"""The cost of media streams: the same calls with a program on the line and without, beside Asterisk and a bare loop."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.asterisk_server import Way, asterisk_server
from bench.media_streams.programs import StreamServerProcess, Talking, Wire, least_cost, stream_server
from bench.node import ACCOUNT, NUMBER, Node, node, telefoon
from bench.scenario import Place, Scenario
from bench.statistics import Figures
from bench.steady_calls import all_up, steady
from bench.two_lengths import Caller, CallServer, Lengths
from bench.web import serving

LENGTHS: Final = Lengths(short_s=5.0, long_s=25.0)
NOT_STREAMED: Final = "+3225550101"
"""A second number, whose calls last as long and have no program on the line."""
STREAMED_APART: Final = "+3225550102"
"""A third, whose calls have a program of their own."""
_MESSAGES_A_S: Final = 50
_LOOP_S: Final = 10
_BEGINS_S: Final = 3.0
_WATCHED_S: Final = 20.0
_SOCKETS_THREAD: Final = "streams"
"""The node's thread that has the sockets of all programs."""
ALLOWED: Final = {
    "--consent": "none-needed", "--consent-basis": "a measurement",
    "--disclosure": "not-ai", "--disclosure-reason": "a tone of a measurement", "--asserted-by": "the measurement",
}  # fmt: skip
"""What lets a number's calls be streamed, and its programs be heard, without a word before."""
_SETTINGS: Final = {"CODECS": "PCMA"}


@dataclass(frozen=True, slots=True)
class Streamed:
    """Ours, with a program on the line in one way or both."""

    talking: Talking
    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[CallServer]:
        async with streaming_node(place, self.talking) as (one, _):
            yield await _warm(one, place, NUMBER)


@dataclass(frozen=True, slots=True)
class NotStreamed:
    """The same calls of ours without a program."""

    name: str = "not streamed"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[CallServer]:
        async with streaming_node(place, Talking.HEARS) as (one, _):
            yield await _warm(one, place, NOT_STREAMED)


@dataclass(frozen=True, slots=True)
class StreamedByAsterisk:
    """Asterisk's chan_websocket, both ways."""

    name: str = "asterisk"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[CallServer]:
        async with (
            stream_server(place, Talking.TALKS, Wire.BINARY) as program,
            asterisk_server(place, Way(streams_port=program.port)) as one,
        ):
            yield await CallServer.warm(one.pid, one.sip_port, place, Caller("stream"), LENGTHS)


@dataclass(frozen=True, slots=True)
class MessageCost:
    """The CPU of a message each way alone: calls that are streamed, less those of the same node that are not."""

    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator["MessageCosts"]:
        async with streaming_node(place, Talking.TALKS) as (one, _):
            yield MessageCosts(await _warm(one, place, NUMBER), await _warm(one, place, NOT_STREAMED))


@dataclass(frozen=True, slots=True)
class MessageCosts:
    """A node that is measured twice, and the difference."""

    streamed: CallServer
    bare: CallServer

    async def measure(self, load: int) -> Figures:
        with_ = await steady(self.streamed, load, _SOCKETS_THREAD, _WATCHED_S)
        without = await steady(self.bare, load, _SOCKETS_THREAD, _WATCHED_S)
        messages_a_s = load * _MESSAGES_A_S
        return {
            "failed": float(with_.failed + without.failed),
            "cpu_us_per_message": 1e6 * (with_.cores - without.cores) / messages_a_s,
            "sockets_us_per_message": 1e6 * with_.thread_cores / messages_a_s,
        }


@dataclass(frozen=True, slots=True)
class BareLoop:
    """A loop in C that sends and receives the same bytes and does nothing else, on a machine as busy with calls."""

    name: str = "bare loop"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator["BareLoops"]:
        async with streaming_node(place, Talking.HEARS) as (one, _), stream_server(place, Talking.TALKS) as program:
            yield BareLoops(await _warm(one, place, NOT_STREAMED), program)


@dataclass(frozen=True, slots=True)
class BareLoops:
    """The loop with its server, beside calls that are not streamed."""

    bare: CallServer
    program: StreamServerProcess

    async def measure(self, load: int) -> Figures:
        async with all_up(self.bare, load, _LOOP_S + _BEGINS_S) as placed:
            cost = await least_cost(self.bare.place, self.program.port, load, _LOOP_S)
        return {"failed": float(placed.result().failed), "cpu_us_per_message": cost.us_per_message}


@asynccontextmanager
async def streaming_node(place: Place, talking: Talking) -> AsyncIterator[tuple[Node, StreamServerProcess]]:
    """A node whose calls to NUMBER are streamed, those to NOT_STREAMED are not, and those to STREAMED_APART apart.

    The server of the latter is given with it.
    """
    async with stream_server(place, talking) as program, stream_server(place, talking) as apart:
        pages = {
            "/streamed": _flow(_streamed_to(program.url, talking)),
            "/apart": _flow(_streamed_to(apart.url, talking)),
            "/bare": _flow("<Pause length='300'/>"),
        }
        async with serving(pages) as web, node(place, _SETTINGS, {"--url": web.url("/streamed"), **ALLOWED}) as one:
            await _add(one, place, NOT_STREAMED, web.url("/bare"))
            await _add(one, place, STREAMED_APART, web.url("/apart"))
            yield one, apart


@asynccontextmanager
async def another_number(one: Node, place: Place, number: str, program: str) -> AsyncIterator[None]:
    """A number more, whose calls are streamed both ways to this program."""
    async with serving({"/flow": _flow(_streamed_to(program, Talking.TALKS))}) as web:
        await _add(one, place, number, web.url("/flow"))
        yield


async def _add(one: Node, place: Place, number: str, url: str) -> None:
    options = {"--account": ACCOUNT, "--url": url, **ALLOWED}
    given = [each for option in options.items() for each in option]
    await telefoon(place, one.settings, "numbers", "add", number, *given)


def _flow(verbs: str) -> str:
    return f"<Response><Say language='en-GB'>One moment.</Say>{verbs}</Response>"  # a pause alone answers no call


def _streamed_to(url: str, talking: Talking) -> str:
    stream = f"<Stream url='{url}' audioFormat='alaw'/>"
    if talking is Talking.TALKS:
        return f"<Connect>{stream}</Connect>"
    return f"<Start>{stream}</Start><Pause length='300'/>"


async def _warm(one: Node, place: Place, number: str) -> CallServer:
    return await CallServer.warm(one.pid, one.sip_port, place, Caller(number), LENGTHS)


_SECOND: Final = "cpu_ms_per_call_second"
_BOTH_WAYS: Final = Streamed(Talking.TALKS)

SCENARIOS: Final = (
    Scenario(
        "streams", "calls with a program that hears and speaks, beside the same calls without",
        _BOTH_WAYS, NotStreamed(), (200,), _SECOND, by_name_only=True,
    ),
    Scenario(
        "streams-heard", "calls with a program that only hears, beside the same calls without",
        Streamed(Talking.HEARS), NotStreamed(), (200,), _SECOND, by_name_only=True,
    ),
    Scenario(
        "streams-beside", "calls with a program that hears and speaks, beside Asterisk's chan_websocket",
        _BOTH_WAYS, StreamedByAsterisk(), (200,), _SECOND, by_name_only=True,
    ),
    Scenario(
        "streams-message", "a message each way, beside a loop in C that sends and receives the same bytes",
        MessageCost(), BareLoop(), (200,), "cpu_us_per_message", by_name_only=True, longest_s=600.0,
    ),
)  # fmt: skip
