"""What a call's flow asks of programs: media streams to one, and a conversation with one that talks by text.

Others implement it (engine.live.streams, engine.live.agents); a node that has none says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from engine.flow.program_plans import AgentOutcome, AgentPlan, StreamOrder, StreamOutcome
from engine.live.services import CallServices
from engine.live.session.session import Session
from engine.webhooks.call_web import CallWeb


class StreamsOfCalls(Protocol):
    """Media streams of a node's calls; each ends with its call at the latest."""

    async def start(self, session: Session, order: StreamOrder) -> None:
        """Begin a stream that goes on beside the flow. Raises StreamError, of which the call was told, and LegGone."""
        ...

    async def stop(self, session: Session, name: str) -> None:
        """End the stream of this name that goes on beside the flow. Raises StreamError where there is none."""
        ...

    async def connect(self, session: Session, order: StreamOrder) -> StreamOutcome:
        """Open a two-way stream and wait for its end; cancelling it ends the stream.

        A stream that begins and fails has the error in its outcome. Raises StreamError where it may not begin,
        of which the call was told, and LegGone.
        """
        ...


class AgentsOfCalls(Protocol):
    """Conversations of a node's calls with programs that talk by text."""

    async def converse(self, session: Session, plan: AgentPlan, web: CallWeb) -> AgentOutcome:
        """Converse to the end; cancelling it ends the conversation. `web` is what the call asks for files with.

        One that begins and fails has the error in its outcome, and one whose person hung up returns too.
        Raises AgentError where it may not begin, LegGone.
        """
        ...


@dataclass(frozen=True, slots=True)
class CallPrograms:
    """The programs that a node's calls reach."""

    streams: StreamsOfCalls
    agents: AgentsOfCalls


MakePrograms = Callable[[CallServices, CallPrograms], CallPrograms]
"""Make of a node's own programs those that its calls reach, as a simulation does."""


def own_programs(services: CallServices, own: CallPrograms) -> CallPrograms:
    """The node's own."""
    del services
    return own
