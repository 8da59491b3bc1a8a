"""The script of the programs on a simulated call: what each plays or says, and what a person says to it."""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from engine.errors import InvalidField

LONGEST_S: Final = 3600.0
_BETWEEN: Final = re.compile(r"[;\n]")
_ADDRESSES: Final = frozenset({"ws", "wss"})
_KEYS: Final = frozenset("0123456789*#ABCD")


class ProgramStepKind(StrEnum):
    """The kinds of steps of a program's script."""

    SAY = "say"
    """The program says a text."""
    PLAY = "play"
    """It plays sound for so many seconds."""
    HEAR = "hear"
    """The person says a text, once it is quiet on the line."""
    INTERRUPT = "interrupt"
    """The person says a text into what the program says."""
    KEY = "key"
    """The person presses keys."""
    WAIT = "wait"
    """Nothing happens for so many seconds."""
    END = "end"
    """The program ends it, with data to hand over if any stand there."""
    FAIL = "fail"
    """The connection is lost, for the reason that stands there."""
    CONNECT = "connect"
    """A program that can be reached over the network: at the address that stands there, or the flow's own."""
    SOUND = "sound"
    """The person says what is in a file, to a program that is reached and hears sound."""


_OF_SECONDS: Final = frozenset({ProgramStepKind.PLAY, ProgramStepKind.WAIT})
_ENDS: Final = frozenset({ProgramStepKind.END, ProgramStepKind.FAIL})
_WITHOUT_TEXT: Final = _ENDS | {ProgramStepKind.CONNECT}
SAID_BY_PERSONS: Final = frozenset({ProgramStepKind.HEAR, ProgramStepKind.SOUND, ProgramStepKind.INTERRUPT})
_OF_PERSONS: Final = SAID_BY_PERSONS | {ProgramStepKind.KEY, ProgramStepKind.WAIT}
"""What a person does to a program that does the rest itself."""


@dataclass(frozen=True, slots=True)
class ProgramStep:
    """One step of a script."""

    kind: ProgramStepKind
    text: str = ""
    seconds: float = 0.0


@dataclass(slots=True)
class ProgramScript:
    """The rest of what the programs of a call do, one after the other; each has the steps up to its end."""

    steps: deque[ProgramStep] = field(default_factory=deque)
    reaches: bool = False
    """Whether programs are reached over the network, and only what is said to them stands here."""

    @classmethod
    def of(cls, agent: str) -> "ProgramScript":
        """Read steps that semicolons or line ends divide, as "say:Hello;hear:two pizzas;end:ordered".

        Raises InvalidField.
        """
        steps = deque(_step(each.strip()) for each in _BETWEEN.split(agent) if each.strip())
        _check_together(steps)
        return cls(steps, reaches=bool(steps) and steps[0].kind is ProgramStepKind.CONNECT)

    def next_program(self, *otherwise: ProgramStep) -> Iterator[ProgramStep]:
        """Take the steps of the next program, its end last; `otherwise` are those of one for which there are none."""
        steps = self.steps or deque(otherwise)
        while steps:
            step = steps.popleft()
            yield step
            if step.kind in _ENDS:
                return
        yield ProgramStep(ProgramStepKind.END)

    def next_reached(self) -> tuple[str, Sequence[ProgramStep]]:
        """Take the address of the next program that is reached, empty for the flow's own, and what is done to it."""
        address = self.steps.popleft().text if self.steps else ""
        taken = []
        while self.steps and self.steps[0].kind is not ProgramStepKind.CONNECT:
            taken.append(self.steps.popleft())
        return address, taken


def _check_together(steps: Sequence[ProgramStep]) -> None:
    """Raises InvalidField where programs that are reached stand beside others, or would have to do something."""
    kinds = [step.kind for step in steps]
    if ProgramStepKind.CONNECT not in kinds:
        if ProgramStepKind.SOUND in kinds:
            raise InvalidField("agent", "sound: is for a program that is reached: begin with its address, as wss://…")
        return
    if kinds[0] is not ProgramStepKind.CONNECT:
        raise InvalidField("agent", "programs are all reached or all scripted: begin with an address, or leave it out.")
    for step in steps:
        if step.kind not in _OF_PERSONS | {ProgramStepKind.CONNECT}:
            persons = ", ".join(kind for kind in ProgramStepKind if kind in _OF_PERSONS)
            detail = f"what a program does that is reached it does itself, so no {step.kind}; a person has: {persons}."
            raise InvalidField("agent", detail)


def _step(written: str) -> ProgramStep:
    name, _, text = written.partition(":")
    if name.lower() in _ADDRESSES:
        return ProgramStep(ProgramStepKind.CONNECT, written)
    try:
        kind = ProgramStepKind(name.strip().lower())
    except ValueError:
        kinds = ", ".join(ProgramStepKind)
        raise InvalidField("agent", f"{written!r} does not begin with one of {kinds}, and a colon.") from None
    text = text.strip()
    if kind in _OF_SECONDS:
        return ProgramStep(kind, text, _seconds(text))
    if kind is ProgramStepKind.KEY and not (text and _KEYS.issuperset(text)):
        raise InvalidField("agent", f"{text!r} is not keys (0-9 * # A-D).")
    if kind is ProgramStepKind.SOUND and text and not Path(text).is_file():
        raise InvalidField("agent", f"there is no file {text}.")
    if kind not in _WITHOUT_TEXT and not text:
        raise InvalidField("agent", f"{written!r} has no text behind its colon.")
    return ProgramStep(kind, text)


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", text) or float(text) > LONGEST_S:
        raise InvalidField("agent", f"{text!r} is no number of seconds from 0 to {LONGEST_S:g}.")
    return float(text)
