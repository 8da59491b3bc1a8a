"""The SIP thread's half of legs: pjsua2 calls, their callbacks and their commands.

Every method here runs on the SIP thread. A call object is dropped by a later command, never within one of its
own callbacks, and never by the collector: the registry holds the only reference.
"""

import re
from collections.abc import Callable

import pjsua2 as pj
import structlog

from engine.call import Event
from engine.errors import LegGone, SipError
from engine.ports import (
    Alerted,
    Answered,
    Cause,
    DialRequest,
    DigitPressed,
    HungUp,
    LegEvent,
    LegId,
    MediaChanged,
    MediaLost,
    ReferAnswered,
    ReferRequested,
)
from engine.storable import storable
from sip.keys import KEYS
from sip.leg_media import LegMedia
from sip.message import Message, read_message
from sip.reasons import q850_cause
from sip.silence import Vigil
from sip.status import outcome, q850

PJSIP_EVENT_RX_MSG = 3
NO_COMMON_MEDIA = 488
SESSION_TERMINATED = 171140  # PJSIP_ESESSIONTERMINATED
SDP = "application/sdp"
FIRST_AUDIO = -1  # there is no other, wherever its line stands
NORMAL_CLEARING = 16  # Q.850 §2.2.7.1.7
_NOWHERE = re.compile(r"^c=IN IP4 0\.0\.0\.0\s*$|^c=IN IP6 ::\s*$", re.MULTILINE)
_WITH_MEDIA = {pj.PJSUA_CALL_MEDIA_ACTIVE, pj.PJSUA_CALL_MEDIA_REMOTE_HOLD, pj.PJSUA_CALL_MEDIA_LOCAL_HOLD}

log = structlog.get_logger(__name__)

Deliver = Callable[[LegEvent], None]
OnOver = Callable[[LegId], None]


