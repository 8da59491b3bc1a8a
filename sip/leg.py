"""A leg as asyncio sees it: an id, a queue of events, and commands that cross to the SIP thread."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, Protocol

from engine.aio.inbox import Inbox
from engine.errors import LegGone
from engine.ports import Cause, HungUp, LegEvent, LegId, PlaceTaken

KEY_S: Final = 0.28
"""From one key to the next: the 200 ms that the library sends it for, and a pause that no receiver misses (ETSI
ES 201 235-2 §4.2.4 asks for 65 ms)."""


class LegCommands(Protocol):
    """The commands of a leg on the SIP thread; each raises LegGone once the dialog is over."""

    def provisional(self, leg: LegId, code: int) -> None: ...
    def answer(self, leg: LegId) -> None: ...
    def refuse(self, leg: LegId, code: int) -> None: ...
    def redirect(self, leg: LegId, uri: str) -> None: ...
    def press(self, leg: LegId, digits: str) -> None: ...
    def refer(self, leg: LegId, target: str) -> None: ...
    def hold(self, leg: LegId, *, held: bool) -> None: ...
    def hang_up(self, leg: LegId, cause: Cause, again_after_s: int | None = None) -> None: ...


class Crossing(Protocol):
    """The way onto the SIP thread."""

    async def run(self, command: Callable[[], None]) -> None: ...


@dataclass(frozen=True, slots=True)
class LegDialog:
    """A dialog by the number that it has had from its beginning, by which way it goes, and its Call-ID once known."""

    number: LegId
    via: str
    sip_call_id: str = ""


class SipLeg:
    """One dialog as the engine sees it, or the one that has taken its place.

    Implements engine.ports.Leg; every method runs in asyncio's thread.
    """

    def __init__(self, leg: LegId, via: str, commands: LegCommands, thread: Crossing) -> None:
        self._id = leg
        self._dialog = LegDialog(leg, via)
        self._commands = commands
        self._thread = thread
        self._unread = Inbox[LegEvent]()

    @property
    def id(self) -> LegId:
        return self._id

    @property
    def via(self) -> str:
        return self._dialog.via

    @property
    def sip_call_id(self) -> str:
        return self._dialog.sip_call_id

    @property
    def dialog(self) -> LegDialog:
        """The dialog that it is: its own, unless another has taken its place."""
        return self._dialog

    def become(self, dialog: LegDialog) -> None:
        """Another dialog has taken the place of the one so far; tell whoever dialled that one."""
        self._dialog = dialog
        self.deliver(PlaceTaken())

    def identify(self, sip_call_id: str) -> None:
        """Note the dialog's Call-ID once the library has given it."""
        self._dialog = replace(self._dialog, sip_call_id=sip_call_id)

    def deliver(self, event: LegEvent) -> None:
        """Hand in an event."""
        self._unread.put(event)

    async def events(self) -> AsyncIterator[LegEvent]:
        while True:
            event = await self._unread.next()
            yield event
            if isinstance(event, HungUp):
                return

    async def ring(self) -> None:
        await self._thread.run(lambda: self._commands.provisional(self._dialog.number, 180))

    async def answer(self) -> None:
        await self._thread.run(lambda: self._commands.answer(self._dialog.number))

    async def refuse(self, code: int) -> None:
        """Send a final answer of 300 to 699 (inbound)."""
        await self._thread.run(lambda: self._commands.refuse(self._dialog.number, code))

    async def redirect(self, uri: str) -> None:
        await self._thread.run(lambda: self._commands.redirect(self._dialog.number, uri))

    async def press(self, digits: str) -> None:
        for digit in digits:
            await self._thread.run(partial(self._commands.press, self._dialog.number, digit))
            await asyncio.sleep(KEY_S)

    async def refer(self, target: str) -> None:
        await self._thread.run(lambda: self._commands.refer(self._dialog.number, target))

    async def hold(self, *, held: bool) -> None:
        await self._thread.run(lambda: self._commands.hold(self._dialog.number, held=held))

    async def hang_up(self, cause: Cause = Cause.NORMAL, *, again_after_s: int | None = None) -> None:
        try:
            await self._thread.run(lambda: self._commands.hang_up(self._dialog.number, cause, again_after_s))
        except LegGone:
            return
