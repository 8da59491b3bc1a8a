"""One dialog without SIP: what we command, and what its far end has told."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from types import MappingProxyType
from typing import Final

from engine.errors import LegGone
from engine.model.call import Event
from engine.ports import Answered, Cause, Clock, DialRequest, EndedBy, HungUp, LegEvent, LegId, MediaChanged

KEY_S: Final = 0.28
"""From one key that is sent to the next."""

# What the SIP side makes of final answers, of which tests need few; a test compares the two.
OUTCOMES: Final[Mapping[int, Event]] = MappingProxyType(
    {408: Event.EXPIRED, 480: Event.EXPIRED, 486: Event.ENGAGED, 487: Event.HUNG_UP, 600: Event.ENGAGED}
)
_NORMAL_CLEARING: Final = 16


class FakeLeg:
    """A leg without SIP, whose far end a test plays; inbound where there is no `request`.

    What we command takes `network_s` to reach the far end. `on_live` is told when its media begins, `on_over` when it
    ends.
    """

    def __init__(
        self, leg: LegId, clock: Clock, *, request: DialRequest | None, on_live: Callable[[LegId], None],
        on_over: Callable[[LegId], None], network_s: float = 0.0,
    ) -> None:  # fmt: skip
        self.request = request
        self.rung = False
        self.answered = False
        self.hung_up: HungUp | None = None
        """How it ended, once it has."""
        self.refused_with: Cause | None = None
        self.again_after_s: int | None = None
        """The cause that we gave, where we ended it."""
        self.pressed = ""
        """Keys that were sent to the far end."""
        self.referred_to: str | None = None
        self.redirected_to: str | None = None
        """Where its far end was sent on to, before it was answered."""
        self.held = False
        """Whether its far end was told that it is on hold."""
        self.ended = asyncio.Event()
        self._id = leg
        self._clock = clock
        self._on_live = on_live
        self._on_over = on_over
        self._network_s = network_s
        self._events: asyncio.Queue[LegEvent] = asyncio.Queue()

    @property
    def id(self) -> LegId:
        return self._id

    @property
    def sip_call_id(self) -> str:
        return f"leg-{self._id}"

    @property
    def via(self) -> str:
        return "trunk"

    @property
    def inbound(self) -> bool:
        return self.request is None

    @property
    def is_over(self) -> bool:
        return self.hung_up is not None

    async def events(self) -> AsyncIterator[LegEvent]:
        while True:
            event = await self._events.get()
            yield event
            if isinstance(event, HungUp):
                return

    async def ring(self) -> None:
        self._require_live()
        self.rung = True

    async def answer(self) -> None:
        self._require_live()
        self._soon(self.confirm)

    async def redirect(self, uri: str) -> None:
        if not self.is_over and self.redirected_to is None:
            self.redirected_to = uri
            self._soon(lambda: self.end(HungUp(outcome(302), EndedBy.US, 302, "Moved Temporarily")))

    async def press(self, digits: str) -> None:
        for digit in digits:
            self._require_live()
            self.pressed += digit
            await self._clock.sleep(KEY_S)

    async def refer(self, target: str) -> None:
        self._require_live()
        self.referred_to = target

    async def hold(self, *, held: bool) -> None:
        self._require_live()
        self.held = held

    async def hang_up(self, cause: Cause = Cause.NORMAL, *, again_after_s: int | None = None) -> None:
        if self.is_over or self.refused_with is not None:
            return
        self.refused_with, self.again_after_s = cause, again_after_s
        self._soon(lambda: self.end(self._ended_by_us(cause)))

    def confirm(self) -> None:
        """The dialog is confirmed, and there is media."""
        if self.is_over or self.answered:
            return
        self.answered = True
        self._on_live(self._id)
        self.emit(MediaChanged(sending=True, receiving=True, codec="PCMA", remote_address="192.0.2.1:4000"))
        self.emit(Answered())

    def end(self, how: HungUp) -> None:
        """The dialog is over; only its first end counts."""
        if self.is_over:
            return
        self.hung_up = how
        self._on_over(self._id)
        self.emit(how)
        self.ended.set()

    def emit(self, event: LegEvent) -> None:
        """Something happened on it."""
        self._events.put_nowait(event)

    def _ended_by_us(self, cause: Cause) -> HungUp:
        if self.answered:
            return HungUp(Event.HUNG_UP, EndedBy.US, 200, "OK", _NORMAL_CLEARING)
        code = cause.sip_code if self.inbound else 487
        return HungUp(outcome(code), EndedBy.US, code, "Refused" if self.inbound else "Request Terminated", cause.q850)

    def _soon(self, happens: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(self._network_s, happens)

    def _require_live(self) -> None:
        if self.is_over:
            raise LegGone(f"leg {self._id} is over")


def outcome(code: int) -> Event:
    """What a final answer to an INVITE means for its call."""
    return OUTCOMES.get(code, Event.BROKE)
