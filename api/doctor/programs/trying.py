"""Tries a program out by either protocol, or by the one that it is found to speak, and sums up how it went."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from yarl import URL

from api.doctor.programs.diary import Diary, DiaryLine
from api.doctor.programs.findings import ProgramFinding, ProgramPart
from api.doctor.programs.g711 import Samples
from api.doctor.programs.handshake import HandshakeTrial, examine_address, examine_handshake
from api.doctor.programs.relay_trial import RelayCaller, RelayTrial
from api.doctor.programs.relay_verdict import relay_findings
from api.doctor.programs.socket import ProgramAway, program_socket
from api.doctor.programs.stream_trial import StreamCaller, StreamTrial, StreamTrialCall
from api.doctor.programs.stream_verdict import stream_findings
from engine.agents import told
from engine.diagnosis.findings import Outcome
from engine.security.egress import Egress

_ORDERS: Final = frozenset({"text", "play", "sendDigits", "language", "end"})


class ProgramProtocol(StrEnum):
    """What a program speaks."""

    STREAM = "stream"
    """Media Streams: sound."""
    RELAY = "relay"
    """ConversationRelay: text."""


@dataclass(frozen=True, slots=True)
class TriedProgram:
    """The program, and the call that it is told of. `patience_s` is for the connection, and for each first answer."""

    url: URL
    headers: Mapping[str, str]
    call: StreamTrialCall
    facts: told.SessionFacts
    egress: Egress
    """The rules of the platform: the trial itself connects anywhere, and says where no call would."""
    patience_s: float = 10.0


@dataclass(frozen=True, slots=True)
class ProgramVerdict:
    """All findings of a trial, what was said, and what the caller heard (with a stream)."""

    protocol: ProgramProtocol | None
    findings: tuple[ProgramFinding, ...]
    lines: tuple[DiaryLine, ...] = ()
    heard: Samples | None = field(default=None, compare=False)

    @property
    def ok(self) -> bool:
        return all(each.outcome is not Outcome.FAULT for each in self.findings)

    @property
    def summary(self) -> str:
        """How the program stands, in one sentence."""
        faults = [each for each in self.findings if each.outcome is Outcome.FAULT]
        warnings = [each for each in self.findings if each.outcome is Outcome.WARNING]
        if faults:
            return f"It is not fit for calls yet: {faults[0].subject}: {faults[0].detail}."
        if warnings:
            return f"Calls work with it. What could be better: {', '.join(each.subject for each in warnings)}."
        return "It is fit for calls."


Render = Callable[[], Awaitable[StreamCaller]]
"""Make what the caller says sound; asked only where a program gets sound."""
Tell = Callable[[DiaryLine], None]


async def try_program(
    program: TriedProgram, protocol: ProgramProtocol | None, relay: RelayCaller, render: Render, tell: Tell
) -> ProgramVerdict:
    """All of a trial. A program that can't be reached gets the findings of its handshake."""
    found: list[ProgramFinding] = []
    try:
        if protocol is None:
            protocol = await _found_out(program, relay)
            found = [ProgramFinding(ProgramPart.PROTOCOL, Outcome.OK, f"it was found to speak {_NAMES[protocol]}")]
        trial = (
            _by_text(program, relay, tell) if protocol is ProgramProtocol.RELAY else _by_sound(program, render, tell)
        )
        verdict = await trial
    except ProgramAway as away:
        return ProgramVerdict(protocol, tuple(await _why_away(program, away)))
    found += await _beyond_calls(program)
    return replace(verdict, findings=(*found, *verdict.findings))


async def _by_sound(program: TriedProgram, render: Render, tell: Tell) -> ProgramVerdict:
    caller = await render()
    async with program_socket(program.url, program.headers, program.patience_s) as socket:
        diary = Diary(tell)
        log = await StreamTrial(socket, program.call, diary, program.patience_s).run(caller)
    findings = tuple(stream_findings(log))
    return ProgramVerdict(ProgramProtocol.STREAM, findings, tuple(diary.lines), log.playout.sound())


async def _by_text(program: TriedProgram, caller: RelayCaller, tell: Tell) -> ProgramVerdict:
    async with program_socket(program.url, program.headers, program.patience_s) as socket:
        diary = Diary(tell)
        log = await RelayTrial(socket, program.facts, diary, program.patience_s).run(caller)
    return ProgramVerdict(ProgramProtocol.RELAY, tuple(relay_findings(log)), tuple(diary.lines))


async def _found_out(program: TriedProgram, caller: RelayCaller) -> ProgramProtocol:
    """Begin as a conversation by text: whoever speaks that answers a prompt, and whoever streams has nothing to say."""
    async with program_socket(program.url, program.headers, program.patience_s) as socket:
        await socket.send(told.setup(program.facts))
        await socket.send(told.prompt(caller.said or "?", caller.language, last=True))
        try:
            async with asyncio.timeout(program.patience_s):
                async for text in socket.texts():
                    if isinstance(text, str) and _is_order(text):
                        return ProgramProtocol.RELAY
        except TimeoutError:
            pass  # it has nothing to say to text
    return ProgramProtocol.STREAM


def _is_order(text: str) -> bool:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(message, dict) and message.get("type") in _ORDERS


async def _why_away(program: TriedProgram, away: ProgramAway) -> Sequence[ProgramFinding]:
    """What the handshake's steps show, tried once more."""
    trial = HandshakeTrial(program.url, Egress(_EVERYWHERE), program.headers, program.patience_s)
    faults = [each async for each in examine_handshake(trial) if not each.ok]
    if not faults:
        return [ProgramFinding(ProgramPart.CONNECTION, Outcome.FAULT, str(away), "Try again: a second time it opened.")]
    return [ProgramFinding(ProgramPart.CONNECTION, Outcome.FAULT, each.detail, each.advice) for each in faults]


async def _beyond_calls(program: TriedProgram) -> list[ProgramFinding]:
    """A warning where the platform's own rules would let no call reach it."""
    trial = HandshakeTrial(program.url, program.egress, patience_s=program.patience_s)
    found = await examine_address(trial)
    if found.ok:
        return []
    detail = f"this trial reaches it, and calls would not: {found.detail}"
    return [ProgramFinding(ProgramPart.CONNECTION, Outcome.WARNING, detail, found.advice)]


_NAMES: Final = {ProgramProtocol.STREAM: "Media Streams", ProgramProtocol.RELAY: "ConversationRelay"}
_EVERYWHERE: Final = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))
"""A trial runs on the user's own machine."""
