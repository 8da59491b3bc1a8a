"""An outgoing leg that goes on to the next host or trunk where one has failed, before anybody was heard."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from engine.errors import SipError
from engine.model.quality import quality_of
from engine.model.trunk import Trunk
from engine.ports import (
    Alerted,
    Answered,
    CallerIdWarned,
    Cause,
    DialRequest,
    EndedBy,
    HungUp,
    LegEvent,
    LegId,
    PlaceTaken,
    RouteAdvanced,
    TrunkTried,
)
from engine.routing.failover import CAUSES_WITHOUT_ANSWER, Progress, SetUpFailure, judge
from engine.routing.trunk_figures import TrunkMeter
from sip.leg import SipLeg
from sip.status import q850
from sip.trunks.choice import Way
from sip.trunks.outbound_room import TrunkFull

_OK: Final = 200
SILENT_SERVER_S: Final = 60
"""For how long calls leave a server alone that has answered nothing, where the host's name leads to another."""
_UNHEARD: Final = 408
"""What stands for no answer at all (RFC 3261 §8.1.3.1)."""

Place = Callable[[Way, DialRequest], Awaitable[SipLeg]]
"""Send an INVITE. Raises SipError."""
Hold = Callable[[Way, int], None]
"""Note that a host, or a server of its name, is to be left alone for so many seconds."""

MeterOf = Callable[[str], TrunkMeter]
"""The meter of a trunk, by its name."""
WarningOf = Callable[[DialRequest, Trunk], str]
"""What will become of the caller's number by a trunk; empty where nothing is known."""


class NoAddress(SipError):
    """The name of a host leads nowhere."""


