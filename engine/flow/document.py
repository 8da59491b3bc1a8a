"""A call flow, whichever way it was spelled: a row of verbs.

A verb performs itself on a context and returns where to go next; it throws nothing to get there.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from engine.flow.diagnostics import FlowWarning
from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import Next


@runtime_checkable
class Verb(Protocol):
    """One step of a call flow: a frozen dataclass whose fields are declared with engine.flow.shape."""

    async def run(self, context: ExecutionContext) -> Next:
        """Perform on the context's stage. Raises LegGone, FlowFailed."""
        ...


@dataclass(frozen=True, slots=True)
class Document:
    """A call flow, parsed: its verbs in order, and the mistakes that were passed over in reading it."""

    verbs: tuple[Verb, ...]
    warnings: tuple[FlowWarning, ...] = ()
