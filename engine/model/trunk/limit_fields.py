"""The fields of a trunk about how many calls it carries."""

from typing import Final

from engine.model.trunk.field import WholeNumber, declared

_MOST_CALLS: Final = 100_000
"""The highest limit of calls that can be set."""

MOST_OUT: Final = declared(
    WholeNumber(0, _MOST_CALLS),
    "The most calls at once that go out by it, shared fairly between accounts; 0 is no limit. Further "
    "ones go by the next trunk.",
    default=0,
)
MOST_IN: Final = declared(
    WholeNumber(0, _MOST_CALLS),
    "The most calls at once that come in by it; 0 is no limit. Further ones are answered 503.",
    default=0,
)
MOST_OUT_A_SECOND: Final = declared(
    WholeNumber(0, _MOST_CALLS),
    "The most calls a second (CPS) that go out by it; 0 is no limit. Further ones go by the next trunk.",
    default=0,
)
MOST_IN_A_SECOND: Final = declared(
    WholeNumber(0, _MOST_CALLS),
    "The most calls a second (CPS) that come in by it; 0 is no limit. Further ones are answered 503.",
    default=0,
)
