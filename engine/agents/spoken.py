"""The sentences that were heard of an agent, of its present turn and lately."""

from collections import deque
from typing import Final

from engine.agents.hearing import SpokenTurn
from engine.agents.pieces import SpokenSentence
from engine.agents.words import is_echo

_ECHO_S: Final = 3.0
"""How long after its end a sentence may still come back, be read, and be told."""


class SpokenSoFar:
    """What sounds and has sounded, by seconds of one clock."""

    def __init__(self) -> None:
        self._number = 0
        self._turn = SpokenTurn()
        self._sounding: SpokenSentence | None = None
        self._lately: deque[tuple[str, float]] = deque()

    def begins(self, sentence: SpokenSentence, now_s: float, seconds: float) -> None:
        """Note that a sentence begins to be heard, and takes so long."""
        if sentence.turn != self._number:
            self._number, self._turn = sentence.turn, SpokenTurn()
        self._turn.add(sentence.text, now_s, seconds)
        self._sounding = sentence
        self._forget(now_s)
        self._lately.append((sentence.text, now_s + seconds))

    def ended(self, now_s: float) -> None:
        """Note that it was heard to its end, which may have come a little before its time."""
        if self._sounding is not None:
            self._turn.cut(now_s)
        self._sounding = None

    def cut(self) -> SpokenSentence | None:
        """Note that it stopped before its end; gives the sentence, None if none was heard."""
        cut, self._sounding = self._sounding, None
        return cut

    def heard(self, turn: int, now_s: float) -> str:
        """What of a turn has been heard."""
        return self._turn.heard(now_s) if turn == self._number else ""

    def heard_s(self, turn: int, now_s: float) -> float:
        """The time for which it has been heard (s)."""
        return self._turn.heard_s(now_s) if turn == self._number else 0.0

    def is_echoed_by(self, text: str, now_s: float) -> bool:
        """Whether what was understood may be what was said lately, come back on the line."""
        self._forget(now_s)
        return is_echo(text, [said for said, _ in self._lately])

    def _forget(self, now_s: float) -> None:
        while self._lately and self._lately[0][1] + _ECHO_S < now_s:
            self._lately.popleft()
