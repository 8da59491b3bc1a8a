"""Calls that did not begin, kept among the calls with what they were told, for whoever looks for them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from engine.errors import PolicyRefused
from engine.live.session.journal import Journal, Ledger
from engine.model.call import Attempt, Call, Event
from engine.model.call_policy import PolicyLevel
from engine.ports import Cause, DialRefused, Leg


async def keep_not_allowed(ledger: Ledger, call: Call, refused: PolicyRefused) -> None:
    """Keep one that a policy does not allow. Raises StoreError."""
    journal = Journal(_untold(call), ledger)
    journal.tried(Attempt(f"policy of the {refused.level}", call.to, str(refused)))
    journal.refused_by_policy(refused)
    journal.happened(Event.BROKE)
    await journal.open_ended()


async def turn_away_not_allowed(ledger: Ledger, leg: Leg, call: Call, refused: PolicyRefused) -> None:
    """Refuse and keep one that comes in: its account is busy, or the node has no room for more. Raises StoreError."""
    cause = Cause.UNAVAILABLE if refused.level == PolicyLevel.NODE else Cause.BUSY
    await leg.hang_up(cause, again_after_s=refused.again_after_s)
    await keep_not_allowed(ledger, call, refused)


@asynccontextmanager
async def kept_if_not_allowed(ledger: Ledger, call: Call) -> AsyncIterator[None]:
    """Keep a call that a policy does not allow inside. Raises PolicyRefused then."""
    try:
        yield
    except PolicyRefused as refused:
        await keep_not_allowed(ledger, call, refused)
        raise


async def keep_refused(ledger: Ledger, call: Call, refused: DialRefused) -> None:
    """Keep one whose INVITE was refused before it became a leg. Raises StoreError."""
    said = f"{refused.sip_code} {refused.why}".strip()
    journal = Journal(_untold(call), ledger)
    peer = f"peer {refused.arrival.source}"
    journal.tried(Attempt(peer, call.to, said, refused.sip_code, refused.why, refused.q850_cause))
    journal.happened(Event.BROKE, sip_code=refused.sip_code, sip_reason=refused.why, q850_cause=refused.q850_cause)
    await journal.open_ended()


def _untold(call: Call) -> Call:
    """A call that did not begin: nobody is told of its statuses."""
    return replace(call, options=replace(call.options, status_callback=None))