class FailoverLeg:
    """One call to a number, by the first of several ways that carries it. Implements engine.ports.Leg.

    Until something was heard of the far end, its dialog may be replaced by another's, which has another id.
    """

    def __init__(
        self,
        request: DialRequest,
        ways: Sequence[Way],
        place: Place,
        hold: Hold,
        meter_of: MeterOf,
        warning_of: WarningOf,
    ) -> None:
        self._request = request
        self._left = list(ways)
        self._place = place
        self._hold = hold
        self._meter_of = meter_of
        self._warning_of = warning_of
        self._warned = False
        self._hung_up: Cause | None = None
        self._untold: list[TrunkTried | CallerIdWarned] = []
        self._answered = False
        self._answered_s = 0.0

    async def dial(self) -> None:
        """Send the first INVITE that can be sent. Raises SipError of the last where none can."""
        while True:
            self._way, self._sent_s, self._progress = self._left.pop(0), time.monotonic(), Progress.NONE
            try:
                self._leg = await self._place(self._way, self._request)
                self._warn()
                return
            except SipError as error:
                self._untold.append(self._tried(None, str(error), CAUSES_WITHOUT_ANSWER[_failure(error)]))
                if isinstance(error, TrunkFull):
                    self._left = [way for way in self._left if way.trunk != self._way.trunk]
                if not self._left:
                    raise

    @property
    def id(self) -> LegId:
        return self._leg.id

    @property
    def via(self) -> str:
        return self._leg.via

    @property
    def sip_call_id(self) -> str:
        return self._leg.sip_call_id

    async def events(self) -> AsyncIterator[LegEvent]:
        while True:
            async for event in self._leg.events():
                for untold in self._taken_untold():
                    yield untold
                if (tried := self._note(event)) is not None:
                    yield tried
                if isinstance(event, HungUp) and self._goes_on(event):
                    break
                yield event
                if isinstance(event, HungUp):
                    return
            try:
                await self.dial()
            except SipError:  # told as an attempt; the call's end is the last answer that came
                for untold in self._taken_untold():
                    yield untold
                yield event
                return
            yield RouteAdvanced(self.via, self.sip_call_id)
            if self._hung_up is not None:
                await self._leg.hang_up(self._hung_up)

    async def ring(self) -> None:
        await self._leg.ring()

    async def answer(self) -> None:
        await self._leg.answer()

    async def refuse(self, code: int) -> None:
        await self._leg.refuse(code)

    async def redirect(self, uri: str) -> None:
        await self._leg.redirect(uri)

    async def press(self, digits: str) -> None:
        await self._leg.press(digits)

    async def refer(self, target: str) -> None:
        await self._leg.refer(target)

    async def hold(self, *, held: bool) -> None:
        await self._leg.hold(held=held)

    async def hang_up(self, cause: Cause = Cause.NORMAL, *, again_after_s: int | None = None) -> None:
        self._hung_up = cause
        await self._leg.hang_up(cause, again_after_s=again_after_s)

    def _warn(self) -> None:
        """Once for a call, of the first trunk to which it applies."""
        trunk = self._way.trunk
        if trunk is not None and not self._warned and (reason := self._warning_of(self._request, trunk)):
            self._warned = True
            self._untold.append(CallerIdWarned(trunk.name, reason))

    def _note(self, event: LegEvent) -> TrunkTried | None:
        """Note how far the call has come; the attempt, if it has ended with this."""
        if self._way.trunk is None:
            return None
        self._measure(event, self._meter_of(self._way.trunk.name))
        if isinstance(event, PlaceTaken):
            self._way = replace(self._way, trunk=None)  # what the trunk carried has ended
            return None
        if self._answered:
            return None
        match event:
            case Alerted(early_media=early):
                self._progress = Progress.HEARD if early or self._progress is Progress.HEARD else Progress.RINGING
            case Answered():
                self._answered, self._progress = True, Progress.HEARD
                return self._tried(_OK, "OK", None)
            case HungUp():
                if event.retry_after_s:
                    self._hold(self._way, event.retry_after_s)
                elif event.unheard and self._has_another_server():
                    self._hold(self._way, SILENT_SERVER_S)
                return self._tried_by(event)
        return None

    def _has_another_server(self) -> bool:
        """Whether the name of the host leads to one that is still to be tried."""
        here = (self._way.trunk, self._way.trunk_host)
        return any((way.trunk, way.trunk_host) == here for way in self._left)

    def _measure(self, event: LegEvent, meter: TrunkMeter) -> None:
        now_s = time.monotonic()
        match event:
            case Alerted() | Answered() if self._progress is Progress.NONE:
                meter.rang(now_s, (now_s - self._sent_s) * 1000)
            case _:
                pass
        match event:
            case Answered() if not self._answered:
                self._answered_s = now_s
                meter.tried(now_s, answered=True)
            case PlaceTaken() if self._answered:
                meter.ended(now_s, now_s - self._answered_s, None)
            case HungUp(figures=figures) if self._answered:
                mos = quality_of(figures).mos if figures is not None and figures.packets_received else None
                meter.ended(now_s, now_s - self._answered_s, mos)
            case HungUp() if self._hung_up is None:
                meter.tried(now_s, answered=False)
            case _:
                pass

    def _goes_on(self, event: HungUp) -> bool:
        if self._way.trunk is None or not self._left or self._hung_up is not None:
            return False
        # A cause that only stands for the code is our own, and says nothing that the code does not.
        told = event.q850_cause if event.q850_cause != q850(event.sip_code) else None
        return judge(_outcome(event), self._progress, told).goes_on

    def _tried_by(self, event: HungUp) -> TrunkTried:
        outcome = _outcome(event)
        if isinstance(outcome, SetUpFailure):
            code, words = (_UNHEARD, event.unheard) if event.unheard else (event.sip_code, event.sip_reason)
            return self._tried(code, words, CAUSES_WITHOUT_ANSWER[outcome], event.words)
        return self._tried(event.sip_code, event.sip_reason, event.q850_cause, event.words)

    def _tried(self, code: int | None, reason: str, cause: int | None, words: str = "") -> TrunkTried:
        name = self._way.trunk.name if self._way.trunk else ""
        took_ms = round((time.monotonic() - self._sent_s) * 1000)
        return TrunkTried(name, self._way.host, self._way.via, code, reason, cause, took_ms, words)

    def _taken_untold(self) -> Sequence[TrunkTried | CallerIdWarned]:
        untold, self._untold = self._untold, []
        return untold


def _failure(error: SipError) -> SetUpFailure:
    match error:
        case TrunkFull():
            return SetUpFailure.NO_CAPACITY
        case NoAddress():
            return SetUpFailure.NO_ADDRESS
        case _:
            return SetUpFailure.TRANSPORT_ERROR


def _outcome(event: HungUp) -> int | SetUpFailure:
    if event.unheard:
        return SetUpFailure.NO_ANSWER
    return SetUpFailure.TRANSPORT_ERROR if event.by is EndedBy.NOBODY else event.sip_code
