"""The step of a call flow that follows a verb."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class HttpMethod(StrEnum):
    """The HTTP method of a webhook: parameters in the query, or as a form."""

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
    method: HttpMethod = HttpMethod.POST
    params: Mapping[str, str] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Done:
    """The verb has ended the call; there is nothing left to do."""


@dataclass(frozen=True, slots=True)
class Left:
    """The verb leaves the queue that the call waits in."""


Next = Continue | GoTo | Done | Left
