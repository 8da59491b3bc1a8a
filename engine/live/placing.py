"""Calls that clients ask for on their way to an INVITE: at once, or when their turn has come."""

from collections.abc import Callable, Mapping, Sequence
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
from engine.live.calls.refused_calls import kept_if_not_allowed
from engine.live.calls.registry import Sessions
from engine.live.orders import NewCall
from engine.live.pacing import Pacing
from engine.live.services import CallServices
from engine.live.session.dial_claim import DialClaim
from engine.live.session.session import Session
from engine.live.targets import reachable, require_reachable, sent_to
from engine.model.call import Call, Direction
from engine.model.numbers import Number
from engine.model.stir import Attestation
from engine.ports import DialRequest
from engine.routing.pacing import Pace
from engine.store.queued_calls import QueuedCall


class MakeRunner(Protocol):
    """Makes what runs the flow of a call; `number` is the one that it is placed from or comes in to, if it is known.

    `told` is what requests for its flow say besides, `manner` how they are made, where that is looked up already.
    """

    def __call__(
        self,
        session: Session,
        *,
        number: Number | None,
        told: Mapping[str, str] | None = None,
        manner: FlowManner | None = None,
    ) -> FlowRunner: ...


LetHearRinging = Callable[[str, str, Session], None]
"""Lets a conference, after its account, hear how a call that is asked for from there is rung."""


class CallPlacing:
    """Sends INVITEs of calls that are asked for; `pacing` has those that wait."""

    def __init__(
        self, services: CallServices, sessions: Sessions, make: MakeRunner, let_hear_ringing: LetHearRinging
    ) -> None:
        self._services = services
        self._sessions = sessions
        self._make = make
        self._let_hear_ringing = let_hear_ringing
        self.pacing = Pacing(services, self._begin_queued, self._when_over)

    async def place(self, order: NewCall) -> Call:
        """Store the call, then send its INVITE; see Switchboard.place."""
        target = await self._require_callable(order)
        emergency = await self._services.emergency.number(target, order.from_)
        if emergency is None and order.may_wait:
            pace = await self._services.stores.paces.of(order.account_id)
            if pace is not None:
                return await self._queue(order, pace, target)
        if emergency is None:
            self._services.admission.require(Direction.OUTBOUND)
            self._services.space.require()
        set_up = self._services.admission.begin()
        try:
            return await self._place(order, set_up, emergency)
        except BaseException:
            set_up.done()
            raise

    async def _place(self, order: NewCall, set_up: SetUp, emergency: str | None) -> Call:
        number = await self._services.stores.numbers.taking(order.from_)
        call = self._outbound(order if emergency is None else replace(order, to=emergency), number)
        request = self._invite(
            call, number, hides_caller=order.hides_caller, password=order.sip_password, emergency=emergency is not None
        )
        starts = [*([order.flow.document] if order.flow else []), *starts_of(call)]
        manner = FlowManner(self._services, call)
        if call.url is not None:
            await manner()  # while all else of the order is read: later it would be a transaction of its own
        # Nothing stands between a call to an emergency number and its INVITE.
        claim = None if emergency else self._claim(call, self._ordered(call, order), waited=False)
        async with kept_if_not_allowed(self._services.ledger, call):
            session = await self._send(call, request, number, starts, set_up, claim, manner)
        if order.heard_in is not None:
            self._let_hear_ringing(call.account_id, order.heard_in, session)
        return call

    async def _queue(self, order: NewCall, pace: Pace, target: str) -> Call:
        """Store a call that waits for its turn; one that may not be made, or can't be paid, is refused at once."""
        self._services.space.require()
        number = await self._services.stores.numbers.taking(order.from_)
        call = self._outbound(order, number)
        async with kept_if_not_allowed(self._services.ledger, call):
            await self._services.policies.require_destination(call, target)
        await self._services.credit.require(call)
        return await self.pacing.join(call, self._ordered(call, order), pace)

    def _outbound(self, order: NewCall, number: Number | None) -> Call:
        """`number` is the one that it is placed from, if it is known."""
        call = Call.begun(
            Direction.OUTBOUND,
            order.from_,
            order.to,
            order.options.over(number.options.of_placed_calls()) if number else order.options,
            account_id=order.account_id,
            at=self._services.clock.now(),
            node=self._services.node,
            url=order.url,
            method=order.method.value,
            fallback_url=order.fallback_url,
            fallback_method=order.fallback_method.value,
            flow=order.flow.text if order.flow else None,
            key_id=order.key_id,
        )
        names_flow = order.url is not None or order.flow is not None
        return call if number is None or names_flow else run_by_number(call, number)

    async def _send(
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

    async def _require_callable(self, order: NewCall) -> str:
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

    def _invite(
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

    def _ordered(self, call: Call, order: NewCall) -> QueuedCall:
        """What of an order is stored beside its call until the INVITE leaves."""
        password = self._services.stores.queued_calls.sealed(call.id, order.sip_password)
        return QueuedCall(call.id, call.account_id, call.node, order.hides_caller, sip_password=password)

    def _claim(self, call: Call, queued: QueuedCall, *, waited: bool) -> DialClaim:
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
        request = self._invite(call, number, hides_caller=queued.hides_caller, password=password)
        inline = [read_flow(call.flow, None, await manner_of(self._services, call))] if call.flow else []
        starts = [*inline, *starts_of(call)]
        set_up = self._services.admission.begin()
        try:
            return await self._send(call, request, number, starts, set_up, self._claim(call, queued, waited=True))
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
