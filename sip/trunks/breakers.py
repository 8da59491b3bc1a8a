"""The circuit breakers of a trunk's hosts: who answers nothing is pinged (OPTIONS), and calls go by others.

What comes of OPTIONS counts against a host only if it has answered some well: some carriers answer INVITE alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from engine.model.trunk.reachability import TrunkEventKind
from engine.routing.breaker import Breaker, BreakerRule, BreakerState

PING_S: Final = 2.0
"""How often a host is asked of which it is to be settled whether it answers."""
PING_WHILE_OPEN_S: Final = 10.0
TRIAL_S: Final = 60.0
"""How often calls are tried by a host that has never answered OPTIONS: some carriers answer INVITE alone."""

OnChange = Callable[[TrunkEventKind, str], None]
"""Takes what has changed of a trunk, and the host or the answer by which it did."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Doubted:
    """A host that has left something unanswered; `asked_s` is when it was pinged last, if it has yet to answer."""

    breaker: Breaker
    trial_s: float
    pinged_s: float = float("-inf")
    waiting: bool = False


def told_nobody(_kind: TrunkEventKind, _detail: str) -> None:
    """Let a change pass untold."""


@dataclass(slots=True)
class HostBreakers:
    """Only hosts in doubt have one. Pure: whoever looks does the pinging, and hands in the time."""

    trunk: str
    on_change: OnChange = told_nobody
    rule: BreakerRule = field(default_factory=BreakerRule)
    _doubted: dict[str, _Doubted] = field(default_factory=dict)
    _answer_pings: set[str] = field(default_factory=set)

    def answered(self, host: str, now_s: float) -> None:
        """Note that a host has answered an INVITE, with whatever it may be."""
        if (doubted := self._doubted.get(host)) is not None:
            self._pinged(host, doubted, True, now_s)

    def ping_answered(self, host: str, now_s: float) -> None:
        """Note that a host has answered OPTIONS."""
        self._answer_pings.add(host)
        self.answered(host, now_s)

    def ping_refused(self, host: str, now_s: float) -> None:
        """Note that a host has answered OPTIONS with a server's failure, such as 503 while it is shut down."""
        if host in self._answer_pings:
            self.missed(host, now_s)
        else:
            self.answered(host, now_s)

    def ping_missed(self, host: str, now_s: float) -> None:
        """Note that a host has left OPTIONS unanswered that keep its way open; in doubt, `to_ping` counts them."""
        if host in self._answer_pings and host not in self._doubted:
            self.missed(host, now_s)

    def missed(self, host: str, now_s: float) -> None:
        """Note that a host has left something unanswered, or has refused OPTIONS."""
        doubted = self._doubted.setdefault(host, _Doubted(Breaker(host, self.rule, now_s), now_s))
        self._pinged(host, doubted, False, now_s)

    def to_ping(self, now_s: float) -> list[str]:
        """The hosts that are to be pinged now. Those that have not answered the ping before have missed it."""
        due = [(host, each) for host, each in self._doubted.items() if now_s - each.pinged_s >= _every_s(each)]
        for host, doubted in due:
            if doubted.waiting:
                self._pinged(host, doubted, False, now_s)
            doubted.pinged_s, doubted.waiting = now_s, True
        return [host for host, _ in due]

    def left_alone(self, now_s: float) -> frozenset[str]:
        """The hosts that no call is to be sent to while there are others."""
        broken = [(host, each) for host, each in self._doubted.items() if each.breaker.is_open]
        return frozenset(host for host, each in broken if not self._is_tried(host, each, now_s))

    def keep(self, hosts: frozenset[str]) -> None:
        """Forget all hosts but these."""
        for host in self._doubted.keys() - hosts:
            del self._doubted[host]
        self._answer_pings &= hosts

    def _is_tried(self, host: str, doubted: _Doubted, now_s: float) -> bool:
        if host in self._answer_pings or now_s - doubted.trial_s < TRIAL_S:
            return False
        doubted.trial_s = now_s
        return True

    def _pinged(self, host: str, doubted: _Doubted, good: bool, now_s: float) -> None:
        was_open = doubted.breaker.is_open
        doubted.waiting = False
        doubted.breaker = doubted.breaker.pinged(good, now_s)
        if doubted.breaker.is_open and not was_open:
            doubted.trial_s = now_s
            self.on_change(TrunkEventKind.HOST_LEFT_ALONE, host)
            log.warning("trunk_host_left_alone", trunk=self.trunk, host=host)
        elif was_open and not doubted.breaker.is_open:
            self.on_change(TrunkEventKind.HOST_USED_AGAIN, host)
            log.info("trunk_host_used_again", trunk=self.trunk, host=host)
        if doubted.breaker.state is BreakerState.CLOSED:
            del self._doubted[host]


def _every_s(doubted: _Doubted) -> float:
    return PING_WHILE_OPEN_S if doubted.breaker.state is BreakerState.OPEN else PING_S
