"""Calls that are all up at once: what they cost each second, without what it takes to begin and to end them."""

import asyncio
from dataclasses import dataclass
from typing import Final

from bench.crowds import call
from bench.process import thread_cpu_s, usage
from bench.two_lengths import CallServer

_SETTLES_S: Final = 3.0
_ENDS_S: Final = 1.0
_BRIEF_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Steady:
    """CPU seconds a second, of the process with its children and of one thread; `failed` calls are in it."""

    cores: float
    thread_cores: float
    failed: int


async def steady(server: CallServer, load: int, thread: str, seconds: float) -> Steady:
    """Place `load` calls and watch for so long while all of them are up. `thread` is the name of the process's own."""
    seconds = min(seconds, _BRIEF_S) if server.place.brief else seconds
    per_second = server.lengths.per_second(load)
    ramp_s = load / per_second
    crowd = server.caller.crowd(load, per_second, ramp_s + _SETTLES_S + seconds + _ENDS_S)
    async with asyncio.TaskGroup() as group:
        placed = group.create_task(call(crowd, server.sip_port, server.place))
        await asyncio.sleep(ramp_s + _SETTLES_S)
        before = usage(server.pid).cpu_s, thread_cpu_s(server.pid, thread)
        began_s = asyncio.get_running_loop().time()
        await asyncio.sleep(seconds)
        after = usage(server.pid).cpu_s, thread_cpu_s(server.pid, thread)
        lasted_s = asyncio.get_running_loop().time() - began_s
    whole, alone = ((end - begin) / lasted_s for begin, end in zip(before, after, strict=True))
    return Steady(whole, alone, placed.result().failed)
