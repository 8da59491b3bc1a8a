"""An account of the library: takes calls that come in for it, registers, and asks again where that has failed."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pjsua2 as pj
import structlog

from engine.model.storable import storable
from engine.model.trunk import Trunk
from sip.received import is_received, received_message

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Registration:
    """The state of registration with a trunk; `wanted` is False where the trunk takes calls without.

    `at` is when it was last answered, `until` when it is over, where it is active.
    """

    wanted: bool
    active: bool
    code: int
    reason: str
    at: datetime | None = field(default=None, compare=False)
    until: datetime | None = field(default=None, compare=False)


NOT_WANTED = Registration(False, False, 0, "not wanted")
NOT_ANSWERED = Registration(True, False, 0, "not answered yet")


class SipAccount(pj.Account):
    """Forwards the account's callbacks as plain calls. Lives on the SIP thread."""

    def __init__(
        self,
        on_invite: "OnInvite",
        trunk: Trunk | None = None,
        on_answered: Callable[[str], None] = lambda _: None,
    ) -> None:
        super().__init__()
        self._on_invite = on_invite
        self._on_answered = on_answered
        self._trunk = trunk
        self._failed_at_s: float | None = None
        self.registration = NOT_ANSWERED if trunk is not None and trunk.registers else NOT_WANTED

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:  # noqa: N802
        self._on_invite(self, prm)

    def onSendRequest(self, prm: pj.OnSendRequestParam) -> None:  # noqa: N802
        if is_received(prm.e):
            self._on_answered(received_message(prm.e).first("to") or "")

    def onRegState(self, prm: pj.OnRegStateParam) -> None:  # noqa: N802
        if not self.registration.wanted:
            return  # the answer to the end of one that was wanted before
        now = datetime.now(UTC)
        active = prm.code // 100 == 2 and prm.expiration > 0
        until = now + timedelta(seconds=prm.expiration) if active else None
        before = self.registration
        self.registration = Registration(True, active, prm.code, storable(prm.reason), now, until)
        self._failed_at_s = None if active else time.monotonic()
        trunk = self._trunk.name if self._trunk else ""
        if active and not before.active:
            log.info("registered", trunk=trunk, expires_s=prm.expiration)
        elif prm.code // 100 != 2:
            retry_s = self._trunk.retry_s if self._trunk else None
            reason = self.registration.reason
            log.warning("registration_failed", trunk=trunk, code=prm.code, reason=reason, again_in_s=retry_s)

    def change(self, trunk: Trunk, config: pj.AccountConfig) -> None:
        """Speak otherwise to the trunk from now on; calls in progress go on. Raises pj.Error."""
        self._trunk = trunk
        if trunk.registers != self.registration.wanted:
            self.registration = NOT_ANSWERED if trunk.registers else NOT_WANTED
        self.modify(config)

    def retire(self) -> None:
        """Register no more, and be there for the calls in progress alone."""
        if self.registration.wanted:
            self.registration = NOT_WANTED
            self._failed_at_s = None
            self.setRegistration(False)

    def look(self, now_s: float) -> None:
        """Register again where the last attempt has failed: the library gives up after an answer such as 403."""
        if self._failed_at_s is None or self._trunk is None or now_s - self._failed_at_s < self._trunk.retry_s:
            return
        self._failed_at_s = now_s
        try:
            self.setRegistration(True)
        except pj.Error as error:
            log.warning("registration_failed", trunk=self._trunk.name, reason=error.reason)


OnInvite = Callable[[SipAccount, pj.OnIncomingCallParam], None]
"""Takes the account that an INVITE has come in for, and what the library tells of it."""
