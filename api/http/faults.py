"""Collects what is wrong with the fields of a request while it is read, so that all of it is told at once."""

from collections.abc import Callable
from typing import TypeVar

from api.http.problems import FieldError, Invalid
from engine.errors import DocumentError, InvalidField

Given = TypeVar("Given")
Value = TypeVar("Value")
StandIn = TypeVar("StandIn")


class Faults:
    """The faults of a request, by field. Whoever reads a body ends with `require_none`."""

    def __init__(self) -> None:
        self._found: list[FieldError] = []

    def read(self, field: str, reader: Callable[[Given], Value], given: Given, instead: StandIn) -> Value | StandIn:
        """What `reader` makes of a field; where it refuses, its reason is kept and `instead` stands in."""
        try:
            return reader(given)
        except InvalidField as error:
            self.add(field, error.detail)
        except (ValueError, DocumentError) as error:
            self.add(field, str(error))
        return instead

    def add(self, field: str, detail: str) -> None:
        """A fault that shows only beside other fields."""
        self._found.append(FieldError(field, detail))

    def require_none(self) -> None:
        """Raises Invalid with all faults that were found."""
        if self._found:
            raise Invalid(*self._found)
