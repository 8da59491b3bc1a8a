"""docs/tutorial.md, where it calls: its commands, typed as it says, with ports that are free here."""

import asyncio
import os
import re
import shlex
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.peers.account import outside
from tests.peers.audio import Sound
from tests.peers.ports import Ports
from tests.peers.program import program
from tests.peers.tutorial import Tutorial
from tests.peers.waiting import within

pytestmark = [pytest.mark.sip, pytest.mark.slow]

STARTS_WITHIN_S = 60
ENDS_WITHIN_S = 60
RTP_PORTS = 100


class Terminal:
    """Runs commands in a folder as its reader's shell does."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self._folder = folder
        self._environment = outside() | settings | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}

    async def type(self, command: str) -> str:
        """What a command prints, which must end with 0. What it exports counts for the next one."""
        process = await self._started(f"set -eo pipefail\n{command}\nenv -0 > .environment", asyncio.subprocess.PIPE)
        async with within(ENDS_WITHIN_S):
            output, _ = await process.communicate()
        assert process.returncode == 0, f"{command}: {output.decode()}"
        variables = (self._folder / ".environment").read_bytes().decode().split("\0")
        self._environment = dict(each.split("=", 1) for each in variables if "=" in each)
        return output.decode()

    @asynccontextmanager
    async def serving(self, command: str, says: str) -> AsyncIterator[None]:
        """A command that serves, from when it has said so until Ctrl-C."""
        log = self._folder / "serving.log"
        with log.open("wb") as file:
            process = await self._started(f"export {command.replace(' telefoon', '; exec telefoon')}", file.fileno())
        try:
            async with within(STARTS_WITHIN_S):
                while says not in log.read_text(errors="replace"):
                    assert process.returncode is None, log.read_text()
                    await asyncio.sleep(0.05)
            yield
        finally:
            if process.returncode is None:
                process.terminate()
            async with within(ENDS_WITHIN_S):
                await process.wait()

    async def _started(self, script: str, output: int) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            "bash",
            "-c",
            script,
            cwd=self._folder,
            env=self._environment,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
        )


async def test_the_menu_is_called_and_tells_what_happened(tmp_path: Path, ports: Ports) -> None:
    http, web, sip, rtp = ports.one(), ports.one(), ports.block(2), ports.block(RTP_PORTS)
    page = Tutorial({"8090": str(web), ":5060": f":{sip}"})
    terminal = Terminal(
        tmp_path,
        {
            "TELEFOON_HTTP_PORT": str(http),
            "TELEFOON_SIP_PORT": str(sip),
            "TELEFOON_RTP_PORTS": f"{rtp}-{rtp + RTP_PORTS - 1}",
        },
    )
    page.save_files(tmp_path)
    serves = shlex.split(page.typed_under("Answer keys")[0].command)[1:]
    add, serve, phone = (each.command for each in page.typed_under("Call it"))
    export, listing, explain, webhooks = (each.command for each in page.typed_under("See what happened"))

    async with program(*serves, serves_at=web, folder=tmp_path, stderr=asyncio.subprocess.DEVNULL):
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
