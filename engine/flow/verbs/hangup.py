"""<Hangup>: end the call."""

from dataclasses import dataclass
from typing import ClassVar

from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import Done
from engine.flow.unsupported import UNTOLD


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call; in an application that was dialled, that alone."""

    DIFFERS: ClassVar = {"": "a call that has not been answered is refused, and not answered first."}
    IGNORED_INSIDE: ClassVar = UNTOLD

    async def run(self, context: ExecutionContext) -> Done:
        if not context.applications:
            await context.stage.hang_up()
        return Done()
