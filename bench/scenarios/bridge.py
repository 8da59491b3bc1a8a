"""Two legs, both from SIPp and both talking: the caller hangs up after a while."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.asterisk_server import Way, asterisk_server
from bench.crowds import called, voice_of
from bench.node import NUMBER, node
from bench.recordings import files_in, recordings_of
from bench.scenario import Place, Scenario
from bench.scripts import A_LAW, G722, OPUS, Codec, is_called, is_hung_up_on, script, talks
from bench.two_lengths import Caller, CallServer, Lengths
from bench.web import serving

LENGTHS: Final = Lengths(short_s=3.0, long_s=30.0)
MOST_CALLEES: Final = 1000


@dataclass(frozen=True, slots=True)
class Legs:
    """The codec of who is called, beside A-law of who calls; its name here and in Asterisk."""

    codec: Codec
    ours: str
    theirs: str
    recorded: bool = False


_ALIKE: Final = Legs(A_LAW, "PCMA", "alaw")
_WIDE: Final = Legs(G722, "G722,PCMA", "g722")
_OPUS: Final = Legs(OPUS, "opus,PCMA", "opus")
_RECORDED: Final = Legs(A_LAW, "PCMA", "alaw", recorded=True)


@dataclass(frozen=True, slots=True)
class OurBridge:
    legs: Legs
    name: str = "ours"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[CallServer]:
        async with called(_callee(self.legs), MOST_CALLEES, place, voice_of(self.legs.codec)) as callees:
            record = ' record="record-from-answer-dual"' if self.legs.recorded else ""
            flow = f"<Response><Dial{record}><Sip>sip:callee@127.0.0.1:{callees.port}</Sip></Dial></Response>"
            async with serving({"/flow": flow}) as web:
                number = {"--url": web.url("/flow"), "--consent": "none-needed", "--consent-basis": "a measurement"}
                settings = {"CODECS": self.legs.ours, "RECORDING_ENCRYPTION": "false"}
                async with node(place, settings, number) as one:
                    recorded = recordings_of(one) if self.legs.recorded else None
                    yield await CallServer.warm(one.pid, one.sip_port, place, Caller(NUMBER), LENGTHS, recorded)


@dataclass(frozen=True, slots=True)
class TheirBridge:
    legs: Legs
    name: str = "asterisk"

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[CallServer]:
        way = Way(callee=self.legs.theirs)
        async with (
            called(_callee(self.legs), MOST_CALLEES, place, voice_of(self.legs.codec)) as callees,
            asterisk_server(place, way, callee_port=callees.port) as one,
        ):
            recorded = files_in(one.kept) if self.legs.recorded else None
            caller = Caller("bridge_recorded" if self.legs.recorded else "bridge")
            yield await CallServer.warm(one.pid, one.sip_port, place, caller, LENGTHS, recorded)


def _callee(legs: Legs) -> str:
    return script(is_called(legs.codec), talks(legs.codec), is_hung_up_on())


def _bridge(name: str, legs: Legs, asks: str, *loads: int) -> Scenario:
    return Scenario(name, asks, OurBridge(legs), TheirBridge(legs), loads, "cpu_ms_per_call_second")


SCENARIOS: Final = (
    _bridge("bridge", _ALIKE, "two legs of A-law", 50, 100, 200),
    _bridge("bridge-g722", _WIDE, "A-law to G.722", 100),
    _bridge("bridge-opus", _OPUS, "A-law to Opus, whose far end only listens, as SIPp can't speak it", 100),
    _bridge("bridge-recorded", _RECORDED, "two legs of A-law, both recorded, each in a channel", 100),
)
