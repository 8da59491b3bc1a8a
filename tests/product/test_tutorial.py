"""docs/tutorial.md, where it calls: its commands, typed as it says, with ports that are free here."""

import asyncio
import re
import shlex
from pathlib import Path

import pytest

from tests.peers.audio import Sound
from tests.peers.ports import Ports
from tests.peers.program import program
from tests.peers.terminal import FreePorts, Terminal
from tests.peers.tutorial import Tutorial

pytestmark = [pytest.mark.sip, pytest.mark.slow]


async def test_the_menu_is_called_and_tells_what_happened(tmp_path: Path, ports: Ports) -> None:
    free = FreePorts.of(ports)
    page = Tutorial({"8090": str(free.web), ":5060": f":{free.sip}"})
    terminal = Terminal(tmp_path, free.settings)
    page.save_files(tmp_path)
    serves = shlex.split(page.typed_under("Answer keys")[0].command)[1:]
    add, serve, phone = (each.command for each in page.typed_under("Call it"))
    export, listing, explain, webhooks = (each.command for each in page.typed_under("See what happened"))

    async with program(*serves, serves_at=free.web, folder=tmp_path, stderr=asyncio.subprocess.DEVNULL):
        warned = await terminal.type(add)
        async with terminal.serving(serve, "serving"):
            rung = await terminal.type(phone)
            await terminal.type(export)
            call = re.search(r"CA\w{32}", await terminal.type(listing))
            assert call is not None
            explained = await terminal.type(explain.replace("CA…", call.group()))
            asked = await terminal.type(webhooks.replace("CA…", call.group()))

    assert "would not be asked" in warned
    assert [word for word in ("answered", "sent", "hung_up") if word not in rung] == []
    assert Sound.of_file(tmp_path / "heard.wav").seconds > 8
    assert "Gather" in explained
    assert "/menu" in asked
    assert "/chosen" in asked
