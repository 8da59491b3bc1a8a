"""The cost of recording, and what sealing adds: the same calls not recorded, recorded as plain WAV, and sealed.

The calls do nothing else, so that the shares are the greatest; what they are of calls with menus, ivr-sealed measures.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.node import NUMBER, node
from bench.recordings import recordings_of
from bench.scenario import Place, Scenario
from bench.two_lengths import Caller, CallServer, Lengths
from bench.web import serving

LENGTHS: Final = Lengths(short_s=8.0, long_s=28.0, brief_s=(8.0, 11.0))
"""All are past the notice, and recorded, after six seconds."""
_RECORDED: Final = (
    "<Response><Record timeout='0' maxLength='300' playBeep='false' recordingChannels='dual' recordingTrack='both' "
    "action='/done'/></Response>"
)
_NOT_RECORDED: Final = (
    "<Response><Say language='en-GB'>This call is not recorded, and lasts as long.</Say>"
    "<Pause length='300'/></Response>"
)


@dataclass(frozen=True, slots=True)
class Recorder:
    """Ours, one way."""

    name: str
    flow: str
    sealed: bool

    @asynccontextmanager
    async def running(self, place: Place) -> AsyncIterator[CallServer]:
        settings = {"CODECS": "PCMA,PCMU", "RECORDING_ENCRYPTION": str(self.sealed).lower()}
        async with (
            serving({"/flow": self.flow, "/done": "<Response><Hangup/></Response>"}) as web,
            node(place, settings, {"--url": web.url("/flow")}) as one,
        ):
            counted = recordings_of(one) if self.flow == _RECORDED else None
            yield await CallServer.warm(one.pid, one.sip_port, place, Caller(NUMBER), LENGTHS, counted)


_UNRECORDED: Final = Recorder("not recorded", _NOT_RECORDED, sealed=True)
_PLAIN: Final = Recorder("plain", _RECORDED, sealed=False)
_SEALED: Final = Recorder("sealed", _RECORDED, sealed=True)
_COMPARED: Final = "cpu_ms_per_call_second"

SCENARIOS: Final = (
    Scenario(
        "recording", "calls that are recorded and sealed, beside plain WAV",
        _SEALED, _PLAIN, (60,), _COMPARED, by_name_only=True,
    ),
    Scenario(
        "recording-none", "calls that are recorded and sealed, beside calls that are not recorded",
        _SEALED, _UNRECORDED, (60,), _COMPARED, by_name_only=True,
    ),
)  # fmt: skip
