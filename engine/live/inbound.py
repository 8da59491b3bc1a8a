"""Calls that come in on their way to a flow: whose number is called, and what stands in the way."""

from dataclasses import replace
from functools import partial
from typing import Final

import structlog

from engine.errors import BalanceTooLow, PolicyRefused, StoreError
from engine.live.admission.set_ups import SetUp
from engine.live.calls.arrived import arrived
from engine.live.calls.elsewhere import sent_on
from engine.live.calls.refused_calls import keep_refused, turn_away_not_allowed
from engine.live.calls.registry import RunFlow, Sessions
from engine.live.calls.replacement import CallReplacement
from engine.live.placing import MakeRunner, run_by_number, run_starts, starts_of
from engine.live.services import CallServices
from engine.live.session.session import Session
from engine.model.call import Call, Direction
from engine.model.call_options import CallOptions
from engine.model.numbers import Number, from_carrier
from engine.model.refusal import RefusalRule
from engine.model.stir import Attestation, CallerProof
from engine.ports import Cause, DialRefused, InboundCall, Leg
from engine.routing.regions import may_carry
from engine.webhooks.payloads.arrival import arrival_params

RING_S: Final = 120

log = structlog.get_logger(__name__)


class InboundCalls:
    """Takes calls that come in to numbers of ours, and keeps those that were refused."""

    def __init__(
        self, services: CallServices, sessions: Sessions, replacement: CallReplacement, make: MakeRunner
    ) -> None:
        self._services = services
        self._sessions = sessions
        self._replacement = replacement
        self._make = make

    async def take(self, leg: Leg, arrival: InboundCall, set_up: SetUp) -> None:
        """Follow a call to its end: it is given its flow, sent on to another region, or told why it is not taken."""
        try:
            self._services.space.require()
            number, region = await self._called(arrival) or (None, "")
            replaced = self._replacement.replaced(arrival, number)
            if arrival.replaces is not None and replaced is None:
                log.warning("inbound_refused", number=arrival.called, source=arrival.source, rule="no call to replace")
                self._services.refusals.refused(RefusalRule.INVITE, arrival.source, arrival.called)
                await leg.hang_up(Cause.NO_SUCH_CALL)
                return
            if number is None and replaced is None:
                log.warning("inbound_refused", number=arrival.called, source=arrival.source, rule="no such number")
                self._services.refusals.refused(RefusalRule.NUMBER, arrival.source, arrival.called)
                await leg.hang_up(Cause.NOT_FOUND)
                return
            if replaced is None and not may_carry(self._services.region, region):
                await sent_on(leg, arrival, region, self._services)
                return
            call, run_flow = self._what_it_does(number, arrival, replaced)
            making = partial(self._make, number=number, told=arrival_params(arrival, leg.sip_call_id))
            proof = CallerProof(Attestation.GATEWAY, arrival.identity)
            try:
                await self._sessions.take(call, leg, proof, making, run_flow, set_up.done)
            except PolicyRefused as refused:
                self._services.refusals.refused(RefusalRule.POLICY, arrival.source, arrival.called)
                await turn_away_not_allowed(self._services.ledger, leg, call, refused)
        except BalanceTooLow:
            log.warning("inbound_refused", number=arrival.called, source=arrival.source, rule="balance too low")
            self._services.refusals.refused(RefusalRule.BALANCE, arrival.source, arrival.called)
            await leg.hang_up(Cause.FORBIDDEN)
        except StoreError as error:
            log.error("store_failed", error=str(error))
            self._services.refusals.refused(RefusalRule.STORAGE, arrival.source, arrival.called)
            await leg.hang_up(Cause.UNAVAILABLE)
        except Exception:
            await leg.hang_up(Cause.FAULT)  # who calls is not left ringing
            raise
        finally:
            set_up.done()

    async def keep_refused(self, refused: DialRefused) -> None:
        """Keep a call whose INVITE was refused before it became a leg, where somebody's number was called."""
        arrival = refused.arrival
        try:
            called = await self._called(arrival)
            if called is None:
                return
            call = self._inbound(called[0], arrival)
            await keep_refused(self._services.ledger, call, refused)
        except StoreError as error:
            log.error("store_failed", error=str(error))

    def _what_it_does(
        self, number: Number | None, arrival: InboundCall, replaced: Session | None
    ) -> tuple[Call, RunFlow]:
        """A call that comes in, and what becomes of it: another's place, or the flow of the number that it called."""
        if replaced is not None:
            call = self._replacement.call(arrival, replaced.call)
            return call, partial(self._replacement.run, replaced=replaced, call_id=replaced.call.id)
        assert number is not None
        call = self._inbound(number, arrival)
        return call, partial(run_starts, starts=starts_of(call))

    async def _called(self, arrival: InboundCall) -> tuple[Number, str] | None:
        """Who takes the call, under the number that was called: whose it is, or who takes all else of the trunk.

        With it the region of its account, empty for any.
        """
        numbers = self._services.stores.numbers
        called = [from_carrier(each) for each in (arrival.called, arrival.addressed)]
        for each in called:
            if (taking := await numbers.taking_in_region(each)) is not None:
                return taking
        if not arrival.default_number or (taking := await numbers.taking_in_region(arrival.default_number)) is None:
            return None
        number, region = taking
        return replace(number, e164=next((each for each in called if each.startswith("+")), called[0])), region

    def _inbound(self, number: Number, arrival: InboundCall) -> Call:
        call = Call.begun(
            Direction.INBOUND,
            from_carrier(arrival.caller),
            number.e164,
            CallOptions(timeout_s=RING_S).over(number.options),
            account_id=number.account_id,
            at=self._services.clock.now(),
            node=self._services.node,
        )
        return arrived(run_by_number(call, number), arrival)
