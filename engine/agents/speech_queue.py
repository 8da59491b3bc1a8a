"""The queue of what an agent still has to say and do: tokens joined to sentences, turns, what is dropped."""

import math
from collections import deque
from collections.abc import Callable
from typing import Final

from engine.agents.markup import as_ssml, words_alone
from engine.agents.orders import PlayFile, SayToken
from engine.agents.pieces import AgentPiece, AudiblePiece, LastPiece, PlayedSound, SpokenSentence, TurnManner
from engine.agents.sentences import SentenceJoiner

MOST_WAITING: Final = 1000
"""Pieces that may wait; more are no conversation."""
_NEVER: Final = -math.inf

Voice = Callable[[str], str | None]
"""The voice of a language, None for its own."""


class SpeechQueue:
    """Pieces in their order; one of them may be the `current` one, which is being performed.

    A turn begins with its first token and ends with `last`. Tokens of an interrupted turn are dropped until then.
    """

    def __init__(self, manner: TurnManner, voice: Voice) -> None:
        self.current: AgentPiece | None = None
        self._waiting: deque[AgentPiece] = deque()
        self._usual = manner
        self._voice = voice
        self._joiner = SentenceJoiner()
        self._turn = 0
        self._is_open = False
        """Whether tokens of this turn are still to come."""
        self._manner = manner
        self._language = ""
        self._dropped_until_s = _NEVER
        self._has_ended = False

    @property
    def audible(self) -> AudiblePiece | None:
        """What is being heard, or about to be."""
        return self.current if isinstance(self.current, AudiblePiece) else None

    @property
    def following(self) -> AgentPiece | None:
        """The piece after the current one, as far as is known by now."""
        return self._waiting[0] if self._waiting else None

    @property
    def is_full(self) -> bool:
        return len(self._waiting) >= MOST_WAITING

    def take(self) -> AgentPiece | None:
        """The next piece, which is the current one from now on; None where one still is, or nothing waits."""
        if self.current is not None or not self._waiting:
            return None
        self.current = self._waiting.popleft()
        return self.current

    def say(self, order: SayToken, language: str, now_s: float, manner: TurnManner | None = None) -> bool:
        """Add a token in its language; gives whether what is being heard gives way to it (preemptible)."""
        if self._has_ended or self._drops(order, now_s):
            return False
        gives_way = False
        if not self._is_open:
            if not order.token and order.last:
                return False  # the end of a turn without a word
            gives_way = self._begin_turn(manner or self._usual)
            self._is_open, self._language = True, language
        if language != self._language:
            self._finish_sentence()
            self._language = language
        self._manner = _changed(self._manner, order)
        self._add(*self._joiner.add(order.token))
        if order.last:
            self._finish_sentence()
            self._is_open = False
        return gives_way

    @property
    def may_hold_sentence(self) -> bool:
        """Whether what has come of a sentence may be all of it."""
        return self._joiner.may_be_whole

    def say_held(self) -> None:
        """Nothing more came for a while: what may be a whole sentence is one."""
        if self.may_hold_sentence:
            self._finish_sentence()

    def play(self, order: PlayFile) -> bool:
        """Add a sound; gives whether what is being heard gives way to it."""
        if self._has_ended:
            return False
        self._finish_sentence()
        self._is_open = False
        gives_way = self._begin_turn(self._usual)
        self._waiting.append(PlayedSound(self._turn, order.source, order.loop, _changed(self._usual, order)))
        return gives_way

    def add(self, piece: AgentPiece) -> None:
        """Add what is neither text nor a sound."""
        if not self._has_ended:
            self._finish_sentence()
            self._waiting.append(piece)

    def end(self, handoff_data: str) -> bool:
        """Add the end: what is said before is still said, sounds are not waited for; gives whether one is cut off."""
        if self._has_ended:
            return False
        self._finish_sentence()
        self._waiting = deque(each for each in self._waiting if not isinstance(each, PlayedSound))
        self._waiting.append(LastPiece(handoff_data))
        self._has_ended = True
        cut = isinstance(self.current, PlayedSound)
        if cut:
            self.current = None
        return cut

    def interrupt(self) -> None:
        """Drop all that would be heard; keys and the end stay."""
        self._joiner.rest()
        self._waiting = deque(each for each in self._waiting if not isinstance(each, AudiblePiece))
        if self.audible is not None:
            self.current = None
        if self._is_open:
            self._is_open, self._dropped_until_s = False, math.inf

    def answered(self, at_s: float = _NEVER) -> None:
        """The program was told what to answer to: tokens that come after this moment are of a new turn."""
        self._dropped_until_s = min(self._dropped_until_s, at_s)

    def _drops(self, order: SayToken, now_s: float) -> bool:
        if now_s >= self._dropped_until_s:
            self._dropped_until_s = _NEVER
            return False
        if order.last:
            self._dropped_until_s = _NEVER
        return True

    def _begin_turn(self, manner: TurnManner) -> bool:
        self._turn += 1
        self._manner = manner
        self._waiting = deque(each for each in self._waiting if not _gives_way(each))
        gives_way = _gives_way(self.current)
        if gives_way:
            self.current = None
        return gives_way

    def _finish_sentence(self) -> None:
        rest = self._joiner.rest()
        if rest is not None:
            self._add(rest)

    def _add(self, *sentences: str) -> None:
        language = self._language
        voice = self._voice(language)
        self._waiting.extend(
            SpokenSentence(self._turn, words, language, voice, self._manner, as_ssml(each))
            for each in sentences
            if (words := words_alone(each))
        )


def _gives_way(piece: AgentPiece | None) -> bool:
    return isinstance(piece, AudiblePiece) and piece.manner.preemptible


def _changed(manner: TurnManner, order: SayToken | PlayFile) -> TurnManner:
    return TurnManner(
        manner.interruptible if order.interruptible is None else order.interruptible,
        manner.preemptible if order.preemptible is None else order.preemptible,
    )
