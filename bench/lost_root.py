"""A root of a room that is killed: until another node is the root, and until those on living nodes hear each other."""

import asyncio
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.peers.audio import Sound, when_heard
from tests.peers.callers import calling, has
from tests.peers.databases import connected
from tests.peers.nodes import nodes
from tests.peers.ports import Ports

NAMES: Final = ("root", "leaf", "other")
_ROOT: Final = "SELECT node FROM conferences WHERE ended_at IS NULL"
_LISTENS_S: Final = 10.0
_LOOK_S: Final = 0.02
_BRIDGED_S: Final = 0.25
"""A tone that breaks off for less has not left: it is a gap, and told among those."""


def whole_again_s(heard: Sound, hz: float) -> float:
    """When a tone has come to stay, in seconds from the beginning; 0 where it never broke off.

    Raises RuntimeError where it is not there at the end.
    """
    spans = when_heard(heard, hz, bridging_s=_BRIDGED_S)
    if not spans or heard.seconds - spans[-1].end_s > _BRIDGED_S:
        raise RuntimeError(f"{hz:g} Hz are not heard at the end of {heard.seconds:.1f} s")
    return spans[-1].start_s


async def healing(
    folder: Path, ports: Ports, url: str, settings: Mapping[str, str], number: Mapping[str, str], room: str
) -> dict[str, float]:
    """Three nodes with somebody on each, of which the root is killed; `url` is a database of their own."""
    async with (
        nodes(folder, ports, url, NAMES, settings, number=number) as (root, leaf, other),
        calling(root, ports, 400),
        calling(leaf, ports, 620) as (one,),
        calling(other, ports, 860) as (two,),
    ):
        await asyncio.gather(*(has(each, room, 3, within_s=20) for each in (root, leaf, other)))
        pairs = ((one, two), (two, one))
        for hearer, heard in pairs:
            await hearer.ear.hears_in_all(heard.hz, seconds=1, within_s=20, since_s=hearer.ear.now_s)
        since = [hearer.ear.now_s for hearer, _ in pairs]
        os.kill(root.pid, signal.SIGKILL)
        listening = asyncio.create_task(asyncio.sleep(_LISTENS_S))
        replaced_s = await _replaced_s(url)
        await listening
        whole_s = [
            whole_again_s(hearer.ear.heard(from_s), heard.hz)
            for (hearer, heard), from_s in zip(pairs, since, strict=True)
        ]
    return {"root_replaced_s": replaced_s, "whole_again_s": max(whole_s)}


async def _replaced_s(url: str) -> float:
    """Until the open room's row names another node than the killed one. Raises TimeoutError."""
    began_s = asyncio.get_running_loop().time()
    connection = await connected(url)
    try:
        async with asyncio.timeout(_LISTENS_S):
            while await connection.fetchval(_ROOT) == NAMES[0]:  # noqa: ASYNC110 (another process writes it)
                await asyncio.sleep(_LOOK_S)
    finally:
        await connection.close()
    return asyncio.get_running_loop().time() - began_s
