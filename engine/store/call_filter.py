"""Which of an account's calls somebody asks for, as a value and as conditions on their rows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement

from engine.model.call import Direction, Status
from engine.store.tables.calls import calls


@dataclass(frozen=True, slots=True)
class CallFilter:
    """A choice of an account's calls; None asks for nothing.

    `start_time_after` takes calls from that moment on, `start_time_before` those before it, so that
    windows laid end to end give every call once.
    """

    account_id: str
    status: Status | None = None
    direction: Direction | None = None
    from_: str | None = None
    to: str | None = None
    start_time_after: datetime | None = None
    start_time_before: datetime | None = None
    parent_id: str | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """What is true of the rows of these calls alone."""
        conditions = [calls.c.account_id == self.account_id]
        for name in ("status", "direction", "from_", "to", "parent_id"):
            value = getattr(self, name)
            if value is not None:
                conditions.append(calls.c[name] == value)
        if self.start_time_after is not None:
            conditions.append(calls.c.start_time >= self.start_time_after)
        if self.start_time_before is not None:
            conditions.append(calls.c.start_time < self.start_time_before)
        return conditions
