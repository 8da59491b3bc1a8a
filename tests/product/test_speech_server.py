"""A speech server of the operator's own speaks on real calls, and is stopped in the middle of one."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.peers.audio import Sound, hears
from tests.peers.callers import calling
from tests.peers.customer import Customer
from tests.peers.platform import platform
from tests.peers.ports import Ports
from tests.peers.speech_server import HZ, KEY, speech_peer
from tests.peers.spoken import is_told

pytestmark = pytest.mark.sip

FIRST = "Goedemorgen, u spreekt met de winkel."
NEXT = "Dank u wel, wij verbinden u nu door met een medewerker."
FLOW = (
    f'<Response><Gather numDigits="1" timeout="60"><Say language="nl-NL">{FIRST}</Say></Gather></Response>',
    f'<Response><Say language="nl-NL">{NEXT}</Say><Pause length="60"/></Response>',
)
OTHER_HZ = 1500


async def test_a_server_that_is_stopped_in_the_middle_of_a_call_leaves_the_next_prompt_to_the_next_engine(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with speech_peer() as speaker:
        shop.flows["/start"] = FLOW[0].replace("<Gather", f'<Gather action="{shop.url("/next")}"')
        shop.flows["/next"] = FLOW[1]
        settings = {
            "TTS_ENGINES": json.dumps({"nl-NL": ["server", "pyttsx3"]}),
            "TTS_SERVERS": json.dumps({"nl-NL": {"url": speaker.url, "voice": "anna", "key": KEY}}),
        }
        async with (
            platform(tmp_path, ports, settings, number={"--url": shop.url("/start")}) as telefoon,
            calling(telefoon, ports, OTHER_HZ) as (caller,),
        ):
            await caller.ear.hears_in_all(HZ, seconds=1, within_s=15)
            assert FIRST in speaker.words

            await speaker.stop()
            # The server is gone for this command too, so it puts the other engine's rendering into the cache of both.
            wav = tmp_path / "next.wav"
            await asyncio.to_thread(telefoon.telefoon, "say", NEXT, "--language", "nl-NL", "-o", str(wav))
            since = caller.ear.now_s
            caller.ear.press("1")
            await is_told(caller.ear, Sound.of_file(wav), since_s=since)

            assert NEXT not in speaker.words
            assert not hears(caller.ear.heard(since), HZ, seconds=0.6)
            assert (await telefoon.get(f"calls/{caller.call_id}"))["status"] == "in-progress"
            assert "speech_engine_failed" in telefoon.log()
            assert KEY not in telefoon.log()
