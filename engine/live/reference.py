"""The diagrams in docs/states.md, made from the tables of states.

python -m engine.live.reference docs/states.md     # renews them
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import TypeVar

from engine.live.session.flow_handover import FLOW_TRANSITIONS, FlowState
from engine.model import call, conference, queue, recording, stream
from engine.model.consent.state import CONSENT_TRANSITIONS, ConsentState
from engine.page_tables import renew
from engine.routing import breaker

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)
Arrow = tuple[str, str, str]
"""From a state to another, and by what; nothing where the state alone tells."""


def diagrams() -> Mapping[str, str]:
    """One for each table, by its name on the page."""
    return {
        "call": _diagram(call.Status, _arrows(call.TRANSITIONS)),
        "conference": _diagram(conference.ConferenceStatus, _unnamed(conference.NEXT)),
        "recording": _diagram(recording.RecordingStatus, _arrows(recording.TRANSITIONS)),
        "media stream": _diagram(stream.StreamStatus, _arrows(stream.STREAM_TRANSITIONS)),
        "wait in a queue": _diagram(queue.WaitState, _arrows(queue.WAIT_TRANSITIONS)),
        "consent of a leg": _diagram(ConsentState, _arrows(CONSENT_TRANSITIONS)),
        "circuit breaker of a trunk": _diagram(breaker.BreakerState, _arrows(breaker.BREAKER_TRANSITIONS)),
        "flow of a call": _diagram(FlowState, _arrows(FLOW_TRANSITIONS)),
    }


def _arrows(table: Mapping[State, Mapping[Event, State]]) -> Iterator[Arrow]:
    for state, row in table.items():
        by: defaultdict[State, list[str]] = defaultdict(list)
        for event, to in row.items():
            by[to].append(event.value)
        for to, events in by.items():
            yield state.value, to.value, ", ".join(events)


def _unnamed(table: Mapping[State, frozenset[State]]) -> Iterator[Arrow]:
    for state, following in table.items():
        for to in sorted(following):
            yield state.value, to.value, ""


def _diagram(states: Iterable[StrEnum], arrows: Iterable[Arrow]) -> str:
    """Draw a table in Mermaid's language, from the first state to those that nothing leaves."""
    names = [state.value for state in states]
    drawn = list(arrows)
    ends = [name for name in names if name not in {start for start, _, _ in drawn}]
    lines = [
        "stateDiagram-v2",
        *(f'    state "{name}" as {_id(name)}' for name in names if _id(name) != name),
        f"    [*] --> {_id(names[0])}",
        *(f"    {_id(start)} --> {_id(to)}{f': {by}' if by else ''}" for start, to, by in drawn),
        *(f"    {_id(name)} --> [*]" for name in ends),
    ]
    return "\n".join(["```mermaid", *lines, "```"]) + "\n"


def _id(name: str) -> str:
    """Mermaid's names have neither spaces nor hyphens."""
    return name.replace(" ", "_").replace("-", "_")


if __name__ == "__main__":
    renew(diagrams())
