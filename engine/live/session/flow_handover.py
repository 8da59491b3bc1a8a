"""The handover of a call's flow: run by the call itself, or by nobody while it belongs to the Dial that made it."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeVar

from engine.aio.first_done import first_done
from engine.aio.tasks import started, stopped
from engine.aio.waits import Occurrence, race
from engine.errors import FlowTaken
from engine.flow.interpreter import Start
from engine.flow.next_step import GoTo
from engine.model.transitions import next_state

T = TypeVar("T")


class FlowState(StrEnum):
    """The states of a call's flow."""

    NOT_BEGUN = "not begun"
    OWN = "own"
    STANDING_BY = "standing by"
    """A Dial made the call: it is joined to another, and ends with that Dial."""
    HANDED_OVER = "handed over"
    """It was given another flow, which has not begun yet."""
    ENDED = "ended"


class FlowEvent(StrEnum):
    """The events of a call's flow."""

    BEGAN = "began"
    STOOD_BY = "stood by"
    GIVEN = "given another"
    TAKEN_UP = "taken up"
    ENDED = "ended"


FLOW_TRANSITIONS: Final[Mapping[FlowState, Mapping[FlowEvent, FlowState]]] = MappingProxyType(
    {
        FlowState.NOT_BEGUN: {
            FlowEvent.BEGAN: FlowState.OWN,
            FlowEvent.STOOD_BY: FlowState.STANDING_BY,
        },
        FlowState.OWN: {
            FlowEvent.GIVEN: FlowState.HANDED_OVER,
            FlowEvent.ENDED: FlowState.ENDED,
        },
        FlowState.STANDING_BY: {
            FlowEvent.GIVEN: FlowState.HANDED_OVER,
            FlowEvent.ENDED: FlowState.ENDED,
        },
        FlowState.HANDED_OVER: {
            FlowEvent.GIVEN: FlowState.HANDED_OVER,
            FlowEvent.TAKEN_UP: FlowState.OWN,
            FlowEvent.ENDED: FlowState.ENDED,
        },
    }
)


class FlowHandover:
    """Hands a call over from one flow to another. One for each session; `note` writes to the call's events."""

    def __init__(self, call_id: str, note: Callable[..., None]) -> None:
        self._taken = Occurrence()
        self._call_id = call_id
        self.note = note
        self._state = FlowState.NOT_BEGUN
        self._given: tuple[Start, ...] = ()
        self._leaves_behind: Start | None = None
        self._performing: asyncio.Task[None] | None = None

    @property
    def state(self) -> FlowState:
        return self._state

    @property
    def taken(self) -> Occurrence:
        """Set when the call is given another flow than it has now: whoever has joined it to another lets go of it.

        Each flow has its own, so that who took it when the flow began is told, however long ago that was.
        """
        return self._taken

    @property
    def may_be_given(self) -> bool:
        """Whether the call can be given another flow now."""
        return FlowEvent.GIVEN in FLOW_TRANSITIONS.get(self._state, {})

    @property
    def goes_on_by_itself(self) -> bool:
        """Whether it has a flow of its own, so that it does not end with the Dial that made it."""
        return self._state in (FlowState.OWN, FlowState.HANDED_OVER)

    @property
    def leaves_behind(self) -> Start | None:
        """The flow of whom it has dialled, once it is gone itself; that one is hung up if there is none."""
        return self._leaves_behind

    def leave_behind(self, start: Start) -> None:
        """Give whom it dials a flow for the time when it is gone itself."""
        self._leaves_behind = start

    def give(self, start: Start, *fallbacks: Start) -> None:
        """What the call does now ends at once, and it goes on there. Raises UnexpectedEvent if it can't.

        The first of the fallbacks that can be run takes the place of a flow that fails.
        """
        self._happened(FlowEvent.GIVEN)
        self.note("redirected", to=start.url if isinstance(start, GoTo) else "inline flow")
        self._given = (start, *fallbacks)
        self._taken.set()
        # Cut off once: a second time would end what is being cleaned up, and leave its sounds on the line.
        if self._performing is not None and not self._performing.cancelling():
            self._performing.cancel()

    def begin(self) -> None:
        """Its own flow begins."""
        self._happened(FlowEvent.BEGAN)

    def stand_by(self) -> None:
        """Let the call wait without a flow until it is given one."""
        self._happened(FlowEvent.STOOD_BY)

    def take_up(self) -> tuple[Start, ...]:
        """The flow that it was given, which begins now, and its fallbacks; nothing if it was given none."""
        if self._state is not FlowState.HANDED_OVER:
            return ()
        self._happened(FlowEvent.TAKEN_UP)
        self._taken = Occurrence()
        return self._given

    async def perform(self, flow: Coroutine[Any, Any, None]) -> None:
        """Run a flow to its end, or until another is given: then it is cut off, and has cleaned up on return."""
        self._performing = started(flow)
        try:
            await first_done(self._performing)
        finally:
            await stopped(self._performing)
        if not self._performing.cancelled():
            self._performing.result()

    async def unless_taken(self, work: Coroutine[Any, Any, T]) -> T:
        """Do some work for the call, but stop it and raise FlowTaken as soon as another flow is given."""
        async with race(work, self._taken.wait()) as (working, _):
            if not working.done():
                raise FlowTaken(f"{self._call_id} was given another flow")
            return working.result()

    def end(self) -> None:
        """The call is over, or about to be."""
        self._happened(FlowEvent.ENDED)

    def _happened(self, event: FlowEvent) -> None:
        self._state = next_state(FLOW_TRANSITIONS, self._call_id, self._state, event)
