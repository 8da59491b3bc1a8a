"""A live call that is connected to a program: what holds it there, and what ends that."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from engine.flow.parse import parse
from engine.flow.program_plans import AgentOutcome, AgentPlan, AgentStatus, StreamOrder, StreamOutcome
from engine.live.calls.programs import CallPrograms
from engine.live.session.session import Session
from engine.testing.database import MemoryDatabase
from engine.testing.node import FakeNode, fake_node
from engine.webhooks.call_web import CallWeb
from tests.unit.live.words import DONE, GOODBYE

URL: Final = "wss://shop.example/program"
STREAM: Final = f'<Connect action="{DONE}"><Stream url="{URL}"/></Connect>'
RELAY: Final = f'<Connect action="{DONE}"><ConversationRelay url="{URL}"/></Connect>'
OTHER: Final = "<Response><Say>Something else.</Say></Response>"


class NotedPrograms:
    """Programs that stay on the line until the call takes something else up; `seen` is how that went."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def start(self, session: Session, order: StreamOrder) -> None:
        self.seen.append(f"{order.name} starts")

    async def stop(self, session: Session, name: str) -> None:
        self.seen.append(f"{name} stops")

    async def connect(self, session: Session, order: StreamOrder) -> StreamOutcome:
        await self._stays(session)
        return StreamOutcome("MZ1", 0)

    async def converse(self, session: Session, plan: AgentPlan, web: CallWeb) -> AgentOutcome:
        await self._stays(session)
        return AgentOutcome("VX1", AgentStatus.ENDED, 0)

    async def _stays(self, session: Session) -> None:
        self.seen.append("connected")
        try:
            await session.until_over(session.over.wait())
        finally:
            self.seen.append("cut off")


@pytest.fixture
def programs() -> NotedPrograms:
    return NotedPrograms()


@pytest.fixture
async def connected(
    database: MemoryDatabase, recordings_of_all: Path, programs: NotedPrograms
) -> AsyncIterator[FakeNode]:
    """A node whose calls reach these programs."""
    node_ = fake_node(database, recordings_of_all, programs=lambda *_: CallPrograms(programs, programs))
    async with node_ as opened:
        opened.around.customer.documents[DONE] = GOODBYE
        yield opened
        await opened.settles()


@pytest.mark.parametrize("verb", [STREAM, RELAY])
async def test_another_flow_ends_a_connect_as_any_verb(connected: FakeNode, programs: NotedPrograms, verb: str) -> None:
    caller = await connected.is_called(f"<Response>{verb}</Response>")
    await connected.passes(30)
    assert programs.seen == ["connected"]

    await connected.change(caller, start=parse(OTHER))
    await caller.is_hung_up()

    assert programs.seen == ["connected", "cut off"]
    assert caller.heard == ["Something else."]


@pytest.mark.parametrize("verb", [STREAM, RELAY])
async def test_who_hangs_up_ends_it_too(connected: FakeNode, programs: NotedPrograms, verb: str) -> None:
    caller = await connected.is_called(f"<Response>{verb}</Response>")
    await connected.passes(30)

    caller.hangs_up()
    await connected.settles()

    assert programs.seen == ["connected", "cut off"]


async def test_the_call_is_answered_first(connected: FakeNode, programs: NotedPrograms) -> None:
    flow = f'<Response><Start><Stream url="{URL}" name="desk"/></Start><Stop><Stream name="desk"/></Stop></Response>'

    caller = await connected.is_called(flow)
    await caller.is_hung_up()

    assert (caller.leg.answered, programs.seen) == (True, ["desk starts", "desk stops"])


async def test_where_nobody_can_be_conversed_with_the_flow_goes_on(node: FakeNode) -> None:
    caller = await node.is_called(f"<Response>{RELAY}</Response>")
    await caller.is_hung_up()

    [event] = await node.events(caller, "not_conversed")
    assert "no spoken name" in event.facts["reason"]
    assert caller.heard == ["Goodbye."]
