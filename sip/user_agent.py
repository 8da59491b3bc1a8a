"""The SIP user agent: opens the endpoint, sends and takes INVITEs, owns the bridge."""

import asyncio
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from ipaddress import IPv4Network, IPv6Network
from itertools import count
from typing import Self

import pjsua2 as pj
import structlog

from engine.errors import SipError
from engine.ports import Arrival, DialRequest, LegEvent, LegId, Refused
from engine.storable import storable
from engine.tasks import BackgroundTasks
from sip.addresses import read_party, user_of
from sip.bridge import SipBridge
from sip.config import SipConfig
from sip.description import Carried
from sip.dialogs import Dialogs
from sip.endpoint import carried_codecs, open_endpoint
from sip.gate import Gate
from sip.leg import SipLeg
from sip.message import Message, read_message
from sip.patience import Patience
from sip.requests import Answer
from sip.status import q850
from sip.switch import Switch
from sip.thread import SipThread
from sip.trunk import RETRY_S, Guests, Registration, TrunkAccount, account_config, allowed_sources, is_allowed, route
from sip.trunk_life import TrunkLife

LOOK_S = 1.0
"""How often far ends are looked at that may have fallen silent."""

log = structlog.get_logger(__name__)

OnIncoming = Callable[[SipLeg, Arrival], None]
OnRefused = Callable[[Refused], None]


class UserAgent:
    """Implements engine.ports.Dialer.

    Inbound legs are handed to `on_incoming` in asyncio's thread; INVITEs that were refused before to `on_refused`.
    """

    def __init__(
        self, config: SipConfig, thread: SipThread, on_incoming: OnIncoming, on_refused: OnRefused | None = None
    ) -> None:
        self._config = config
        self._thread = thread
        self._on_incoming = on_incoming
        self._on_refused = on_refused
        self._ids = count(1)
        self._switch = Switch()
        follows = config.trunk.follows if config.trunk is not None else lambda _: False
        self._dialogs = Dialogs(thread.later, self._switch, config.rtp_silence_s, follows)
        self._beside = BackgroundTasks("user agent")
        self._account: TrunkAccount | None = None
        self._trunk_life = TrunkLife(config.trunk, lambda: datetime.now(UTC))
        self._guests = Guests(config, self._dialogs.uses)
        self._gate = Gate(self._is_stranger, self._dialogs.pressed, self._turned_away)
        self._allowed: tuple[IPv4Network | IPv6Network, ...] = tuple(allowed_sources(config))
        self.bridge = SipBridge(self._switch, thread, config.rate_hz)

    @classmethod
    async def start(cls, config: SipConfig, on_incoming: OnIncoming, on_refused: OnRefused | None = None) -> Self:
        """Raises SetupError when a port is taken or a setting does not fit the library."""
        thread = SipThread()
        agent = cls(config, thread, on_incoming, on_refused)
        await thread.start(agent._open, agent._close, agent._switch.tell_ended)
        await agent.bridge.start(config.scratch)
        agent._beside.begin(agent._look_for_silence())
        if config.trunk is not None and config.trunk.register:
            agent._beside.begin(agent._stay_registered())
        return agent

    async def dial(self, request: DialRequest) -> SipLeg:
        way = route(request, self._config.trunk)
        leg = SipLeg(LegId(next(self._ids)), way.via, self._dialogs, self._thread)

        def call() -> str:
            account = self._account_for(request)
            caller, patience = self._caller(request), self._patience(to_trunk=way.to_trunk)
            return self._dialogs.call(account, leg.id, way.uri, caller, request, self._to(leg), patience)

        leg.identify(await self._thread.run(call))
        return leg

    async def registration(self) -> Registration:
        return await self._thread.run(lambda: self._live_account().registration)

    async def trunk_silent_since(self) -> datetime | None:
        """Since when the trunk has answered nothing; None while it does."""
        return await self._thread.run(lambda: self._trunk_life.silent_since)

    @property
    def commands_waiting(self) -> int:
        """Those that the SIP thread has still to take."""
        return self._thread.waiting

    async def close(self) -> None:
        await self._beside.close()
        await self._thread.close()

    async def _look_for_silence(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            await self._thread.run(lambda: self._look(time.monotonic()))

    async def strays(self) -> int:
        """How many calls the library holds that are no leg of ours; there should be none."""
        return await self._thread.run(lambda: int(pj.calls_of_library()) - len(self._dialogs))

    def _look(self, now_s: float) -> None:
        self._dialogs.look(now_s)
        self._trunk_life.look(self._live_account(), now_s)

    def _patience(self, *, to_trunk: bool) -> Patience:
        seconds = self._config.trunk_timeout_s
        if to_trunk:
            return Patience(seconds, "The trunk", self._trunk_life.heard, self._trunk_life.unheard)
        return Patience(seconds, "The far end", lambda: None, lambda: None)

    async def _stay_registered(self) -> None:
        while True:
            await asyncio.sleep(RETRY_S)
            try:
                await self._thread.run(lambda: self._live_account().register_again())
            except SipError as error:
                log.warning("registration_failed", reason=str(error), again_in_s=RETRY_S)

    def _open(self) -> pj.Endpoint:
        endpoint = open_endpoint(self._config)
        self._account = TrunkAccount(self._invited, self._config.trunk, self._trunk_life.heard)
        self._account.create(account_config(self._config))
        self._gate.stand(Carried(carried_codecs(endpoint, self._config), self._config.listening.is_ipv6))
        return endpoint

    def _close(self) -> bool:
        registered = self._config.trunk is not None and self._config.trunk.register
        answers_awaited = registered or self._dialogs.any_live()
        self._switch.close()
        pj.Endpoint.instance().hangupAllCalls()
        pj.Endpoint.instance().libHandleEvents(50)
        self._dialogs.close()
        self._guests.close()
        if self._account is not None:
            self._account.shutdown()
            self._account = None
        return answers_awaited

    def _live_account(self) -> TrunkAccount:
        assert self._account is not None, "the user agent is not open"
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

    def _to(self, leg: SipLeg) -> Callable[[LegEvent], None]:
        return lambda event: self._thread.emit(partial(leg.deliver, event))

    def _invited(self, prm: pj.OnIncomingCallParam) -> None:
        source = str(prm.rdata.srcAddress)
        message = read_message(str(prm.rdata.wholeMsg))
        leg = SipLeg(LegId(next(self._ids)), f"peer {source}", self._dialogs, self._thread)
        info = self._dialogs.take(self._live_account(), leg.id, prm.callId, self._to(leg))
        if self._is_stranger(source):
            log.warning("invite_refused", source=source, rule="SIP_ALLOW")
            self._dialogs.provisional(leg.id, 403)
            return
        leg.identify(storable(str(info.callIdString)))
        self._thread.emit(partial(self._on_incoming, leg, _arrival(message, source)))

    def _turned_away(self, message: Message, source: str, answer: Answer) -> None:
        if self._on_refused is not None:
            refused = Refused(_arrival(message, source), answer.code, answer.why, q850(answer.code))
            self._thread.emit(partial(self._on_refused, refused))

    def _is_stranger(self, source: str) -> bool:
        """Whether who sends from this address may not call."""
        return not self._config.any_source and not is_allowed(source, self._allowed)


def _arrival(message: Message, source: str) -> Arrival:
    caller, addressed = read_party(message.first("from") or ""), read_party(message.first("to") or "")
    return Arrival(user_of(message.request_uri), caller.user, source, caller.name, addressed.user)


def _quoted(name: str) -> str:
    return re.sub(r'["\\\r\n]', "", name)
