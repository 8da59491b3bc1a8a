"""Replaces (RFC 3891): which dialog an INVITE is to take the place of, and what it is answered where it can't."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, Self

from engine.errors import SipError
from sip.message import Message, parameters
from sip.requests import StatelessResponse, refused

_VALUE: Final = re.compile(r"\s*([^\s;,<>\"]+)\s*(;.*)", re.DOTALL)
_TAG: Final = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+")
_NO_SUCH_DIALOG: Final = StatelessResponse(481, why="Its Replaces names no dialog that it may take the place of")
_ENDED: Final = StatelessResponse(603, why="Its Replaces names a dialog that has ended")
_ANSWERED: Final = StatelessResponse(486, why="Its Replaces is early-only, and the dialog is confirmed")
_CARRIES_FAX: Final = StatelessResponse(603, why="Its Replaces names a dialog that carries a fax")


class ReplacesError(SipError):
    """The Replaces of an INVITE can't be read."""


@dataclass(frozen=True, slots=True)
class DialogName:
    """How others name a dialog of ours. Tags are in lower case, as they are compared without it (RFC 3261 §7.3.1)."""

    call_id: str
    our_tag: str
    their_tag: str

    @classmethod
    def of(cls, call_id: str, our_tag: str, their_tag: str) -> Self:
        return cls(call_id, our_tag.lower(), their_tag.lower())


@dataclass(frozen=True, slots=True)
class Replaces:
    """What an INVITE asks for: the place of this dialog; `early_only`, as long as that is not confirmed."""

    dialog: DialogName
    early_only: bool = False


class DialogStage(Enum):
    """How far a dialog has come, as RFC 3891 §3 looks at it."""

    EARLY_OURS = auto()
    """We have sent its INVITE, and nobody has answered."""
    EARLY_THEIRS = auto()
    CONFIRMED = auto()
    CARRIES_FAX = auto()
    """Confirmed; there is no sound that somebody else could take over."""
    ENDED = auto()


def replaces_in(message: Message) -> Replaces | None:
    """What the INVITE asks for; None where it has no Replaces. Raises ReplacesError (RFC 3891 §3 and §6.1)."""
    values = [value for name, value in message.headers if name == "replaces"]
    if not values:
        return None
    if len(values) > 1 or len(list(message.listed("replaces"))) > 1:
        raise ReplacesError("Replaces is there more than once")
    if message.first("join") is not None:
        raise ReplacesError("Replaces and Join exclude each other")
    found = _VALUE.fullmatch(values[0])
    told = parameters(found[2]) if found else {}
    tags = told.get("to-tag", ""), told.get("from-tag", "")
    if found is None or not all(map(_TAG.fullmatch, tags)):
        raise ReplacesError("Replaces names no Call-ID with to-tag and from-tag")
    return Replaces(DialogName.of(found[1], *tags), "early-only" in told)


def answer_to_malformed(message: Message) -> StatelessResponse | None:
    """The answer to an INVITE whose Replaces can't be read; None where it can, or there is none."""
    try:
        replaces_in(message)
    except ReplacesError as error:
        return refused(400, 399, str(error))
    return None


def answer_to_replaces(asked: Replaces, found: Sequence[DialogStage]) -> StatelessResponse | None:
    """The answer to who wants the place of a dialog of which these were found; None where it may have it."""
    if len(found) != 1:
        return _NO_SUCH_DIALOG  # several that match count as none
    match found[0]:
        case DialogStage.ENDED:
            return _ENDED
        case DialogStage.EARLY_THEIRS:
            return _NO_SUCH_DIALOG
        case DialogStage.CONFIRMED | DialogStage.CARRIES_FAX if asked.early_only:
            return _ANSWERED
        case DialogStage.CARRIES_FAX:
            return _CARRIES_FAX
        case DialogStage.CONFIRMED | DialogStage.EARLY_OURS:
            return None
