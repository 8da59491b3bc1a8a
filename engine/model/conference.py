"""A conference: what is known of it, and the table of its life."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from engine.errors import UnexpectedEvent
from engine.model.conference_options import RoomOptions


class ConferenceStatus(StrEnum):
    """The status of a conference, as the contract spells it."""

    INIT = "init"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"


NEXT: Final[Mapping[ConferenceStatus, frozenset[ConferenceStatus]]] = MappingProxyType(
    {
        ConferenceStatus.INIT: frozenset({ConferenceStatus.IN_PROGRESS, ConferenceStatus.COMPLETED}),
        ConferenceStatus.IN_PROGRESS: frozenset({ConferenceStatus.COMPLETED}),
    }
)
"""What may follow; a status without a row is final."""


@dataclass(frozen=True, slots=True)
class Conference:
    """A conference as it is stored; a `locked` one takes nobody in.

    `participant_count` is how many are in it now, counted by the store. The PINs are hashes (engine/security/pins.py):
    who enters is asked for one where there is either, and `moderator_pin` makes a moderator.
    """

    id: str
    account_id: str
    friendly_name: str
    status: ConferenceStatus
    date_created: datetime
    node: str
    max_participants: int = 100
    record: bool = False
    locked: bool = False
    participant_count: int = 0
    ended_at: datetime | None = None
    options: RoomOptions = RoomOptions()
    pin: bytes | None = field(default=None, repr=False)
    moderator_pin: bytes | None = field(default=None, repr=False)

    @property
    def has_room(self) -> bool:
        """Whether somebody may come in."""
        return self.status in NEXT and not self.locked and self.participant_count < self.max_participants

    @property
    def asks_for_pin(self) -> bool:
        return self.pin is not None or self.moderator_pin is not None


@dataclass(frozen=True, slots=True)
class Participant:
    """One call's stay in a conference, and how it takes part.

    A `deaf` one hears nobody, one on `hold` hears music and is not heard, one with a `coach` (a call's id) is heard by
    that call alone. Volumes are percentages of amplitude: how loud it is to others, and others are to it. A
    `moderator` begins the conference by entering, and its keys lock it, mute all and end it. One that `consents` may be
    recorded, which other nodes ask here.
    """

    id: str
    conference_id: str
    call_id: str
    joined_at: datetime
    left_at: datetime | None = None
    muted: bool = False
    hold: bool = False
    label: str | None = None
    deaf: bool = False
    coach: str | None = None
    said_volume: int = 100
    heard_volume: int = 100
    end_on_exit: bool = False
    moderator: bool = False
    consents: bool = False

    @property
    def is_heard(self) -> bool:
        """Whether anybody at all hears the participant."""
        return not (self.muted or self.hold)


@dataclass(frozen=True, slots=True)
class ParticipantChange:
    """A change of a participant; None leaves a field as it is, and an empty `coach` ends the coaching."""

    muted: bool | None = None
    hold: bool | None = None
    deaf: bool | None = None
    coach: str | None = None
    said_volume: int | None = None
    heard_volume: int | None = None
    end_on_exit: bool | None = None
    moderator: bool | None = None


def changed(participant: Participant, change: ParticipantChange) -> Participant:
    """The participant as the change has it."""
    wanted = {field.name: getattr(change, field.name) for field in fields(change)}
    given = {name: value for name, value in wanted.items() if value is not None}
    if "coach" in given:
        given["coach"] = given["coach"] or None
    return replace(participant, **given)


def become(conference: Conference, status: ConferenceStatus, at: datetime) -> Conference:
    """The conference with its next status. Raises UnexpectedEvent where the table does not have it."""
    if status not in NEXT.get(conference.status, frozenset()):
        raise UnexpectedEvent(conference.id, conference.status, status)
    ended_at = at if status not in NEXT else None
    return replace(conference, status=status, ended_at=ended_at)


def differences(before: Participant, after: Participant) -> dict[str, Any]:
    """The fields that are not the same, as they are after."""
    names = [field.name for field in fields(Participant)]
    return {name: getattr(after, name) for name in names if getattr(after, name) != getattr(before, name)}
