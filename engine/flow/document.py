"""What a call flow is, whichever way it was spelled: a row of verbs.

A verb performs itself on a scene and returns where to go next; it throws nothing to get there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from engine.flow.scene import Scene


class Method(StrEnum):
    """How a webhook is requested: parameters in the query, or as a form."""

    GET = "GET"
    POST = "POST"


@dataclass(frozen=True, slots=True)
class Continue:
    """Go on with the next verb."""


@dataclass(frozen=True, slots=True)
class GoTo:
    """Go on with the document at `url`, telling it `params`.

    Relative URLs count from the running document's; the empty one is that document itself, and where a
    document has no URL (an inline flow) it means the next verb. `hidden` names parameters that nobody may read
    later: they are sent and not kept.
    """

    url: str
    method: Method = Method.POST
    params: Mapping[str, str] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Done:
    """The verb has ended the call; there is nothing left to do."""


@dataclass(frozen=True, slots=True)
class Left:
    """The verb leaves the queue that the call waits in."""


Next = Continue | GoTo | Done | Left


@runtime_checkable
class Verb(Protocol):
    """One step of a call flow: a frozen dataclass whose fields are declared with engine.flow.shape."""

    async def run(self, scene: Scene) -> Next:
        """Perform on the scene's stage. Raises LegGone, FlowFailed."""
        ...


@dataclass(frozen=True, slots=True)
class Document:
    """A call flow."""

    verbs: tuple[Verb, ...]
