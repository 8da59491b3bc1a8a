"""A page from Asterisk to Asterisk over T.38, through two trunks that pass fax on."""

from engine.model.trunk import new_trunk
from engine.ports import Answered, DialRequest, Ear, FaxBegan, FaxEnded, Said
from tests.peers.asterisk import asterisk
from tests.peers.fax_page import LINES, lines_of, write_page
from tests.peers.ports import Ports
from tests.peers.waiting import eventually
from tests.sip.conftest import OpenLine, Watch, open_line

__all__ = ["open_line"]  # a fixture

RECEIVES, SENDS = "+32255519001", "+32255519002"
MODULES = "".join(f"load = {name}.so\n" for name in ("res_fax", "res_fax_spandsp", "res_pjsip_t38"))
NUMBERS = f"""
[network]
exten => {RECEIVES},1,Answer()
 same => n,ReceiveFAX(${{HEARD}}/received.tif)
exten => {SENDS},1,Answer()
 same => n,Wait(2)
 same => n,SendFAX(${{HEARD}}/page.tif)
 same => n,Wait(5)
"""


async def test_a_page_of_asterisk_arrives_over_t38(ports: Ports, open_line: OpenLine) -> None:
    udptl = ports.block(20)
    files = {
        "modules.conf": MODULES,
        "extensions.conf": NUMBERS,
        "udptl.conf": f"[general]\nudptlstart = {udptl}\nudptlend = {udptl + 19}\n",
    }
    fax = ("t38_udptl = yes", "t38_udptl_ec = redundancy")
    async with asterisk(ports, ports.one(), endpoint=fax, more=files) as network, open_line() as line:
        write_page(network.folder / "page.tif")
        carrier = {"name": "carrier", "hosts": [f"127.0.0.1:{network.udp_port}"], "t38": "pass"}
        await line.agent.use_trunks([new_trunk(carrier)])
        calls = [
            Watch(await line.agent.dial(DialRequest(to, "+3225550100", "CA1"))).start() for to in (SENDS, RECEIVES)
        ]
        for call in calls:
            await call.sees(Answered)
        sender, receiver = (call.leg.id for call in calls)
        await line.agent.bridge.connect(Said(sender), Ear(receiver))
        await line.agent.bridge.connect(Said(receiver), Ear(sender))
        await line.agent.bridge.pass_fax(sender, receiver)

        await calls[0].sees(FaxBegan, within_s=20)
        ended = await calls[0].sees(FaxEnded, within_s=60)

        received = network.folder / "received.tif"
        await eventually(received.exists, within_s=10, otherwise=lambda: network.log()[-3000:])
        assert lines_of(received) == LINES
        assert ended.packets_received > 20
        assert ended.packets_sent > 5
        for call in calls:
            await call.leg.hang_up()
