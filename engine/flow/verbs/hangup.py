"""<Hangup>: end the call."""

from dataclasses import dataclass

from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import Done


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""

    async def run(self, context: ExecutionContext) -> Done:
        await context.stage.hang_up()
        return Done()
