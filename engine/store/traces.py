"""The SIP messages of calls that failed, as they may be shown."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import insert, select

from engine.diagnosis.ladder import Arrow, arrow_of
from engine.store.database import Database
from engine.store.tables.calls import call_traces


class CallTraces:
    """One of a call. Everything raises StoreError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, traces: Mapping[str, Sequence[Arrow]], at: datetime) -> None:
        """Keep those of several calls, by the calls' identifiers, in one transaction."""
        rows = [
            {"call_id": call_id, "at": at, "messages": [{**asdict(each), "at": each.at.isoformat()} for each in arrows]}
            for call_id, arrows in traces.items()
        ]
        await self._db.write(lambda connection: connection.execute(insert(call_traces), rows))

    async def of(self, call_id: str) -> Sequence[Arrow]:
        """The messages of a call; none where none were kept."""
        row = await self._db.row(select(call_traces).where(call_traces.c.call_id == call_id))
        return [arrow_of(each) for each in row["messages"]] if row is not None else []
