"""The Protocol by which verbs act on the call that they run on.

The live call implements it (engine/live/calls/actions.py). Every coroutine here raises
LegGone once the far end has hung up. Cancelling one stops its sound at once.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Protocol

from engine.flow.next_step import GoTo
from engine.flow.plans import (
    CallRecordingPlan,
    DialOutcome,
    DialPlan,
    HearPlan,
    RecordOutcome,
    RecordPlan,
    ReferOutcome,
    ReferPlan,
    RoomOutcome,
    RoomPlan,
    Spoken,
)
from engine.flow.program_plans import AgentOutcome, AgentPlan, StreamOrder, StreamOutcome
from engine.flow.queue_plans import QueueOutcome, QueuePlan, ServePlan
from engine.model.call import Call
from engine.ports import Cause, Speech

Waiting = Callable[[Mapping[str, str]], Awaitable[bool]]
"""Perform what somebody who waits hears, once, with these parameters; True if it left."""


class CallActions(Protocol):
    """Acts on one call for its verbs: says, plays, listens, dials, records, hangs up."""

    @property
    def call(self) -> Call:
        """The call as it is now."""
        ...

    @property
    def language(self) -> str:
        """The call's language for speech, such as nl-BE."""
        ...

    async def performing(self, verb: str) -> None:
        """A verb of this name begins."""
        ...

    async def answer(self) -> None:
        """Answer an inbound call that still rings; nothing otherwise."""
        ...

    async def say(self, speech: Speech) -> None:
        """Speak to the far end, to the end. A prompt that can't be rendered is noted on the call's events.

        Raises UnknownVoice: who asked may do without the voice.
        """
        ...

    async def play(self, url: str, rounds: Iterable[int] = (0,)) -> None:
        """Fetch and decode once, play to the end in each round. Raises MediaError, WebhookError, and as `rounds` do."""
        ...

    async def pause(self, seconds: float) -> None: ...

    async def digit(self, timeout_s: float | None, *, hidden: bool = False) -> str | None:
        """The next key, also one pressed earlier and not yet read; None when none came in time.

        A `hidden` one is written nowhere.
        """
        ...

    def forget_digits(self) -> None:
        """Drop keys pressed so far."""
        ...

    async def hide(self, hidden: bool) -> None:
        """Put silence into running recordings in place of the caller, or no longer."""
        ...

    async def send_digits(self, digits: str) -> None: ...

    @property
    def recognized_languages(self) -> frozenset[str]:
        """Languages in which speech is understood; empty where there is no recognizer."""
        ...

    async def hear(self, plan: HearPlan) -> Spoken | None:
        """What the caller says; waits for it without end. None where it made no sense. Raises SpeechError."""
        ...

    async def tell(self, url: str, method: str, params: Mapping[str, str]) -> None:
        """Send the customer's server something whose answer does not matter, beside the call."""
        ...

    async def record(self, plan: RecordPlan) -> RecordOutcome:
        """Returns also when the far end hangs up (digits "hangup"). Raises RecordingError."""
        ...

    async def record_call(self, plan: CallRecordingPlan) -> None:
        """Record the call from now on, beside what it does. Raises RecordingError."""
        ...

    async def start_stream(self, order: StreamOrder) -> None:
        """Give a program the call's sound from now on, beside what it does.

        Raises StreamError, of which the call was told.
        """
        ...

    async def stop_stream(self, name: str) -> None:
        """End a stream that goes on beside the flow, by its name. Raises StreamError where there is none."""
        ...

    async def connect_stream(self, order: StreamOrder) -> StreamOutcome:
        """Let a program hear and speak, to the end of its stream.

        Raises StreamError where it may not, of which the call was told.
        """
        ...

    async def converse(self, plan: AgentPlan) -> AgentOutcome:
        """Let the far end converse with a program that talks by text. Raises AgentError where it may not begin.

        Returns also when the far end hangs up.
        """
        ...

    async def application(self, application_id: str) -> Sequence[GoTo]:
        """Where an application of the call's account has its document, in order; nowhere where there is none."""
        ...

    async def dial(self, plan: DialPlan) -> DialOutcome: ...

    async def join(self, plan: RoomPlan, waiting: Waiting | None) -> RoomOutcome:
        """`waiting` is heard, again and again, until the room comes alive; music if None."""
        ...

    async def enqueue(self, plan: QueuePlan, waiting: Waiting | None) -> QueueOutcome:
        """Wait in a queue until taken out of it, and until the talk that follows is over; music if None."""
        ...

    async def serve(self, plan: ServePlan) -> DialOutcome:
        """Take the first out of a queue, waiting for one if need be, and talk."""
        ...

    async def echo(self) -> None:
        """The far end hears itself, until it hangs up."""
        ...

    async def refer(self, plan: ReferPlan) -> ReferOutcome:
        """Ask the far end to call somebody else instead (RFC 3515). Raises SipError."""
        ...

    async def hang_up(self) -> None: ...

    async def reject(self, cause: Cause) -> None:
        """Refuse an inbound call before answer; hang up after."""
        ...

    async def note(self, kind: str, **facts: object) -> None:
        """Write to the call's events, for those who look into it later."""
        ...
