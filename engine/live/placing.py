"""Calls that clients ask for on their way to an INVITE: at once, or when their turn has come."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from engine.errors import InvalidField, SipError, WebhookError
from engine.flow.interpreter import Start
from engine.flow.next_step import GoTo, HttpMethod
from engine.flow.parse import read_flow
from engine.live.admission.set_ups import SetUp
from engine.live.bridging.shown_caller import not_to_be_told
from engine.live.calls.flow_manner import FlowManner, manner_of
from engine.live.calls.flow_runner import FlowRunner
from engine.live.calls.registry import Sessions
from engine.live.orders import NewCall
from engine.live.pacing import Pacing
from engine.live.services import CallServices
from engine.live.session.dial_claim import DialClaim
from engine.live.session.session import Session
from engine.live.targets import reachable, require_reachable, sent_to
from engine.model.call import Call
from engine.model.numbers import Number
from engine.model.stir import Attestation
from engine.ports import DialRequest
from engine.store.queued_calls import QueuedCall


class MakeRunner(Protocol):
    """Makes what runs the flow of a call; `number` is the one that it is placed from, if that is known."""

    def __call__(self, session: Session, *, number: Number | None, manner: FlowManner | None = None) -> FlowRunner: ...


class CallPlacing:
    """Sends INVITEs of calls that are asked for; `pacing` has those that wait."""

    def __init__(self, services: CallServices, sessions: Sessions, make: MakeRunner) -> None:
        self._services = services
        self._sessions = sessions
        self._make = make
        self.pacing = Pacing(services, self._begin_queued, self._when_over)

    async def send(
        self,
        call: Call,
        request: DialRequest,
        number: Number | None,
        starts: Sequence[Start],
        set_up: SetUp,
        claim: DialClaim | None = None,
        manner: FlowManner | None = None,
    ) -> Session:
        """Store a call and set its INVITE going; one with a `claim` is another node's to place where this one dies.

        `manner` is how its flow is read, where that is looked up already. Raises StoreError, TrunksFull, BalanceTooLow,
        NoLongerQueued; nothing was sent then.
        """
        dialer = self._services.dialer
        dialer.reserve(request)

        def sent() -> None:
            set_up.done()
            dialer.release(call.id)

        making, run_flow = partial(self._make, number=number, manner=manner), partial(run_starts, starts=starts)
        try:
            return await self._sessions.place(call, request, making, run_flow, sent, claim)
        except BaseException:
            dialer.release(call.id)
            raise

    async def require_callable(self, order: NewCall) -> str:
        """Where a call is sent that is asked for. Raises InvalidField where it may not be, StoreError."""
        try:
            await require_reachable(order.to, self._services)
            target = sent_to(order.to, self._services)
        except (WebhookError, SipError) as error:
            raise InvalidField("to", str(error)) from None
        headers = order.options.sip_headers or ()
        why_not = await not_to_be_told(self._services.stores.numbers, headers, order.from_, order.account_id)
        if why_not is not None:
            raise InvalidField("sip_headers", why_not)
        return target

    def invite(
        self, call: Call, number: Number | None, *, hides_caller: bool, password: str, emergency: bool = False
    ) -> DialRequest:
        """The INVITE of a call from a number, if that is known. Raises SipError where it can't be sent anywhere."""
        own = number is not None and number.account_id == call.account_id
        return DialRequest(
            target=sent_to(call.to, self._services),
            caller=call.from_,
            call_id=call.id,
            headers=call.options.sip_headers or (),
            display_name=call.options.caller_name or "",
            user=call.options.sip_username or "",
            password=password,
            account_id=call.account_id,
            emergency=emergency,
            attestation=Attestation.FULL if own else Attestation.PARTIAL,
            hides_caller=hides_caller,
            reachable=reachable(call.to, self._services),
        )

    def ordered(self, call: Call, order: NewCall) -> QueuedCall:
        """What of an order is stored beside its call until the INVITE leaves."""
        password = self._services.stores.queued_calls.sealed(call.id, order.sip_password)
        return QueuedCall(call.id, call.account_id, call.node, order.hides_caller, sip_password=password)

    def claim(self, call: Call, queued: QueuedCall, *, waited: bool) -> DialClaim:
        """The claim of this node on a call that it will dial."""
        stores = self._services.stores
        return DialClaim(
            queued, self._services.node, stores.queued_calls, self._services.clock, waited=waited,
            is_shared=stores.database.is_shared, patience_s=call.timeout_s,
        )  # fmt: skip

    async def _begin_queued(self, call: Call, queued: QueuedCall) -> Session:
        """Send the INVITE of a call whose turn it is."""
        self._services.space.require()
        number = await self._services.stores.numbers.taking(call.from_)
        password = self._services.stores.queued_calls.password_of(queued)
        request = self.invite(call, number, hides_caller=queued.hides_caller, password=password)
        inline = [read_flow(call.flow, None, await manner_of(self._services, call))] if call.flow else []
        starts = [*inline, *starts_of(call)]
        set_up = self._services.admission.begin()
        try:
            return await self.send(call, request, number, starts, set_up, self.claim(call, queued, waited=True))
        except BaseException:
            set_up.done()
            raise

    def _when_over(self, session: Session, then: Callable[[], None]) -> None:
        async def follow() -> None:
            await session.closed.wait()
            then()

        self._sessions.spawn(follow())


async def run_starts(runner: FlowRunner, *, starts: Sequence[Start]) -> None:
    """Run the first flow of these that can be."""
    await runner.run(starts)


def starts_of(call: Call) -> list[Start]:
    """The URLs that are asked for the call's flow, in order."""
    asked = ((call.url, call.method), (call.fallback_url, call.fallback_method))
    return [GoTo(url, HttpMethod(method)) for url, method in asked if url]


def run_by_number(call: Call, number: Number) -> Call:
    """A call whose flow is that of a number; a fallback of its own goes before that of the number."""
    by_number = replace(call, url=number.url, method=number.method)
    if call.fallback_url is not None:
        return by_number
    return replace(by_number, fallback_url=number.fallback_url, fallback_method=number.fallback_method)
