"""The ledger of webhooks: every request to a customer's server, and what came of it."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, insert, select

from engine.model.webhook_exchange import WebhookExchange
from engine.store.database import Database
from engine.store.prepared import PreparedChange
from engine.store.tables.calls import webhook_exchanges
from engine.store.values import values_of

_ADD: Final = PreparedChange(insert(webhook_exchanges))


class Exchanges:
    """Added to and read, never changed."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, exchanges: Sequence[WebhookExchange]) -> None:
        """All or none, in a transaction that others begin meanwhile, or soon."""

        def job(connection: Connection) -> None:
            _ADD.run_for_each(connection, [values_of(each) for each in exchanges])

        if exchanges:
            await self._db.write_with_others(job)

    async def get(self, exchange_id: str) -> WebhookExchange | None:
        row = await self._db.row(select(webhook_exchanges).where(webhook_exchanges.c.id == exchange_id))
        return WebhookExchange(**row) if row else None

    async def of_call(self, call_id: str, page: int = 1, page_size: int = 50) -> tuple[list[WebhookExchange], int]:
        """One page, in the order in which they began, and how many there are."""
        query = select(webhook_exchanges).where(webhook_exchanges.c.call_id == call_id)
        order = (webhook_exchanges.c.at, webhook_exchanges.c.id)
        rows, total = await self._db.page(query, order, page, page_size)
        return [WebhookExchange(**row) for row in rows], total
