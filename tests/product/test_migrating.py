"""docs/migrating.md, where it asks a server and calls: its commands, typed as it says, with free ports."""

import asyncio
import re
import shlex
from pathlib import Path

import pytest

from tests.peers.ports import Ports
from tests.peers.program import program
from tests.peers.terminal import FreePorts, Terminal
from tests.peers.tutorial import Tutorial

pytestmark = [pytest.mark.sip, pytest.mark.slow]

PAGE = Path(__file__).parents[2] / "docs" / "migrating.md"


async def test_a_project_of_another_cloud_takes_its_first_call(tmp_path: Path, ports: Ports) -> None:
    free = FreePorts.of(ports)
    page = Tutorial({"8090": str(free.web), ":5060": f":{free.sip}"}, PAGE)
    terminal = Terminal(tmp_path, free.settings)
    page.save_files(tmp_path)
    add, secret, serves, simulate = (each.command for each in page.typed_under("Ask your server"))
    serve, phone, key, listing, explain = (each.command for each in page.typed_under("Call it"))

    await terminal.type(add)
    token = (await terminal.type(f"{secret}\necho $AUTH_TOKEN")).split()[-1]
    async with program(
        *shlex.split(serves)[1:], serves_at=free.web, folder=tmp_path, environment={"AUTH_TOKEN": token},
        stderr=asyncio.subprocess.DEVNULL,
    ):  # fmt: skip
        simulated = await terminal.type(simulate)
        async with terminal.serving(serve, "serving"):
            rung = await terminal.type(phone)
            await terminal.type(key)
            call = re.search(r"CA\w{32}", await terminal.type(listing))
            assert call is not None
            explained = await terminal.type(explain.replace("CA…", call.group()))

    assert "a mistake, passed over: line 1: <Sms>" in simulated
    assert "We are open from seven to six." in simulated
    assert [word for word in ("answered", "sent", "hung_up") if word not in rung] == []
    assert "Sms" in explained
