"""Byte ranges of a download (RFC 9110 §14), as values."""

import re
from dataclasses import dataclass
from typing import Final

_RANGE: Final = re.compile(r"bytes=([0-9]*)-([0-9]*)", re.IGNORECASE)
_MOST_DIGITS: Final = 18
"""Of a place in a file; Python reads no number of thousands of digits."""


@dataclass(frozen=True, slots=True)
class Span:
    """A range of bytes from `first` to before `end`, counted from 0."""

    first: int
    end: int

    def content_range(self, size: int) -> str:
        """The header of that name."""
        return f"bytes {self.first}-{self.end - 1}/{size}"


class Unsatisfiable(Exception):
    """No byte of what is asked for is there."""


def asked_span(header: str | None, size: int) -> Span | None:
    """What a Range header asks for of `size` bytes; None where all is to be sent. Raises Unsatisfiable.

    A header that is none of ours to understand, or asks for several ranges, is ignored, as §14.2 allows.
    """
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or match.group() == "bytes=-":
        return None
    first, last = (_no_larger(each) for each in match.groups())
    if not first:
        if not int(last) or not size:
            raise Unsatisfiable
        return Span(max(0, size - int(last)), size)
    begin, end = int(first), min(int(last) + 1, size) if last else size
    if last and int(last) < begin:
        return None
    if begin >= size:
        raise Unsatisfiable
    return Span(begin, end)


def _no_larger(digits: str) -> str:
    significant = digits.lstrip("0")
    return digits if len(significant) <= _MOST_DIGITS else "9" * _MOST_DIGITS
