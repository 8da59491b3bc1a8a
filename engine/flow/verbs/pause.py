"""<Pause>: wait in silence."""

from dataclasses import dataclass

from engine.flow.attribute_types import Whole
from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import Continue
from engine.flow.shape import attribute


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence for `length` seconds."""

    length: int = attribute(Whole(0, 3600), default=1, help="Seconds")

    async def run(self, context: ExecutionContext) -> Continue:
        await context.stage.pause(self.length)
        return Continue()
