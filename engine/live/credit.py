"""Prepaid calls: reserved at their start, drawn on while they go on, told of the end, cut when nothing is left.

The database has the last word on what is left, so that calls of several nodes can draw from one balance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import structlog

from engine.aio.tasks import BackgroundTasks
from engine.errors import BalanceTooLow, LegGone, MediaError, SipError, SpeechError, StoreError
from engine.live.phrases import Phrase
from engine.live.session.session import Session
from engine.live.speaker import Speaker
from engine.model.balance import Draw, cost, is_free, next_draw
from engine.model.call import Attempt, Call
from engine.model.rating import Rate, Rates
from engine.ports import Clock, Ear
from engine.store.balances import Balances
from engine.store.connections import Job

AHEAD_S: Final = 5.0
"""A call draws so long before it is told that nothing is left, so that a database that is late does no harm."""
CUT_S: Final = 0.25
"""BYE leaves so long before the paid seconds are over: the far end's answer is to come within them, for seconds are
rounded up."""

log = structlog.get_logger(__name__)


class NoticeTo(StrEnum):
    """Who is told that the balance is nearly used up: the account's party, or also whom it talks to."""

    ACCOUNT = "account"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class NoticeOptions:
    """How many seconds before the end the notice is spoken (0 is never), and to whom."""

    before_s: int = 15
    to: NoticeTo = NoticeTo.ACCOUNT


@dataclass(frozen=True, slots=True)
class CallCredit:
    """What calls cost their account's balance. `node` is told with each reservation, for the next start."""

    balances: Balances
    rates: Rates
    speaker: Speaker
    clock: Clock
    node: str
    notice: NoticeOptions = NoticeOptions()

    def reserving(self, call: Call) -> Job[Draw | None] | None:
        """The job that reserves what the call needs at its start, raising BalanceTooLow; None for one that is free."""
        rate = self._rate(call)
        return None if rate is None else self.balances.reserving(call.id, call.account_id, self.node, rate)

    async def require(self, call: Call) -> None:
        """Whether a call that waits could begin now; nothing is reserved for it. Raises BalanceTooLow, StoreError."""
        rate = self._rate(call)
        balance = None if rate is None else await self.balances.of(call.account_id)
        if rate is None or balance is None or not balance.prepaid:
            return
        if next_draw(rate, 0, balance.available) is None:
            raise BalanceTooLow(call.account_id)

    def settlement(self, call: Call) -> Job[None]:
        """The job that takes what a call that has ended has cost, and gives back the rest."""
        return self.balances.settling(call.id, call.account_id, self._cost(call), call.end_time or self.clock.now())

    async def settle_left(self, call_id: str, account_id: str, call: Call | None) -> None:
        """Settle a reservation that a process left: by the call's row, and beyond it nothing. Raises StoreError."""
        units = self._cost(call) if call is not None else 0
        await self.balances.settle(call_id, account_id, units, self.clock.now(), capped=True)

    async def keep(self, session: Session, draw: Draw) -> None:
        """Draw for as long as the call goes on; tell it of the end, and end it when nothing is left."""
        rate = self._rate(session.call)
        if rate is None:
            return
        await session.answered.wait()
        told = BackgroundTasks("balance", call_id=session.call.id, on_failure=session.background_failed)
        try:
            await self._keep(session, rate, draw.paid_s, told)
        finally:
            await told.close()

    async def _keep(self, session: Session, rate: Rate, paid_s: int, told: BackgroundTasks) -> None:
        before_s = self.notice.before_s
        told_of_s: int | None = None
        while True:
            for left_s in sorted({before_s + AHEAD_S, max(before_s, CUT_S), CUT_S}, reverse=True):
                await self.clock.sleep(max(paid_s - session.journal.answered_for_s - left_s, 0))
                more = await self._more(session.call, rate, paid_s)
                if more is not None:
                    paid_s = more.paid_s
                    break
                if left_s == before_s and (told_of_s is None or paid_s - told_of_s > before_s):
                    told_of_s = paid_s
                    session.journal.note_event("balance_low", seconds=before_s)
                    told.begin(self._tell(session))
            else:
                await _cut(session, paid_s)
                return

    async def _more(self, call: Call, rate: Rate, paid_s: int) -> Draw | None:
        """Further increments; none also where the database fails: what is paid for holds, and no more than that."""
        try:
            return await self.balances.draw(call.id, call.account_id, rate, paid_s)
        except StoreError as error:
            log.error("store_failed", error=str(error))
            return None

    async def _tell(self, session: Session) -> None:
        try:
            for each in self._hearers(session):
                await self.speaker.say(Phrase.BALANCE_LOW.in_language(each.language), [Ear(each.leg.id)])
        except (LegGone, SipError, MediaError, SpeechError) as error:
            log.warning("balance_notice_not_heard", reason=str(error))

    def _hearers(self, session: Session) -> Sequence[Session]:
        """The account's party first: who has dialled, or the call itself where nobody of the account's is on it."""
        peer = session.peer
        if peer is None:
            return [session]
        first, second = (peer, session) if session.call.parent_id is not None else (session, peer)
        return [first, second] if self.notice.to is NoticeTo.BOTH else [first]

    def _rate(self, call: Call) -> Rate | None:
        """None where the call costs nothing."""
        rate = self.rates.rate_of(call.to, call.direction)
        return None if is_free(rate) else rate

    def _cost(self, call: Call) -> int:
        rate = self._rate(call)
        return 0 if rate is None else cost(rate, call.duration)


async def _cut(session: Session, paid_s: int) -> None:
    session.journal.tried(Attempt("balance", session.call.to, "The account's balance is used up."))
    session.journal.note_event("balance_used_up", seconds=paid_s)
    await session.hang_up()
