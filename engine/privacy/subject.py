"""A person by their telephone number, in all its spellings."""

import re
from typing import Final

from engine.model.numbers import parse_e164

_BETWEEN: Final = r"(?:[\s./()\-]|%20){0,2}"
"""What people put between digits."""
_BEFORE: Final = r"(?:(?<![0-9A-Za-z])|(?<=%20)|(?<=\\[nrt]))"
_AFTER: Final = r"(?![0-9A-Za-z])"
"""Neither inside a longer number nor inside an identifier."""
_LEAST_DIGITS_ALONE: Final = 7
"""Shorter national numbers are looked for with their country code only: others' digits would be taken for them."""


class DataSubject:
    """A person whose data is kept, known by a telephone number (E.164). Raises ValueError for what is none."""

    def __init__(self, number: str) -> None:
        from engine.model.number_plans import parts

        self.number = parse_e164(number)
        country, national = parts(number)
        abroad = rf"(?:\+|00|%2B)?{_BETWEEN}{_BETWEEN.join(country)}{_BETWEEN}(?:\(0\))?{_BETWEEN}"
        prefix = rf"(?:{abroad}|0)?" if len(national) >= _LEAST_DIGITS_ALONE else abroad
        self._pattern = re.compile(_BEFORE + prefix + _BETWEEN.join(national) + _AFTER, re.IGNORECASE)
        self.like = f"%{'%'.join(national)}%"
        """For a database's LIKE: meets all that `is_told_in` is true of, and more."""

    def is_told_in(self, text: str) -> bool:
        """Whether the number is anywhere in it."""
        return self._pattern.search(text) is not None

    def replaced(self, text: str, by: str) -> str:
        """The text with something else in the number's place."""
        return self._pattern.sub(by, text)
