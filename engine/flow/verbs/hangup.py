"""<Hangup>: end the call."""

from dataclasses import dataclass
from typing import ClassVar

from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import Done
from engine.flow.unsupported import UNTOLD


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""

    IGNORED_INSIDE: ClassVar = UNTOLD

    async def run(self, context: ExecutionContext) -> Done:
        await context.stage.hang_up()
        return Done()
