"""Identifiers: two letters for the kind, 32 hex digits that sort by time."""

from enum import StrEnum


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


def new_id(kind: IdKind) -> str:
    """A fresh identifier, such as CA0191…; later ones sort after earlier ones (by the millisecond)."""
    from ulid import ULID  # not before: what only reads is spared loading it

    return f"{kind}{ULID().hex}"
