"""A process that appends to the audit log. Arguments: the database's URL, the actor, how many rows."""

import asyncio
import sys

from engine.store.audit import Audit
from engine.store.database import Database


async def main(url: str, actor: str, rows: str) -> None:
    db = await Database.open(url)
    log = Audit(db)
    for number in range(int(rows)):
        await log.add(actor, "key.create", str(number))
    await db.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
