"""A conversation under test: what its program orders and its person does, and what comes of it."""

import json
from collections.abc import Iterable
from typing import Any

from engine.agents.conversation import Conversation
from engine.agents.deeds import (
    BreakOff,
    Deed,
    FinishTalk,
    NotedDeed,
    NoteFailure,
    NoteInterrupted,
    NoteKey,
    NotePlayed,
    NoteSaid,
    NoteUnderstood,
    PerformPiece,
    TellProgram,
)
from engine.agents.pieces import AgentPiece, PlayedSound, SpokenSentence
from engine.flow.program_plans import AgentPlan

SECOND_A_SENTENCE = 2.0


class AgentTalk:
    """Plays the voice: a piece that is to be performed begins at once, and takes two seconds."""

    def __init__(self, plan: AgentPlan | None = None, language: str = "en-GB") -> None:
        self.conversation = Conversation(plan or AgentPlan("wss://agent.example/"), language)
        self.now_s = 0.0
        self.told: list[dict[str, Any]] = []
        self.performed: list[AgentPiece] = []
        self.noted: list[NotedDeed] = []
        self.performing: AgentPiece | None = None
        self.finish: FinishTalk | None = None
        self.breaks = 0
        self._ends_s = 0.0
        self._do(self.conversation.begin(self.now_s))

    def order(self, **fields: object) -> None:
        self._do(self.conversation.received(json.dumps(fields), self.now_s))

    def send(self, message: str) -> None:
        self._do(self.conversation.received(message, self.now_s))

    def text(self, token: str, *, last: bool = False, **more: object) -> None:
        self.order(type="text", token=token, last=last, **more)

    def pass_s(self, seconds: float) -> None:
        """Let time pass; pieces end, and others begin."""
        until_s = self.now_s + seconds
        while self.performing is not None and self._ends_s <= until_s:
            self.now_s, self.performing = self._ends_s, None
            self._do(self.conversation.done(self.now_s))
        self.now_s = until_s

    def speak(self, text: str, *, partials: Iterable[str] = ()) -> None:
        """The person begins to speak, and is understood."""
        self._do(self.conversation.speech_began(self.now_s))
        for each in partials:
            self._do(self.conversation.understood_so_far(each, self.now_s))
        self._do(self.conversation.understood(text, 0.9, self.now_s))

    def begin_to_speak(self) -> None:
        self._do(self.conversation.speech_began(self.now_s))

    def press(self, digit: str) -> None:
        self._do(self.conversation.pressed(digit, self.now_s))

    def hang_up(self) -> None:
        self._do(self.conversation.hung_up())

    def fail(self, why: str) -> None:
        self.performing = None
        self._do(self.conversation.failed(why, self.now_s))

    @property
    def is_over(self) -> bool:
        return self.finish is not None

    @property
    def said(self) -> list[str]:
        """The sentences and sounds that began to be heard."""
        return [
            each.text if isinstance(each, SpokenSentence) else each.source
            for each in self.performed
            if isinstance(each, SpokenSentence | PlayedSound)
        ]

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [each for each in self.told if each["type"] == kind]

    def _do(self, deeds: Iterable[Deed]) -> None:
        for deed in tuple(deeds):
            match deed:
                case TellProgram(message):
                    self.told.append(dict(message))
                case PerformPiece(piece):
                    assert self.performing is None
                    self.performing, self._ends_s = piece, self.now_s + SECOND_A_SENTENCE
                    self.performed.append(piece)
                    if isinstance(piece, SpokenSentence | PlayedSound):
                        self._do(self.conversation.sounding(SECOND_A_SENTENCE, self.now_s))
                case BreakOff():
                    self.performing = None
                    self.breaks += 1
                case NoteSaid() | NotePlayed() | NoteUnderstood() | NoteKey() | NoteInterrupted() | NoteFailure():
                    self.noted.append(deed)
                case FinishTalk():
                    assert self.finish is None
                    self.finish = deed
