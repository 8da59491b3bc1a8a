"""The script of the programs on a simulated call: what each plays or says, and what a person says to it."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
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


_OF_SECONDS: Final = frozenset({ProgramStepKind.PLAY, ProgramStepKind.WAIT})
_ENDS: Final = frozenset({ProgramStepKind.END, ProgramStepKind.FAIL})


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

    @classmethod
    def of(cls, agent: str) -> "ProgramScript":
        """Read steps that semicolons or line ends divide, as "say:Hello;hear:two pizzas;end:ordered".

        Raises InvalidField.
        """
        return cls(deque(_step(each.strip()) for each in _BETWEEN.split(agent) if each.strip()))

    def next_program(self, *otherwise: ProgramStep) -> Iterator[ProgramStep]:
        """Take the steps of the next program, its end last; `otherwise` are those of one for which there are none."""
        steps = self.steps or deque(otherwise)
        while steps:
            step = steps.popleft()
            yield step
            if step.kind in _ENDS:
                return
        yield ProgramStep(ProgramStepKind.END)


def _step(written: str) -> ProgramStep:
    name, _, text = written.partition(":")
    try:
        kind = ProgramStepKind(name.strip().lower())
    except ValueError:
        if name.strip().lower() in _ADDRESSES:
            detail = "a program that can be reached is tried with: telefoon agents try URL"
            raise InvalidField("agent", detail) from None
        kinds = ", ".join(ProgramStepKind)
        raise InvalidField("agent", f"{written!r} does not begin with one of {kinds}, and a colon.") from None
    text = text.strip()
    if kind in _OF_SECONDS:
        return ProgramStep(kind, text, _seconds(text))
    if kind is ProgramStepKind.KEY and not (text and _KEYS.issuperset(text)):
        raise InvalidField("agent", f"{text!r} is not keys (0-9 * # A-D).")
    if kind not in _ENDS and not text:
        raise InvalidField("agent", f"{written!r} has no text behind its colon.")
    return ProgramStep(kind, text)


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", text) or float(text) > LONGEST_S:
        raise InvalidField("agent", f"{text!r} is no number of seconds from 0 to {LONGEST_S:g}.")
    return float(text)
