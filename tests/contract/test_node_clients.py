"""Programs in JavaScript that were written for other clouds, with the clients of these, on calls that are real."""

import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts.client_generators import NAMED, Generators, client_generators
from scripts.failure import SetupFailed
from scripts.progress import Progress
from tests.contract.programs import printed
from tests.peers.phone import PhonePeer, phone
from tests.peers.platform import NUMBER, Platform, platform
from tests.peers.ports import Ports

pytestmark = [pytest.mark.sip, pytest.mark.slow]

CALLEE = "+3225550199"
HOLDING = '<Response><Pause length="30"/></Response>'
CLIENTS = ["twilio", "signalwire"]
Step = str | list[Any]


@pytest.fixture(scope="module")
def generators() -> Generators:
    try:
        return client_generators(Progress())
    except SetupFailed as failure:
        pytest.skip(f"the clients are of npm, and can't be had here now: {failure}")


@dataclass(frozen=True, slots=True)
class Running:
    """A node, a phone that answers, and the account."""

    telefoon: Platform
    far_end: PhonePeer
    account: str
    folder: Path
    generators: Generators

    async def program(self, client: str, *steps: Step, secret: str = "") -> Any:
        """What comes of the steps, or the error."""
        script = self.folder / "speak_2010.cjs"
        who = (client, self.telefoon.address, self.account, secret or self.telefoon.key)
        told = json.loads(await printed(self.generators.node, script, *who, json.dumps(steps), folder=self.folder))
        return told.get("answer", told.get("error"))


@pytest.fixture
async def running(tmp_path: Path, generators: Generators) -> AsyncIterator[Running]:
    async with (
        phone() as far_end,
        platform(tmp_path, Ports(), {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as telefoon,
    ):
        (tmp_path / "node_modules").symlink_to(generators.modules)
        shutil.copyfile(NAMED / "speak_2010.cjs", tmp_path / "speak_2010.cjs")
        account = json.loads(telefoon.telefoon("accounts", "list", "--json"))[0]["id"]
        yield Running(telefoon, far_end, account, tmp_path, generators)


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_program_places_a_call_finds_it_changes_it_and_ends_it(client: str, running: Running) -> None:
    placed = await running.program(client, "calls", ["create", {"to": CALLEE, "from": NUMBER, "twiml": HOLDING}])
    await running.far_end.tells("answered")

    found = await running.program(client, "calls", ["list", {"status": "in-progress", "to": CALLEE}])
    ended = await running.program(client, ["calls", placed["sid"]], ["update", {"status": "completed"}])

    assert [call["sid"] for call in found] == [placed["sid"]]
    assert (placed["status"], placed["direction"], placed["from"]) == ("queued", "outbound-api", NUMBER)
    assert ended["sid"] == placed["sid"]
    assert (await running.telefoon.ended_call(placed["sid"]))["status"] == "completed"


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_program_with_a_wrong_secret_is_told_by_number(client: str, running: Running) -> None:
    error = await running.program(client, "calls", ["list"], secret="wrong")

    assert (error["status"], error["code"]) == (401, 20003)
