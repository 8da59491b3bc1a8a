"""Trials of several programs at once, each as `telefoon agents try` does one."""

import asyncio
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

from yarl import URL

from api.doctor.programs.diary import DiaryLine
from api.doctor.programs.findings import ProgramFinding, ProgramPart
from api.doctor.programs.relay_trial import RelayCaller
from api.doctor.programs.stream_trial import StreamCaller, StreamTrialCall
from api.doctor.programs.trying import ProgramProtocol, ProgramVerdict, TriedProgram, try_program
from engine.agents.told import SessionFacts
from engine.flow.program_plans import StreamOrder
from engine.model.stream import MediaStream
from engine.security.egress import Egress
from tests.peers.audio import tone

AT = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
LOOPBACK = (ip_network("127.0.0.0/8"),)
FACTS = SessionFacts("VX1", "AC1", "CA1", "+3225550100", "+3225550199", "inbound", "RINGING", parameters={"shop": "7"})
CALLER = RelayCaller("Are you open?", "nl-BE", "12", "Stop.")


def tried(url: str, **fields: Any) -> TriedProgram:
    """A program on this machine, on a call of µ-law."""
    order = StreamOrder(url, parameters=(("shop", "7"),))
    stream = MediaStream("MZ" + "1" * 32, "AC1", "CA1", "", url, order.tracks, two_way=True, started_at=AT)
    call = StreamTrialCall(stream, order)
    return TriedProgram(URL(url), {}, call, FACTS, Egress(LOOPBACK), **{"patience_s": 2.0, **fields})


async def two_tones() -> StreamCaller:
    """A caller who says a tone, presses two keys and interrupts with another."""
    said, interruption = (tone(hz, 0.6, dbov=-18, rate_hz=8000).pcm for hz in (1000, 1200))
    return StreamCaller(said, "12", interruption)


async def trial(
    url: str, protocol: ProgramProtocol | None, *, relay: RelayCaller = CALLER, **fields: Any
) -> ProgramVerdict:
    """One trial, that tells nobody of its lines."""
    return await try_program(tried(url, **fields), protocol, relay, two_tones, _to_nobody)


async def trials(urls: dict[str, str], protocol: ProgramProtocol | None) -> dict[str, ProgramVerdict]:
    """All at once, by name."""
    verdicts = await asyncio.gather(*(trial(url, protocol) for url in urls.values()))
    return dict(zip(urls, verdicts, strict=True))


def finding(verdict: ProgramVerdict, part: ProgramPart) -> ProgramFinding:
    """The first finding on a part of the trial."""
    return next(each for each in verdict.findings if each.subject is part)


def _to_nobody(_line: DiaryLine) -> None:
    pass
