"""Callbacks: the URLs where a customer wants to be told of something, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol


class BodyFormat(StrEnum):
    """The format of a POST's parameters."""

    FORM = "form"
    JSON = "json"


class CallEventName(StrEnum):
    """Events of a call that a status callback can be asked for, in the field's words."""

    INITIATED = "initiated"
    RINGING = "ringing"
    ANSWERED = "answered"
    COMPLETED = "completed"


class RecordingEventName(StrEnum):
    """Events of a recording that its callback can be asked for; `absent`: none could begin."""

    IN_PROGRESS = "in-progress"
    PAUSED = "paused"
    RESUMED = "resumed"
    COMPLETED = "completed"
    FAILED = "failed"
    ABSENT = "absent"


RECORDING_ENDS: Final = (
    RecordingEventName.COMPLETED.value, RecordingEventName.FAILED.value, RecordingEventName.ABSENT.value,
)  # fmt: skip
"""The events that tell what has become of a recording, or that there is none."""


class ConferenceEventName(StrEnum):
    """Events of a conference that its callback can be asked for."""

    START = "start"
    END = "end"
    JOIN = "join"
    LEAVE = "leave"
    MUTE = "mute"
    HOLD = "hold"
    MODIFY = "modify"
    SPEAKER = "speaker"
    ANNOUNCEMENT = "announcement"


@dataclass(frozen=True, slots=True)
class Callback:
    """An absolute URL, how it is requested (GET or POST), and of which events it is told."""

    url: str
    method: str = "POST"
    events: tuple[str, ...] = ()


class Delivery(Protocol):
    """A status callback: a request whose answer is ignored, but for its status. `id` becomes its webhook-id."""

    @property
    def id(self) -> str: ...
    @property
    def call_id(self) -> str: ...
    @property
    def account_id(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def form(self) -> Mapping[str, str]: ...
