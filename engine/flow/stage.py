"""What a verb may do with the call it runs on.

The live call implements it (engine/live/stage.py); a simulator can too. Every coroutine here raises LegGone once
the far end has hung up. Cancelling one stops its sound at once.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from engine.call import Call, Status
from engine.ports import Cause, Speech


@dataclass(frozen=True, slots=True)
class RecordPlan:
    """Record the caller until a key, silence of `silence_s`, or `max_s`."""

    max_s: int
    silence_s: int
    finish_on: frozenset[str]
    beep: bool


@dataclass(frozen=True, slots=True)
class RecordOutcome:
    """`digits` is the key that ended it, "hangup", or empty; url is where the WAV is downloaded."""

    recording_id: str
    url: str
    seconds: int
    digits: str


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to dial: E.164 (`number`) or a SIP URI."""

    address: str


@dataclass(frozen=True, slots=True)
class DialPlan:
    """Ring targets in order until one answers; talk for at most `limit_s` (None: the call's own limit).

    `hang_up_on_star`: the caller's * key ends the talk.
    """

    targets: tuple[Target, ...]
    answer_timeout_s: int
    caller: str | None = None
    limit_s: int | None = None
    record: bool = False
    hang_up_on_star: bool = False


@dataclass(frozen=True, slots=True)
class DialOutcome:
    """How the dialled call ended: its id, status and talked seconds; the recording if there was one."""

    status: Status
    call_id: str | None
    seconds: int
    sip_code: int | None = None
    recording_url: str | None = None


class Beep(StrEnum):
    """When a conference sounds a tone: on joining, on leaving, both or never."""

    BOTH = "true"
    NONE = "false"
    ON_ENTER = "onEnter"
    ON_EXIT = "onExit"


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """Join the room of this name (made if missing)."""

    name: str
    muted: bool = False
    start_on_enter: bool = True
    end_on_exit: bool = False
    beep: Beep = Beep.BOTH
    max_participants: int = 100
    record: bool = False
    limit_s: int | None = None
    leave_on_star: bool = False


@dataclass(frozen=True, slots=True)
class RoomOutcome:
    """How the stay in the room ended. `joined` is False if it was full or over."""

    conference_id: str
    joined: bool
    seconds: int
    recording_url: str | None = None


class Stage(Protocol):
    """What a verb can do with the call that it runs on."""

    @property
    def call(self) -> Call:
        """As it is now."""
        ...

    @property
    def language(self) -> str:
        """The call's language for speech, such as nl-BE."""
        ...

    async def answer(self) -> None:
        """Answer an inbound call that still rings; nothing otherwise."""
        ...

    async def say(self, speech: Speech) -> None:
        """Speak to the far end, to the end. A prompt that can't be rendered is noted on the call's events."""
        ...

    async def play(self, url: str) -> None:
        """Fetch, decode, play to the end. Raises MediaError, WebhookError."""
        ...

    async def pause(self, seconds: float) -> None: ...

    async def digit(self, timeout_s: float | None) -> str | None:
        """The next key, also one pressed earlier and not yet read; None when none came in time."""
        ...

    def forget_digits(self) -> None:
        """Drop keys pressed so far."""
        ...

    async def send_digits(self, digits: str) -> None: ...

    async def record(self, plan: RecordPlan) -> RecordOutcome:
        """Returns also when the far end hangs up (digits "hangup"). Raises RecordingError."""
        ...

    async def dial(self, plan: DialPlan) -> DialOutcome: ...

    async def join(self, plan: RoomPlan) -> RoomOutcome: ...

    async def hang_up(self) -> None: ...

    async def reject(self, cause: Cause) -> None:
        """Refuse an inbound call before answer; hang up after."""
        ...

    async def note(self, kind: str, **facts: object) -> None:
        """Write to the call's events, for those who look into it later."""
        ...
