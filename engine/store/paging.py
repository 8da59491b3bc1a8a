"""A page of a list, by its number, from whichever end is nearer."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, func

from engine.store.order import Order, turned
from engine.store.stretch import Stretch, passed_over


def counted(connection: Connection, query: Select[Any]) -> list[Stretch]:
    """All rows of a query, as one stretch: a database passes over each of them."""
    return [Stretch(None, None, connection.scalar(query.with_only_columns(func.count())) or 0)]


def rows_of_page(
    connection: Connection, query: Select[Any], order: Order, stretches: Sequence[Stretch], page: int, page_size: int
) -> Sequence[RowMapping]:
    """The page counted from 1.

    A database passes over each row before those that it gives, so it is asked for those from the stretch on in which
    the page begins, or backwards from the one in which it ends. Stretches with bounds are of a list newest first.
    """
    total = sum(stretch.rows for stretch in stretches)
    before = (max(page, 1) - 1) * page_size
    if before >= total:
        return []
    size = min(page_size, total - before)
    newest, passed = passed_over(stretches, before)
    oldest, passed_backwards = passed_over(reversed(stretches), total - before - size)
    if passed <= passed_backwards:
        part = query if newest.until is None else query.where(_moment(order) < newest.until)
        return connection.execute(part.order_by(*order).limit(size).offset(passed)).mappings().all()
    part = query if oldest.since is None else query.where(_moment(order) >= oldest.since)
    rows = connection.execute(part.order_by(*turned(order)).limit(size).offset(passed_backwards)).mappings().all()
    return rows[::-1]


def _moment(order: Order) -> ColumnElement[Any]:
    """The column by which a list is ordered newest first."""
    moment: ColumnElement[Any] = order[0].element
    return moment
