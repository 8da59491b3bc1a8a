"""Emergency numbers: refused, or carried by the marked trunk alone, as the carrier sees it."""

import asyncio
from pathlib import Path

import pytest

from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports
from tests.peers.sip_answerer import SipAnswerer, sip_answerer

pytestmark = pytest.mark.sip

TAKEN_UP_S = 2.0


def busy(_: str) -> str:
    return "486 Busy Here"


def invited(carrier: SipAnswerer) -> list[str]:
    """Whom each INVITE calls that has reached a carrier."""
    return [each.partition("\r\n")[0].rpartition("@")[0] for each in carrier.requests if each.startswith("INVITE")]


async def test_112_is_refused_until_a_trunk_is_marked_which_carries_it_past_routes(
    tmp_path: Path, ports: Ports
) -> None:
    async with sip_answerer(busy) as plain, sip_answerer(busy) as rescue, platform(tmp_path, ports) as telefoon:

        async def trunks(*words: str) -> None:
            await asyncio.to_thread(telefoon.telefoon, "trunks", *words)

        await trunks("add", "plain", "--host", f"127.0.0.1:{plain.port}")
        await trunks("add", "rescue", "--host", f"127.0.0.1:{rescue.port}", "--priority", "9")
        await asyncio.to_thread(telefoon.telefoon, "routes", "add", "--trunk", "plain")
        await asyncio.sleep(TAKEN_UP_S)
        status, problem = await telefoon.refuses("calls", {"from": NUMBER, "to": "112"})
        assert (status, [each["field"] for each in problem["errors"]]) == (422, ["to"])
        assert "does not carry emergency calls" in problem["detail"]

        await trunks("set", "rescue", "--set", "emergency=yes", "--set", "hides_caller=yes")
        await asyncio.sleep(TAKEN_UP_S)
        call = await telefoon.ended_call((await telefoon.place("+32112"))["id"])

        assert (call["to"], [each["trunk"] for each in call["attempts"]]) == ("112", ["rescue"])
        assert (invited(plain), invited(rescue)) == ([], ["INVITE sip:112"])
        assert any(f"sip:{NUMBER}@" in line for line in rescue.requests[-1].split("\r\n") if line.startswith("From"))
        events = (await telefoon.get(f"calls/{call['id']}/events", type="emergency_call"))["events"]
        assert [event["facts"] for event in events] == [{"number": "112", "carried": True}]
