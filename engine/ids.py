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
    AGENT_SESSION = "VX"
