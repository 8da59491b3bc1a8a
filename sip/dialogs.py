"""The SIP thread's half of legs: all live dialogs, and what is asked of them.

Every method here runs on the SIP thread. A call object is dropped by a later command, never within one of its
own callbacks, and never by the collector: the registry holds the only reference.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from random import random

import pjsua2 as pj
import structlog

from engine.errors import LegGone, SipError
from engine.model.storable import storable
from engine.model.trunk import AddressFamily, HoldStyle, Trunk
from engine.ports import CallRoom, Cause, DialRequest, Intruded, LegId
from sip.call_room import RoomForCalls
from sip.config import ListenAddress
from sip.description import Carried
from sip.dialog import Deliver, Dialog
from sip.fax.call import FaxNews
from sip.fax.passing import FaxPassing
from sip.handed_over import over_transport
from sip.holding import Holding
from sip.keys import KeyWay
from sip.media.leg_media import LegMedia
from sip.media.rtp_timeout import RtpTimeout
from sip.media.strangers import Strangers
from sip.offering import EVERYTHING, Offering
from sip.patience import Patience
from sip.reinvites import audio_alone, glare_pause_s
from sip.thread import SipThread
from sip.trunks.account import SipAccount

RINGING = 180
SESSION_PROGRESS = 183
MOVED = 302
MOST_TOLD = 10
"""So many messages of somebody else are told of a dialog; a flood of them fills no table."""

log = structlog.get_logger(__name__)


class Dialogs:
    """All live dialogs by leg; does what legs ask for."""

    def __init__(
        self,
        thread: SipThread,
        media: LegMedia,
        places: Mapping[AddressFamily, ListenAddress],
        rtp_silence_s: float = 0.0,
    ) -> None:
        """`places` are where media are bound."""
        self._later = thread.later
        self._after = thread.after
        self.room = RoomForCalls(places.values())
        self._media = media
        self._strangers = Strangers(media)
        self._rtp_silence_s = rtp_silence_s
        self._dialogs: dict[LegId, Dialog] = {}
        self._intrusions: Counter[LegId] = Counter()
        self.fax = FaxPassing(self._live, thread.after, self._after_glare, thread.emit, places)

    def call(
        self,
        account: SipAccount,
        leg: LegId,
        uri: str,
        caller: str,
        request: DialRequest,
        deliver: Deliver,
        patience: Patience | None = None,
        follows: Callable[[str], bool] = lambda _: False,
        offering: Offering = EVERYTHING,
        told_headers: Sequence[str] = (),
        sip_call_id: str = "",
        silence_s: float | None = None,
    ) -> str:
        """Send INVITE; returns the Call-ID. Raises SipError. `patience` is how long it may be answered with nothing.

        `follows` tells of an address to which it is sent elsewhere whether it goes there; `offering` is all that may be
        offered, now and later; `told_headers` are those of its answers that are told. `sip_call_id` is one that was
        chosen, and `silence_s` how long this far end may send nothing, if that is otherwise than with others.
        """
        if (room := self.room_for_calls()).is_full:
            raise SipError(f"There is no room for another call: {room.words}.")
        dialog = self._dialog_of(
            account, leg, deliver, pj.PJSUA_INVALID_ID, offering, patience, follows, told_headers, silence_s
        )
        prm = audio_alone()
        prm.opt.customCallId = sip_call_id
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

    def take(
        self,
        account: SipAccount,
        leg: LegId,
        call_id: int,
        deliver: Deliver,
        offering: Offering = EVERYTHING,
        *,
        owes_offer: bool = False,
        silence_s: float | None = None,
        transport: str = "",
    ) -> pj.CallInfo:
        """Adopt an INVITE that came in; `owes_offer` is whether our first answer must offer (RFC 3261 §13.2.1).

        `silence_s` is how long this far end may send nothing, if that is otherwise than with others. `transport` is
        what the INVITE came over, as in tls.
        """
        dialog = self._dialog_of(account, leg, deliver, call_id, offering, silence_s=silence_s)
        dialog.owes_offer = owes_offer
        dialog.transport = transport
        self._dialogs[leg] = dialog
        return dialog.getInfo()

    def provisional(self, leg: LegId, code: int) -> None:
        dialog = self._dialog(leg)
        if dialog.owes_offer and code == RINGING:
            # The library offers in no 180. This one waits for the PRACK of what goes before it.
            dialog.owes_offer = False
            self._respond(leg, SESSION_PROGRESS)
        self._respond(leg, code)

    def answer(self, leg: LegId) -> None:
        self._respond(leg, 200)

    def refuse(self, leg: LegId, code: int) -> None:
        self._dialog(leg).ended_by_us = True
        self._respond(leg, code)

    def redirect(self, leg: LegId, uri: str) -> None:
        """Send who calls on to a node of ours (302), over the transport that they came by."""
        dialog = self._dialog(leg)
        dialog.ended_by_us = True
        prm = pj.CallOpParam()
        prm.statusCode = MOVED
        prm.txOption.headers.append(_header("Contact", f"<{over_transport(dialog.transport, uri)}>"))
        dialog.answer(prm)

    def press(self, leg: LegId, digits: str) -> None:
        dialog = self._dialog(leg)
        for digit in digits:
            dialog.press(digit)

    def hold(self, leg: LegId, *, held: bool, style: HoldStyle | None = None) -> None:
        """Tell the far end that it is on hold, or no longer; in the style of its trunk, if no other is given."""
        dialog = self._dialog(leg)
        style = style or dialog.offering.hold
        if style is not HoldStyle.MUSIC:
            dialog.holding.want(style if held else None)

    def refer(self, leg: LegId, target: str) -> None:
        self._dialog(leg).xfer(target, pj.CallOpParam())

    def hang_up(self, leg: LegId, cause: Cause, again_after_s: int | None = None) -> None:
        dialog = self._dialog(leg)
        dialog.ended_by_us = True
        prm = pj.CallOpParam()
        if dialog.inbound:
            prm.statusCode = cause.sip_code
            after_s = cause.again_after_s if again_after_s is None else again_after_s
            if after_s is not None and not dialog.answered:
                prm.txOption.headers.append(_header("Retry-After", str(after_s)))
        if cause.q850:
            prm.txOption.headers.append(_header("Reason", _reason(cause)))
        dialog.hangup(prm)

    def pressed(self, call_id: int, key: str) -> None:
        """The far end of the library's call `call_id` has told of a key by INFO."""
        if (dialog := _numbered(call_id)) is not None:
            dialog.pressed(key, KeyWay.INFO)

    def trunk_of(self, call_id: int) -> Trunk | None:
        """The trunk of the library's call `call_id`; None where it is no trunk's, or there is no such call."""
        dialog = _numbered(call_id)
        return dialog.account.trunk if dialog is not None else None

    def intruded(self, call_id: int, what: str, source: str) -> None:
        """Somebody else has sent a message of the library's call `call_id`, which was refused."""
        if (dialog := _numbered(call_id)) is None:
            log.warning("outsider_refused", what=what, source=source)
            return
        leg = dialog.leg
        self._intrusions[leg] += 1
        if self._intrusions[leg] <= MOST_TOLD:
            log.warning("outsider_refused", what=what, source=source, leg=leg)
            dialog.tell(Intruded(what, source))

    def narrowed(self, call_id: int, carried: Carried) -> Carried:
        """What of all that we carry the library's call `call_id` may use."""
        if (dialog := _numbered(call_id)) is None or not (dialog.offering.codecs or dialog.passes_fax):
            return carried
        return replace(carried.among(dialog.offering.codecs), fax=self.fax.may_pass(dialog.leg))

    def find(self, leg: LegId) -> Dialog | None:
        """The dialog of a leg, also while it ends."""
        return self._dialogs.get(leg)

    def of_trunk(self, name: str) -> Iterator[tuple[LegId, Dialog]]:
        """The dialogs of a trunk that go on."""
        for leg, dialog in self._dialogs.items():
            if not dialog.over and dialog.account.trunk is not None and dialog.account.trunk.name == name:
                yield leg, dialog

    def part(self, *legs: LegId) -> None:
        """Have no fax pass to or from these any more, as they are about to change places. Raises LegGone."""
        for leg in legs:
            self._dialog(leg)
        for leg in legs:
            self.fax.over(leg)

    def __len__(self) -> int:
        return len(self._dialogs)

    def room_for_calls(self) -> CallRoom:
        """The room for more calls; on any thread."""
        return self.room.left(len(self._dialogs))

    def any_live(self) -> bool:
        """Whether there is a dialog that has not ended."""
        return bool(self._dialogs)

    def uses(self, account: pj.Account) -> bool:
        """Whether a live dialog belongs to the account."""
        return any(dialog.account is account for dialog in self._dialogs.values())

    def look(self, now_s: float) -> None:
        """Tell of far ends that have fallen silent, and of strangers; to be called about once a second."""
        for leg, dialog in tuple(self._dialogs.items()):
            try:
                self._look_at(leg, dialog, now_s)
            except pj.Error as error:
                # What is wrong with one dialog keeps nobody from looking at the others.
                log.error("dialog_not_looked_at", leg=leg, reason=error.reason)

    def _look_at(self, leg: LegId, dialog: Dialog, now_s: float) -> None:
        dialog.look(now_s)
        if not dialog.over and (strange := self._strangers.look(leg)) is not None:
            dialog.tell(strange)

    def close(self) -> None:
        """Drop every dialog; the endpoint's end has hung them up."""
        self._dialogs.clear()

    def _dialog_of(
        self,
        account: SipAccount,
        leg: LegId,
        deliver: Deliver,
        call_id: int,
        offering: Offering,
        patience: Patience | None = None,
        follows: Callable[[str], bool] = lambda _: False,
        told_headers: Sequence[str] = (),
        silence_s: float | None = None,
    ) -> Dialog:
        vigil = RtpTimeout(self._rtp_silence_s if silence_s is None else silence_s)
        # It knows the leg and not the dialog, which would keep itself alive by it.
        holding = Holding(partial(self._hold, leg), partial(self._after_glare, leg))
        return Dialog(
            account, leg, deliver, self._media, self._forget, vigil, holding,
            FaxNews(leg, self.fax, self._later), call_id, patience, follows, offering, told_headers,
        )  # fmt: skip

    def _hold(self, leg: LegId, style: HoldStyle | None) -> bool:
        """Send a re-INVITE; whether that could be done now."""
        dialog = self._dialogs.get(leg)
        return dialog is None or dialog.over or dialog.send_hold(style)

    def _after_glare(self, leg: LegId, command: Callable[[], None]) -> None:
        if (dialog := self._dialogs.get(leg)) is not None:
            self._after(glare_pause_s(inbound=dialog.inbound, chance=random()), command)

    def _live(self, leg: LegId) -> Dialog | None:
        dialog = self._dialogs.get(leg)
        return None if dialog is None or dialog.over else dialog

    def _respond(self, leg: LegId, code: int) -> None:
        prm = pj.CallOpParam()
        prm.statusCode = code
        self._dialog(leg).answer(prm)

    def _dialog(self, leg: LegId) -> Dialog:
        if (dialog := self._live(leg)) is None or not dialog.has_its_call:
            raise LegGone(f"leg {leg} is over")
        return dialog

    def _forget(self, leg: LegId) -> None:
        self._media.drop_leg(leg)
        self._later(lambda: self._drop(leg))

    def _drop(self, leg: LegId) -> None:
        self._dialogs.pop(leg, None)
        self._intrusions.pop(leg, None)
        self._strangers.forget(leg)


def _numbered(call_id: int) -> Dialog | None:
    """The dialog that has this number of the library's now; one that has ended may have had it before."""
    found = pj.Call.lookup(call_id) if call_id != pj.PJSUA_INVALID_ID else None
    return found if isinstance(found, Dialog) else None


def _reason(cause: Cause) -> str:
    """RFC 3326 §2."""
    return f"Q.850;cause={cause.q850}" + (f';text="{cause.words}"' if cause.words else "")


def _header(name: str, value: str) -> pj.SipHeader:
    header = pj.SipHeader()
    header.hName = name
    header.hValue = value
    return header
