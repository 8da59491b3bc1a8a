"""The extensions of SIP (RFC 3261 §19.2) that calls which come in by a trunk may use, by their option tags."""

from dataclasses import dataclass
from typing import Final

from engine.model.trunk import ReliableProvisionals, Trunk

_RELIABLE: Final = frozenset({"100rel"})


@dataclass(frozen=True, slots=True)
class Extensions:
    """The extensions that a call that comes in may not require, and those that it must know."""

    refused: frozenset[str] = frozenset()
    needed: frozenset[str] = frozenset()


ANY_EXTENSION: Final = Extensions()


def extensions_of(trunk: Trunk | None) -> Extensions:
    """The extensions that the trunk is set to; without a trunk, any."""
    if trunk is None or trunk.reliable_provisionals is ReliableProvisionals.SUPPORTED:
        return ANY_EXTENSION
    if trunk.reliable_provisionals is ReliableProvisionals.OFF:
        return Extensions(refused=_RELIABLE)
    return Extensions(needed=_RELIABLE)
