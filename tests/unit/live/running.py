"""Runs one example of a property on a node of its own, on simulated time."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hypothesis import Phase, settings

from engine.testing.clock import SkippingLoop
from engine.testing.database import memory_database
from engine.testing.node import FakeNode, fake_node
from tests.unit.live.words import DONE, GOODBYE

of_some_seconds: Final = settings(
    max_examples=settings().max_examples // 5,
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
)
"""An example takes some fifty milliseconds; to find out what in it matters would take minutes."""


def on_a_node(example: Callable[[FakeNode], Awaitable[None]]) -> None:
    """At its end all calls are over, and nothing is left on the bridge."""

    async def run() -> None:
        with TemporaryDirectory() as folder:
            async with memory_database() as database, fake_node(database, Path(folder)) as node:
                node.around.customer.documents[DONE] = GOODBYE
                await example(node)
                await node.settles()
                assert node.around.bridge.in_use == []

    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(run())
