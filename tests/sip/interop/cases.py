"""The calls of the matrix as values: which there are, which can't be made here, and few of them that have all pairs."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from enum import StrEnum
from itertools import combinations, product


class Peer(StrEnum):
    """What is at the other end of the trunk. A baresip is always the telephone, behind it or itself."""

    ASTERISK = "Asterisk"
    KAMAILIO = "Kamailio"
    BARESIP = "baresip"


class Transport(StrEnum):
    """What carries SIP; over TLS, sound is encrypted too (SRTP)."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class Known(StrEnum):
    """How the far end knows us."""

    REGISTER = "register"
    IP = "ip"


class Codec(StrEnum):
    PCMA = "PCMA"
    PCMU = "PCMU"
    G722 = "G722"
    OPUS = "opus"


class Direction(StrEnum):
    OUTBOUND = "outbound"
    INBOUND = "inbound"


class Last(StrEnum):
    """What happens in a call after keys, hold and a re-INVITE, which all calls have."""

    HANGS_UP = "hangs up"
    REFRESH = "refresh"
    TRANSFER = "transfer"


@dataclass(frozen=True, slots=True)
class Case:
    """One call."""

    peer: Peer
    transport: Transport
    known: Known
    codec: Codec
    direction: Direction
    last: Last

    def __str__(self) -> str:
        return "-".join(astuple(self)).replace(" ", "-")

    @property
    def why_not(self) -> str:
        """Why no such call can be made; empty if it can."""
        if self.peer is Peer.BARESIP and self.known is Known.REGISTER:
            return "baresip is a telephone, and no registrar"
        return ""


WHOLE = "TELEFOON_TESTS_WHOLE_MATRIX"
"""The variable of the environment with which all are made, and not all pairs alone."""
EVERY = tuple(Case(*each) for each in product(Peer, Transport, Known, Codec, Direction, Last))
POSSIBLE = tuple(each for each in EVERY if not each.why_not)


def in_pairs(cases: Sequence[Case]) -> tuple[Case, ...]:
    """Few of the cases, in which any two values that are together in one of them are together in one of these."""
    wanted = set[tuple[object, ...]]().union(*map(_pairs, cases))
    chosen: list[Case] = []
    while wanted:
        best = max(cases, key=lambda case: len(wanted & _pairs(case)))
        wanted -= _pairs(best)
        chosen.append(best)
    return tuple(chosen)


def _pairs(case: Case) -> set[tuple[object, ...]]:
    """Every two of its values, no two of which are the same in different fields."""
    return set(combinations(astuple(case), 2))
