"""What is said of a program after a trial by text. Pure: it reads the notes that it is handed."""

from collections.abc import Sequence

from api.doctor.programs.findings import ProgramFinding, ProgramPart, of_close, of_messages
from api.doctor.programs.relay_log import RelayLog, RelayTurn
from api.doctor.programs.stream_verdict import SLOW_S
from engine.diagnosis.findings import Outcome


def relay_findings(log: RelayLog) -> Sequence[ProgramFinding]:
    """All findings in their order."""
    return [
        ProgramFinding(ProgramPart.CONNECTION, Outcome.OK, f"connected in {1000 * log.connected_s:.0f} ms"),
        *_greeting(log.greeting),
        *_answer(log.answer),
        *_keys(log.keys),
        *_interruption(log),
        *of_messages(log.faults, log.received),
        *_end(log),
    ]


def _greeting(turn: RelayTurn | None) -> Sequence[ProgramFinding]:
    if turn is None or turn.first_token_s is None:
        return [ProgramFinding(ProgramPart.GREETING, Outcome.OK, "it waits until the caller speaks")]
    after_s = turn.first_token_s - turn.asked_s
    return [ProgramFinding(ProgramPart.GREETING, Outcome.OK, f"first words {after_s:.2f} s after `setup`")]


def _answer(turn: RelayTurn | None) -> Sequence[ProgramFinding]:
    if turn is None:
        return []
    part = ProgramPart.ANSWER
    if turn.first_token_s is None and not turn.plays:
        mend = 'It is to answer a "prompt" with messages of the type "text"; its own log says what it did with it.'
        return [ProgramFinding(part, Outcome.FAULT, "nothing came after the caller's prompt", mend)]
    if turn.first_token_s is None or turn.first_sentence_s is None:
        return [_unfinished(turn)] if turn.text else [ProgramFinding(part, Outcome.OK, "it plays a file")]
    detail = (
        f"first word {turn.first_token_s - turn.asked_s:.2f} s after the prompt, "
        f"a first whole sentence after {turn.first_sentence_s - turn.asked_s:.2f} s"
    )
    slow = turn.first_sentence_s - turn.asked_s > SLOW_S
    mend = "Callers take it for a pause: send tokens as the model makes them." if slow else ""
    told = ProgramFinding(part, Outcome.WARNING if slow else Outcome.OK, detail, mend)
    return [told] if turn.last_s is not None else [told, _unfinished(turn)]


def _unfinished(turn: RelayTurn) -> ProgramFinding:
    mend = 'End each turn with "last": true, whose token may be empty: what comes before is held for the rest of it.'
    return ProgramFinding(ProgramPart.ANSWER, Outcome.FAULT, f"the turn {turn.text[:40]!r} has no end", mend)


def _keys(turn: RelayTurn | None) -> Sequence[ProgramFinding]:
    if turn is None:
        return []
    if turn.first_token_s is None:
        return [ProgramFinding(ProgramPart.KEYS, Outcome.OK, "they were sent, and nothing was said to them")]
    after_s = turn.first_token_s - turn.asked_s
    return [ProgramFinding(ProgramPart.KEYS, Outcome.OK, f"first words {after_s:.2f} s after the first key")]


def _interruption(log: RelayLog) -> Sequence[ProgramFinding]:
    if log.after is None:
        return []
    part = ProgramPart.INTERRUPTION
    if log.interrupted_s is None:
        detail = "it said nothing that could be interrupted"
        return [ProgramFinding(part, Outcome.NOT_TRIED, detail)]
    if log.late_tokens:
        detail = f"{log.late_tokens} tokens of the old turn came after the interruption"
        mend = "Stop the model's stream when an interrupt comes: the platform throws them away, but they are paid for."
        return [ProgramFinding(part, Outcome.WARNING, detail, mend)]
    if log.after.first_token_s is None:
        detail = "it stopped, and said nothing to what the caller said then"
        mend = "The prompt after an interrupt is to be answered as any other."
        return [ProgramFinding(part, Outcome.WARNING, detail, mend)]
    after_s = log.after.first_token_s - log.after.asked_s
    return [ProgramFinding(part, Outcome.OK, f"it stopped, and answered {after_s:.2f} s after the next prompt")]


def _end(log: RelayLog) -> Sequence[ProgramFinding]:
    if not log.ended:
        return [of_close(log.close_code)]
    handed = "without handoffData" if log.handoff is None else f"with handoffData {log.handoff[:60]!r}"
    return [ProgramFinding(ProgramPart.END, Outcome.OK, f"it ended the conversation {handed}")]
