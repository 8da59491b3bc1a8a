"""Flows that take input, and callers who hear what they are asked."""

from typing import Final

from engine.testing.far_end import FarEnd
from engine.testing.node import FakeNode
from tests.unit.live.words import DONE, element

PROMPT: Final = "Please choose: one for sales, two for support."


def gather(inside: str = f"<Say>{PROMPT}</Say>", **attributes: str) -> str:
    """A flow that asks, and tells DONE what came."""
    asking = element("Gather", inside, **{"action": DONE, **attributes})
    return f"<Response>{asking}<Say>Nothing came.</Say></Response>"


async def asked(node: FakeNode, **attributes: str) -> FarEnd:
    """A caller who hears the prompt."""
    caller = await node.is_called(gather(**attributes))
    await caller.hears(PROMPT)
    return caller
