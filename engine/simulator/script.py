"""What the simulated people do: keys and words for each Gather, and how those answer who are dialled."""

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from engine.call import Status
from engine.errors import InvalidField

_SAID: Final = "say:"
_KEYS: Final = frozenset("0123456789*#ABCD")


class Answer(StrEnum):
    """How a dialled party, or an agent at a queue, answers."""

    ANSWER = "answer"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def status(self) -> Status:
        return Status.COMPLETED if self is Answer.ANSWER else Status(self.value)


@dataclass(frozen=True, slots=True)
class Input:
    """For one Gather or Record: keys, or something said."""

    keys: str = ""
    said: str = ""


@dataclass(slots=True)
class Script:
    """What is left of it; with nothing left, nobody presses a key, and whoever is dialled answers."""

    inputs: deque[Input] = field(default_factory=deque)
    answers: deque[Answer] = field(default_factory=deque)

    @classmethod
    def of(cls, digits: str = "", answers: str = "") -> "Script":
        """From comma-separated lists, as "1,2,#" or "1,say:yes please" and "busy,answer". Raises InvalidField."""
        return cls(
            deque(_input(item.strip()) for item in digits.split(",") if item.strip()),
            deque(_answer(item.strip()) for item in answers.split(",") if item.strip()),
        )

    def next_input(self) -> Input:
        """For the next Gather."""
        return self.inputs.popleft() if self.inputs else Input()

    def next_answer(self) -> Answer:
        """Of the next who is dialled."""
        return self.answers.popleft() if self.answers else Answer.ANSWER


def _input(item: str) -> Input:
    if item.startswith(_SAID):
        return Input(said=item.removeprefix(_SAID).strip())
    if not _KEYS.issuperset(item):
        raise InvalidField("digits", f"{item!r} is neither keys (0-9 * # A-D) nor say:TEXT.")
    return Input(keys=item)


def _answer(item: str) -> Answer:
    try:
        return Answer(item)
    except ValueError:
        raise InvalidField("answers", f"{item!r} is not one of {', '.join(Answer)}.") from None
