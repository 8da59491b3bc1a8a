"""An account of the library: takes calls that come in for it, registers, and asks again where that has failed."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import random

import pjsua2 as pj
import structlog

from engine.model.storable import storable
from engine.model.trunk import Ice, Transport, Trunk
from engine.model.trunk.reachability import TrunkEventKind
from engine.model.trunk.registration_retry import FailedRegistration
from sip.dns.host_leads import HostLeads
from sip.message import read_message
from sip.reasons import retry_after_s, words_of
from sip.received import is_received
from sip.tls_faults import tls_fault
from sip.trunks.session_terms import session_terms
from sip.trunks.uris import registrar_hop

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Registration:
    """The state of registration with a trunk; `wanted` is False where the trunk takes calls without.

    `at` is when it was last answered, `until` when it is over, where it is active, `again_at` when it is asked for
    again, where it is not. `words` are the registrar's own beside its reason phrase (Warning, Reason).
    """

    wanted: bool
    active: bool
    code: int
    reason: str
    at: datetime | None = field(default=None, compare=False)
    until: datetime | None = field(default=None, compare=False)
    words: str = ""
    again_at: datetime | None = field(default=None, compare=False)


NOT_WANTED = Registration(False, False, 0, "not wanted")
NOT_ANSWERED = Registration(True, False, 0, "not answered yet")


class SipAccount(pj.Account):
    """Forwards the account's callbacks as plain calls. Lives on the SIP thread."""

    def __init__(
        self,
        on_invite: "OnInvite",
        trunk: Trunk | None = None,
        on_answered: Callable[[str, int], None] = lambda _to, _code: None,
        leads: HostLeads | None = None,
        on_change: Callable[[TrunkEventKind, str], None] = lambda _kind, _detail: None,
    ) -> None:
        super().__init__()
        self._on_invite = on_invite
        self._on_answered = on_answered
        self._trunk = trunk
        self._leads = leads
        self._on_change = on_change
        self.failures = 0
        self._again_s: float | None = None
        self.registration = NOT_WANTED

    def create(self, config: pj.AccountConfig) -> None:
        """Begin to be there. Raises pj.Error."""
        self.registration = NOT_ANSWERED if config.regConfig.registerOnAdd else NOT_WANTED
        super().create(config)
        self._settle_terms()

    @property
    def trunk(self) -> Trunk | None:
        """The trunk as it is spoken to now; None where the account is no trunk's."""
        return self._trunk

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:  # noqa: N802
        try:
            self._on_invite(self, prm)
        except Exception:
            # What is raised here ends nowhere, and the call would ring for nobody.
            log.exception("call_not_taken", source=str(prm.rdata.srcAddress))
            self._turn_away(int(prm.callId))

    def onSendRequest(self, prm: pj.OnSendRequestParam) -> None:  # noqa: N802
        if is_received(prm.e):
            transaction = prm.e.body.tsxState.tsx
            asked = read_message(str(transaction.lastTx.wholeMsg))
            self._on_answered(asked.request_uri, int(transaction.statusCode))

    def onRegState(self, prm: pj.OnRegStateParam) -> None:  # noqa: N802
        if self._trunk is None or not self.registration.wanted:
            return  # the answer to the end of one that was wanted before
        message = read_message(str(prm.rdata.wholeMsg))
        now, before = datetime.now(UTC), self.registration
        active = prm.code // 100 == 2 and prm.expiration > 0
        until = now + timedelta(seconds=prm.expiration) if active else None
        reason = str(prm.reason)
        if not message.start and self._trunk.transport is Transport.TLS:
            reason = tls_fault(registrar_hop(self._trunk).host, reason)
        self.registration = Registration(
            True, active, prm.code, storable(reason), now, until, storable(words_of(message))
        )
        if (active, prm.code) != (before.active, before.code):
            kind = TrunkEventKind.REGISTERED if active else TrunkEventKind.REGISTRATION_FAILED
            self._on_change(kind, f"{prm.code} {self.registration.reason}")
        if active:
            self.failures, self._again_s = 0, None
            if self._leads is not None:
                self._leads.settle(registrar_hop(self._trunk))
            if not before.active:
                log.info("registered", trunk=self._trunk.name, expires_s=prm.expiration)
        else:
            self._failed(self._trunk, retry_after_s(message) or 0)

    def change(self, trunk: Trunk, config: pj.AccountConfig, failures: int = 0) -> None:
        """Speak otherwise to the trunk from now on; calls in progress go on. Raises pj.Error.

        `failures` are those of a registration that another account has begun.
        """
        self._trunk = trunk
        self.failures = failures
        if (registers := bool(config.regConfig.registerOnAdd)) != self.registration.wanted:
            self.registration = NOT_ANSWERED if registers else NOT_WANTED
            self._again_s = None
        self.modify(config)
        self._settle_terms()

    def retire(self) -> None:
        """Register no more, and be there for the calls in progress alone."""
        if self.registration.wanted:
            self.registration = NOT_WANTED
            self._again_s = None
            self.setRegistration(False)

    def let_go(self) -> None:
        """Register no more, and leave what the registrar has as it is: another node registers with the same contact."""
        if self.registration.wanted:
            self.registration = NOT_WANTED
            self._again_s = None
            pj.forget_registration(self.getId())

    def waits(self, now_s: float) -> bool:
        """Whether it is not yet time to register again, where that has failed."""
        return self._again_s is not None and now_s < self._again_s

    def look(self, now_s: float) -> None:
        """Register again, once it is time to, where that has failed: the library would ask at even distances."""
        if self._trunk is None or self._again_s is None or self.waits(now_s):
            return
        self._again_s = None
        pj.forget_tls_fault(registrar_hop(self._trunk).host)
        try:
            self.setRegistration(True)
        except pj.Error as error:
            self.registration = Registration(True, False, 0, storable(error.reason), datetime.now(UTC))
            self._failed(self._trunk)

    def _turn_away(self, call_id: int) -> None:
        call = pj.Call.lookup(call_id) or pj.Call(self, call_id)
        prm = pj.CallOpParam()
        prm.statusCode = pj.PJSIP_SC_INTERNAL_SERVER_ERROR
        call.hangup(prm)

    def _settle_terms(self) -> None:
        pj.set_session_terms(self.getId(), session_terms(self._trunk))
        pj.set_ice_lite(self.getId(), self._trunk is not None and self._trunk.ice is Ice.LITE)

    def _failed(self, trunk: Trunk, told_s: int = 0) -> None:
        """Note when to register again, after an answer that was no, or none: at once where there is another server."""
        stand = self.registration
        failed = FailedRegistration(stand.code, self.failures + 1, told_s)
        if not failed.refused and self._leads is not None and self._leads.turn(registrar_hop(trunk)):
            pause_s = 0.0
        else:
            self.failures += 1
            pause_s = failed.pause_s(trunk.retry_s, random)
        self._again_s = time.monotonic() + pause_s
        self.registration = replace(stand, again_at=datetime.now(UTC) + timedelta(seconds=pause_s))
        log.warning(
            "registration_failed",
            trunk=trunk.name,
            code=stand.code or None,
            reason=stand.reason,
            words=stand.words or None,
            failures=self.failures,
            again_in_s=round(pause_s, 1),
        )


OnInvite = Callable[[SipAccount, pj.OnIncomingCallParam], None]
"""Takes the account that an INVITE has come in for, and what the library tells of it."""
