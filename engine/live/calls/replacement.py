"""A call that comes in and takes the place of another (Replaces, RFC 3891): an attended transfer by far ends."""

from dataclasses import dataclass
from typing import Final

import structlog

from engine.errors import LegGone, SipError
from engine.live.calls.arrived import arrived
from engine.live.calls.flow_runner import FlowRunner
from engine.live.calls.node_streams import NodeStreams
from engine.live.calls.registry import Sessions
from engine.live.consent.newcomer import NewcomerConsent
from engine.live.consent.service import ConsentService
from engine.live.disclosure.gate import DisclosureGate
from engine.live.disclosure.newcomer import NewcomerDisclosure
from engine.live.services import CallServices
from engine.live.session.session import Session
from engine.model.call import Call, Direction
from engine.model.call_options import CallOptions
from engine.model.numbers import Number, from_carrier
from engine.ports import InboundCall

RING_S: Final = 10
"""For how long the call may be unanswered: it is answered at once, and its far end has to confirm that."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CallReplacement:
    """Gives a call that comes in the place of another: its flow, whom it talks to, its seat in a conference."""

    services: CallServices
    sessions: Sessions
    permission: ConsentService
    gate: DisclosureGate
    streams: NodeStreams

    def replaced(self, arrival: InboundCall, number: Number | None) -> Session | None:
        """The call whose place it asks for; None where that has ended, or is another account's than the called number.

        What is called is mostly no number: far ends call the address from which our side of the dialog spoke.
        """
        session = self.sessions.of_leg(arrival.replaces) if arrival.replaces is not None else None
        if session is None or (number is not None and number.account_id != session.call.account_id):
            return None
        return session

    def call(self, arrival: InboundCall, replaced: Call) -> Call:
        """The call that comes in, on the account of the one whose place it takes, and with its options."""
        call = Call.begun(
            Direction.INBOUND,
            from_carrier(arrival.caller),
            replaced.to if replaced.direction is Direction.INBOUND else replaced.from_,
            CallOptions(timeout_s=RING_S).over(replaced.options),
            account_id=replaced.account_id,
            at=self.services.clock.now(),
            node=self.services.node,
            parent_id=replaced.parent_id or replaced.id,
        )
        return arrived(call, arrival)

    async def run(self, runner: FlowRunner, replaced: Session, call_id: str) -> None:
        """Answer the call of this runner, put it in the place of the other, which has that id, and end that one."""
        new = runner.session
        try:
            await new.leg.answer()
            await new.until_over(new.answered.wait())
            await self._exchange(replaced, new, call_id)
        except (LegGone, SipError) as error:
            new.journal.note_event("not_replaced", reason=str(error))
            await new.hang_up()
        await runner.stand_by()

    async def _exchange(self, place: Session, new: Session, call_id: str) -> None:
        """Raises LegGone, SipError; the newcomer has no place then."""
        _require_still(place, call_id)
        before, after = place.call, new.call
        consent = NewcomerConsent(self.permission)
        disclosure = NewcomerDisclosure(self.gate)
        await consent.keep_out(place)
        try:
            await disclosure.keep_out(place)
            _require_still(place, call_id)
            await self.services.dialer.exchange(place.leg.id, new.leg.id, lambda: self.sessions.exchange(place, new))
        except (LegGone, SipError):
            place.beside.begin(_settle(place, consent, disclosure))  # who stays is asked and told again
            raise
        log.info("call_replaced", call_id=before.id, by=after.id)
        new.journal.note_event("replaced", call=after.id)
        place.journal.note_event("replaces", call=before.id)
        if place.peer is not None:
            place.peer.journal.note_event("peer_replaced", call=before.id, by=after.id)
        self.streams.go_on(place)
        await new.hang_up()
        if place.is_ending:
            await place.hang_up()  # meant for whom was there before, and gone to that one alone
        await new.draw()
        await place.draw()
        place.beside.begin(self._welcome(place, consent, disclosure))

    async def _welcome(self, place: Session, consent: NewcomerConsent, disclosure: NewcomerDisclosure) -> None:
        await place.hold.tell_newcomer(place.leg)
        await _settle(place, consent, disclosure)


async def _settle(place: Session, consent: NewcomerConsent, disclosure: NewcomerDisclosure) -> None:
    """Tell who is on the line of programs that speak before that one is asked about recording."""
    await disclosure.settle(place)
    await consent.settle(place)


def _require_still(place: Session, call_id: str) -> None:
    """Raises LegGone where the call has ended, or another has taken its place already."""
    if place.over.is_set() or place.call.id != call_id:
        raise LegGone(f"{call_id} has ended")
