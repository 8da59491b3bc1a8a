"""A number that will be hidden or cut where it is called: the call tells so once, and goes on."""

import asyncio
from pathlib import Path

import pytest

from tests.peers.phone import phone
from tests.peers.platform import platform
from tests.peers.ports import Ports
from tests.peers.sip_answerer import sip_answerer

pytestmark = pytest.mark.sip

CALLEE = "+3225550199"
FLOW = '<Response><Pause length="1"/></Response>'


def fails(request: str) -> str:
    return "503 Service Unavailable" if request.startswith("INVITE") else "200 OK"


@pytest.mark.parametrize(("country", "trunks"), [("nl", ["second"]), ("be", [])])
async def test_a_belgian_number_that_comes_from_abroad_is_warned_of_once(
    tmp_path: Path, ports: Ports, country: str, trunks: list[str]
) -> None:
    async with sip_answerer(fails) as first, phone() as second, platform(tmp_path, ports) as telefoon:
        for name, far_end, where in (("first", first, "be"), ("second", second, country)):
            place = ("--host", f"127.0.0.1:{far_end.port}", "--priority", "0" if name == "first" else "1")
            await asyncio.to_thread(telefoon.telefoon, "trunks", "add", name, *place, "--set", f"country={where}")
        await asyncio.sleep(2)

        call = await telefoon.ended_call((await telefoon.place(CALLEE, flow=FLOW))["id"])

        events = (await telefoon.get(f"calls/{call['id']}/events", type="caller_id_warning"))["events"]
        assert call["status"] == "completed"
        assert [each["facts"]["trunk"] for each in events] == trunks
        assert all("the call may not be put through at all" in each["facts"]["reason"] for each in events)
