"""Which of the hosts in PostgreSQL's URL is asked: the one that takes changes, however long another says nothing."""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg

from engine.aio.first_done import first_done
from engine.aio.tasks import started, stopped


async def connect(*, host: Any = None, port: Any = None, **told: Any) -> Any:
    """Connect as asyncpg does, to the first host that answers as wanted; all are tried at once.

    The driver would try one after the other within one time, so that a machine which is gone without a word would use
    all of it, and would ask no other where the first is just starting. Raises as the driver does.
    """
    if not isinstance(host, list):
        return await asyncpg.connect(host=host, port=port, **told)
    ports = port if isinstance(port, list) else [port] * len(host)
    places = zip(host, ports, strict=True)
    return await _first([started(asyncpg.connect(host=each, port=at, **told), f"way to {each}") for each, at in places])


async def _first(tries: Sequence[asyncio.Task[Any]]) -> Any:
    """The first that was successful; the others are given up. Raises what the last one raised, if none was."""
    waiting = list(tries)
    try:
        while True:
            await first_done(*waiting)
            done = next(each for each in waiting if each.done())
            waiting.remove(done)
            if done.exception() is None or not waiting:
                return done.result()
    finally:
        await _given_up(waiting)


async def _given_up(tries: Sequence[asyncio.Task[Any]]) -> None:
    await stopped(*tries)
    for each in tries:
        if not each.cancelled() and each.exception() is None:
            each.result().terminate()
