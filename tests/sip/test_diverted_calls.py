"""Calls that are sent on, on the wire: what the carrier is told of it, and what it tells."""

import re
from typing import Any

import pytest

from engine.model.trunk import Trunk, new_trunk
from engine.ports import DialRequest
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.sip_answerer import sip_answerer
from tests.sip.conftest import OpenLine, Watch

pytestmark = pytest.mark.sip

BELGIAN = "national;country_code=32;trunk_prefix=0"
SENT_ON = DialRequest("+3225550199", "+32470123456", "CA1", diverted_by="+3225550100")


def carrier(port: int, **fields: Any) -> Trunk:
    return new_trunk({"name": "carrier", "hosts": [f"127.0.0.1:{port}"], **fields})


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, []),
        (
            {"diversion": "diversion", "caller": BELGIAN},
            ["Diversion: <sip:025550100@127.0.0.1>;reason=unconditional;privacy=off;counter=1"],
        ),
        (
            {"diversion": "history-info"},
            ["History-Info: <sip:+3225550100@127.0.0.1>;index=1, <sip:+3225550199@127.0.0.1;cause=302>;index=1.1;mp=1"],
        ),
    ],
)
async def test_the_carrier_is_told_the_number_that_was_called(
    open_line: OpenLine, fields: dict[str, Any], told: list[str]
) -> None:
    async with sip_answerer(lambda _: "486 Busy Here") as far_end, open_line() as line:
        await line.agent.use_trunks([carrier(far_end.port, **fields)])
        await Watch(await line.agent.dial(SENT_ON)).start().ends()

    invite = next(each for each in far_end.requests if each.startswith("INVITE")).replace(f":{far_end.port}", "")
    assert re.findall(r"^((?:Diversion|History-Info): .*)\r$", invite, re.MULTILINE) == told


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("Diversion: <sip:025550100@carrier.example>;reason=user-busy, <sip:025550111@carrier.example>", "+3225550100"),
        ("History-Info: <sip:025550100@a>;index=1, <sip:025550199@b;cause=408>;index=1.1;mp=1", "+3225550100"),
        ("Diversion: <sip:025550100@carrier.example>;privacy=full", ""),
    ],
)
async def test_a_flow_is_told_in_e164_who_sent_the_call_on(open_line: OpenLine, header: str, told: str) -> None:
    async with open_line() as line, raw_caller(line.port) as far_end:
        await line.agent.use_trunks([carrier(far_end.port, received=BELGIAN)])
        far_end.send(far_end.written("INVITE", header, body=audio()))
        leg, arrival = await line.takes()
        await leg.refuse(486)

    assert arrival.forwarded_from == told
