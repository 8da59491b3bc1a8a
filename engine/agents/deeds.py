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
class NoteFact:
    """Add this to the events of the call."""

    kind: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FinishTalk:
    """The conversation is over: close the connection with this code."""

    status: AgentStatus
    close_code: int = NORMAL
    handoff_data: str = ""
    error_code: str = ""
    error_message: str = ""


Deed = TellProgram | PerformPiece | BreakOff | ListenAnew | NoteFact | FinishTalk
