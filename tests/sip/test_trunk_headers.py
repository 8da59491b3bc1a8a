"""Headers on the wire: a trunk's own and a call's, and those of calls that come in which their flow is told."""

import re
from typing import Any

import pytest

from engine.model.trunk import Trunk, new_trunk
from engine.ports import AnswerHeaders, DialRequest
from tests.peers.raw_callee import raw_callee
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.sip_answerer import sip_answerer
from tests.sip.conftest import OpenLine, Watch, dial

pytestmark = pytest.mark.sip

OURS = DialRequest("+3225550199", "+3225550100", "CA1", headers=(("x-site", "Ghent"),))


def carrier(port: int, **fields: Any) -> Trunk:
    return new_trunk({"name": "carrier", "hosts": [f"127.0.0.1:{port}"], **fields})


async def test_each_invite_has_the_trunks_headers_and_the_calls_own_in_place_of_them(open_line: OpenLine) -> None:
    lines = ["X-Customer: 7", "X-Site: Brussels", "User-to-User: 616263;encoding=hex"]
    async with sip_answerer(lambda _: "486 Busy Here") as far_end, open_line() as line:
        await line.agent.use_trunks([carrier(far_end.port, headers=lines)])
        await Watch(await line.agent.dial(OURS)).start().ends()

    invite = next(each for each in far_end.requests if each.startswith("INVITE"))
    sent = re.findall(r"^(x-.*|user-to-user.*)\r$", invite, re.MULTILINE | re.IGNORECASE)
    assert sent == ["X-Customer: 7", "User-to-User: 616263;encoding=hex", "x-site: Ghent"]


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ([], ()),
        (["X-Order"], (("X-Order", "42"),)),
        (["x-*"], (("X-Order", "42"), ("X-Site", "Ghent"))),
        (None, (("X-Order", "42"), ("X-Site", "Ghent"))),
    ],
)
async def test_a_flow_is_told_the_headers_that_the_trunk_names(
    open_line: OpenLine, wanted: list[str] | None, told: Any
) -> None:
    async with open_line() as line, raw_caller(line.port) as far_end:
        if wanted is not None:
            await line.agent.use_trunks([carrier(far_end.port, received_headers=wanted)])
        far_end.send(far_end.written("INVITE", "X-Order: 42", "P-Charge: 9", "X-Site: Ghent", body=audio()))
        leg, arrival = await line.takes()
        await leg.refuse(486)

    assert arrival.headers == told


async def test_whoever_is_called_without_a_trunk_tells_the_flow_what_it_wrote_for_it(open_line: OpenLine) -> None:
    async with open_line() as line, raw_callee() as far_end:
        call = await dial(line, far_end.port)
        invite = await far_end.gets("INVITE")
        far_end.answer(invite, "180 Ringing", "X-Order: 42", "P-Charge: 9")
        ringing = await call.sees(AnswerHeaders)
        far_end.answer(invite, "486 Busy Here", "X-Late: 1")
        await call.ends()

    assert ringing.headers == (("X-Order", "42"),)
