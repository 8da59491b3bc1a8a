"""<Leave>: leave the queue that one waits in."""

from dataclasses import dataclass

from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import Continue, Left


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave the queue; the flow goes on after Enqueue. Nothing happens where the call waits in none."""

    async def run(self, context: ExecutionContext) -> Left | Continue:
        if context.waiting:
            return Left()
        await context.stage.note("verb_left_out", verb="Leave", reason="the call waits in no queue")
        return Continue()
