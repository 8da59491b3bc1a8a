"""Whether a trunk answers at all: known by what it did not answer, and asked until it does."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pjsua2 as pj
import structlog

from engine.model.trunk import KeepAlive, Trunk, TrunkHost
from engine.model.trunk.reachability import (
    MOST_EVENTS,
    MOST_PINGS,
    OptionsPing,
    TrunkChange,
    TrunkEvent,
    TrunkEventKind,
    TrunkReachability,
)
from engine.routing.breaker import is_good_answer
from sip.trunks.breakers import HostBreakers
from sip.trunks.uris import host_uri

PING_ANSWER_S: Final = 4.0
"""OPTIONS that are answered later than this count as unanswered."""

AccountTo = Callable[[TrunkHost], pj.Account]
"""The account by which a host is asked."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Asked:
    """OPTIONS whose answer is waited for."""

    host: str
    at: datetime
    at_s: float


class TrunkLife:
    """One is told of each INVITE to the trunk that was answered with anything, or with nothing. On the SIP thread.

    It hands each change of the trunk to `tell`.
    """

    def __init__(
        self,
        name: str,
        now: Callable[[], datetime],
        tell: Callable[[TrunkChange], None],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._now = now
        self._tell = tell
        self._now_s = now_s
        self._silent_since: datetime | None = None
        self._breakers = HostBreakers(name, self.changed)
        self._pinged: dict[str, str] = {}
        self._asked: dict[str, _Asked] = {}
        self._pings: deque[OptionsPing] = deque(maxlen=MOST_PINGS)
        self._events: deque[TrunkEvent] = deque(maxlen=MOST_EVENTS)
        self._kept_open_s = float("-inf")

    @property
    def reachability(self) -> TrunkReachability:
        """Whether it answers, and what came of the last OPTIONS."""
        return TrunkReachability(self._silent_since, tuple(self._pings), tuple(self._events))

    def changed(self, kind: TrunkEventKind, detail: str) -> None:
        """Remember a change of the trunk's state, and tell it."""
        event = TrunkEvent(self._now(), kind, detail)
        self._events.append(event)
        self._tell(TrunkChange(self._name, event))

    def heard(self, host: str) -> None:
        """Note that a host of the trunk has answered an INVITE."""
        self._breakers.answered(host, self._now_s())
        self._answers()

    def ping_answered(self, uri: str, code: int) -> None:
        """Note that OPTIONS to this URI were answered with a code."""
        now_s = self._now_s()
        if (host := self._pinged.get(uri)) is not None:
            judged = self._breakers.ping_answered if is_good_answer(code) else self._breakers.ping_refused
            judged(host, now_s)
        if (asked := self._asked.pop(uri, None)) is not None:
            took_ms = round(1000 * (now_s - asked.at_s), 1)
            self._pings.append(OptionsPing(asked.host, asked.at, code, took_ms))
        self._answers()

    def unheard(self, host: str) -> None:
        """Note that a host of the trunk has answered nothing for as long as is waited for it."""
        self._breakers.missed(host, self._now_s())
        if self._silent_since is None:
            self._silent_since = self._now()
            self.changed(TrunkEventKind.SILENT, host)
            log.warning("trunk_silent", trunk=self._name)

    def left_alone(self, now_s: float) -> frozenset[str]:
        """The hosts that no call is to be sent to while there are others."""
        return self._breakers.left_alone(now_s)

    def look(self, account_to: AccountTo, trunk: Trunk, now_s: float) -> None:
        """Ask hosts (OPTIONS, RFC 3261 §11) that have left something unanswered, or all where that keeps a way open."""
        self._miss(now_s)
        hosts = {host.address: host for host in trunk.hosts}
        self._breakers.keep(frozenset(hosts))
        asked = set(self._breakers.to_ping(now_s))
        if trunk.keep_alive is KeepAlive.OPTIONS and now_s - self._kept_open_s >= trunk.keep_alive_s:
            self._kept_open_s = now_s
            asked.update(hosts)
        for address in sorted(asked):
            uri = host_uri(trunk, hosts[address])
            self._pinged[uri] = address
            if (before := self._asked.get(uri)) is not None:
                self._pings.append(OptionsPing(before.host, before.at))
            self._asked[uri] = _Asked(address, self._now(), now_s)
            self._ping(account_to(hosts[address]), uri)

    def _miss(self, now_s: float) -> None:
        """Note OPTIONS that were not answered in time."""
        for uri, asked in list(self._asked.items()):
            if now_s - asked.at_s >= PING_ANSWER_S:
                del self._asked[uri]
                self._pings.append(OptionsPing(asked.host, asked.at))
                self._breakers.ping_missed(asked.host, now_s)

    def _ping(self, account: pj.Account, uri: str) -> None:
        asking = pj.SendRequestParam()
        asking.method = "OPTIONS"
        asking.txOption.targetUri = uri
        try:
            account.sendRequest(asking)
        except pj.Error as error:
            log.warning("trunk_not_asked", trunk=self._name, reason=error.reason)

    def _answers(self) -> None:
        if self._silent_since is not None:
            self.changed(TrunkEventKind.ANSWERS_AGAIN, "")
            log.info("trunk_answers_again", trunk=self._name, silent_since=self._silent_since.isoformat())
        self._silent_since = None
