"""An attended transfer to Asterisk, which is told by REFER to ask for the place of a call (Replaces)."""

import asyncio
import re
from pathlib import Path
from urllib.parse import quote

from tests.peers.asterisk import asterisk
from tests.peers.customer import Customer
from tests.peers.ports import Ports
from tests.peers.raw_caller import audio, raw_caller
from tests.product.test_replaces import DIAL, desk, in_place_of

NUMBER, HZ = "+32255512700", 700


async def test_asterisk_takes_the_place_of_the_agent_who_refers_it_and_talks_to_the_caller(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = DIAL
    async with desk(tmp_path, ports, shop) as at, asterisk(ports, at.telefoon.sip_port) as network:
        calling = asyncio.create_task(at.caller.calls())
        invite = await at.answers()
        await calling
        async with raw_caller(network.udp_port) as consulting:
            consulting.called = NUMBER
            assert (await consulting.asks("INVITE", body=audio(at.expert.ear.port))).code == 200
            # Asterisk joins the two only after its 200; it refuses a REFER that comes before that.
            await at.expert.ear.hears(HZ, within_s=15)
            ours = re.search(r"<(.+?)>", invite.header("contact"))
            assert ours is not None
            asked = quote(in_place_of(invite).removeprefix("Replaces: "), safe="")
            referred = await consulting.asks("REFER", f"Refer-To: <{ours[1].partition(';')[0]}?Replaces={asked}>")

            await at.hangs_up_agent()
            await at.caller.ear.hears(HZ, within_s=15)
            taken = await at.row("inbound")
            noted = await at.telefoon.noted(taken["id"], "replaces")
            await at.caller.sip.asks("BYE")
            ended = await at.telefoon.ended_call(taken["id"])

    assert referred.code == 202
    assert noted["call"] != taken["id"]
    assert ended["status"] == "completed"
