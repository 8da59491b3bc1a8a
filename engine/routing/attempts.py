"""What a call keeps of an attempt that failed, made of what the far end answered, or did not."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.model.call import Attempt
from engine.routing.failover import Ruling, SetUpFailure
from engine.routing.q850 import cause_of
from engine.routing.routes import Candidate

CAUSES_WITHOUT_ANSWER: Final[Mapping[SetUpFailure, int]] = MappingProxyType(
    {
        SetUpFailure.TRANSPORT_ERROR: 27,
        SetUpFailure.NO_ANSWER: 102,
        SetUpFailure.NO_ADDRESS: 3,
        SetUpFailure.NO_CAPACITY: 34,
    }
)
"""Q.850: destination out of order, recovery on timer expiry, no route to destination, no circuit available."""


def attempt_of(
    candidate: Candidate,
    outcome: int | SetUpFailure,
    ruling: Ruling,
    ms: int,
    phrase: str | None = None,
    reason_header: str | None = None,
) -> Attempt:
    """An attempt that ended with a code of 300 and above, or without any answer, and what follows from it."""
    via, host = candidate.trunk, candidate.host
    if isinstance(outcome, SetUpFailure):
        return Attempt(via, host, ruling.reason, None, phrase, CAUSES_WITHOUT_ANSWER[outcome], ms)
    return Attempt(via, host, ruling.reason, outcome, phrase, cause_of(outcome, reason_header), ms)
