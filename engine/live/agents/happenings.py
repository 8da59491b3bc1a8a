"""Happenings of a conversation, which are worked off one by one."""

from dataclasses import dataclass

from engine.ports.recognition import Understood


@dataclass(frozen=True, slots=True)
class MessageCame:
    """The program has sent a message; bytes where it is no text."""

    message: str | bytes


@dataclass(frozen=True, slots=True)
class NoMoreCame:
    """The program has sent nothing since it sent what may be a whole sentence."""


@dataclass(frozen=True, slots=True)
class ConnectionLost:
    """The connection to the program has ended, and is not made again; `code` is that of its Close."""

    code: int | None
    why: str


@dataclass(frozen=True, slots=True)
class SpeechHeard:
    """Something of what the person says."""

    heard: Understood


@dataclass(frozen=True, slots=True)
class NotListened:
    """The person is not understood now."""

    why: str


@dataclass(frozen=True, slots=True)
class KeyCame:
    """The person has pressed a key."""

    digit: str


@dataclass(frozen=True, slots=True)
class PieceBegan:
    """A piece begins to be heard, and takes so long; `number` tells it from one that was broken off."""

    number: int
    seconds: float


@dataclass(frozen=True, slots=True)
class PieceDone:
    """A piece was performed to its end, or could not be: `why` says so."""

    number: int
    why: str | None = None


@dataclass(frozen=True, slots=True)
class PersonGone:
    """The far end has hung up."""


Happening = (
    MessageCame
    | NoMoreCame
    | ConnectionLost
    | SpeechHeard
    | NotListened
    | KeyCame
    | PieceBegan
    | PieceDone
    | PersonGone
)
