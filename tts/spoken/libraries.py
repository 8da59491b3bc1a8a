"""num2words and Babel, loaded when the first number or date is written out: they take some 40 and 30 ms to load."""

import importlib
import re
from functools import cache
from typing import Any, Final

_MAY_NEED_THEM: Final = re.compile(r"\d")
_ALWAYS_THERE: Final = "en"


@cache
def num2words() -> Any:
    """The module num2words, which has no types."""
    return importlib.import_module("num2words")


@cache
def babel(part: str) -> Any:
    """A module of Babel: dates, or numbers."""
    return importlib.import_module(f"babel.{part}")


@cache
def load() -> None:
    """Load all, with one language's months: for a thread, so that no event loop stands still meanwhile."""
    num2words()
    babel("numbers")
    babel("dates").get_month_names("wide", locale=_ALWAYS_THERE)


def wanted_for(text: str) -> bool:
    """Whether the text may need what is not loaded yet."""
    return not load.cache_info().currsize and bool(_MAY_NEED_THEM.search(text))
