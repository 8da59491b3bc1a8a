"""The extensions of SIP (RFC 3261 §19.2) that calls which come in by a trunk may use, by their option tags."""

from dataclasses import dataclass
from typing import Final

from engine.model.trunk import ReliableProvisionals, SessionTimers, Trunk
from sip.message import Message

_RELIABLE: Final = frozenset({"100rel"})


@dataclass(frozen=True, slots=True)
class Extensions:
    """The extensions that a call that comes in may not require, and those that it must know.

    Of session timers, `shortest_session_s` is the shortest session that it may want. `replaces` is whether it may take
    the place of another call (RFC 3891).
    """

    refused: frozenset[str] = frozenset()
    needed: frozenset[str] = frozenset()
    shortest_session_s: int = 0
    replaces: bool = False


ANY_EXTENSION: Final = Extensions()


def extensions_of(trunk: Trunk | None) -> Extensions:
    """The extensions that the trunk is set to; without a trunk, any."""
    if trunk is None:
        return ANY_EXTENSION
    reliable = trunk.reliable_provisionals
    return Extensions(
        refused=_RELIABLE if reliable is ReliableProvisionals.OFF else frozenset(),
        needed=_RELIABLE if reliable is ReliableProvisionals.REQUIRED else frozenset(),
        shortest_session_s=trunk.session_min_s if trunk.session_timers is not SessionTimers.OFF else 0,
        replaces=trunk.replaces,
    )


def wants_early_offer(invite: Message, trunk: Trunk | None) -> bool:
    """Whether the first answer must be our offer: it has none, and its answers are reliable (RFC 3261 §13.2.1)."""
    required = {each.lower() for each in invite.listed("require")}
    asked = trunk is not None and trunk.reliable_provisionals is ReliableProvisionals.REQUIRED
    return not invite.body.strip() and (asked or not _RELIABLE.isdisjoint(required))
