"""The states of one leg's consent to one purpose, and the table of their transitions."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from engine.model.transitions import final_states


class ConsentState(StrEnum):
    """Whether a leg may be recorded, streamed or written down."""

    NOT_ASKED = "not asked"
    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ConsentEvent(StrEnum):
    """The events of a leg's consent. A question for more than was asked before may be answered otherwise."""

    GAVE = "gave"
    REFUSED = "refused"
    UNHEARD = "unheard"
    """The notice or the question could not be spoken to its end."""
    WITHDREW = "withdrew"


CONSENT_TRANSITIONS: Final[Mapping[ConsentState, Mapping[ConsentEvent, ConsentState]]] = MappingProxyType(
    {
        ConsentState.NOT_ASKED: {
            ConsentEvent.GAVE: ConsentState.GIVEN,
            ConsentEvent.REFUSED: ConsentState.REFUSED,
            ConsentEvent.UNHEARD: ConsentState.NOT_ASKED,
            ConsentEvent.WITHDREW: ConsentState.REFUSED,  # there was nothing yet to withdraw
        },
        ConsentState.GIVEN: {
            ConsentEvent.GAVE: ConsentState.GIVEN,
            ConsentEvent.REFUSED: ConsentState.REFUSED,
            ConsentEvent.UNHEARD: ConsentState.NOT_ASKED,
            ConsentEvent.WITHDREW: ConsentState.WITHDRAWN,
        },
    }
)

FINAL: Final = final_states(ConsentState, CONSENT_TRANSITIONS)
"""Who has refused or withdrawn is not asked again."""
