"""Performs flows and single verbs on noted actions; documents come from a customer's server in memory."""

from typing import Final

from engine.flow.execution_context import Ending, ExecutionContext
from engine.flow.interpreter import Interpreter
from engine.flow.loop_guard import LoopGuard
from engine.flow.next_step import GoTo, Next
from engine.flow.parse import parse
from engine.testing.clock import SimulatedClock
from engine.testing.customer import FakeCustomer
from tests.unit.flow.noted_actions import NotedActions

HOME: Final = "https://customer.example/home"


def customer_with(**documents: str) -> FakeCustomer:
    """A customer's server; `home` is the document at HOME, others lie beside it."""
    customer = FakeCustomer(SimulatedClock())
    customer.documents = {HOME.replace("home", name): document for name, document in documents.items()}
    return customer


async def perform(
    flow: str,
    actions: NotedActions | None = None,
    customer: FakeCustomer | None = None,
    *,
    base_url: str | None = None,
) -> list[tuple[object, ...]]:
    """What a flow asks for, from an inline document on, or from the one at a URL."""
    actions, customer = actions or NotedActions(), customer or customer_with()
    start = flow if flow.startswith("http") else parse(flow)
    fetch = customer.for_call(actions.call.account_id, actions.call.id).fetch_document
    await Interpreter(fetch, _no_time_passes).run(start, actions, base_url)
    return actions.asked


async def next_after(verb: str, actions: NotedActions) -> Next:
    """Where the flow goes after one verb of the document at HOME."""
    [alone] = parse(f"<Response>{verb}</Response>").verbs
    return await alone.run(ExecutionContext(actions, LoopGuard(_no_time_passes), _no_part, url=HOME))


def _no_time_passes() -> float:
    return 0.0


async def _no_part(start: GoTo, context: ExecutionContext) -> Ending:
    raise AssertionError(f"{start.url} was performed for {context.url}.")
