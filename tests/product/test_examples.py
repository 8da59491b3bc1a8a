"""The programs of docs/examples, run as their heads say: a call is placed, and each status is told and signed."""

import asyncio
import json
from pathlib import Path

import aiohttp
import pytest

from tests.peers.audio import Sound
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports
from tests.peers.program import program
from tests.peers.waiting import within

pytestmark = pytest.mark.sip

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
ENDS_WITHIN_S = 60


async def lines_until(process: asyncio.subprocess.Process, last: str) -> list[str]:
    assert process.stdout is not None
    told: list[str] = []
    async with within(ENDS_WITHIN_S):
        while not told or last not in told[-1]:
            told.append((await process.stdout.readline()).decode().strip())
            assert told[-1], "the program ended"
    return told


async def test_a_call_is_placed_and_its_end_is_told_by_a_signed_callback(tmp_path: Path, ports: Ports) -> None:
    heard = tmp_path / "heard.wav"
    port = ports.one()
    hook = f"http://127.0.0.1:{port}/status"
    async with (
        phone("--record", str(heard), "--calls", "1") as far_end,
        platform(tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as telefoon,
    ):
        secret = telefoon.telefoon("accounts", "secret", "demo").split()[-1]
        known = telefoon.environment | {"TELEFOON_API_KEY": telefoon.key, "SECRET": secret}
        given = ("--server", telefoon.address, "--from", NUMBER, "--to", "+3225550199", "--status-callback", hook)
        async with (
            program(str(EXAMPLES / "hooks.py"), "--port", str(port), environment=known) as hooks,
            program(str(EXAMPLES / "place_call.py"), *given, "Your bread is ready.", environment=known) as placing,
        ):
            placed = await lines_until(placing, "completed")
            told = await lines_until(hooks, "completed")
            async with within(ENDS_WITHIN_S):
                code = await placing.wait()
            async with aiohttp.ClientSession() as stranger, stranger.post(hook, data={"CallSid": "CA1"}) as answer:
                assert answer.status == 403

    assert code == 0
    assert told[-1] == placed[-1]
    assert Sound.of_file(heard).seconds > 1


async def test_people_are_reminded_by_a_program_of_another_cloud_and_confirm_with_a_key(
    tmp_path: Path, ports: Ports
) -> None:
    heard = tmp_path / "heard.wav"
    port = ports.one()
    async with (
        phone("--record", str(heard), "--calls", "1", "--digits", "1", "--digits-after", "4") as far_end,
        platform(tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as telefoon,
    ):
        account = json.loads(telefoon.telefoon("accounts", "list", "--json"))[0]["id"]
        secret = telefoon.telefoon("accounts", "secret", "demo").split()[-1]
        known = telefoon.environment | {"ACCOUNT_SID": account, "AUTH_TOKEN": secret, "SERVER": telefoon.address}
        given = ("--port", str(port), "--from", NUMBER, "+3225550199=nine o'clock")
        async with program(str(EXAMPLES / "reminders.py"), *given, environment=known) as reminding:
            (told,) = await lines_until(reminding, "(")
            async with within(ENDS_WITHIN_S):
                code = await reminding.wait()

    assert (code, told.split(" (")[0]) == (0, "+3225550199 confirmed")
    assert Sound.of_file(heard).seconds > 3
