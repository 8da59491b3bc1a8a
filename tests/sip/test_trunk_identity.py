"""Who calls, on the wire: what the carrier reads of our caller, and what becomes of a caller whom it hides."""

from typing import Any

import pytest

from engine.model.trunk import Trunk, new_trunk
from engine.ports import DialRequest
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.sip_answerer import sip_answerer
from tests.sip.conftest import OpenLine, Watch

pytestmark = pytest.mark.sip

CALLING = "+3225550100"


def carrier(port: int, **fields: Any) -> Trunk:
    return new_trunk({"name": "carrier", "hosts": [f"127.0.0.1:{port}"], "from_host": "us.example", **fields})


async def lines_of_an_invite(
    open_line: OpenLine, caller: str, *, hides_caller_of_call: bool = False, **fields: Any
) -> set[str]:
    """The header lines of the INVITE that reaches the carrier, without tags."""
    async with sip_answerer(lambda _: "486 Busy Here") as far_end, open_line() as line:
        await line.agent.use_trunks([carrier(far_end.port, **fields)])
        asked = DialRequest("+3225550199", caller, "CA1", "Ann", hides_caller=hides_caller_of_call)
        await Watch(await line.agent.dial(asked)).start().ends()
    request = next(each for each in far_end.requests if each.startswith("INVITE"))
    return {each.partition(";tag=")[0] for each in request.split("\r\n")}


async def test_the_carrier_is_told_who_calls_beside_from(open_line: OpenLine) -> None:
    lines = await lines_of_an_invite(
        open_line, CALLING, identity_header="P-Asserted-Identity", user="acct7", from_is_user=True
    )

    assert 'From: "Ann" <sip:acct7@us.example>' in lines
    assert f'P-Asserted-Identity: "Ann" <sip:{CALLING}@us.example>' in lines
    assert not any(each.startswith("Privacy") for each in lines)


async def test_a_caller_is_hidden_and_the_carrier_alone_knows(open_line: OpenLine) -> None:
    lines = await lines_of_an_invite(open_line, CALLING, identity_header="P-Preferred-Identity", hides_caller=True)

    assert {
        'From: "Anonymous" <sip:anonymous@anonymous.invalid>',
        f'P-Preferred-Identity: "Ann" <sip:{CALLING}@us.example>',
        "Privacy: id",
    } <= lines


async def test_a_caller_is_hidden_for_one_call_and_the_carrier_alone_knows(open_line: OpenLine) -> None:
    lines = await lines_of_an_invite(
        open_line, CALLING, hides_caller_of_call=True, identity_header="P-Asserted-Identity"
    )

    assert {
        'From: "Anonymous" <sip:anonymous@anonymous.invalid>',
        f'P-Asserted-Identity: "Ann" <sip:{CALLING}@us.example>',
        "Privacy: id",
    } <= lines
    assert [line for line in lines if CALLING in line] == [f'P-Asserted-Identity: "Ann" <sip:{CALLING}@us.example>']


async def test_a_caller_who_came_in_anonymous_goes_out_anonymous(open_line: OpenLine) -> None:
    lines = await lines_of_an_invite(open_line, "anonymous", identity_header="Remote-Party-ID")

    assert {'From: "Anonymous" <sip:anonymous@anonymous.invalid>', "Privacy: id"} <= lines
    assert not any(each.startswith("Remote-Party-ID") for each in lines)


@pytest.mark.parametrize(
    ("fields", "headers", "told"),
    [
        ({}, ["P-Asserted-Identity: <tel:+32-2-555-0142>"], "+3225550142"),
        ({"trusts_identity": False}, ["P-Asserted-Identity: <tel:+3225550142>"], "+32470123456"),
        ({}, ["P-Asserted-Identity: <tel:+3225550142>", "Privacy: id"], "anonymous"),
    ],
)
async def test_a_call_that_comes_in_is_of_the_caller_whom_the_carrier_asserts(
    open_line: OpenLine, fields: dict[str, Any], headers: list[str], told: str
) -> None:
    async with open_line() as line, raw_caller(line.port) as far_end:
        await line.agent.use_trunks([carrier(far_end.port, **fields)])
        far_end.request("INVITE", *headers, body=audio())
        leg, arrival = await line.takes()
        await leg.refuse(486)

    assert arrival.caller == told
