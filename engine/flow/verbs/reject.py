"""<Reject>: refuse an inbound call without answering it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from engine.flow.attribute_types import Choice
from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import Done
from engine.flow.shape import attribute
from engine.flow.unsupported import UNTOLD
from engine.ports import Cause


class RejectReason(StrEnum):
    """What the caller is told."""

    REJECTED = "rejected"
    BUSY = "busy"


_CAUSES: Final = {RejectReason.REJECTED: Cause.REJECTED, RejectReason.BUSY: Cause.BUSY}


@dataclass(frozen=True, slots=True)
class Reject:
    """Refuse the call; one that is answered already is ended. In an application that was dialled, that alone ends."""

    reason: RejectReason = attribute(
        Choice(RejectReason), default=RejectReason.REJECTED, help="What the caller is told"
    )

    DIFFERS: ClassVar = {
        "reason": "the caller's own carrier tells of it; rejected is answered with 603, busy with 486."
    }
    IGNORED_INSIDE: ClassVar = UNTOLD

    async def run(self, context: ExecutionContext) -> Done:
        if not context.applications:
            await context.stage.reject(_CAUSES[self.reason])
        return Done()
