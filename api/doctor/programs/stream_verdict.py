"""What is said of a program after a trial stream. Pure: it reads the notes that it is handed."""

from collections.abc import Sequence
from typing import Final

from api.doctor.programs.findings import ProgramFinding, ProgramPart, of_close, of_messages
from api.doctor.programs.stream_log import CallerTurn, StreamLog
from engine.diagnosis.findings import Outcome

SLOW_S: Final = 1.5
"""An answer that comes later is felt as a pause."""
_ON_ITS_WAY_S: Final = 0.3
"""What came so soon after a `clear` had been made before it."""
_SLOW_CLEAR_S: Final = 1.0


def stream_findings(log: StreamLog) -> Sequence[ProgramFinding]:
    """All findings in their order."""
    return [
        ProgramFinding(ProgramPart.CONNECTION, Outcome.OK, f"connected in {1000 * log.connected_s:.0f} ms"),
        *_greeting(log),
        *_answer(log.answer),
        *_keys(log.keys),
        *_interruption(log),
        *_marks(log),
        *_sound(log),
        *of_messages(log.faults, log.received),
        of_close(log.close_code),
    ]


def _greeting(log: StreamLog) -> Sequence[ProgramFinding]:
    if log.greeting_s is None:
        return [ProgramFinding(ProgramPart.GREETING, Outcome.OK, "it waits until the caller speaks")]
    return [ProgramFinding(ProgramPart.GREETING, Outcome.OK, f"first sound {log.greeting_s:.2f} s after `start`")]


def _answer(turn: CallerTurn | None) -> Sequence[ProgramFinding]:
    if turn is None:
        return []
    if turn.answered_s is None:
        detail = "nothing was heard after the caller had spoken"
        mend = "Look whether it hears the caller (media of the track inbound, the format of `start`), and its own log."
        return [ProgramFinding(ProgramPart.ANSWER, Outcome.FAULT, detail, mend)]
    if turn.answered_s < turn.ends_s:
        detail = f"first sound {turn.answered_s - turn.begins_s:.2f} s after the caller began, who still spoke"
        return [ProgramFinding(ProgramPart.ANSWER, Outcome.OK, detail)]
    after_s = turn.answered_s - turn.ends_s
    detail = f"first sound {after_s:.2f} s after the caller's last"
    if after_s <= SLOW_S:
        return [ProgramFinding(ProgramPart.ANSWER, Outcome.OK, detail)]
    mend = "Callers take it for a pause: send the first sentence while the rest is made."
    return [ProgramFinding(ProgramPart.ANSWER, Outcome.WARNING, detail, mend)]


def _keys(turn: CallerTurn | None) -> Sequence[ProgramFinding]:
    if turn is None:
        return []
    if turn.answered_s is None:
        return [ProgramFinding(ProgramPart.KEYS, Outcome.OK, "they were sent, and nothing was heard after them")]
    detail = f"first sound {turn.answered_s - turn.ends_s:.2f} s after the last key"
    return [ProgramFinding(ProgramPart.KEYS, Outcome.OK, detail)]


def _interruption(log: StreamLog) -> Sequence[ProgramFinding]:
    turn = log.interruption
    if turn is None:
        return []
    if not log.was_interrupted:
        detail = "it did not speak long enough to be interrupted"
        return [ProgramFinding(ProgramPart.INTERRUPTION, Outcome.NOT_TRIED, detail)]
    clear = next((each for each in log.clears if each.at_s >= turn.begins_s), None)
    if clear is None:
        detail = "it was spoken over, and sent no `clear`"
        mend = "Send `clear` as soon as it hears the caller: what it sent before is played to its end otherwise."
        return [ProgramFinding(ProgramPart.INTERRUPTION, Outcome.WARNING, detail, mend)]
    after_s = clear.at_s - turn.begins_s
    detail = f"`clear` {after_s:.2f} s after the caller began, which threw {clear.thrown_s:.2f} s of sound away"
    next_s = next((each for each in log.sound_came_s if each > clear.at_s), None)
    if next_s is not None and next_s - clear.at_s < _ON_ITS_WAY_S:
        mend = "Stop the task that sends first, then send `clear`: otherwise the rest of the old sentence is heard."
        late = f"{detail}; sound came on {1000 * (next_s - clear.at_s):.0f} ms later"
        return [ProgramFinding(ProgramPart.INTERRUPTION, Outcome.WARNING, late, mend)]
    silence = f"silence for {next_s - clear.at_s:.2f} s after it" if next_s is not None else "silence after it"
    slow = after_s > _SLOW_CLEAR_S
    mend = "It is heard to speak on over the caller: let its voice detection answer sooner." if slow else ""
    outcome = Outcome.WARNING if slow else Outcome.OK
    return [ProgramFinding(ProgramPart.INTERRUPTION, outcome, f"{detail}; {silence}", mend)]


def _marks(log: StreamLog) -> Sequence[ProgramFinding]:
    if log.marks_asked:
        return [ProgramFinding(ProgramPart.MARKS, Outcome.OK, f"{log.marks_asked} marks, and each went back")]
    if not log.sound_came_s:
        return []
    detail = "it asked for no mark"
    mend = "A mark behind each sentence tells it what the caller has truly heard."
    return [ProgramFinding(ProgramPart.MARKS, Outcome.OK, detail, mend)]


def _sound(log: StreamLog) -> Sequence[ProgramFinding]:
    if not log.sound_came_s:
        return []
    gaps = log.playout.gaps_s
    if not gaps:
        return [ProgramFinding(ProgramPart.SOUND, Outcome.OK, "no gap in it")]
    detail = f"{len(gaps)} gaps in it, the longest of {1000 * max(gaps):.0f} ms"
    mend = "Send sound as it is made and not at real pace: as much as ten minutes of it waits for its turn."
    return [ProgramFinding(ProgramPart.SOUND, Outcome.WARNING, detail, mend)]
