"""<Enqueue>: wait in a queue until somebody takes the call."""

from dataclasses import dataclass
from typing import ClassVar

from engine.flow.attribute_types import Whole
from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import Continue, GoTo, HttpMethod, Next
from engine.flow.patterns import NAME, WEB_ADDRESS
from engine.flow.queue_plans import QueuePlan
from engine.flow.shape import attribute, content
from engine.flow.verbs import telling
from engine.flow.waiting import waiting_with


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Wait in the queue of this name, made if missing, hearing `wait_url` again and again.

    The wait ends by Dial with Queue, by the verb Leave, or by REST; then, or when the talk is over, the result goes to
    `action`. Without one the flow goes on with the next verb.
    """

    queue: str = content(NAME, help="The queue's name")
    action: str | None = telling.action("Where the result goes; the next verb follows if left out")
    method: HttpMethod = telling.method("action")
    wait_url: str | None = attribute(
        WEB_ADDRESS, help="What is heard meanwhile, again and again; music if left out, silence if empty"
    )
    wait_url_method: HttpMethod = telling.method("waitUrl")
    max_queue_size: int = attribute(Whole(1, 5000), default=100, help="How many may wait there; the next is not taken")
    priority: int = attribute(Whole(0, 1000), default=0, help="Those with a higher one are served first")

    LATER: ClassVar = {"workflowSid": "there is no task router. Write the queue's name, and 'priority'."}

    WHILE_WAITING: ClassVar = False

    async def run(self, context: ExecutionContext) -> Next:
        waiting = waiting_with(context, self.wait_url, self.wait_url_method)
        outcome = await context.stage.enqueue(QueuePlan(self.queue, self.priority, self.max_queue_size), waiting)
        if self.action is None:
            return Continue()
        params = {"QueueResult": outcome.result.value}
        if outcome.queue_id is not None:
            params |= {"QueueSid": outcome.queue_id, "QueueTime": str(outcome.seconds)}
        return GoTo(self.action, self.method, params)
