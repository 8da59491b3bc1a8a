"""Calls here against the package `twilio`: each of its fields is told, each of its parameters is published."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from twilio.rest.api.v2010.account.call import CallContext, CallInstance, CallList
from twilio.rest.api.v2010.account.call.event import EventInstance, EventList
from twilio.rest.api.v2010.account.call.notification import NotificationList
from twilio.rest.api.v2010.account.notification import NotificationList as AccountNotificationList

from api.http.v2010.contract import published
from tests.unit.api.v2010.conftest import Program
from tests.unit.api.v2010.test_calls import ORDER

# Of the client, not of the interface.
OF_LISTS = {"limit", "page_size", "page_limit"}
BOUNDS = {"before": "<", "after": ">"}
SCHEMAS = published().document["components"]["schemas"]


def fields(instance: object) -> set[str]:
    """What an instance of the package reads of a resource; `from` is a word of Python's."""
    names = {name for name in vars(instance) if name not in ("_version", "_solution", "_context")}
    return {name.removeprefix("_") for name in names}


def parameters(step: Callable[..., Any]) -> Iterator[str]:
    """What a step of the package sends, by its names in the interface."""
    for name in inspect.signature(step).parameters:
        if name not in OF_LISTS | {"self"}:
            stem, _, bound = name.rpartition("_")
            sign = BOUNDS.get(bound, "")
            words = (stem if sign else name.rstrip("_")).split("_")
            yield "".join(word.capitalize() for word in words) + sign


async def test_a_call_has_every_field_that_the_package_reads(program: Program) -> None:
    read = fields(CallInstance(None, {}, account_sid=program.account.id))

    _, call = await program.post("Calls", ORDER)

    assert read == call.keys() == SCHEMAS["Call"]["properties"].keys()


def test_an_event_has_every_field_that_the_package_reads() -> None:
    assert (
        fields(EventInstance(None, {}, account_sid="AC0", call_sid="CA0")) == SCHEMAS["CallEvent"]["properties"].keys()
    )


@pytest.mark.parametrize(
    ("step", "operation"),
    [
        (CallList.create, "CreateCall"),
        (CallContext.update, "UpdateCall"),
        (CallList.list, "ListCall"),
        (EventList.list, "ListCallEvent"),
        (NotificationList.list, "ListCallNotification"),
        (AccountNotificationList.list, "ListNotification"),
    ],
)
def test_every_parameter_that_the_package_sends_is_published(step: Callable[..., Any], operation: str) -> None:
    here = published().operations[operation]
    known = {each.name for each in here.query} | set((here.body or {}).get("properties", ()))

    sent = set(parameters(step))

    assert sent <= known, sorted(sent - known)
