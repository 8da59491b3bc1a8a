"""What parameters of numbers and applications mean beside what they say, at /2010-04-01."""

from dataclasses import replace
from typing import Final

from api.http.requests import ApiRequest
from engine.model.callback import CallEventName

_CALLBACK: Final = "status_callback"
_EVENTS: Final = "status_callback_events"


def told_of_the_end(order: ApiRequest) -> ApiRequest:
    """The request with what a status callback of numbers and applications is told of there: how calls ended."""
    if not order.body.get(_CALLBACK):
        return order
    return replace(order, body={**order.body, _EVENTS: [CallEventName.COMPLETED.value]})
