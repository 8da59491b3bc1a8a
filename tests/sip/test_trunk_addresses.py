"""What a trunk hears of our address, and whose sound is taken for the far end's."""

from typing import Any

import pytest

from engine.model.trunk import Trunk, new_trunk
from engine.ports import DialRequest
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.sip_answerer import sip_answerer
from tests.peers.sip_message import SipMessage
from tests.sip.conftest import OpenLine, Watch

pytestmark = pytest.mark.sip

ASKED = DialRequest("+3225550199", "+3225550100", "CA1")


def carrier(port: int, **fields: Any) -> Trunk:
    return new_trunk({"name": "carrier", "hosts": [f"127.0.0.1:{port}"], **fields})


async def test_a_trunk_behind_nat_is_told_our_public_address(open_line: OpenLine) -> None:
    async with sip_answerer(lambda _: "486 Busy Here") as far_end, open_line() as line:
        await line.agent.use_trunks([carrier(far_end.port, public_address="192.0.2.7")])
        await Watch(await line.agent.dial(ASKED)).start().ends()
    invite = SipMessage.read(next(each for each in far_end.requests if each.startswith("INVITE")))

    assert f"@192.0.2.7:{line.port}>" in invite.header("contact")
    assert "@192.0.2.7>" in invite.header("from")
    assert invite.sdp is not None
    assert invite.sdp.address == "192.0.2.7"


async def test_a_trunk_behind_nat_is_answered_with_our_public_address(open_line: OpenLine) -> None:
    async with open_line() as line, raw_caller(line.port) as far_end:
        await line.agent.use_trunks([carrier(far_end.port, public_address="192.0.2.7")])
        far_end.request("INVITE", body=audio())
        leg, _ = await line.takes()
        await leg.answer()
        answer = await far_end.answer("INVITE")

    assert f"@192.0.2.7:{line.port}>" in answer.header("contact")
    assert answer.sdp is not None
    assert answer.sdp.address == "192.0.2.7"


async def test_a_public_address_of_another_family_is_told(open_line: OpenLine) -> None:
    async with open_line() as line:
        faults = await line.agent.use_trunks([carrier(5060, public_address="2001:db8::7")])

    assert "another family" in faults["carrier"]
