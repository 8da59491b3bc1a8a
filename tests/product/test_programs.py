"""Programs on the line, as docs/streams.md and docs/agents.md tell of them: the example is called as it stands."""

import asyncio
from pathlib import Path

import pytest

from tests.peers.audio import Sound, hears, tone
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports
from tests.peers.program import program

pytestmark = pytest.mark.sip

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"


async def test_the_streams_example_says_back_what_a_caller_says_once_they_were_told(
    tmp_path: Path, ports: Ports
) -> None:
    heard, port = tmp_path / "heard.wav", ports.one()
    voice = tone(1000, 40, dbov=-18).save(tmp_path / "voice.wav")
    number = {"--url": f"http://127.0.0.1:{port}/flow", **NUMBER_ASKS_NOBODY}
    async with (
        program(str(EXAMPLES / "repeating.py"), "--port", str(port), serves_at=port),
        platform(tmp_path, ports, number=number) as telefoon,
    ):
        await asyncio.to_thread(telefoon.telefoon, "accounts", "spoken-name", "demo", "the bakery")
        called = ("--dial", f"sip:{NUMBER}@127.0.0.1:{telefoon.sip_port}", "--play", str(voice))
        async with phone(*called, "--record", str(heard), "--digits", "#", "--digits-after", "18") as caller:
            await caller.tells("hung_up", within_s=60)
        call = await telefoon.ended_call((await telefoon.newest_call())["id"])
        events = [each["kind"] for each in await telefoon.events(call["id"])]

    assert call["status"] == "completed"
    assert {"disclosed", "stream_started", "stream_ended"} <= set(events)
    assert hears(Sound.of_file(heard), 1000, seconds=2)


async def test_the_agents_example_hands_over_to_a_person_at_a_key(tmp_path: Path, ports: Ports) -> None:
    port = ports.one()
    number = {"--url": f"http://127.0.0.1:{port}/flow", **NUMBER_ASKS_NOBODY}
    async with (
        program(str(EXAMPLES / "assistant.py"), "--port", str(port), serves_at=port),
        platform(tmp_path, ports, number=number) as telefoon,
    ):
        await asyncio.to_thread(telefoon.telefoon, "accounts", "spoken-name", "demo", "the bakery")
        called = ("--dial", f"sip:{NUMBER}@127.0.0.1:{telefoon.sip_port}", "--digits", "0", "--digits-after", "14")
        async with phone(*called) as caller:
            await caller.tells("hung_up", within_s=60)
        call = await telefoon.ended_call((await telefoon.newest_call())["id"])
        said = [each["facts"].get("text", "") for each in await telefoon.events(call["id"]) if each["kind"] == "said"]

    assert call["status"] == "completed"
    assert said[-1] == "I connect you to a person.", said
