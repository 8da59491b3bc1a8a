"""A process that stores calls until it is killed, and tells of each once it is stored.

Arguments: the database's URL, the account's name. It opens the database when a line comes in, so that several can
be let go at once.
"""

import asyncio
import sys

from engine.store.accounts import Accounts
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.outbox import NewCallback
from tests.unit.store.samples import NOON, a_call


async def main(url: str, account_name: str) -> None:
    print("loaded", flush=True)
    sys.stdin.readline()
    db = await Database.open(url)
    account = await Accounts(db, b"p" * 32).ensure(account_name)
    print("opened", account.id, flush=True)
    calls = Calls(db)
    while True:
        call = a_call(account.id)
        await calls.add(call, NewCallback("https://customer.example/", {"CallStatus": "queued"}))
        print("added", call.id, flush=True)
        await calls.add_event(call.id, "asked for", {}, NOON)
        print("noted", call.id, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
