"""The call that a leg is: until another takes its place, the one as which it began."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.live.admission.allowance import Allowance
from engine.live.session.journal import Journal
from engine.model.stir import CallerProof

if TYPE_CHECKING:
    from engine.live.session.session import Session

Draw = Callable[["Session"], Coroutine[Any, Any, None]]
"""Draws what a call costs on its account's balance, for as long as it goes on."""


@dataclass(frozen=True, slots=True)
class CallOfLeg:
    """The call that a leg is, apart from the place where it is: in its flow, joined to another, in a room."""

    journal: Journal
    proof: CallerProof
    allowance: Allowance
    draw: Draw | None = None


class CurrentCall:
    """The call that a leg is now. What outlives a change of it notes here, and so knows no session."""

    def __init__(self, of: CallOfLeg) -> None:
        self.of = of

    def become(self, of: CallOfLeg) -> None:
        """Be another call from now on."""
        self.of = of

    def note_event(self, kind: str, **facts: Any) -> None:
        """Add to the events of the call that it is by then."""
        self.of.journal.note_event(kind, **facts)

    def background_failed(self, task: str, error: BaseException) -> None:
        """Tell in the events of the call that it is by then that something beside it has failed."""
        self.of.journal.background_failed(task, error)
