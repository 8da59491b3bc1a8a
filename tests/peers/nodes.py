"""Several nodes of one PostgreSQL, each in a process and a data folder of its own."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

from engine.recordings.encryption.master_keys import MasterKeyFile
from tests.peers.platform import BRIEFLY, Platform, prepared, settled
from tests.peers.ports import Ports
from tests.running.once import run_apart

SECRETS: Final = ("pepper", "master.key")
"""The files that all nodes of a database have in common."""


@asynccontextmanager
async def nodes(
    folder: Path,
    ports: Ports,
    database: str,
    names: Sequence[str] = ("a", "b"),
    settings: Mapping[str, str] | None = None,
    *,
    number: Mapping[str, str] | None = None,
    ways: Mapping[str, str] | None = None,
    own: Mapping[str, Mapping[str, str]] | None = None,
    machines: Mapping[str, Mapping[str, str]] | None = None,
) -> AsyncIterator[Sequence[Platform]]:
    """Running nodes of these names, with one account, its key and its number; options of that are in `number`.

    `ways` are the databases' URLs of nodes that have one of their own, `own` are settings that only they have, and
    `machines` what is added to the environment of nodes on another machine than the others (tests/peers/preloaded.py).
    """
    made = await asyncio.to_thread(_prepared, folder, ports, database, names, settings, number)
    for name, each in zip(names, made, strict=True):
        each.environment["TELEFOON_DATABASE_URL"] = (ways or {}).get(name, database)
        each.environment |= {f"TELEFOON_{setting}": value for setting, value in (own or {}).get(name, {}).items()}
        each.environment |= (machines or {}).get(name, {})
    async with AsyncExitStack() as stack:
        for each in made:
            stack.push_async_callback(each.end)
            await each.start()
        yield made


def _prepared(
    folder: Path,
    ports: Ports,
    database: str,
    names: Sequence[str],
    settings: Mapping[str, str] | None,
    number: Mapping[str, str] | None,
) -> Sequence[Platform]:
    given = {"DATABASE_URL": database, **(settings or {})}
    first, *others = names
    (folder / first).mkdir()
    made = prepared(folder / first, ports, {**given, "NODE": first}, number=number, notice=BRIEFLY)
    run_apart(MasterKeyFile(made.data / "master.key").ensure())
    return [made, *(another_node(made, folder / each, ports, given, each) for each in others)]


def another_node(first: Platform, folder: Path, ports: Ports, settings: Mapping[str, str], name: str) -> Platform:
    """A node with the secrets of the first, which needs no account of its own."""
    folder.mkdir()
    made = settled(folder, ports, {**settings, "NODE": name})
    made.data.mkdir(mode=0o700)
    for each in SECRETS:
        if (first.data / each).exists():
            shutil.copy2(first.data / each, made.data / each)
    made.key = first.key
    return made
