"""Tables of transitions: which event leads from which state to which. What a table does not have is refused.

A state without a row is final.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from engine.errors import UnexpectedEvent

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


def next_state(table: Mapping[State, Mapping[Event, State]], identifier: str, state: State, event: Event) -> State:
    """The state after an event; `identifier` names whose state it is. Raises UnexpectedEvent without an entry."""
    following = table.get(state, {}).get(event)
    if following is None:
        raise UnexpectedEvent(identifier, state, event)
    return following


def final_states(states: type[State], table: Mapping[State, Mapping[Event, State]]) -> frozenset[State]:
    """The states that no event leads out of."""
    return frozenset(state for state in states if state not in table)
