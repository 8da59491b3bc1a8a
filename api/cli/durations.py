"""Stretches of time on the command line: a number and a unit, as 24h or 90d."""

import re
from datetime import timedelta
from typing import Final

from engine.errors import InvalidField

_DURATION: Final = re.compile(r"([0-9]{1,10})([smhdw])", re.ASCII)
_UNITS_S: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
_LONGEST_S: Final = 36_500 * 86_400


def duration(option: str, text: str) -> timedelta:
    """The time that an option gives, a century at most. Raises InvalidField."""
    found = _DURATION.fullmatch(text)
    length_s = int(found[1]) * _UNITS_S[found[2]] if found else None
    if length_s is None or length_s > _LONGEST_S:
        raise InvalidField(option, f"--{option} is {text}; write a number and s, m, h, d or w, such as 24h or 90d.")
    return timedelta(seconds=length_s)
