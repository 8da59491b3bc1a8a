"""The sample of docs/examples, served unchanged: a call from Asterisk goes through menu, queue, agent and voicemail."""

import os
from pathlib import Path

import aiohttp
import pytest

from tests.peers.asterisk import Asterisk
from tests.peers.audio import Sound, hears
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports
from tests.peers.program import program
from tests.peers.waiting import within

SAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "ivr.py"
AGENTS = "+3225550101"


@pytest.mark.slow
async def test_a_caller_chooses_waits_talks_to_an_agent_and_leaves_a_message(
    tmp_path: Path, ports: Ports, network: Asterisk, plain: dict[str, str]
) -> None:
    port = ports.block(1)
    url = f"http://127.0.0.1:{port}"
    async with platform(tmp_path, ports, plain, number={"--url": f"{url}/voice"}) as telefoon:
        telefoon.telefoon("numbers", "add", AGENTS, "--account", "demo", "--url", f"{url}/agent")
        secret = telefoon.telefoon("accounts", "secret", "demo").split()[-1]
        talks = os.environ | {"AUTH_TOKEN": secret, "TALK_S": "4", "MESSAGE_S": "3"}
        async with program(str(SAMPLE), "--port", str(port), serves_at=port, environment=talks) as serving:
            await telefoon.check_when("trunk", "no registration")
            await network.originate("telefoon", NUMBER, "700@keys")
            caller = await telefoon.newest_call(to=NUMBER)
            await telefoon.noted(caller["id"], "queue_entered", within_s=30)
            await network.originate("telefoon", AGENTS, "900@tone")
            call = await telefoon.ended_call(caller["id"], within_s=60)
            assert serving.stdout is not None
            async with within(10):
                told = (await serving.stdout.readline()).decode()
            _, wav = await telefoon.recording(tmp_path, call_id=call["id"])
            verbs = [each["facts"]["verb"] for each in await telefoon.events(call["id"]) if each["kind"] == "verb"]
            async with aiohttp.ClientSession() as stranger, stranger.post(f"{url}/voice", data={"From": "x"}) as answer:
                assert answer.status == 403

    assert call["status"] == "completed"
    assert told.startswith("message of ")
    assert [verb for verb in verbs if verb in {"Gather", "Enqueue", "Record", "Hangup"}] == [
        "Gather", "Enqueue", "Record", "Hangup",
    ]  # fmt: skip
    assert hears(await network.heard("700"), 900, seconds=1)
    assert hears(await network.heard("900"), 700, seconds=1)
    assert hears(Sound.of_file(wav), 700, seconds=1)
