"""A page of a list, by its number, from whichever end is nearer."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, UnaryExpression, func

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
        return _rows(connection, part, order, size, passed)
    part = query if oldest.since is None else query.where(_moment(order) >= oldest.since)
    return _rows(connection, part, turned(order), size, passed_backwards)[::-1]


def _rows(connection: Connection, query: Select[Any], order: Order, size: int, passed: int) -> Sequence[RowMapping]:
    """So many rows behind those that are passed over, which are looked for in an index alone where it has the order."""
    wanted = query.order_by(*order)
    if passed == 0:
        return connection.execute(wanted.limit(size)).mappings().all()
    key = _key(order)
    found = connection.scalars(wanted.with_only_columns(key).limit(size).offset(passed)).all()
    return connection.execute(wanted.where(key.in_(found))).mappings().all()


def _key(order: Order) -> ColumnElement[Any]:
    """The column that ends each order, by which rows that are alike in all others are told apart."""
    last = order[-1]
    return last.element if isinstance(last, UnaryExpression) else last


def _moment(order: Order) -> ColumnElement[Any]:
    """The column by which a list is ordered newest first."""
    moment: ColumnElement[Any] = order[0].element
    return moment
