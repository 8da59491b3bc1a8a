"""Deeds of a conversation as plain values: what is to be done on the call, and towards the program."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.agents.pieces import AgentPiece
from engine.flow.program_plans import AgentStatus

WRONG_DATA = 1007
"""Close: messages that can't be read (RFC 6455 §7.4.1)."""
NORMAL = 1000


@dataclass(frozen=True, slots=True)
class TellProgram:
    """Send the program this message."""

    message: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PerformPiece:
    """Do this now, and say when its sound begins and when it is done."""

    piece: AgentPiece


@dataclass(frozen=True, slots=True)
class BreakOff:
    """Let what is heard stop at once: nobody tells any more that it is done."""


@dataclass(frozen=True, slots=True)
class ListenAnew:
    """Another language is understood from now on."""


@dataclass(frozen=True, slots=True)
class NoteSaid:
    """Note on the call that a sentence was heard, or broken off."""

    text: str
    language: str
    to_the_end: bool


@dataclass(frozen=True, slots=True)
class NotePlayed:
    """Note on the call that a sound was heard."""

    url: str


@dataclass(frozen=True, slots=True)
class NoteUnderstood:
    """Note on the call what the person said."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class NoteKey:
    """Note on the call that a key was pressed."""

    digit: str


@dataclass(frozen=True, slots=True)
class NoteInterrupted:
    """Note on the call that the person has interrupted the agent, after so much of its turn."""

    heard: str
    seconds: float


@dataclass(frozen=True, slots=True)
class NoteFailure:
    """Note on the call that something failed, and it goes on."""

    why: str


NotedDeed = NoteSaid | NotePlayed | NoteUnderstood | NoteKey | NoteInterrupted | NoteFailure
"""What is noted on the call."""


@dataclass(frozen=True, slots=True)
class FinishTalk:
    """The conversation is over: close the connection with this code."""

    status: AgentStatus
    close_code: int = NORMAL
    handoff_data: str = ""
    error_code: str = ""
    error_message: str = ""


Deed = TellProgram | PerformPiece | BreakOff | ListenAnew | NotedDeed | FinishTalk
