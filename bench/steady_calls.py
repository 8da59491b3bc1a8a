"""Calls that are all up at once: what they cost each second, without what it takes to begin and to end them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.crowds import Outcome, call
from bench.process import thread_cpu_s, usage
from bench.two_lengths import SETTLES_S, CallServer

_ENDS_S: Final = 1.0
_BRIEF_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Steady:
    """CPU seconds a second, of the process with its children and of one thread; `failed` calls are in it."""

    cores: float
    thread_cores: float
    failed: int


@asynccontextmanager
async def all_up(server: CallServer, load: int, seconds: float) -> AsyncIterator[asyncio.Task[Outcome]]:
    """Inside, for so long, `load` calls are up and nothing begins or ends; at the end their outcome is known."""
    lengths = server.lengths
    ramp_s = lengths.ramp_s(load)
    crowd = server.caller.crowd(load, lengths.per_second(load), ramp_s + SETTLES_S + seconds + _ENDS_S)
    async with asyncio.TaskGroup() as group:
        placed = group.create_task(call(crowd, server.sip_port, server.place))
        await asyncio.sleep(ramp_s + SETTLES_S)
        yield placed


async def steady(server: CallServer, load: int, thread: str, seconds: float) -> Steady:
    """What `load` calls cost while all are up. `thread` is the name of the process's own."""
    seconds = min(seconds, _BRIEF_S) if server.place.brief else seconds
    async with all_up(server, load, seconds) as placed:
        before = usage(server.pid).cpu_s, thread_cpu_s(server.pid, thread)
        began_s = asyncio.get_running_loop().time()
        await asyncio.sleep(seconds)
        after = usage(server.pid).cpu_s, thread_cpu_s(server.pid, thread)
        lasted_s = asyncio.get_running_loop().time() - began_s
    whole, alone = ((end - begin) / lasted_s for begin, end in zip(before, after, strict=True))
    return Steady(whole, alone, placed.result().failed)
