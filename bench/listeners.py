"""Conferences in which few talk and many only listen: what the listeners cost when they are muted, and when not.

    make bench-listeners

Three talk (G.711 A-law), and 97 listen by G.711, G.722 or Opus: muted, and then once more unmuted, though silent. Each
figure is CPU seconds a second of the server, once everybody is in. Figures and their ratios go to
bench/results/listeners.json. SIPp can't play Opus, so those who listen by it send nothing.
"""

import asyncio
import sys
import tempfile
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from bench.conference import SETTINGS, SETTLES_S, all_in, cpu, flows, inside
from bench.members import A_LAW, G722, OPUS, Codec, members_of, present
from bench.results import save
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports

PEOPLE: Final = 100
TALKERS: Final = 3
CODECS: Final = MappingProxyType({"pcma": A_LAW, "g722": G722, "opus": OPUS})


async def cost(codec: Codec, folder: Path, *, muted: bool) -> float:
    """CPU seconds a second of the platform."""
    ports = Ports()
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(flows(talkers=TALKERS if muted else PEOPLE))
        settings = SETTINGS | {"CODECS": "opus,G722,PCMA"}
        telefoon = await stack.enter_async_context(platform(folder / "here", ports, settings, number={"--url": url}))
        talking, listening = members_of(1, PEOPLE, TALKERS)
        for name, members in (("talking", talking), ("listening", replace(listening, codec=codec))):
            await stack.enter_async_context(present(members, NUMBER, telefoon.sip_port, folder / name, ports))
        await asyncio.sleep(SETTLES_S)
        await all_in(PEOPLE, lambda: inside(telefoon))
        measured = await cpu(telefoon.pid)
        assert await inside(telefoon) == PEOPLE, "somebody left meanwhile"
        await telefoon.end()
        return measured


def main() -> int:
    """Measure all, print, save; the exit code."""
    chosen = sys.argv[1:]
    figures: dict[str, float | int] = {}
    for name, codec in CODECS.items():
        if chosen and name not in chosen:
            continue
        costs = {}
        for muted in (True, False):
            with tempfile.TemporaryDirectory() as folder:
                (Path(folder) / "here").mkdir()
                costs[muted] = asyncio.run(cost(codec, Path(folder), muted=muted))
        figures |= {
            f"{name}_cpu_muted": round(costs[True], 3),
            f"{name}_cpu_open": round(costs[False], 3),
            f"{name}_ratio": round(costs[True] / costs[False], 3),
        }
        print(f"{name:5} {costs[True]:.3f} muted, {costs[False]:.3f} open", flush=True)
    if not chosen:
        print(f"written to {save('listeners', figures)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
