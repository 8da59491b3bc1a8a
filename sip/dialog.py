"""One pjsua2 call: its callbacks become events of our own. Everything here runs on the SIP thread."""

import time
from collections.abc import Callable, Sequence

import pjsua2 as pj
import structlog

from engine.errors import SipError
from engine.model.call import Event
from engine.model.storable import storable
from engine.model.trunk import T38, Dtmf, HoldStyle
from engine.ports import (
    Alerted,
    Answered,
    AnswerHeaders,
    DigitPressed,
    EndedBy,
    HoldRefused,
    HungUp,
    LegEvent,
    LegId,
    MediaChanged,
    MediaLost,
    ReferAnswered,
    ReferRequested,
)
from sip.description import is_held_by_zeros
from sip.fax.call import FaxCall, FaxNews
from sip.handed_headers import handed_headers
from sip.holding import DIRECTIONS, Holding
from sip.keys import KEYS, SINGLE, KeysToldOnce, KeyWay
from sip.media.leg_media import LegMedia
from sip.media.rtp_timeout import RtpTimeout
from sip.message import Message
from sip.offering import EVERYTHING, Offering, offered
from sip.patience import Patience
from sip.reasons import q850_cause, retry_after_s, words_of
from sip.received import is_received, received_message, received_text
from sip.reinvites import audio_alone, final_answer_code
from sip.status import outcome, q850
from sip.trunks.account import SipAccount

NO_COMMON_MEDIA = 488
VANISHED = 408
FIRST_AUDIO = -1  # there is no other, wherever its line stands
NORMAL_CLEARING = 16  # Q.850 §2.2.7.1.7
OF_PERSONS = {480, 486, 487, 600, 603}
"""Codes that stand for what a called person did or did not do (RFC 3261 §21); others are said on the way."""
_ANSWERS = {pj.PJSIP_INV_STATE_EARLY, pj.PJSIP_INV_STATE_CONNECTING}
"""The states of our INVITE that an answer of 18x or 2xx leads to; what confirms it is our own ACK."""
_WITH_MEDIA = {pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD, pj.PJSUA_CALL_MEDIA_LOCAL_HOLD}

log = structlog.get_logger(__name__)

Deliver = Callable[[LegEvent], None]
OnOver = Callable[[LegId], None]


