"""The pieces of what an agent says and does, in the order in which its program ordered them."""

from dataclasses import dataclass

from engine.flow.program_plans import InterruptedBy


@dataclass(frozen=True, slots=True)
class TurnManner:
    """What may end what is heard: the person, by speech or keys, or what the program orders next (`preemptible`)."""

    interruptible: InterruptedBy
    preemptible: bool

    @property
    def by_speech(self) -> bool:
        return self.interruptible in (InterruptedBy.SPEECH, InterruptedBy.ANYTHING)

    @property
    def by_keys(self) -> bool:
        return self.interruptible in (InterruptedBy.KEYS, InterruptedBy.ANYTHING)


@dataclass(frozen=True, slots=True)
class SpokenSentence:
    """A sentence of the agent's turn of this number, in a BCP 47 language; `voice` is None for the language's own.

    `ssml` is how it is said, where its program has written markup; the text are its words.
    """

    turn: int
    text: str
    language: str
    voice: str | None
    manner: TurnManner
    ssml: str | None = None


@dataclass(frozen=True, slots=True)
class PlayedSound:
    """A sound by its URL, so many times; 0 is until something ends it."""

    turn: int
    source: str
    loop: int
    manner: TurnManner


@dataclass(frozen=True, slots=True)
class PressedKeys:
    """Keys to the far end."""

    digits: str


@dataclass(frozen=True, slots=True)
class LastPiece:
    """The end, once all before it was heard."""

    handoff_data: str


AudiblePiece = SpokenSentence | PlayedSound
AgentPiece = AudiblePiece | PressedKeys | LastPiece
