"""A place in a list that is ordered by time, newest first: where the next part of it begins."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, literal, tuple_


@dataclass(frozen=True, slots=True)
class PageCursor:
    """Behind the row with this time and identifier."""

    at: datetime
    id: str

    def behind(self, at: ColumnElement[Any], identifier: ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that a row comes after it. New rows come before, so none is seen twice or left out."""
        # A pair is looked up in the index; two conditions with OR are tried on every row before the place.
        return tuple_(at, identifier) < tuple_(literal(self.at, at.type), literal(self.id, identifier.type))
