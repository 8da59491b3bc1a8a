"""Identifiers: two letters for the kind, 32 hex digits that sort by time."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS_OF_TIME: Final = 12
"""Of milliseconds since 1970."""


class IdKind(StrEnum):
    """The widespread two-letter prefixes, so that flows that check them keep working."""

    ACCOUNT = "AC"
    CALL = "CA"
    CONFERENCE = "CF"
    PARTICIPANT = "PA"
    RECORDING = "RE"
    NUMBER = "PN"
    KEY = "SK"
    CALLBACK = "CB"
    SECRET = "WS"
    REQUEST = "RQ"
    EXCHANGE = "WH"
    QUEUE = "QU"
    QUEUE_WAIT = "QW"
    HOLD = "LH"
    CONSENT = "CO"
    TRUNK_VERSION = "TV"
    ROUTE = "RT"
    TRUNK_EVENT = "TE"
    BALANCE_ENTRY = "BE"
    POLICY = "CP"
    APPLICATION = "AP"
    NODE = "ND"
    DISCLOSURE = "DI"
    AGENT_SESSION = "VX"
    STREAM = "MZ"


def new_id(kind: IdKind, at: datetime | None = None) -> str:
    """A fresh identifier, such as CA0191…, of now or another moment; later ones sort after earlier ones (by the ms)."""
    from ulid import ULID  # not before: what only reads is spared loading it

    return f"{kind}{(ULID() if at is None else ULID.from_datetime(at)).hex}"


def first_id(kind: IdKind, moment: datetime) -> str:
    """The lowest identifier of a moment: all that are made from then on sort behind it."""
    milliseconds = (moment - _EPOCH) // timedelta(milliseconds=1)
    return f"{kind}{milliseconds:0{_DIGITS_OF_TIME}x}{0:020x}"


def moment_of(identifier: str) -> datetime:
    """The moment at which an identifier was made, to the millisecond. Raises ValueError for what is none."""
    kind_letters = 2
    digits = identifier[kind_letters : kind_letters + _DIGITS_OF_TIME]
    return _EPOCH + timedelta(milliseconds=int(digits, 16))
