"""How many recordings a side has: a call that left none has failed, though its caller can't see it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.node import Node

Counted = Callable[[], Awaitable[int]]


def recordings_of(one: Node) -> Counted:
    """Completed ones of a node of ours."""

    async def count() -> int:
        return int((await one.get("recordings", status="completed", page_size="1"))["total"])

    return count


def files_in(folder: Path) -> Counted:
    """Files of Asterisk's that have sound in them."""

    async def count() -> int:
        return await asyncio.to_thread(lambda: sum(each.stat().st_size > 0 for each in folder.iterdir()))

    return count
