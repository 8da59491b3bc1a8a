"""What a trunk's calls agree on with the carrier: reliable provisional answers, session timers."""

import asyncio
from typing import Any

import pytest

from engine.model.refusal import RefusalRule
from engine.model.trunk import Trunk, new_trunk
from engine.ports import DialRequest
from tests.peers.raw_caller import RawCaller, audio, raw_caller
from tests.peers.sip_answerer import sip_answerer
from tests.peers.sip_message import SipMessage
from tests.sip.conftest import Line, OpenLine, Watch

pytestmark = pytest.mark.sip

ASKED = DialRequest("+3225550199", "+3225550100", "CA1")


def carrier(port: int, **fields: Any) -> Trunk:
    return new_trunk({"name": "carrier", "hosts": [f"127.0.0.1:{port}"], **fields})


async def invited(open_line: OpenLine, **fields: Any) -> SipMessage:
    """The INVITE that reaches the carrier, which is busy."""
    async with (
        sip_answerer(lambda _: "486 Busy Here") as far_end,
        open_line(trunks=[carrier(far_end.port, **fields)]) as line,
    ):
        await Watch(await line.agent.dial(ASKED)).start().ends()
    return SipMessage.read(next(each for each in far_end.requests if each.startswith("INVITE")))


async def answered(line: Line, far_end: RawCaller, *headers: str) -> SipMessage:
    """The answer to a call of the carrier, which is taken."""
    before = len(far_end.seen)
    far_end.request("INVITE", *headers, body=audio())
    leg, _ = await line.takes()
    await leg.answer()
    return await far_end.answer("INVITE", after=before)


@pytest.mark.parametrize(
    ("setting", "supported", "required"), [("off", False, False), ("supported", True, False), ("required", True, True)]
)
async def test_reliable_provisional_answers_are_offered_as_the_trunk_has_them(
    open_line: OpenLine, setting: str, supported: bool, required: bool
) -> None:
    invite = await invited(open_line, reliable_provisionals=setting)

    assert ("100rel" in invite.header("supported")) is supported
    assert ("PRACK" in invite.header("allow")) is supported
    assert ("100rel" in invite.header("require")) is required


async def test_a_carrier_that_requires_reliable_answers_where_they_are_off_is_told_so(open_line: OpenLine) -> None:
    async with open_line() as line, raw_caller(line.port) as far_end:
        await line.agent.use_trunks([carrier(far_end.port, reliable_provisionals="off")])

        refusal = await far_end.asks("INVITE", "Require: 100rel", body=audio())

    assert (refusal.code, refusal.header("unsupported")) == (420, "100rel")
    assert line.noted[0][0] is RefusalRule.INVITE


async def test_a_carrier_without_reliable_answers_is_told_that_they_are_required(open_line: OpenLine) -> None:
    async with open_line() as line, raw_caller(line.port) as far_end:
        await line.agent.use_trunks([carrier(far_end.port, reliable_provisionals="required")])

        refusal = await far_end.asks("INVITE", "Supported: timer", body=audio())

    assert (refusal.code, refusal.header("require")) == (421, "100rel")


@pytest.mark.parametrize(
    ("setting", "header", "reliable"),
    [("required", "Supported: 100rel", True), ("supported", "Require: 100rel", True),
     ("supported", "Supported: 100rel", False), ("off", "Supported: 100rel", False)],
)  # fmt: skip
async def test_who_calls_is_rung_to_reliably_where_that_is_required(
    open_line: OpenLine, setting: str, header: str, reliable: bool
) -> None:
    async with open_line() as line, raw_caller(line.port) as far_end:
        await line.agent.use_trunks([carrier(far_end.port, reliable_provisionals=setting)])
        far_end.request("INVITE", header, body=audio())
        leg, _ = await line.takes()
        await leg.ring()
        ringing = await far_end.gets(180)
        if reliable:
            far_end.to_tag = ringing.header("to").rpartition("tag=")[2]
            acknowledged = await far_end.asks("PRACK", f"RAck: {ringing.header('rseq')} 1 INVITE")
            assert acknowledged.code == 200
        await leg.answer()
        answer = await far_end.answer("INVITE")

    assert ("100rel" in ringing.header("require")) is reliable
    assert ("100rel" in answer.header("supported")) is (setting != "off")


@pytest.mark.parametrize(
    ("setting", "named"), [("any", "1800"), ("uac", "1800;refresher=uac"), ("uas", "1800;refresher=uas")]
)
async def test_who_is_to_refresh_is_said_to_the_carrier(open_line: OpenLine, setting: str, named: str) -> None:
    invite = await invited(open_line, session_refresher=setting, session_min_s=120)

    assert (invite.header("session-expires"), invite.header("min-se")) == (named, "120")


@pytest.mark.parametrize(
    ("setting", "offered", "agreed"),
    [("any", "600", "uac"), ("uas", "600", "uas"), ("uac", "600", "uac"),
     ("uas", "600;refresher=uac", "uac"), ("uac", "600;refresher=uas", "uas")],
)  # fmt: skip
async def test_who_refreshes_is_ours_to_say_where_the_carrier_leaves_it(
    open_line: OpenLine, setting: str, offered: str, agreed: str
) -> None:
    async with open_line() as line, raw_caller(line.port) as far_end:
        await line.agent.use_trunks([carrier(far_end.port, session_refresher=setting)])
        answer = await answered(line, far_end, "Supported: timer", f"Session-Expires: {offered}")

    assert answer.header("session-expires") == f"600;refresher={agreed}"


async def test_who_does_not_know_session_timers_is_not_left_to_refresh(open_line: OpenLine) -> None:
    async with open_line() as line, raw_caller(line.port) as far_end:
        await line.agent.use_trunks([carrier(far_end.port, session_refresher="uac")])
        answer = await answered(line, far_end, "Session-Expires: 600")

    assert answer.header("session-expires") == "600;refresher=uas"


async def test_a_session_that_is_too_short_is_answered_with_what_we_agree_to(open_line: OpenLine) -> None:
    async with open_line() as line, raw_caller(line.port) as far_end:
        await line.agent.use_trunks([carrier(far_end.port, session_min_s=300)])
        refusal = await far_end.asks("INVITE", "Supported: timer", "Session-Expires: 200", body=audio())
        agreed = await answered(line, far_end, "Supported: timer", "Session-Expires: 300", "Min-SE: 300")

    assert (refusal.code, refusal.header("min-se")) == (422, "300")
    assert agreed.header("session-expires").startswith("300;")


@pytest.mark.slow
async def test_we_refresh_where_the_trunk_leaves_it_to_who_was_called(open_line: OpenLine) -> None:
    async with open_line() as line, raw_caller(line.port) as far_end:
        await line.agent.use_trunks([carrier(far_end.port, session_refresher="uas")])
        await answered(line, far_end, "Supported: timer", "Allow: INVITE, UPDATE", "Session-Expires: 90")
        await asyncio.sleep(50)

    assert far_end.requests("UPDATE")