class Dialog(pj.Call):
    """One pjsua2 call; turns its callbacks into events of our own."""

    def __init__(
        self,
        account: pj.Account,
        leg: LegId,
        deliver: Deliver,
        media: LegMedia,
        on_over: OnOver,
        vigil: Vigil,
        call_id: int,
    ) -> None:
        super().__init__(account, call_id)
        self.account = account
        self.inbound = call_id != pj.PJSUA_INVALID_ID
        self._leg = leg
        self._deliver = deliver
        self._media = media
        self._on_over = on_over
        self._vigil = vigil
        self._answered = False
        self._had_media = False
        self._over = False
        self._tells_keys_in_rtp = False
        self._redirected: Message | None = None
        self.ended_by_us = False

    def onCallState(self, prm: pj.OnCallStateParam) -> None:  # noqa: N802
        info = self.getInfo()
        if info.state == pj.PJSIP_INV_STATE_EARLY and info.role == pj.PJSIP_ROLE_UAC:
            self._deliver(Alerted(info.lastStatusCode, _has_sdp(_received_message(prm.e))))
        elif info.state == pj.PJSIP_INV_STATE_CONFIRMED and not self._answered:
            self._answered = True
            self._deliver(Answered())
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED and not self._over:
            self._over = True
            self._deliver(self._hung_up(info, _received_message(prm.e)))
            self._on_over(self._leg)

    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:  # noqa: N802
        del prm
        info = self.getInfo()  # owns what `media` refers to
        for media in info.media:
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status in _WITH_MEDIA:
                self._had_media = True
                self._media.set_leg(self._leg, self.getAudioMedia(FIRST_AUDIO))
                self._deliver(changed := self._media_changed(media))
                if changed.sending and changed.receiving:
                    self._vigil.begin(changed.codec)
                else:
                    self._vigil.end()  # a line on hold may be silent (RFC 3264 §8.4), also with sendonly
                return

    def onStreamCreated(self, prm: pj.OnStreamCreatedParam) -> None:  # noqa: N802
        self._media.wrap(self._leg, prm)

    def onStreamDestroyed(self, prm: pj.OnStreamDestroyedParam) -> None:  # noqa: N802
        del prm
        self._media.unwrap(self._leg)

    def onCallSdpCreated(self, prm: pj.OnCallSdpCreatedParam) -> None:  # noqa: N802
        # The library takes the older way to hold, an address of zeros (RFC 3264 §8.4), for no hold at all.
        if _NOWHERE.search(prm.remSdp.wholeSdp):
            prm.sdp.wholeSdp = prm.sdp.wholeSdp.replace("a=sendrecv", "a=recvonly")

    def onDtmfDigit(self, prm: pj.OnDtmfDigitParam) -> None:  # noqa: N802
        # Keys in INFO do not come here: sip/gate.py reads them. Other events, as a flash of the hook, are no keys.
        if prm.digit in KEYS:
            self._tells_keys_in_rtp = True
            self._deliver(DigitPressed(prm.digit, "rfc4733"))

    def onCallRedirected(self, prm: pj.OnCallRedirectedParam) -> int:  # noqa: N802
        # The library would end the call with 487, as if it had been left. Where a call goes is for the flow to say.
        if self._redirected is None:
            self._redirected = _received_message(prm.e)
        return int(pj.PJSIP_REDIRECT_STOP)

    def pressed(self, key: str) -> None:
        """An INFO has told of a key. Who tells keys in RTP as well has told this one already."""
        if not self._tells_keys_in_rtp:
            self._deliver(DigitPressed(key, "info"))

    def onCallTransferRequest(self, prm: pj.OnCallTransferRequestParam) -> None:  # noqa: N802
        # The library would call whom the far end names, at our cost. Whether anybody is called is for the flow to say.
        prm.statusCode = pj.PJSIP_SC_DECLINE
        self._deliver(ReferRequested(storable(str(prm.dstUri))))

    def onCallTransferStatus(self, prm: pj.OnCallTransferStatusParam) -> None:  # noqa: N802
        self._deliver(ReferAnswered(int(prm.statusCode), bool(prm.finalNotify)))

    def look(self, now_s: float) -> None:
        """Tell of a far end that has fallen silent."""
        if not self._answered or self._over or (life := self._media.life(self._leg)) is None:
            return
        if (silent_s := self._vigil.look(life, now_s)) is not None:
            self._deliver(MediaLost(silent_s))

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
        if self._answered and not self._had_media and not self.ended_by_us:
            return HungUp(Event.BROKE, False, NO_COMMON_MEDIA, "No codec in common", q850(NO_COMMON_MEDIA))
        if self._answered:
            # The library's last status is then about the BYE, or a code that we asked it to hang up with.
            figures = self._media.figures(self._leg)
            return HungUp(Event.HUNG_UP, self.ended_by_us, 200, "OK", cause or NORMAL_CLEARING, figures)
        code, words = info.lastStatusCode, storable(info.lastReason)
        if self._redirected is not None and self._redirected.status is not None:
            code, words = self._redirected.status
        return HungUp(outcome(code), self.ended_by_us, code, words, cause or q850(code))


