"""Flows that dial the agent, and what comes of them: the two who talk then, and what the customer is told."""

from collections.abc import Mapping
from typing import Final

from engine.model.consent import ConsentChoice
from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.words import DONE, element

AGENT: Final = "+3225550111"
OTHER: Final = "+3225550222"
RINGING: Final = "ringing of be"


def dial(inside: str = AGENT, **attributes: str) -> str:
    """A flow that dials and tells DONE of it."""
    return element("Response", element("Dial", inside, **{"action": DONE, **attributes}))


async def told(node: FakeNode) -> Mapping[str, str]:
    """What the Dial's action was told."""
    [params] = node.around.customer.was_asked(DONE)
    return params


async def talking(
    node: FakeNode, flow: str = dial(), *, consent: str | ConsentChoice | None = None
) -> tuple[FarEnd, FarEnd]:
    """A caller and the agent, joined by a flow."""
    caller = await node.is_called(flow, consent=consent)
    agent = await node.invited(AGENT)
    agent.answers()
    await caller.talks_with(agent)
    return caller, agent
