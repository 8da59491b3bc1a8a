"""The order of the rows of a list, and the same from its other end."""

from typing import Any

from sqlalchemy import ColumnElement, UnaryExpression
from sqlalchemy.sql.operators import desc_op

Order = tuple[ColumnElement[Any], ...]


def turned(order: Order) -> Order:
    """The last first."""
    return tuple(
        each.element.asc() if isinstance(each, UnaryExpression) and each.modifier is desc_op else each.desc()
        for each in order
    )
