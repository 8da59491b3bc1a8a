"""Fax between two far ends that talk to each other: what one asks by re-INVITE, the other is asked, and answers.

Every method here runs on the SIP thread, and but for `over` none within a callback of the library.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog

from engine.errors import SipError
from engine.model.trunk import AddressFamily
from engine.ports import FaxBegan, FaxEnded, LegEvent, LegId
from sip.config import ListenAddress
from sip.fax.description import FaxLine
from sip.fax.relay import FaxRelay
from sip.reinvites import REQUEST_PENDING

NOT_ACCEPTABLE: Final = 488
_END_S: Final = 0.5
"""For how long whose peer has gone is left before it is asked for audio: mostly it is hung up with it."""

log = structlog.get_logger(__name__)


class FaxDialog(Protocol):
    """A dialog, as fax needs it."""

    @property
    def passes_fax(self) -> bool:
        """Whether its trunk passes fax on, and it goes on."""
        ...

    @property
    def media_family(self) -> AddressFamily:
        """Over which IP version its media go."""
        ...

    @property
    def faxing(self) -> bool:
        """Whether its line carries a fax, or is to do so."""
        ...

    def offer_fax(self, fax: FaxLine, port: int) -> bool:
        """Send a re-INVITE with a line of fax; whether that could be done now."""
        ...

    def answer_fax(self, fax: FaxLine, port: int) -> None:
        """Accept the re-INVITE with fax that waits."""
        ...

    def refuse_fax(self, code: int) -> None:
        """Refuse the re-INVITE with fax that waits."""
        ...

    def offer_audio(self) -> bool:
        """Send a re-INVITE with audio; whether that could be done now."""
        ...

    def tell(self, event: LegEvent) -> None: ...


@dataclass(slots=True)
class _PassedFax:
    """A fax that one leg has asked for; it runs once the other has agreed."""

    asker: LegId
    asked: LegId
    relay: FaxRelay
    offer: FaxLine
    answer: FaxLine | None = None

    @property
    def sides(self) -> Mapping[LegId, int]:
        return {self.asker: 0, self.asked: 1}


@dataclass(slots=True)
class _JoinedLegs:
    """Two legs that talk to each other."""

    legs: tuple[LegId, LegId]
    fax: _PassedFax | None = None

    def other(self, leg: LegId) -> LegId:
        return self.legs[1] if leg == self.legs[0] else self.legs[0]


@dataclass(slots=True)
class FaxPassing:
    """Passes fax between the legs that were joined.

    `dialog_of` finds a leg's dialog while it goes on. `after` has something done in so many seconds, `again` after the
    pause of a leg that RFC 3261 §14.1 asks for, and `emit` in asyncio's thread. `places` are where media are bound.
    """

    dialog_of: Callable[[LegId], FaxDialog | None]
    after: Callable[[float, Callable[[], None]], None]
    again: Callable[[LegId, Callable[[], None]], None]
    emit: Callable[[Callable[[], object]], None]
    places: Mapping[AddressFamily, ListenAddress]
    _talks: dict[LegId, _JoinedLegs] = field(default_factory=dict)

    def join(self, first: LegId, second: LegId) -> None:
        """Pass what one of two asks for to the other, from now on."""
        talk = _JoinedLegs((first, second))
        self._talks.update({first: talk, second: talk})

    def part(self, first: LegId, second: LegId) -> None:
        """Pass nothing on any more, and have both return to audio."""
        talk = self._talks.get(first)
        if talk is not None and talk is self._talks.get(second):
            for each in talk.legs:
                del self._talks[each]
            self._end(talk, *talk.legs)

    def may_pass(self, leg: LegId) -> bool:
        """Whether a leg talks to another, and the trunks of both pass fax on."""
        if (talk := self._talks.get(leg)) is None:
            return False
        dialogs = [self.dialog_of(each) for each in talk.legs]
        return all(each is not None and each.passes_fax for each in dialogs)

    def offered(self, leg: LegId, fax: FaxLine) -> None:
        """A far end wants to send a fax, or one that does has told of it once more."""
        if (dialog := self.dialog_of(leg)) is None:
            return
        talk = self._talks.get(leg)
        other = self.dialog_of(talk.other(leg)) if talk is not None else None
        if talk is None or other is None or not self.may_pass(leg):
            dialog.refuse_fax(NOT_ACCEPTABLE)
        elif talk.fax is not None:
            self._refresh(talk.fax, leg, dialog, fax)
        else:
            self._ask(talk, leg, dialog, other, fax)

    def answered(self, leg: LegId, code: int, answer: FaxLine | None) -> None:
        """The far end that was asked has answered, with a line of fax if it agrees."""
        dialog, talk = self.dialog_of(leg), self._talks.get(leg)
        fax = talk.fax if talk is not None else None
        if talk is not None and fax is not None and fax.asked == leg and fax.answer is None:
            asker = self.dialog_of(fax.asker)
            if asker is not None and answer is not None:
                self._begin(fax, answer, asker)
                return
            talk.fax = None
            self._drop(fax)
            if asker is not None:
                asker.refuse_fax(code if 400 <= code < 500 else NOT_ACCEPTABLE)
        if code < 300 and dialog is not None:
            self._bring_back(leg)

    def has_audio(self, leg: LegId) -> None:
        """A far end has returned to audio, if there was a fax: the other is to follow."""
        talk = self._talks.get(leg)
        if talk is not None and talk.fax is not None and talk.fax.answer is not None:
            self._end(talk, talk.other(leg))

    def refused_audio(self, leg: LegId, code: int) -> None:
        """A far end does not return to audio; another re-INVITE may have crossed ours."""
        if code == REQUEST_PENDING:
            self.again(leg, lambda: self._bring_back(leg))
        else:
            log.warning("audio_not_resumed", leg=leg, sip_code=code)

    def over(self, leg: LegId) -> None:
        """A leg is about to end; within a callback."""
        if (talk := self._talks.pop(leg, None)) is None:
            return
        other = talk.other(leg)
        self._talks.pop(other, None)
        fax, talk.fax = talk.fax, None
        if fax is not None and fax.answer is None:
            self._drop(fax)
            if fax.asked == leg:
                self.after(0.0, lambda: self._refuse(other))
        elif fax is not None:
            self._tell_end(fax)
            self._drop(fax)
            self.after(_END_S, lambda: self._bring_back(other))

    def _refuse(self, leg: LegId) -> None:
        if (dialog := self.dialog_of(leg)) is not None:
            dialog.refuse_fax(NOT_ACCEPTABLE)

    def _refresh(self, fax: _PassedFax, leg: LegId, dialog: FaxDialog, told: FaxLine) -> None:
        if fax.answer is None:
            dialog.refuse_fax(REQUEST_PENDING)
            return
        side = fax.sides[leg]
        fax.relay.reach(side, told.address, told.port)
        dialog.answer_fax(fax.answer if leg == fax.asker else fax.offer, fax.relay.port(side))

    def _ask(self, talk: _JoinedLegs, leg: LegId, dialog: FaxDialog, other: FaxDialog, offer: FaxLine) -> None:
        try:
            relay = FaxRelay.bound([self.places[each.media_family] for each in (dialog, other)])
        except SipError as error:
            log.warning("fax_refused", leg=leg, reason=str(error))
            dialog.refuse_fax(NOT_ACCEPTABLE)
            return
        talk.fax = _PassedFax(leg, talk.other(leg), relay, offer)
        if not other.offer_fax(offer, relay.port(1)):
            talk.fax = None
            relay.close()
            dialog.refuse_fax(REQUEST_PENDING)

    def _begin(self, fax: _PassedFax, answer: FaxLine, asker: FaxDialog) -> None:
        fax.answer = answer
        fax.relay.reach(0, fax.offer.address, fax.offer.port)
        fax.relay.reach(1, answer.address, answer.port)
        self.emit(fax.relay.open)
        asker.answer_fax(answer, fax.relay.port(0))
        for dialog in filter(None, map(self.dialog_of, fax.sides)):
            dialog.tell(FaxBegan(answer.rate_bps))

    def _end(self, talk: _JoinedLegs, *without_audio: LegId) -> None:
        fax, talk.fax = talk.fax, None
        if fax is None:
            return
        if fax.answer is None:
            self._refuse(fax.asker)
        else:
            self._tell_end(fax)
            for each in without_audio:
                self._bring_back(each)
        self._drop(fax)

    def _tell_end(self, fax: _PassedFax) -> None:
        rate_bps = fax.answer.rate_bps if fax.answer is not None else 0
        for leg, side in fax.sides.items():
            if (dialog := self.dialog_of(leg)) is not None:
                dialog.tell(FaxEnded(rate_bps, fax.relay.received[side], fax.relay.received[1 - side]))

    def _drop(self, fax: _PassedFax) -> None:
        self.emit(fax.relay.close)

    def _bring_back(self, leg: LegId) -> None:
        dialog = self.dialog_of(leg)
        if dialog is not None and dialog.faxing and not dialog.offer_audio():
            self.again(leg, lambda: self._bring_back(leg))
