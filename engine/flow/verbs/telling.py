"""Attributes by which several verbs and nouns say where their result or progress is told."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from engine.flow.attribute_types import Choice, Words
from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import HttpMethod
from engine.flow.patterns import WEB_ADDRESS
from engine.flow.shape import attribute
from engine.model.callback import Callback, RecordingEventName
from engine.model.recording_shape import Trim


def action(help: str) -> Any:  # noqa: A002 (as in shape)
    """Declare `action`."""
    return attribute(WEB_ADDRESS, help=help)


def method(of: str) -> Any:
    """Declare the method of the URL attribute `of`."""
    return attribute(Choice(HttpMethod), default=HttpMethod.POST, help=f"How {of} is requested")


def callback_url(of: str) -> Any:
    """Declare a callback's URL."""
    return attribute(WEB_ADDRESS, help=f"Told of {of}")


def callback_events(events: type[StrEnum], default: Iterable[StrEnum]) -> Any:
    """Declare of which events a callback is told."""
    return attribute(Words(events), default=tuple(default), help="Of which events it is told")


def recording_events() -> Any:
    """Declare of which events of a recording its callback is told."""
    return callback_events(RecordingEventName, (RecordingEventName.COMPLETED,))


def trim() -> Any:
    """Declare `trim`."""
    kind = Choice(Trim, yes=Trim.SILENCE, no=Trim.NOTHING)
    return attribute(kind, default=Trim.NOTHING, help="Whether silence at the recording's two ends is cut off")


def callback(context: ExecutionContext, url: str | None, how: HttpMethod, events: Iterable[StrEnum]) -> Callback | None:
    """The callback, its URL made absolute; None without one. Raises FlowFailed."""
    if not url:
        return None
    return Callback(context.absolute(url), how.value, tuple(event.value for event in events))


AFTER_CONSENT = "every party hears that it is recorded and nothing is recorded before."
OF_A_CLOUD = "it names a configuration in a cloud's console."
