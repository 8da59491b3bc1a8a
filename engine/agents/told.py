"""What an agent's program is told: who is on the line, what was said and pressed, and where it was interrupted."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Json = dict[str, Any]


class Notice(StrEnum):
    """The names of `info`, for programs that asked for them."""

    ROUND_TRIP = "roundTripDelayMs"
    AGENT_SPEAKING = "agentSpeaking"
    CLIENT_SPEAKING = "clientSpeaking"
    TOKENS_PLAYED = "tokensPlayed"


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """The call of a session, as its program is told of it first."""

    session_id: str
    account_id: str
    call_id: str
    from_: str
    to: str
    direction: str
    status: str
    parent_id: str | None = None
    forwarded_from: str | None = None
    caller_name: str | None = None
    parameters: Mapping[str, str] | None = None


def setup(facts: SessionFacts) -> Json:
    """The first message of a session."""
    return {
        "type": "setup",
        "sessionId": facts.session_id,
        "accountSid": facts.account_id,
        "parentCallSid": facts.parent_id or "",
        "callSid": facts.call_id,
        "from": facts.from_,
        "to": facts.to,
        "forwardedFrom": facts.forwarded_from or "",
        "callType": "PSTN",
        "callerName": facts.caller_name or "",
        "direction": facts.direction,
        "callStatus": facts.status,
        "customParameters": dict(facts.parameters or {}),
    }


def prompt(text: str, language: str, *, last: bool, agent_speaking: bool | None = None) -> Json:
    """What was understood of the person; until `last` it may still read otherwise.

    `agent_speaking` is whether the program is heard now, None for one that did not ask.
    """
    said: Json = {"type": "prompt", "voicePrompt": text, "lang": language, "last": last}
    return said if agent_speaking is None else {**said, "agentSpeaking": agent_speaking}


def key_pressed(digit: str) -> Json:
    """A key of the telephone."""
    return {"type": "dtmf", "digit": digit}


def interrupted(heard: str, heard_s: float) -> Json:
    """The person has interrupted the agent, and had heard so much of it."""
    return {
        "type": "interrupt",
        "utteranceUntilInterrupt": heard,
        "durationUntilInterruptMs": round(1000 * heard_s),
    }


def error(description: str) -> Json:
    """What is wrong, in words."""
    return {"type": "error", "description": description}


def info(name: Notice, value: str | int) -> Json:
    """A notice."""
    return {"type": "info", "name": name.value, "value": value}
