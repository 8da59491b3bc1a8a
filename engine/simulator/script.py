"""The script of a simulated call's people: keys and words for each Gather, how those answer who are dialled, and
what programs do.
"""

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from engine.errors import InvalidField
from engine.model.call import Status
from engine.simulator.program_script import ProgramScript

_SAID: Final = "say:"
_KEYS: Final = frozenset("0123456789*#ABCD")


class ScriptedAnswer(StrEnum):
    """The answer of a dialled party, or of an agent at a queue."""

    ANSWER = "answer"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def status(self) -> Status:
        return Status.COMPLETED if self is ScriptedAnswer.ANSWER else Status(self.value)


@dataclass(frozen=True, slots=True)
class ScriptedInput:
    """What a person enters at one Gather or Record: keys, or something said."""

    keys: str = ""
    said: str = ""


@dataclass(slots=True)
class Script:
    """The rest of the script of a simulated call; at its end nobody presses a key, and who is dialled answers."""

    inputs: deque[ScriptedInput] = field(default_factory=deque)
    answers: deque[ScriptedAnswer] = field(default_factory=deque)
    programs: ProgramScript = field(default_factory=ProgramScript)

    @classmethod
    def of(cls, digits: str = "", answers: str = "", agent: str = "") -> "Script":
        """Read comma-separated lists, as "1,2,#" or "1,say:yes please" and "busy,answer", and what programs do.

        Raises InvalidField.
        """
        return cls(
            deque(_input(item.strip()) for item in digits.split(",") if item.strip()),
            deque(_answer(item.strip()) for item in answers.split(",") if item.strip()),
            ProgramScript.of(agent),
        )

    def next_input(self) -> ScriptedInput:
        """Take what is entered at the next Gather."""
        return self.inputs.popleft() if self.inputs else ScriptedInput()

    def next_answer(self) -> ScriptedAnswer:
        """How the next who is dialled answers."""
        return self.answers.popleft() if self.answers else ScriptedAnswer.ANSWER


def _input(item: str) -> ScriptedInput:
    if item.startswith(_SAID):
        return ScriptedInput(said=item.removeprefix(_SAID).strip())
    if not _KEYS.issuperset(item):
        raise InvalidField("digits", f"{item!r} is neither keys (0-9 * # A-D) nor say:TEXT.")
    return ScriptedInput(keys=item)


def _answer(item: str) -> ScriptedAnswer:
    try:
        return ScriptedAnswer(item)
    except ValueError:
        raise InvalidField("answers", f"{item!r} is not one of {', '.join(ScriptedAnswer)}.") from None
