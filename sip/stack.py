"""The SIP stack: the library's endpoint, its accounts and all dialogs, as the SIP thread sees them."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from ipaddress import IPv4Network, IPv6Network
from typing import Protocol

import pjsua2 as pj
import structlog

from engine.model.storable import storable
from engine.ports import DialRefused, DialRequest, InboundCall, LegEvent, LegId
from sip.addresses import read_party, user_of
from sip.config import SipConfig
from sip.description import Carried
from sip.dialog import Deliver
from sip.dialogs import Dialogs
from sip.endpoint import carried_codecs, open_endpoint
from sip.gate import Gate
from sip.media.connections import MediaConnections
from sip.message import Message, read_message
from sip.patience import Patience
from sip.requests import StatelessResponse
from sip.status import q850
from sip.thread import SipThread
from sip.trunks.availability import TrunkLife
from sip.trunks.trunk import (
    PerCallCredentials,
    Registration,
    Route,
    TrunkAccount,
    account_config,
    allowed_sources,
    follows,
    is_allowed,
)

log = structlog.get_logger(__name__)


class Listener(Protocol):
    """The stack's listener, who is told what happens, in asyncio's thread and in the order in which it happened."""

    def arrived(self, leg: LegId, sip_call_id: str, arrival: InboundCall) -> None:
        """An INVITE has come in that may be answered."""

    def happened(self, leg: LegId, event: LegEvent) -> None: ...

    def refused(self, refused: DialRefused) -> None:
        """An INVITE was refused before it became a leg."""


class SipStack:
    """Opens the endpoint, sends and takes INVITEs. Every method runs on the SIP thread."""

    def __init__(
        self,
        config: SipConfig,
        ids: Iterator[int],
        switch: MediaConnections,
        thread: SipThread,
        listener: Listener,
        admits: Callable[[], bool],
    ) -> None:
        """`ids` number the legs that come in; others may take from it on another thread.

        `admits` tells whether another call may come in now.
        """
        self._config = config
        self._ids = ids
        self._switch = switch
        self._thread = thread
        self._listener = listener
        self.dialogs = Dialogs(thread.later, switch, config.rtp_silence_s, partial(follows, config.trunk))
        self._account: TrunkAccount | None = None
        self._trunk_life = TrunkLife(config.trunk, lambda: datetime.now(UTC))
        self._guests = PerCallCredentials(config, self.dialogs.uses)
        self._gate = Gate(self._is_stranger, self.dialogs.pressed, self._turned_away, admits)
        self._allowed: tuple[IPv4Network | IPv6Network, ...] = tuple(allowed_sources(config))

    def open(self) -> pj.Endpoint:
        """Raises SetupError when a port is taken or a setting does not fit the library."""
        endpoint = open_endpoint(self._config)
        self._account = TrunkAccount(self._invited, self._config.trunk, self._trunk_life.heard)
        self._account.create(account_config(self._config))
        self._gate.stand(Carried(carried_codecs(endpoint, self._config), self._config.listening.is_ipv6))
        return endpoint

    def close(self) -> bool:
        """Hang up and let go of everything; whether a far end has still to answer."""
        registered = self._config.trunk is not None and self._config.trunk.register
        answers_awaited = registered or self.dialogs.any_live()
        self._switch.close()
        pj.Endpoint.instance().hangupAllCalls()
        pj.Endpoint.instance().libHandleEvents(50)
        self.dialogs.close()
        self._guests.close()
        if self._account is not None:
            self._account.shutdown()
            self._account = None
        return answers_awaited

    def call(self, leg: LegId, way: Route, request: DialRequest) -> str:
        """Send INVITE; returns the Call-ID. Raises SipError."""
        account, patience = self._account_for(request), self._patience(to_trunk=way.to_trunk)
        return self.dialogs.call(account, leg, way.uri, self._caller(request), request, self._to(leg), patience)

    def registration(self) -> Registration:
        return self._live_account().registration

    def register_again(self) -> None:
        """Register again where the last attempt has failed."""
        self._live_account().register_again()

    def trunk_silent_since(self) -> datetime | None:
        return self._trunk_life.silent_since

    def strays(self) -> int:
        """How many calls the library holds that are no leg of ours."""
        return int(pj.calls_of_library()) - len(self.dialogs)

    def look(self, now_s: float) -> None:
        """Tell of far ends that have fallen silent; to be called about once a second."""
        self.dialogs.look(now_s)
        self._trunk_life.look(self._live_account(), now_s)

    def _live_account(self) -> TrunkAccount:
        assert self._account is not None, "the SIP stack is not open"
        return self._account

    def _account_for(self, request: DialRequest) -> TrunkAccount:
        if request.user:
            return self._guests.account(request.user, request.password, self._invited)
        return self._live_account()

    def _caller(self, request: DialRequest) -> str:
        trunk = self._config.trunk
        host = trunk.host_in_uri if trunk and trunk.user else self._config.listening.host_in_uri
        name = f'"{_quoted(request.display_name)}" ' if request.display_name else ""
        return f"{name}<sip:{request.caller}@{host}>"

    def _patience(self, *, to_trunk: bool) -> Patience:
        seconds = self._config.trunk_timeout_s
        if to_trunk:
            return Patience(seconds, "The trunk", self._trunk_life.heard, self._trunk_life.unheard)
        return Patience(seconds, "The far end", lambda: None, lambda: None)

    def _to(self, leg: LegId) -> Deliver:
        return lambda event: self._thread.emit(partial(self._listener.happened, leg, event))

    def _invited(self, prm: pj.OnIncomingCallParam) -> None:
        source = str(prm.rdata.srcAddress)
        message = read_message(str(prm.rdata.wholeMsg))
        leg = LegId(next(self._ids))
        if self._is_stranger(source):
            log.warning("invite_refused", source=source, rule="SIP_ALLOW")
            self.dialogs.take(self._live_account(), leg, prm.callId, lambda event: None)
            self.dialogs.provisional(leg, 403)
            return
        info = self.dialogs.take(self._live_account(), leg, prm.callId, self._to(leg))
        sip_call_id = storable(str(info.callIdString))
        self._thread.emit(partial(self._listener.arrived, leg, sip_call_id, _arrival(message, source)))

    def _turned_away(self, message: Message, source: str, answer: StatelessResponse) -> None:
        refused = DialRefused(_arrival(message, source), answer.code, answer.why, q850(answer.code))
        self._thread.emit(partial(self._listener.refused, refused))

    def _is_stranger(self, source: str) -> bool:
        """Whether who sends from this address may not call."""
        return not self._config.any_source and not is_allowed(source, self._allowed)


def _arrival(message: Message, source: str) -> InboundCall:
    caller, addressed = read_party(message.first("from") or ""), read_party(message.first("to") or "")
    return InboundCall(user_of(message.request_uri), caller.user, source, caller.name, addressed.user)


def _quoted(name: str) -> str:
    return re.sub(r'["\\\r\n]', "", name)
