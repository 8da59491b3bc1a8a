"""Whether a trunk answers at all: known by what it did not answer, and asked until it does."""

from collections.abc import Callable
from datetime import datetime

import pjsua2 as pj
import structlog

from engine.model.trunk import Trunk
from sip.trunks.uris import host_uri

ASK_AGAIN_S = 10.0
"""How often a trunk that has fallen silent is asked (OPTIONS, RFC 3261 §11)."""

log = structlog.get_logger(__name__)


class TrunkLife:
    """One is told of each INVITE to the trunk that was answered with anything, or with nothing. On the SIP thread."""

    def __init__(self, name: str, now: Callable[[], datetime]) -> None:
        self._name = name
        self._now = now
        self._silent_since: datetime | None = None
        self._asked_s = float("-inf")

    @property
    def silent_since(self) -> datetime | None:
        """Since when it has answered nothing; None while it does, and before it was asked anything."""
        return self._silent_since

    def heard(self) -> None:
        """Note that the trunk has answered something."""
        if self._silent_since is not None:
            log.info("trunk_answers_again", trunk=self._name, silent_since=self._silent_since.isoformat())
        self._silent_since = None

    def unheard(self) -> None:
        """Note that the trunk has answered nothing for as long as is waited for it."""
        if self._silent_since is None:
            self._silent_since = self._now()
            log.warning("trunk_silent", trunk=self._name)

    def look(self, account: pj.Account, trunk: Trunk, now_s: float) -> None:
        """Ask it again, from time to time, while it is silent."""
        if self._silent_since is None or now_s - self._asked_s < ASK_AGAIN_S:
            return
        self._asked_s = now_s
        asking = pj.SendRequestParam()
        asking.method = "OPTIONS"
        asking.txOption.targetUri = host_uri(trunk, trunk.hosts[0])
        try:
            account.sendRequest(asking)
        except pj.Error as error:
            log.warning("trunk_not_asked", trunk=self._name, reason=error.reason)
