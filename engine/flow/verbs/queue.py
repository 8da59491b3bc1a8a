"""<Queue> of <Dial>: serve who waits in a queue."""

from dataclasses import dataclass, replace
from typing import ClassVar

from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import HttpMethod
from engine.flow.patterns import NAME, WEB_ADDRESS
from engine.flow.plans import WhisperPlan
from engine.flow.queue_plans import ServePlan
from engine.flow.shape import attribute, content
from engine.flow.verbs import telling


@dataclass(frozen=True, slots=True)
class Queue:
    """The first who waits in a queue of the account; waits for one if it is empty."""

    queue: str = content(NAME, help="The queue's name")
    url: str | None = attribute(WEB_ADDRESS, help="A document that who waited hears before the two are joined")
    method: HttpMethod = telling.method("url")

    LATER: ClassVar = {
        "postWorkActivitySid": "there is no task router. Leave it out.",
        "reservationSid": "there is no task router. Write the queue's name.",
    }

    def plan(self, context: ExecutionContext, of_dial: ServePlan) -> ServePlan:
        """The plan by which the queue's next caller is served; the Dial has filled in the rest."""
        whisper = WhisperPlan(context.absolute(self.url), self.method.value) if self.url else None
        return replace(of_dial, name=self.queue, whisper=whisper)
