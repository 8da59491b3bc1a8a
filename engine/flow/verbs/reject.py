"""<Reject>: refuse an inbound call without answering it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from engine.flow.kinds import Choice
from engine.flow.next_step import Done
from engine.flow.scene import Scene
from engine.flow.shape import attribute
from engine.ports import Cause


class Reason(StrEnum):
    """What the caller is told."""

    REJECTED = "rejected"
    BUSY = "busy"


_CAUSES: Final = {Reason.REJECTED: Cause.REJECTED, Reason.BUSY: Cause.BUSY}


@dataclass(frozen=True, slots=True)
class Reject:
    """Refuse the call; one that is answered already is ended."""

    reason: Reason = attribute(Choice(Reason), default=Reason.REJECTED, help="What the caller is told")

    async def run(self, scene: Scene) -> Done:
        await scene.stage.reject(_CAUSES[self.reason])
        return Done()
