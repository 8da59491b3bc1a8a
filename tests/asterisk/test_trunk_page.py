"""docs/trunks.md, where it connects a carrier: its commands, typed as it says, with Asterisk as the carrier."""

import asyncio
import re
import shlex
from pathlib import Path

import pytest

from tests.asterisk.conftest import SUBSCRIBER_HOST
from tests.peers.asterisk import PASSWORD, PLAIN_HOST, Asterisk
from tests.peers.ports import Ports
from tests.peers.program import program
from tests.peers.terminal import FreePorts, Terminal
from tests.peers.tutorial import Tutorial
from tests.peers.waiting import within

PAGE = Path(__file__).parents[2] / "docs" / "trunks.md"


@pytest.mark.slow
async def test_a_carrier_is_connected_and_calls_go_both_ways(tmp_path: Path, ports: Ports, network: Asterisk) -> None:
    free = FreePorts.of(ports)
    carrier = f"{PLAIN_HOST}:{network.udp_port}"
    page = Tutorial(
        {
            "echo@sip.carrier.example": f"+3225552004@{carrier}",
            "sip.carrier.example": carrier,
            "--user u1": "--user subscriber",
            "what-the-carrier-has-given": PASSWORD,
            "+3225550199": "+32255510440",
            "8090": str(free.web),
            "192.0.2.20": SUBSCRIBER_HOST,
        },
        PAGE,
    )
    terminal = Terminal(tmp_path, free.settings)
    page.save_files(tmp_path)
    typed = [each.command for each in page.typed_under("Connect a carrier in ten minutes")]
    address, private, add, test, serves, number, serve, listing, export, call, calls = typed

    # Extensions behind Asterisk are longer than numbers of Brussels: no plan knows them.
    await terminal.type("telefoon policies set --set allowed_prefixes=+32255")
    await terminal.type(address)
    await terminal.type(private)
    added = await terminal.type(add)
    tested = await terminal.type(test)
    async with program(
        *shlex.split(serves)[1:], serves_at=free.web, folder=tmp_path, stderr=asyncio.subprocess.DEVNULL
    ):
        await terminal.type(number)
        async with terminal.serving(serve, "serving"):
            async with within(20):
                while "until" not in (listed := await terminal.type(listing)):
                    await asyncio.sleep(0.2)
            await terminal.type(export)
            watched = await terminal.type(call)
            shown = await terminal.type("telefoon trunks show carrier-a")
            await network.originate("subscriber", "+3225550100", "500@keys")
            async with within(60):
                while (both := await terminal.type(calls)).count("completed") < 2:
                    await asyncio.sleep(0.5)

    assert "carrier-a is added" in added
    assert "Trunk carrier-a works" in tested
    assert "carrier-a" in listed
    assert "completed" in watched
    assert re.search(r"answer_seizure_ratio +1\.0", shown)
    assert [word for word in ("outbound", "inbound") if word not in both] == []
