"""Conversations that a process left open when it died, as the events of their calls tell: they ended with it."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from engine.flow.program_plans import AgentStatus
from engine.store.calls import CallEvent


def unended(events: Iterable[CallEvent], at: datetime, why: str) -> list[Mapping[str, object]]:
    """The facts of the end, at this moment, of each conversation that began and has none."""
    began: dict[object, datetime] = {}
    for event in events:
        if event.kind == "agent_began":
            began[event.facts["session"]] = event.at
        elif event.kind == "agent_ended":
            began.pop(event.facts["session"], None)
    return [
        {
            "session": session,
            "status": AgentStatus.FAILED.value,
            "seconds": max(0, round((at - began_at).total_seconds())),
            "reason": why,
        }
        for session, began_at in began.items()
    ]
