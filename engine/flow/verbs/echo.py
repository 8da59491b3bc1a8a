"""<Echo>: let the far end hear itself."""

from dataclasses import dataclass
from typing import ClassVar

from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import Continue


@dataclass(frozen=True, slots=True)
class Echo:
    """The far end hears what it says, until it hangs up: to try a line."""

    WHILE_WAITING: ClassVar = False

    async def run(self, context: ExecutionContext) -> Continue:
        await context.stage.echo()
        return Continue()
