"""The cost of media streams: the same calls with a program on the line and without, beside Asterisk."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.asterisk_server import Way, asterisk_server
from bench.media_streams.programs import StreamServerProcess, Talking, Wire, stream_server
from bench.node import ACCOUNT, NUMBER, Node, node, telefoon
from bench.scenario import Place, Scenario
from bench.two_lengths import Caller, CallServer, Lengths
from bench.web import serving

LENGTHS: Final = Lengths(short_s=5.0, long_s=25.0)
NOT_STREAMED: Final = "+3225550101"
"""A second number, whose calls last as long and have no program on the line."""
STREAMED_APART: Final = "+3225550102"
"""A third, whose calls have a program of their own."""
SOUND: Final = "/sound.wav"
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
            yield await warm(one, place, NUMBER)


@dataclass(frozen=True, slots=True)
class NotStreamed:
    """The same calls of ours without a program."""

    name: str = "not streamed"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[CallServer]:
        async with streaming_node(place, Talking.HEARS) as (one, _):
            yield await warm(one, place, NOT_STREAMED)


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


@asynccontextmanager
async def streaming_node(place: Place, talking: Talking) -> AsyncIterator[tuple[Node, StreamServerProcess]]:
    """A node whose calls to NUMBER are streamed, those to NOT_STREAMED are not, and those to STREAMED_APART apart.

    The server of the latter is given with it.
    """
    async with stream_server(place, talking) as program, stream_server(place, talking) as apart:
        verbs = {
            NUMBER: streamed_to(program.url, talking),
            NOT_STREAMED: "<Pause length='300'/>",
            STREAMED_APART: streamed_to(apart.url, talking),
        }
        async with node_of(place, verbs) as one:
            yield one, apart


@asynccontextmanager
async def node_of(place: Place, verbs: Mapping[str, str], sound: bytes = b"") -> AsyncIterator[Node]:
    """A node whose numbers, NUMBER among them, do what these verbs say; `sound` is a WAV file that is at SOUND."""
    pages = {f"/{number}": _flow(each) for number, each in verbs.items()}
    async with (
        serving({**pages, SOUND: sound}) as web,
        node(place, _SETTINGS, {"--url": web.url(f"/{NUMBER}"), **ALLOWED}) as one,
    ):
        for number in verbs.keys() - {NUMBER}:
            await _add(one, place, number, web.url(f"/{number}"))
        yield one


@asynccontextmanager
async def another_number(one: Node, place: Place, number: str, program: str) -> AsyncIterator[None]:
    """A number more, whose calls are streamed both ways to this program."""
    async with serving({"/flow": _flow(streamed_to(program, Talking.TALKS))}) as web:
        await _add(one, place, number, web.url("/flow"))
        yield


async def _add(one: Node, place: Place, number: str, url: str) -> None:
    options = {"--account": ACCOUNT, "--url": url, **ALLOWED}
    given = [each for option in options.items() for each in option]
    await telefoon(place, one.settings, "numbers", "add", number, *given)


def _flow(verbs: str) -> str:
    return f"<Response><Say language='en-GB'>One moment.</Say>{verbs}</Response>"  # a pause alone answers no call


def streamed_to(url: str, talking: Talking) -> str:
    """The verbs that connect a call to this program."""
    stream = f"<Stream url='{url}' audioFormat='alaw'/>"
    if talking is Talking.TALKS:
        return f"<Connect>{stream}</Connect>"
    return f"<Start>{stream}</Start><Pause length='300'/>"


async def warm(one: Node, place: Place, number: str) -> CallServer:
    """The node by one of its numbers, after a call."""
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
)  # fmt: skip
