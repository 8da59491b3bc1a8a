"""A new flow by REST ends what a program holds of a call, and the call goes on with the new one: both interfaces."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.peers.agent_program import AgentProgram, agent_program
from tests.peers.audio import hears, tone
from tests.peers.callers import Caller, calling
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.platform import ACCOUNT, Platform, platform
from tests.peers.ports import Ports
from tests.peers.stream_program import StreamProgram, stream_program
from tests.peers.twilio_client import does, twilio_client
from tests.peers.waiting import eventually

pytestmark = pytest.mark.sip

SPOKEN: Final = 1000
OTHER: Final = 1500
LONG: Final = "This goes on and on, for a good long while, and nobody has heard the end of it yet. " * 4


@dataclass(frozen=True, slots=True)
class Line:
    """A call that a program holds, and what the other flow is to be."""

    telefoon: Platform
    caller: Caller
    shop: Customer


async def patched(line: Line) -> None:
    """By our interface, with a document."""
    status, answer = await line.telefoon.patch(f"calls/{line.caller.call_id}", {"flow": line.shop.flows["/other"]})
    assert (status, answer["status"]) == (200, "in-progress")


async def patched_with_url(line: Line) -> None:
    """By our interface, with a document's address."""
    status, _ = await line.telefoon.patch(f"calls/{line.caller.call_id}", {"url": line.shop.url("/other")})
    assert status == 200


async def updated(line: Line) -> None:
    """By the interface that other clouds have, with a document."""
    client = await asyncio.to_thread(twilio_client, line.telefoon)
    call = await does(client.calls(line.caller.call_id).update, twiml=line.shop.flows["/other"])
    assert call.status == "in-progress"


async def updated_with_url(line: Line) -> None:
    """By the interface that other clouds have, with a document's address."""
    client = await asyncio.to_thread(twilio_client, line.telefoon)
    await does(client.calls(line.caller.call_id).update, url=line.shop.url("/other"), method="POST")


Change = Callable[[Line], Awaitable[None]]


@asynccontextmanager
async def held(tmp_path: Path, ports: Ports, shop: Customer, noun: str) -> AsyncIterator[Line]:
    """A caller whose flow gives its call to a program."""
    sound = tone(OTHER, 30, dbov=-18).save(tmp_path / "other.wav")
    shop.flows["/other.wav"] = sound.read_bytes()
    shop.flows["/other"] = f"<Response><Play>{shop.url('/other.wav')}</Play></Response>"
    shop.flows["/start"] = f'<Response><Connect action="/done">{noun}</Connect></Response>'
    number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
    async with platform(tmp_path, ports, number=number) as telefoon:
        await asyncio.to_thread(telefoon.telefoon, "accounts", "spoken-name", ACCOUNT, "Bakkerij Jansen")
        async with calling(telefoon, ports, 700) as (caller,):
            yield Line(telefoon, caller, shop)


async def hears_the_other_flow_alone(line: Line, before: float) -> None:
    """Wait for the new flow's sound, and see that nothing else is heard beside it."""
    await line.caller.ear.hears(OTHER, within_s=30, seconds=1, since_s=before)
    since_s = line.caller.ear.now_s
    await asyncio.sleep(1.5)
    after = line.caller.ear.heard(since_s)
    assert hears(after, OTHER, seconds=1)
    assert not hears(after, SPOKEN, seconds=0.1)
    assert line.shop.forms("/done") == [], "an action is for who ends by itself"


def is_closed(program: StreamProgram | AgentProgram) -> bool:
    return bool(program.close_code if isinstance(program, StreamProgram) else program.close_codes)


@pytest.mark.parametrize(
    "change", [patched, patched_with_url, updated, updated_with_url], ids=lambda each: each.__name__
)
async def test_another_flow_ends_a_connected_stream_that_speaks_and_is_heard_in_its_place(
    tmp_path: Path, ports: Ports, shop: Customer, change: Change
) -> None:
    async with stream_program() as program:
        noun = f'<Stream url="ws://127.0.0.1:{program.port}/media" name="agent"/>'
        async with held(tmp_path, ports, shop, noun) as line:
            [start] = await program.gets("start", within_s=60)
            program.sid = start["streamSid"]
            await program.says(tone(SPOKEN, 60, dbov=-18))
            await program.marks_here("never heard")
            await line.caller.ear.hears(SPOKEN, within_s=60, seconds=1)
            before = line.caller.ear.now_s
            await change(line)
            await hears_the_other_flow_alone(line, before)
            await eventually(lambda: is_closed(program), within_s=10, otherwise=lambda: f"{program.messages[-1]}")
            [stream] = (await line.telefoon.get(f"calls/{line.caller.call_id}/streams"))["streams"]
            status = (await line.telefoon.get(f"calls/{line.caller.call_id}"))["status"]

    assert (program.close_code, program.messages[-1]["event"]) == (1000, "stop")
    assert program.marks() == []
    assert (stream["status"], status) == ("stopped", "in-progress")


@pytest.mark.parametrize("change", [patched, updated_with_url], ids=lambda each: each.__name__)
async def test_another_flow_ends_a_conversation_by_text_in_the_middle_of_a_sentence(
    tmp_path: Path, ports: Ports, shop: Customer, change: Change
) -> None:
    async with agent_program() as program:
        noun = f'<ConversationRelay url="ws://127.0.0.1:{program.port}/talk" language="en-GB" debug="speaker-events"/>'
        async with held(tmp_path, ports, shop, noun) as line:
            await program.is_told("setup", within_s=60)
            await program.says(LONG)
            await program.is_told("info", within_s=60)
            await line.caller.ear.hears_sound(seconds=1, within_s=30, since_s=line.caller.ear.now_s)
            before = line.caller.ear.now_s
            await change(line)
            await hears_the_other_flow_alone(line, before)
            await eventually(lambda: is_closed(program), within_s=10, otherwise=lambda: f"{program.told[-1]}")
            ended = await line.telefoon.noted(line.caller.call_id, "agent_ended")
            status = (await line.telefoon.get(f"calls/{line.caller.call_id}"))["status"]

    assert program.close_codes == [1001]
    assert status == "in-progress"
    assert ended["status"] == "ended"
