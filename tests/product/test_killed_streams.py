"""The product is killed under streams and conversations: what programs see of it, and what the next process does."""

import signal
from pathlib import Path
from typing import Final

import pytest

from tests.peers.agent_program import agent_program
from tests.peers.audio import Sound, hears
from tests.peers.callers import calling
from tests.peers.captured_line import TELLS_NOBODY
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.platform import platform
from tests.peers.ports import Ports
from tests.peers.stream_program import stream_program
from tests.peers.waiting import eventually, lasting

pytestmark = pytest.mark.sip

SAID: Final = 700


async def test_after_a_kill_streams_and_conversations_are_closed_once_with_their_call_and_recording(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with stream_program() as program, agent_program() as agent:
        shop.flows["/start"] = (
            "<Response><Start><Recording/></Start>"
            f'<Start><Stream url="ws://127.0.0.1:{program.port}/media" name="desk" statusCallback="/told"/></Start>'
            f'<Connect action="/after"><ConversationRelay url="ws://127.0.0.1:{agent.port}/talk" language="en-GB"/>'
            "</Connect></Response>"
        )
        number = {
            "--url": shop.url("/start"), "--status-callback": shop.url("/status"), **NUMBER_ASKS_NOBODY, **TELLS_NOBODY
        }  # fmt: skip
        async with platform(tmp_path, ports, number=number) as telefoon, calling(telefoon, ports, SAID) as (caller,):
            call, log = f"calls/{caller.call_id}", telefoon.log
            await agent.is_told("setup", within_s=60)
            await program.gets("media", times=100, within_s=30)
            [open_stream] = (await telefoon.get(f"{call}/streams"))["streams"]
            assert await telefoon.end(signal.SIGKILL) == -signal.SIGKILL
            await eventually(
                lambda: program.close_code is not None and agent.close_codes,
                within_s=20,
                otherwise=lambda: f"{program.close_code}, {agent.close_codes}",
            )

            await telefoon.start()
            ended = await telefoon.ended_call(caller.call_id)
            [stream] = (await telefoon.get(f"{call}/streams"))["streams"]
            recording, wav = await telefoon.recording(tmp_path, call_id=caller.call_id)
            told = await shop.is_asked("/told", times=2, within_s=60)
            events = [each["kind"] for each in await telefoon.events(caller.call_id)]
            await telefoon.end()
            await telefoon.start()
            await lasting(2)
            again = [each["kind"] for each in await telefoon.events(caller.call_id)]
            logged = log()

    assert (program.close_code, agent.close_codes) == (1006, [1006])
    assert (ended["status"], recording["status"]) == ("failed", "completed")
    assert (open_stream["status"], stream["status"]) == ("in-progress", "failed")
    assert (stream["id"], "ended without closing it" in stream["error"]) == (open_stream["id"], True)
    assert hears(Sound.of_file(wav), SAID, seconds=0.5)
    assert again == events
    closed_once = ("process_died", "stream_ended", "agent_ended", "recording_closed")
    assert [events.count(kind) for kind in closed_once] == [1, 1, 1, 1]
    assert [form["StreamEvent"] for form in told] == ["stream-started", "stream-error"]
    assert len(shop.forms("/told")) == 2
    assert shop.ends() == [caller.call_id]
    assert shop.forms("/after") == []
    assert logged.count("stream_recovered") == 1
