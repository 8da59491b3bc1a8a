"""<Connect>: give the call to a program, which hears and speaks, or converses by text."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from engine.errors import AgentError, StreamError
from engine.flow.execution_context import ExecutionContext
from engine.flow.next_step import Continue, GoTo, HttpMethod, Next
from engine.flow.program_plans import AgentOutcome, AgentStatus, StreamOutcome, StreamTracks
from engine.flow.shape import nested
from engine.flow.verbs import telling
from engine.flow.verbs.conversation_relay import ConversationRelay
from engine.flow.verbs.stream import Stream


@dataclass(frozen=True, slots=True)
class Connect:
    """Let a program talk to the far end, until it closes its connection or the call ends.

    The result goes to `action`; without one, the flow goes on with the next verb. What can't begin is noted on the
    call.
    """

    action: str | None = telling.action("Where the result goes; the next verb follows if left out")
    method: HttpMethod = telling.method("action")
    stream: tuple[Stream, ...] = nested(Stream, help="The program that hears and speaks")
    relay: tuple[ConversationRelay, ...] = nested(ConversationRelay, help="The program that converses by text")
    unread: str = ""
    """Why what it names could not be read, where a lenient reading has left it out."""

    DIFFERS: ClassVar = {"": "the far end hears first that a program speaks, and for whom."}

    WHILE_WAITING: ClassVar = False

    def __post_init__(self) -> None:
        if len(self.stream) + len(self.relay) != 1 and not self.unread:
            raise ValueError("write one Stream or one ConversationRelay: the program to connect.")
        if any(each.track is not StreamTracks.INBOUND for each in self.stream):
            raise ValueError("a Stream in Connect has the track inbound_track: leave 'track' out.")

    @classmethod
    def of_nobody(cls, values: Mapping[str, Any], why: str) -> "Connect | None":
        """The Connect that fails, and whose action is told so; None for one whose flow goes on all the same."""
        if values.get("stream") or values.get("relay") or not values.get("action"):
            return None
        return cls(**{**values, "stream": (), "relay": (), "unread": why})

    async def run(self, context: ExecutionContext) -> Next:
        params = await self._connected(context)
        return Continue() if self.action is None else GoTo(self.action, self.method, params)

    async def _connected(self, context: ExecutionContext) -> Mapping[str, str]:
        """How it ended, as `action` is told."""
        if self.stream:
            return await _streamed(self.stream[0], context)
        if self.relay:
            return await _conversed(self.relay[0], context)
        return _failed(self.unread)


async def _streamed(stream: Stream, context: ExecutionContext) -> Mapping[str, str]:
    try:
        return _of_stream(await context.stage.connect_stream(stream.order(context)))
    except StreamError as error:
        return {"StreamError": str(error)}


async def _conversed(relay: ConversationRelay, context: ExecutionContext) -> Mapping[str, str]:
    try:
        return _of_conversation(await context.stage.converse(await relay.plan(context)))
    except AgentError as error:
        await context.stage.note("not_conversed", reason=str(error))
        return _failed(str(error))


def _of_stream(outcome: StreamOutcome) -> Mapping[str, str]:
    params = {"StreamSid": outcome.stream_id, "StreamDuration": str(outcome.seconds)}
    return params | ({"StreamError": outcome.error} if outcome.error else {})


def _of_conversation(outcome: AgentOutcome) -> Mapping[str, str]:
    params = {
        "SessionId": outcome.session_id,
        "SessionStatus": outcome.status.value,
        "SessionDuration": str(outcome.seconds),
    }
    told = {
        "HandoffData": outcome.handoff_data,
        "ErrorCode": outcome.error_code,
        "ErrorMessage": outcome.error_message,
    }
    return params | {name: value for name, value in told.items() if value}


def _failed(why: str) -> Mapping[str, str]:
    return {"SessionStatus": AgentStatus.FAILED.value, "SessionDuration": "0", "ErrorMessage": why}
