"""Numbers on the wire, as a trunk writes and wants them, in both directions."""

import re
from typing import Any

import pytest

from engine.model.trunk import Trunk, new_trunk
from engine.ports import DialRequest
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.sip_answerer import sip_answerer
from tests.peers.sipp import NUMBER
from tests.sip.conftest import OpenLine, Watch

pytestmark = pytest.mark.sip

CALLED, CALLING = "+3225550199", "+3225550100"
BELGIAN = {"form": "national", "country_code": "32", "trunk_prefix": "0"}


def carrier(port: int, **fields: Any) -> Trunk:
    return new_trunk({"name": "carrier", "hosts": [f"127.0.0.1:{port}"], **fields})


async def invited(open_line: OpenLine, number: str, **fields: Any) -> str:
    """The INVITE that reaches the carrier, which is busy; `{port}` in a field is its port."""
    async with sip_answerer(lambda _: "486 Busy Here") as far_end:
        given = {name: value.format(port=far_end.port) if name == "outbound_proxy" else value
                 for name, value in fields.items()}  # fmt: skip
        async with open_line(trunks=[carrier(far_end.port, **given)]) as line:
            ended = await Watch(await line.agent.dial(DialRequest(number, CALLING, "CA1"))).start().ends()
    assert ended.sip_code == 486
    request = next(each for each in far_end.requests if each.startswith("INVITE"))
    return request.replace(f":{far_end.port}", "")


def header(name: str, request: str) -> str:
    found = re.search(rf"^{name}: (.*?)(?:;tag=.*)?\r$", request, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""


@pytest.mark.parametrize(
    ("fields", "called", "request_line", "caller"),
    [
        ({}, CALLED, "sip:+3225550199@127.0.0.1", "<sip:+3225550100@127.0.0.1>"),
        (
            {"called": {**BELGIAN, "user_phone": True}, "caller": BELGIAN},
            CALLED,
            "sip:025550199@127.0.0.1;user=phone",
            "<sip:025550100@127.0.0.1>",
        ),
        (
            {"called": BELGIAN, "caller": "e164;user_phone=yes"},
            "+493023125001",
            "sip:00493023125001@127.0.0.1",
            "<sip:+3225550100@127.0.0.1;user=phone>",
        ),
        ({"called": "bare;prefix=7001*", "caller": "bare"}, CALLED, "sip:7001*3225550199@127.0.0.1",
         "<sip:3225550100@127.0.0.1>"),
        ({"called": "national;country_code=32;prefix=0"}, "112", "sip:0112@127.0.0.1", "<sip:+3225550100@127.0.0.1>"),
        (
            {"called": "e164;scheme=tel", "caller": "international;scheme=tel", "outbound_proxy": "127.0.0.1:{port}"},
            CALLED,
            "tel:+3225550199",
            "<tel:003225550100;phone-context=127.0.0.1>",
        ),
        ({"caller": "bare", "from_user": "acct7"}, CALLED, "sip:+3225550199@127.0.0.1", "<sip:acct7@127.0.0.1>"),
    ],
)  # fmt: skip
async def test_the_carrier_reads_numbers_as_it_wants_them(
    open_line: OpenLine, fields: dict[str, Any], called: str, request_line: str, caller: str
) -> None:
    request = await invited(open_line, called, **fields)

    assert request.startswith(f"INVITE {request_line} SIP/2.0")
    assert header("From", request) == caller


@pytest.mark.parametrize(
    ("received", "number", "caller", "told"),
    [
        ("e164", CALLED, "+32470123456", (CALLED, "+32470123456")),
        ("e164", "0032-2-555-01-99", "32470123456", (CALLED, "+32470123456")),
        ({**BELGIAN}, "025550199", "00493023125001", (CALLED, "+493023125001")),
        ({**BELGIAN, "prefix": "9"}, "9025550199", "90470123456", (CALLED, "+32470123456")),
        ({**BELGIAN}, "alice", "anonymous", ("alice", "anonymous")),
    ],
)
async def test_a_call_that_comes_in_is_of_the_numbers_that_the_carrier_means(
    open_line: OpenLine, received: Any, number: str, caller: str, told: tuple[str, str]
) -> None:
    async with open_line() as line, raw_caller(line.port) as far_end:
        await line.agent.use_trunks([carrier(far_end.port, received=received)])
        far_end.from_ = f"<sip:{caller}@carrier.example>;tag=raw"
        far_end.send(far_end.written("INVITE", body=audio()).replace(NUMBER.encode(), number.encode()))
        leg, arrival = await line.takes()
        await leg.refuse(486)

    assert (arrival.called, arrival.caller) == told
    assert arrival.addressed == told[0]


async def test_a_call_that_comes_in_has_the_default_of_its_trunk(open_line: OpenLine) -> None:
    async with open_line() as line, raw_caller(line.port) as far_end:
        await line.agent.use_trunks([carrier(far_end.port, default_number="+3225550177")])
        far_end.send(far_end.written("INVITE", body=audio()))
        leg, arrival = await line.takes()
        await leg.refuse(486)

    assert (arrival.called, arrival.default_number) == (NUMBER, "+3225550177")


async def test_another_rule_holds_from_the_next_call_on(open_line: OpenLine) -> None:
    async with sip_answerer(lambda _: "486 Busy Here") as far_end, open_line() as line:
        for rule in ("e164", "bare"):
            await line.agent.use_trunks([carrier(far_end.port, called=rule)])
            await Watch(await line.agent.dial(DialRequest(CALLED, CALLING, "CA1"))).start().ends()

    asked = [each.split()[1].partition("@")[0] for each in far_end.requests if each.startswith("INVITE")]
    assert asked == ["sip:+3225550199", "sip:3225550199"]
