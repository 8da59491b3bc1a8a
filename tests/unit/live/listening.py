"""A program that listens to a call, and what of the call it hears, by the consents of those on it."""

import asyncio
from dataclasses import dataclass
from typing import Final

from engine.flow.program_plans import StreamOrder, StreamTracks
from engine.live.session.session import Session
from engine.model.consent import Consent, Purpose
from engine.model.disclosure import Disclosure
from engine.ports import Heard, Said
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from engine.testing.programs import FakeProgram

STAYS: Final = "<Response><Say>Hello.</Say><Pause length='600'/></Response>"
URL: Final = "wss://program.example/media"


@dataclass(frozen=True, slots=True)
class ListeningProgram:
    """A program that was connected to for both tracks of somebody's call."""

    program: FakeProgram
    far_end: FarEnd

    @property
    def hears_what_is_said(self) -> bool:
        return Said(self.far_end.id) in self._audible

    @property
    def hears_what_is_heard(self) -> bool:
        return Heard(self.far_end.id) in self._audible

    @property
    def _audible(self) -> set[object]:
        return {source for source, _ in self.program.hears}


async def consent_of(
    node: FakeNode, far_end: FarEnd, purpose: Purpose = Purpose.STREAMING, notice: Disclosure | None = None
) -> Consent[Purpose] | None:
    """Ask somebody, as whoever begins to listen does."""
    permission = node.switchboard._shared.permission
    return await permission.consent_of(session_of(node, far_end), purpose=purpose, notice=notice)


def session_of(node: FakeNode, far_end: FarEnd) -> Session:
    """The live call of somebody's leg."""
    session = node.switchboard._sessions.of_leg(far_end.leg.id)
    assert session is not None
    return session


async def overheard(node: FakeNode, far_end: FarEnd) -> ListeningProgram:
    """Have a program hear both tracks of somebody who consents by staying on the line."""
    call = await node.call(far_end)
    await node.switchboard.start_stream(node.account.id, call.id, StreamOrder(URL, tracks=StreamTracks.BOTH))
    while not node.around.programs.connected:
        await node.passes(1)
        await asyncio.sleep(0)
    await node.passes(0.1)
    return ListeningProgram(node.around.programs.connected[-1], far_end)
