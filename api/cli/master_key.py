"""`telefoon keys rotate-master`: another master key for sealed recordings, without writing any of them anew."""

import asyncio
from typing import Final

import typer

from api.cli.group import examples
from api.cli.output import AsJson, print_json

EXAMPLES: Final = examples("telefoon keys rotate-master")


def rotate_master(as_json: AsJson = False) -> None:
    """Exchange the master key that recordings' keys are wrapped in. If it is broken off, run it again."""
    accounts, name = asyncio.run(_rotate())
    if as_json:
        print_json({"accounts": accounts, "master": name})
        return
    typer.echo(f"The keys of {accounts} accounts are wrapped in the new master key {name}. Back it up.")


async def _rotate() -> tuple[int, str]:
    from api.node.recordings import master_key
    from config.settings import load
    from engine.recordings.encryption.key_ring import KeyRing
    from engine.store.account_keys import AccountKeys
    from engine.store.database import Database

    settings = load()
    database = await Database.open(settings.database, listen_url=settings.database_listen_url)
    try:
        master = master_key(settings)
        accounts = await KeyRing(master, AccountKeys(database)).rotate_master()
        return accounts, await master.current()
    finally:
        await database.close()
