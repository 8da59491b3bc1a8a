"""A call of the library whose far end may send a fax in the place of sound. Everything here runs on the SIP thread."""

from collections.abc import Callable
from dataclasses import dataclass

import pjsua2 as pj
import structlog

from engine.model.trunk import AddressFamily
from engine.ports import LegId
from sip.fax.description import FaxLine, described_with_fax, fax_line
from sip.fax.passing import FaxPassing
from sip.own_call import OwnCall
from sip.received import received_message
from sip.reinvites import CHALLENGES, audio_alone, final_answer_code

_SDP = "application/sdp"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FaxNews:
    """What a leg has to tell of faxes; it is told after the callback under way."""

    leg: LegId
    passing: FaxPassing
    later: Callable[[Callable[[], None]], None]

    def offered(self, fax: FaxLine) -> None:
        self.later(lambda: self.passing.offered(self.leg, fax))

    def answered(self, code: int, answer: FaxLine | None) -> None:
        self.later(lambda: self.passing.answered(self.leg, code, answer))

    def has_audio(self) -> None:
        self.later(lambda: self.passing.has_audio(self.leg))

    def refused_audio(self, code: int) -> None:
        self.later(lambda: self.passing.refused_audio(self.leg, code))


class FaxCall(OwnCall):
    """Offers, accepts and refuses fax by re-INVITE. The library keeps the sockets of audio meanwhile."""

    def __init__(self, account: pj.Account, call_id: int, fax: FaxNews) -> None:
        super().__init__(account, call_id)
        self.fax = fax
        self.faxing = False
        """Whether its line carries a fax, or is to do so."""
        self._described = ""
        self._fax_to_offer: tuple[FaxLine, int] | None = None
        self._fax_offered = False
        self._audio_offered = False

    @property
    def media_family(self) -> AddressFamily:
        """Over which IP version its media go."""
        return AddressFamily.IPV6 if "c=IN IP6" in self._described else AddressFamily.IPV4

    def onCallRxReinvite(self, prm: pj.OnCallRxReinviteParam) -> None:  # noqa: N802
        # The gate lets a line of fax through where it may be passed on alone.
        if (fax := fax_line(str(prm.offer.wholeSdp))) is not None:
            prm.isAsync = True
            self.fax.offered(fax)

    def offer_fax(self, fax: FaxLine, port: int) -> bool:
        """Send a re-INVITE with a line of fax; whether that could be done now."""
        self._fax_to_offer = fax, port
        try:
            self.faxing = self._fax_offered = self._offer()
        finally:
            self._fax_to_offer = None
        return self._fax_offered

    def offer_audio(self) -> bool:
        """Send a re-INVITE with audio; whether that could be done now."""
        self._audio_offered = self._offer()
        return self._audio_offered

    def answer_fax(self, fax: FaxLine, port: int) -> None:
        """Accept the re-INVITE with fax that waits."""
        prm = pj.CallOpParam()
        prm.statusCode = 200
        prm.sdp.wholeSdp = described_with_fax(self._described, fax, port)
        self.faxing = True
        self._answer(prm)

    def refuse_fax(self, code: int) -> None:
        """Refuse the re-INVITE with fax that waits."""
        prm = pj.CallOpParam()
        prm.statusCode = code
        self._answer(prm)

    def as_described(self, text: str) -> str:
        """The description that goes out in the place of this one, which the library has made."""
        self._described = text
        return text if self._fax_to_offer is None else described_with_fax(text, *self._fax_to_offer)

    def note_answer(self, event: pj.SipEvent) -> None:
        """Tell of an answer to a re-INVITE that asked for fax, or for audio after it."""
        if not (self._fax_offered or self._audio_offered):
            return
        code = final_answer_code(event)
        if not code or code in CHALLENGES:
            return
        asked_fax, self._fax_offered, self._audio_offered = self._fax_offered, False, False
        if asked_fax:
            self.faxing = code < 300
            parts = received_message(event).parts()
            text = next((part.body for part in parts if part.content_type == _SDP), "")
            self.fax.answered(code, fax_line(text) if code < 300 else None)
        elif code >= 300:
            self.fax.refused_audio(code)

    def note_audio(self) -> None:
        """Audio was agreed on; after a fax, that is told."""
        if self.faxing:
            self.faxing = False
            self.fax.has_audio()

    def _answer(self, prm: pj.CallOpParam) -> None:
        if self.has_its_call:
            self.answer(prm)

    def _offer(self) -> bool:
        return self.reinvites(audio_alone())

    def reinvites(self, prm: pj.CallOpParam) -> bool:
        """Send a re-INVITE; whether that could be done now."""
        if not self.has_its_call:
            return False
        try:
            self.reinvite(prm)
        except pj.Error as error:
            log.info("reinvite_not_sent", leg=self.fax.leg, reason=error.reason)
            return False
        return True