class Dialogs:
    """All live dialogs by leg; does what legs ask for."""

    def __init__(
        self, later: Callable[[Callable[[], None]], None], media: LegMedia, rtp_silence_s: float = 0.0
    ) -> None:
        self._later = later
        self._media = media
        self._rtp_silence_s = rtp_silence_s
        self._dialogs: dict[LegId, Dialog] = {}

    def call(
        self, account: pj.Account, leg: LegId, uri: str, caller: str, request: DialRequest, deliver: Deliver
    ) -> str:
        """Send INVITE; returns the Call-ID. Raises SipError."""
        dialog = self._dialog_of(account, leg, deliver, pj.PJSUA_INVALID_ID)
        prm = pj.CallOpParam(True)
        prm.opt.audioCount, prm.opt.videoCount, prm.opt.textCount = 1, 0, 0
        prm.txOption.localUri = caller
        for name, value in request.headers:
            prm.txOption.headers.append(_header(name, value))
        self._dialogs[leg] = dialog
        try:
            dialog.makeCall(uri, prm)
        except pj.Error as error:
            self._dialogs.pop(leg, None)
            raise SipError(f"INVITE to {uri} could not be sent: {error.reason}.") from None
        return storable(str(dialog.getInfo().callIdString))

    def take(self, account: pj.Account, leg: LegId, call_id: int, deliver: Deliver) -> pj.CallInfo:
        """Adopt an INVITE that came in."""
        dialog = self._dialog_of(account, leg, deliver, call_id)
        self._dialogs[leg] = dialog
        return dialog.getInfo()

    def provisional(self, leg: LegId, code: int) -> None:
        self._respond(leg, code)

    def answer(self, leg: LegId) -> None:
        self._respond(leg, 200)

    def refuse(self, leg: LegId, code: int) -> None:
        self._dialog(leg).ended_by_us = True
        self._respond(leg, code)

    def press(self, leg: LegId, digits: str) -> None:
        dialog = self._dialog(leg)
        try:
            dialog.dialDtmf(digits)
        except pj.Error:
            for digit in digits:
                prm = pj.CallSendDtmfParam()
                prm.method = pj.PJSUA_DTMF_METHOD_SIP_INFO
                prm.digits = digit
                dialog.sendDtmf(prm)

    def refer(self, leg: LegId, target: str) -> None:
        self._dialog(leg).xfer(target, pj.CallOpParam())

    def hang_up(self, leg: LegId, cause: Cause) -> None:
        dialog = self._dialog(leg)
        dialog.ended_by_us = True
        prm = pj.CallOpParam()
        if dialog.inbound:
            prm.statusCode = cause.sip_code
        prm.txOption.headers.append(_header("Reason", f"Q.850;cause={cause.q850}"))
        try:
            dialog.hangup(prm)
        except pj.Error as error:
            if error.status == SESSION_TERMINATED:
                raise LegGone(f"leg {leg} is over") from None
            raise

    def pressed(self, call_id: int, key: str) -> None:
        """The far end of the library's call `call_id` has told of a key by INFO."""
        for dialog in self._dialogs.values():
            if dialog.getId() == call_id:
                dialog.pressed(key)

    def any_live(self) -> bool:
        """Whether there is a dialog that has not ended."""
        return bool(self._dialogs)

    def uses(self, account: pj.Account) -> bool:
        """Whether a live dialog belongs to the account."""
        return any(dialog.account is account for dialog in self._dialogs.values())

    def look(self, now_s: float) -> None:
        """Tell of far ends that have fallen silent; to be called about once a second."""
        for dialog in self._dialogs.values():
            dialog.look(now_s)

    def close(self) -> None:
        """Drop every dialog; the endpoint's end has hung them up."""
        self._dialogs.clear()

    def _dialog_of(self, account: pj.Account, leg: LegId, deliver: Deliver, call_id: int) -> Dialog:
        return Dialog(account, leg, deliver, self._media, self._forget, Vigil(self._rtp_silence_s), call_id)

    def _respond(self, leg: LegId, code: int) -> None:
        prm = pj.CallOpParam()
        prm.statusCode = code
        self._dialog(leg).answer(prm)

    def _dialog(self, leg: LegId) -> Dialog:
        dialog = self._dialogs.get(leg)
        if dialog is None:
            raise LegGone(f"leg {leg} is over")
        return dialog

    def _forget(self, leg: LegId) -> None:
        self._media.drop_leg(leg)
        self._later(lambda: self._drop(leg))

    def _drop(self, leg: LegId) -> None:
        self._dialogs.pop(leg, None)


def _has_sdp(message: Message) -> bool:
    """Whether a provisional answer brings early media; the media itself is only made after this event."""
    kind = message.content_type
    return kind == SDP or (kind.startswith("multipart/") and SDP in message.body.lower())


def _received_message(event: pj.SipEvent) -> Message:
    if event.type == pj.PJSIP_EVENT_TSX_STATE and event.body.tsxState.type == PJSIP_EVENT_RX_MSG:
        return read_message(str(event.body.tsxState.src.rdata.wholeMsg))
    return read_message("")


def _header(name: str, value: str) -> pj.SipHeader:
    header = pj.SipHeader()
    header.hName = name
    header.hValue = value
    return header
