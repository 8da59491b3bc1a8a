"""A caller is hidden for one call (CLIR), by REST and by a flow: what the carrier reads."""

import asyncio
from pathlib import Path

import pytest

from tests.peers.phone import phone
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports
from tests.peers.sip_answerer import SipAnswerer, sip_answerer

pytestmark = pytest.mark.sip

HIDING, PLAIN, DIALLED = "+3225550191", "+3225550192", "+493023125001"
FLOW = f'<Response><Dial callerId="Anonymous">{DIALLED}</Dial></Response>'


def identity(carrier: SipAnswerer, called: str) -> list[str]:
    """What the first INVITE to a number says of who calls."""
    invite = next(each for each in carrier.requests if each.startswith(f"INVITE sip:{called}@"))
    lines = [line.partition(";tag=")[0] for line in invite.split("\r\n")]
    return sorted(line for line in lines if line.startswith(("From:", "Privacy:", "P-Asserted-Identity:")))


async def test_a_hidden_caller_is_known_to_the_carrier_alone(tmp_path: Path, ports: Ports) -> None:
    async with (
        sip_answerer(lambda _: "486 Busy Here") as carrier,
        phone() as far_end,
        platform(tmp_path, ports) as telefoon,
    ):
        for name, port, prefix in (("carrier", carrier.port, ""), ("phone", far_end.port, "+3225550193")):
            fields = ("--set", "identity_header=P-Asserted-Identity", "--set", "from_host=us.example")
            await asyncio.to_thread(telefoon.telefoon, "trunks", "add", name, "--host", f"127.0.0.1:{port}", *fields)
            await asyncio.to_thread(telefoon.telefoon, "routes", "add", "--trunk", name, "--prefix", prefix)
        await asyncio.sleep(2)
        hidden = [
            'From: "Anonymous" <sip:anonymous@anonymous.invalid>',
            f"P-Asserted-Identity: <sip:{NUMBER}@us.example>",
            "Privacy: id",
        ]

        call = await telefoon.ended_call((await telefoon.place(HIDING, hide_caller=True))["id"])
        await telefoon.ended_call((await telefoon.place(PLAIN))["id"])
        await telefoon.ended_call((await telefoon.place("+3225550193", flow=FLOW))["id"])

        assert identity(carrier, HIDING) == identity(carrier, DIALLED) == hidden
        assert f"From: <sip:{NUMBER}@us.example>" in identity(carrier, PLAIN)
        assert call["from"] == NUMBER, "the account sees its number"
        events = (await telefoon.get(f"calls/{call['id']}/events", type="caller_hidden"))["events"]
        assert len(events) == 1
