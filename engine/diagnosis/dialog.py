"""What the dialog of a test call tells: session timers, reliable answers, hold, and who the far end saw calling."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.diagnosis.findings import Outcome, Subject, TrunkFinding
from engine.model.trunk import SessionTimers, Trunk

LEAST_SESSION_S: Final = 90
"""No session may be shorter (RFC 4028 §5)."""


@dataclass(frozen=True, slots=True)
class DialogProbe:
    """What was answered within a test call. A code of 0 is no answer, None that nothing was asked.

    `session_s` is the interval of the answer to INVITE, None where it has none. `prack_code` is the answer to PRACK,
    which is only sent where the far end asks for it. `sound_after_hold` is whether the far end was heard
    again, None where it was not heard before either.
    `caller_seen` is the user by whom the answer names who called, empty where it names nobody.
    """

    session_s: int | None = None
    timers_supported: bool = False
    reliable_asked: bool = False
    prack_code: int | None = None
    hold_code: int | None = None
    resume_code: int | None = None
    sound_after_hold: bool | None = None
    caller_said: str = ""
    caller_seen: str = ""


def dialog_findings(dialog: DialogProbe, trunk: Trunk) -> Sequence[TrunkFinding]:
    """The findings of what goes on within an answered call."""
    return [_session_timers(dialog, trunk.session_timers), _hold(dialog), _identity(dialog)]


def _session_timers(dialog: DialogProbe, wanted: SessionTimers) -> TrunkFinding:
    subject = Subject.SESSION_TIMERS
    if wanted is SessionTimers.OFF:
        return TrunkFinding(subject, Outcome.NOT_TRIED, "this trunk does without (session_timers)")
    if dialog.session_s is None:
        if wanted is SessionTimers.ALWAYS or dialog.timers_supported:
            return TrunkFinding(subject, Outcome.OK, "the far end refreshes no calls; we do it alone")
        advice = "A call whose end gets lost is not noticed. Set session_timers=always, or ask the carrier for it."
        return TrunkFinding(subject, Outcome.WARNING, "the far end knows no session timers", advice)
    if dialog.session_s < LEAST_SESSION_S:
        advice = f"RFC 4028 wants {LEAST_SESSION_S} s at least; tell the carrier that calls may end by themselves."
        detail = f"the far end wants calls refreshed every {dialog.session_s} s"
        return TrunkFinding(subject, Outcome.WARNING, detail, advice)
    return TrunkFinding(subject, Outcome.OK, f"calls are refreshed within {dialog.session_s} s")


def reliable_finding(dialog: DialogProbe) -> TrunkFinding:
    """The finding of provisional answers that are to be acknowledged (RFC 3262)."""
    subject = Subject.RELIABLE_ANSWERS
    if not dialog.reliable_asked:
        return TrunkFinding(subject, Outcome.NOT_TRIED, "the far end asked for no PRACK")
    if _is_well(dialog.prack_code):
        return TrunkFinding(subject, Outcome.OK, "the far end asked for PRACK, and took it")
    advice = "Ringing and early sound may be repeated, and calls fail. Have the carrier switch 100rel off, or mend it."
    detail = f"the far end asked for PRACK, and {_answered(dialog.prack_code)}"
    return TrunkFinding(subject, Outcome.FAULT, detail, advice)


def _hold(dialog: DialogProbe) -> TrunkFinding:
    if dialog.hold_code is None:
        return TrunkFinding(Subject.HOLD, Outcome.NOT_TRIED, "the call was over before it was put on hold")
    if not _is_well(dialog.hold_code):
        advice = "Phones behind us can't put such calls on hold. Ask the carrier to take a re-INVITE with a=sendonly."
        detail = f"the call was to be put on hold, and the far end {_answered(dialog.hold_code)}"
        return TrunkFinding(Subject.HOLD, Outcome.FAULT, detail, advice)
    if not _is_well(dialog.resume_code):
        advice = "Calls that were put on hold stay silent. Ask the carrier to take a re-INVITE with a=sendrecv."
        detail = f"the call was to be taken from hold, and the far end {_answered(dialog.resume_code)}"
        return TrunkFinding(Subject.HOLD, Outcome.FAULT, detail, advice)
    if dialog.sound_after_hold is False:
        advice = "The far end took the re-INVITE, but does not send again. Give the carrier this report."
        return TrunkFinding(Subject.HOLD, Outcome.FAULT, "no sound comes back after hold", advice)
    return TrunkFinding(Subject.HOLD, Outcome.OK, "the call was put on hold and taken from it")


def _identity(dialog: DialogProbe) -> TrunkFinding:
    if not dialog.caller_seen:
        detail = f"we called as {dialog.caller_said}; no answer of the far end tells as whom it saw us"
        return TrunkFinding(Subject.IDENTITY, Outcome.NOT_TRIED, detail)
    if _digits(dialog.caller_seen) == _digits(dialog.caller_said):
        return TrunkFinding(Subject.IDENTITY, Outcome.OK, f"the far end saw us as {dialog.caller_seen}")
    advice = "Set caller, identity_header and from_user as the carrier wants them, and call from one of its numbers."
    detail = f"we called as {dialog.caller_said}, and the far end saw {dialog.caller_seen}"
    return TrunkFinding(Subject.IDENTITY, Outcome.WARNING, detail, advice)


def _is_well(code: int | None) -> bool:
    return code is not None and 200 <= code < 300


def _answered(code: int | None) -> str:
    return f"answered {code}" if code else "answered nothing"


def _digits(number: str) -> str:
    """A number without what stands before it at home and abroad: of two spellings of one, the ends are alike."""
    return "".join(each for each in number if each.isdigit()).lstrip("0")[-8:] or number
