"""Finds the dialogs whose place an INVITE asks for (Replaces, RFC 3891), among those of the trunk that it comes by."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pjsua2 as pj

from engine.model.storable import storable
from engine.model.trunk import Trunk
from engine.ports import LegId
from sip.deliveries import noting_the_end
from sip.dialog import Deliver, Dialog
from sip.dialogs import Dialogs
from sip.message import Message
from sip.replaces import DialogName, DialogStage, answer_to_malformed, answer_to_replaces, replaces_in
from sip.requests import StatelessResponse

KEPT_S: Final = 32.0
"""For how long it is known that a dialog has ended: as long as its last answer may be on its way (RFC 3261 §17.1)."""
MOST_KEPT: Final = 1000


@dataclass(frozen=True, slots=True)
class _Ended:
    trunk: str
    name: DialogName
    at_s: float


class TakingOver:
    """Lives on the SIP thread. Nobody takes a place but by the trunk that has it already."""

    def __init__(self, dialogs: Dialogs, clock: Callable[[], float] = time.monotonic) -> None:
        self._dialogs = dialogs
        self._clock = clock
        self._ended: deque[_Ended] = deque(maxlen=MOST_KEPT)

    def answer(self, message: Message, trunk: Trunk | None) -> StatelessResponse | None:
        """The answer to an INVITE that can't have the place it asks for; None where it can, or asks for none."""
        if malformed := answer_to_malformed(message):
            return malformed
        asked = replaces_in(message)
        if asked is None:
            return None
        found = [_stage(dialog) for _, dialog in self._named(asked.dialog, trunk)]
        return answer_to_replaces(asked, found or [DialogStage.ENDED] * self._has_ended(asked.dialog, trunk))

    def replaced(self, message: Message, trunk: Trunk | None) -> LegId | None:
        """The dialog whose place an INVITE may have that was let in; None if it asks for none. Raises ReplacesError."""
        asked = replaces_in(message) if trunk is not None and trunk.replaces else None
        return next((leg for leg, _ in self._named(asked.dialog, trunk)), None) if asked is not None else None

    def noting_the_end(self, deliver: Deliver, leg: LegId, trunk: Trunk | None) -> Deliver:
        """Deliver everything, and note the end of a dialog for whoever may ask for its place."""
        if trunk is None or not trunk.replaces:
            return deliver
        return noting_the_end(deliver, lambda: self._note_end(leg, trunk.name))

    def _note_end(self, leg: LegId, trunk: str) -> None:
        if (dialog := self._dialogs.find(leg)) is not None:
            self._ended.append(_Ended(trunk, _name_of(dialog), self._clock()))

    def _has_ended(self, name: DialogName, trunk: Trunk | None) -> bool:
        since_s = self._clock() - KEPT_S
        while self._ended and self._ended[0].at_s < since_s:
            self._ended.popleft()
        return any(trunk is not None and each.trunk == trunk.name and each.name == name for each in self._ended)

    def _named(self, name: DialogName, trunk: Trunk | None) -> list[tuple[LegId, Dialog]]:
        if trunk is None:
            return []
        of_trunk = self._dialogs.of_trunk(trunk.name)
        return [(leg, dialog) for leg, dialog in of_trunk if _name_of(dialog) == name]


def _stage(dialog: Dialog) -> DialogStage:
    if dialog.faxing:
        return DialogStage.CARRIES_FAX
    if dialog.is_confirmed:
        return DialogStage.CONFIRMED
    return DialogStage.EARLY_THEIRS if dialog.inbound else DialogStage.EARLY_OURS


def _name_of(dialog: Dialog) -> DialogName:
    told = pj.name_of_dialog(dialog.getId())
    return DialogName.of(storable(str(told.callId)), storable(str(told.ourTag)), storable(str(told.theirTag)))