class Dialog(FaxCall):
    """One pjsua2 call; turns its callbacks into events of our own. Every method runs on the SIP thread."""

    def __init__(
        self,
        account: SipAccount,
        leg: LegId,
        deliver: Deliver,
        media: LegMedia,
        on_over: OnOver,
        vigil: RtpTimeout,
        holding: Holding,
        fax: FaxNews,
        call_id: int,
        patience: Patience | None = None,
        follows: Callable[[str], bool] = lambda _: False,
        offering: Offering = EVERYTHING,
        told_headers: Sequence[str] = (),
    ) -> None:
        super().__init__(account, call_id, fax)
        self._follows = follows
        self._told_headers = told_headers
        self.offering = offering
        self.account = account
        self.inbound = call_id != pj.PJSUA_INVALID_ID
        self.leg = leg
        self._deliver = deliver
        self._media = media
        self._on_over = on_over
        self._vigil = vigil
        self.holding = holding
        self.answered = False
        self._had_media = False
        self.over = False
        self._keys = KeysToldOnce()
        self._redirected: Message | None = None
        self._patience = patience
        self.ended_by_us = False
        self.transport = ""
        """What the INVITE came over, as in tls; empty for one of ours."""
        self.owes_offer = False
        """Whether our first answer must offer, as its INVITE does not and answers are reliable."""

    def onCallTsxState(self, prm: pj.OnCallTsxStateParam) -> None:  # noqa: N802
        if self._patience is not None and self._patience.waiting and is_received(prm.e):
            self._patience.heard()
        self.note_answer(prm.e)
        if self.holding.asks and (code := final_answer_code(prm.e)) and self.holding.answered(code):
            self._deliver(HoldRefused(code))

    def onCallState(self, prm: pj.OnCallStateParam) -> None:  # noqa: N802
        info = self.getInfo()
        if info.role == pj.PJSIP_ROLE_UAC and info.state in _ANSWERS:
            self._tell_headers(prm.e)
        if info.state == pj.PJSIP_INV_STATE_EARLY and info.role == pj.PJSIP_ROLE_UAC:
            self._deliver(Alerted(info.lastStatusCode, received_message(prm.e).describes))
        elif info.state == pj.PJSIP_INV_STATE_CONFIRMED and not self.answered:
            self.answered = True
            self._deliver(Answered())
            if info.role == pj.PJSIP_ROLE_UAS and not info.remOfferer and not self._had_media:
                self.hangup(pj.CallOpParam())  # our offer is not answered, and the library would wait for ever
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED and not self.over:
            self.fax.passing.over(self.leg)
            self.over = True
            self._deliver(self._hung_up(info, received_message(prm.e)))
            self._on_over(self.leg)

    def _tell_headers(self, event: pj.SipEvent) -> None:
        if headers := handed_headers(received_text(event), self._told_headers):
            self._deliver(AnswerHeaders(headers))

    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:  # noqa: N802
        del prm
        info = self.getInfo()  # owns what `media` refers to
        for media in info.media:
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status in _WITH_MEDIA:
                self._had_media = True
                if media.audioConfSlot == pj.PJSUA_INVALID_ID:  # a call that begins inactive has no stream yet
                    self._deliver(MediaChanged(sending=False, receiving=False, codec="", remote_address=""))
                    return
                self._media.set_leg(self.leg, self.getAudioMedia(FIRST_AUDIO))
                self._deliver(changed := self._media_changed(media))
                if changed.sending and changed.receiving:
                    self._vigil.begin(changed.codec)
                else:
                    self._vigil.end()  # a line on hold may be silent (RFC 3264 §8.4), also with sendonly
                self.note_audio()
                return
        if self.faxing:
            self._vigil.end()
            self._media.rest_leg(self.leg)

    def onStreamCreated(self, prm: pj.OnStreamCreatedParam) -> None:  # noqa: N802
        in_sound = self.offering.dtmf is Dtmf.INBAND
        self._media.wrap(self.leg, prm, self.getId() if in_sound else None)

    def onStreamDestroyed(self, prm: pj.OnStreamDestroyedParam) -> None:  # noqa: N802
        del prm
        self._media.unwrap(self.leg)

    def onCallSdpCreated(self, prm: pj.OnCallSdpCreatedParam) -> None:  # noqa: N802
        described = offered(prm.sdp.wholeSdp, self.offering)
        # The library takes the older way to hold, an address of zeros (RFC 3264 §8.4), for no hold at all.
        if is_held_by_zeros(str(prm.remSdp.wholeSdp)):
            described = described.replace("a=sendrecv", "a=recvonly")
        prm.sdp.wholeSdp = self.as_described(described)

    def onDtmfDigit(self, prm: pj.OnDtmfDigitParam) -> None:  # noqa: N802
        # Keys in INFO do not come here: sip/gate.py reads them. By that method's name come those that were heard as
        # tones (native/waker.hpp). Other events, as a flash of the hook, are no keys.
        if prm.digit in KEYS:
            in_sound = prm.method == pj.PJSUA_DTMF_METHOD_SIP_INFO
            self.pressed(prm.digit, KeyWay.INBAND if in_sound else KeyWay.RFC4733)

    def onCallRedirected(self, prm: pj.OnCallRedirectedParam) -> int:  # noqa: N802
        # The library would end the call with 487, as if it had been left. Where a call goes is for the flow to say, but
        # for what the trunk's operator settles within the trunk.
        if self._follows(str(prm.targetUri)):
            return int(pj.PJSIP_REDIRECT_ACCEPT)
        if self._redirected is None:
            self._redirected = received_message(prm.e)
        return int(pj.PJSIP_REDIRECT_STOP)

    @property
    def is_confirmed(self) -> bool:
        """Whether it was answered and goes on."""
        return self.answered and not self.over

    @property
    def passes_fax(self) -> bool:
        """Whether its trunk passes fax on, and it goes on."""
        return self.offering.t38 is T38.PASS and not self.over

    def tell(self, event: LegEvent) -> None:
        self._deliver(event)

    def pressed(self, key: str, way: KeyWay) -> None:
        """The far end has told of a key, maybe once more by another way."""
        if self._keys.is_new(key, way, time.monotonic()):
            self._deliver(DigitPressed(key, way.name.lower()))

    def send_hold(self, style: HoldStyle | None) -> bool:
        """Send a re-INVITE that puts the far end on hold so, or takes it from there; whether that could be done now."""
        prm = audio_alone()
        prm.opt.flag = pj.PJSUA_CALL_SET_MEDIA_DIR
        info = self.getInfo()  # owns what `media` refers to
        prm.opt.mediaDir = pj.IntVector([DIRECTIONS[style]] * len(info.media))
        return self.reinvites(prm)

    def press(self, key: str) -> None:
        """Send a key as the trunk has it. Raises SipError where the far end takes none in that way."""
        if self.faxing:
            raise SipError("The line carries a fax, and no keys.")
        match self.offering.dtmf:
            case Dtmf.INBAND:
                self._media.sound_keys(self.leg, key)
            case Dtmf.INFO_DTMF:
                self._tell_by_info(key)
            case Dtmf.INFO_RELAY:
                self._relay_by_info(key)
            case Dtmf.RFC4733 | Dtmf.AUTO:
                self._send_event(key)

    def _send_event(self, key: str) -> None:
        try:
            self.dialDtmf(key)
        except pj.Error as error:
            if self.offering.dtmf is Dtmf.RFC4733:
                raise SipError(f"The far end takes no keys by RFC 4733: {error.reason}.") from None
            self._relay_by_info(key)

    def _relay_by_info(self, key: str) -> None:
        prm = pj.CallSendDtmfParam()
        prm.method = pj.PJSUA_DTMF_METHOD_SIP_INFO
        prm.digits = key
        self.sendDtmf(prm)

    def _tell_by_info(self, key: str) -> None:
        prm = pj.CallSendRequestParam()
        prm.method = "INFO"
        prm.txOption.contentType = SINGLE
        prm.txOption.msgBody = key
        self.sendRequest(prm)

    def onCallTransferRequest(self, prm: pj.OnCallTransferRequestParam) -> None:  # noqa: N802
        # The library would call whom the far end names, at our cost. Whether anybody is called is for the flow to say.
        prm.statusCode = pj.PJSIP_SC_DECLINE
        self._deliver(ReferRequested(storable(str(prm.dstUri))))

    def onCallTransferStatus(self, prm: pj.OnCallTransferStatusParam) -> None:  # noqa: N802
        self._deliver(ReferAnswered(int(prm.statusCode), bool(prm.finalNotify)))

    def look(self, now_s: float) -> None:
        """Tell of a far end that has fallen silent; give up on one that answers nothing."""
        if self.over:
            return
        if not self.has_its_call:  # nothing will be told of it any more
            self._vanish()
            return
        if self._patience is not None and self._patience.is_over(now_s):
            self._give_up()
        if not self.answered or (life := self._media.life(self.leg)) is None:
            return
        if (silent_s := self._vigil.look(life, now_s)) is not None:
            self._deliver(MediaLost(silent_s))

    def _give_up(self) -> None:
        try:
            self.hangup(pj.CallOpParam())
        except pj.Error as error:
            # Its session has ended meanwhile: the library tells that, or the dialog has vanished.
            log.warning("not_hung_up", reason=error.reason)

    def _vanish(self) -> None:
        log.error("dialog_vanished", answered=self.answered, hung_up_by_us=self.ended_by_us)
        self.over = True
        self.fax.passing.over(self.leg)
        what = Event.HUNG_UP if self.answered else Event.BROKE
        by = EndedBy.US if self.ended_by_us else EndedBy.NOBODY
        self._deliver(HungUp(what, by, VANISHED, "Vanished", q850(VANISHED), self._media.figures(self.leg)))
        self._on_over(self.leg)

    def _media_changed(self, media: pj.CallMediaInfo) -> MediaChanged:
        stream = self.getStreamInfo(media.index)
        return MediaChanged(
            sending=bool(media.dir & pj.PJMEDIA_DIR_ENCODING),
            receiving=bool(media.dir & pj.PJMEDIA_DIR_DECODING),
            codec=stream.codecName,
            remote_address=stream.remoteRtpAddress,
        )

    def _hung_up(self, info: pj.CallInfo, message: Message) -> HungUp:
        cause = q850_cause(message)
        if self.answered and not self._had_media and not self.ended_by_us:
            return HungUp(Event.BROKE, EndedBy.NOBODY, NO_COMMON_MEDIA, "No codec in common", q850(NO_COMMON_MEDIA))
        if self.answered:
            # The library's last status is then about the BYE, or a code that we asked it to hang up with.
            figures = self._media.figures(self.leg)
            by = self._ended_by(bool(message.start))
            words = words_of(message)
            return HungUp(Event.HUNG_UP, by, 200, "OK", cause or NORMAL_CLEARING, figures, words=words)
        code, words = info.lastStatusCode, storable(info.lastReason)
        if self._redirected is not None and self._redirected.status is not None:
            code, words = self._redirected.status
        if self._patience is not None and message.start:
            self._patience.heard()  # of a first answer that is final, the library tells before its transaction
        unheard = self._patience.gone(code) if self._patience is not None and not self.ended_by_us else ""
        refused = not self.inbound and code not in OF_PERSONS
        # Of a caller that gives up the library tells its own answer to the INVITE, not the CANCEL.
        heard = bool(message.start) or self._redirected is not None or self.inbound
        by = self._ended_by(heard, refused=refused)
        return HungUp(
            outcome(code),
            by,
            code,
            words,
            cause or q850(code),
            unheard=unheard,
            words=words_of(message),
            retry_after_s=retry_after_s(message),
        )

    def _ended_by(self, heard: bool, *, refused: bool = False) -> EndedBy:
        if self.ended_by_us:
            return EndedBy.US
        if not heard:
            return EndedBy.NOBODY
        return EndedBy.CARRIER if refused else EndedBy.FAR_END
