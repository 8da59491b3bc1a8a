"""What comes over the wire and is no call of ours to take is refused with the right code, or not answered at all."""

import asyncio
from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest

from engine.model.call import Event
from engine.model.refusal import RefusalRule
from engine.model.trunk import new_trunk
from engine.ports import DigitPressed
from tests.peers.hindered import HINDERED
from tests.peers.raw_caller import HOST, RawCaller, audio, raw_caller
from tests.peers.waiting import within
from tests.sip.conftest import Line, OpenLine
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

TEXT = "m=text 40002 RTP/AVP 98\r\na=rtpmap:98 t140/1000\r\n"
QUIET_S = 1.0


@pytest.fixture
async def caller(line: Line) -> AsyncIterator[RawCaller]:
    async with raw_caller(line.port) as opened:
        yield opened


@pytest.mark.parametrize(
    ("method", "code"),
    [("OPTIONS", 200), ("NOTIFY", 481), ("SUBSCRIBE", 405), ("REGISTER", 405), ("REFER", 403), ("INFO", 481),
     ("BYE", 481), ("UPDATE", 481), ("CANCEL", 481), ("PUBLISH", 405), ("MESSAGE", 405), ("FOO", 501)],
)  # fmt: skip
async def test_a_request_outside_a_call_is_answered_at_once(caller: RawCaller, method: str, code: int) -> None:
    answer = await caller.asks(method, "Event: presence", "Refer-To: <sip:z@127.0.0.1>", "Expires: 600")

    assert answer.code == code
    await asyncio.sleep(QUIET_S)
    assert not caller.requests("NOTIFY")


@pytest.mark.parametrize("method", ["OPTIONS", "SUBSCRIBE", "REGISTER", "MESSAGE", "FOO"])
async def test_a_stranger_hears_nothing(open_line: OpenLine, method: str) -> None:
    async with open_line(allow=[ip_network("192.0.2.0/24")]) as line, raw_caller(line.port) as stranger:
        stranger.request(method, "Event: presence", "Expires: 600")
        await asyncio.sleep(QUIET_S)

        assert stranger.seen == []


@pytest.mark.parametrize("what", HINDERED)
async def test_whatever_there_is_too_much_of_a_caller_is_told_when_to_try_again(open_line: OpenLine, what: str) -> None:
    refusal = HINDERED[what]().hindrance()
    assert refusal is not None
    async with open_line(again_after=lambda: refusal.again_after_s) as line, raw_caller(line.port) as caller:
        answer = await caller.asks("INVITE", body=audio())

    assert answer.code == 503
    assert 1 <= int(answer.header("retry-after")) <= 60


async def test_a_call_that_comes_when_there_is_too_much_to_do_is_to_be_tried_again_and_noted(
    open_line: OpenLine,
) -> None:
    async with open_line(again_after=lambda: 7) as line, raw_caller(line.port) as caller:
        answer = await caller.asks("INVITE", body=audio())

    assert (answer.code, answer.header("retry-after")) == (503, "7")
    assert line.noted == [(RefusalRule.LIMIT, "")]


async def test_what_is_claimed_is_true_in_every_message(line: Line, caller: RawCaller) -> None:
    here = await caller.asks("OPTIONS")
    call = await in_a_call(line, caller)
    answered = await caller.answer("INVITE")

    for message in (here, answered):
        assert not {"MESSAGE", "SUBSCRIBE", "PUBLISH"} & set(message.header("allow").split(", ")), message
        assert "replaces" not in message.header("supported")
        assert "pidf" not in message.header("accept")
    assert set(here.header("allow").split(", ")) == set(answered.header("allow").split(", "))
    await call.leg.hang_up()


@pytest.mark.parametrize(
    ("fields", "supported"),
    [
        ({}, {"100rel", "timer", "norefersub"}),
        ({"replaces": True}, {"100rel", "timer", "norefersub", "replaces"}),
        ({"reliable_provisionals": "off"}, {"timer", "norefersub"}),
    ],
)
async def test_a_trunk_that_asks_hears_what_it_may_use(
    open_line: OpenLine, fields: dict[str, object], supported: set[str]
) -> None:
    async with open_line() as line, raw_caller(line.port) as caller:
        await line.agent.use_trunks([new_trunk({"name": "pbx", "hosts": [f"{HOST}:{caller.port}"], **fields})])
        before = await caller.asks("OPTIONS")
        call = await in_a_call(line, caller)
        during = await caller.asks("OPTIONS")
        await call.leg.hang_up()

    assert set(before.header("supported").split(", ")) == supported
    assert set(during.header("supported").split(", ")) == supported


async def test_nobody_takes_the_place_of_a_call_from_outside(line: Line, caller: RawCaller) -> None:
    call = await in_a_call(line, caller)
    theft = f"Replaces: {caller.call_id};to-tag={caller.to_tag};from-tag=raw"

    async with raw_caller(line.port) as thief:
        answer = await thief.asks("INVITE", theft, body=audio())
        assert [rule for rule, _ in line.noted] == [RefusalRule.INVITE]
        required = await thief.asks("INVITE", theft, "Require: replaces", body=audio())
        await asyncio.sleep(4)

    assert (answer.code, required.code) == (403, 403)
    assert not caller.requests("BYE")
    assert (await caller.asks("OPTIONS")).code == 200
    assert line.arrivals.empty()
    await call.leg.hang_up()
    await call.ends()


async def test_a_far_end_that_asks_whether_we_are_there_is_told(line: Line, caller: RawCaller) -> None:
    call = await in_a_call(line, caller)

    assert (await caller.asks("INFO")).code == 200
    assert (await caller.asks("OPTIONS")).code == 200
    assert (await caller.asks("INFO", body="x", content_type="application/vnd.unknown")).code == 415
    assert (await caller.asks("NOTIFY", "Event: keep-alive", "Subscription-State: active")).code == 489
    assert (await caller.asks("FOO")).code == 501
    assert (await caller.asks("BYE")).code == 200
    assert (await call.ends()).outcome is Event.HUNG_UP


@pytest.mark.parametrize("offer", [audio(0, more=TEXT), audio(0), audio().partition("m=")[0] + TEXT])
async def test_a_call_without_a_medium_that_we_carry_is_refused(caller: RawCaller, offer: str) -> None:
    assert (await caller.asks("INVITE", body=offer)).code == 488


async def test_real_time_text_beside_audio_is_left_out(line: Line, caller: RawCaller) -> None:
    call = await in_a_call(line, caller, audio(more=TEXT))

    answered = await caller.answer("INVITE")
    assert "m=text 0 " in answered.body
    await call.leg.hang_up()


async def test_without_an_offer_audio_alone_is_offered(line: Line, caller: RawCaller) -> None:
    call = await in_a_call(line, caller, "")

    assert (await caller.answer("INVITE")).body.count("m=") == 1
    await call.leg.hang_up()


async def test_a_reinvite_that_leaves_no_medium_is_refused_and_the_call_goes_on(line: Line, caller: RawCaller) -> None:
    call = await in_a_call(line, caller)

    refused = await caller.asks("INVITE", body=audio(0, more=TEXT))
    still = await caller.asks("INVITE", body=audio())

    assert (refused.code, still.code) == (488, 200)
    assert not caller.requests("BYE")
    await call.leg.hang_up()


async def test_a_caller_whose_number_is_longer_than_any_is_refused(caller: RawCaller) -> None:
    caller.from_ = f"<sip:{'9' * 300}@127.0.0.1>;tag=raw"

    assert (await caller.asks("INVITE", body=audio())).code == 400


@pytest.mark.parametrize("size", [4050, 20000, 60000])
async def test_a_message_of_up_to_65535_bytes_is_a_call(line: Line, caller: RawCaller, size: int) -> None:
    call = await in_a_call(line, caller, audio(), f"Identity: {'a' * size}")

    assert (await caller.asks("BYE")).code == 200
    assert (await call.ends()).outcome is Event.HUNG_UP


@pytest.mark.parametrize("size", [4100, 20000])
async def test_a_long_message_is_a_call_over_tcp_too(line: Line, size: int) -> None:
    async with within(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", line.port)
        caller = RawCaller(line.port)
        caller.port = writer.get_extra_info("sockname")[1]
        writer.write(caller.written("INVITE", f"Identity: {'a' * size}", body=audio(), transport="TCP"))
        leg, _ = await line.takes()
        await leg.refuse(486)
        await reader.readuntil(b"SIP/2.0 486")
        writer.close()


async def test_two_callers_that_chose_the_same_branch_are_two_calls(line: Line, caller: RawCaller) -> None:
    async with raw_caller(line.port) as other:
        caller.branch = other.branch = "z9hG4bK-1-1-0"
        caller.request("INVITE", body=audio())
        first, _ = await line.takes()
        other.request("INVITE", body=audio())
        second, _ = await line.takes()

        await first.refuse(486)
        await second.refuse(480)

        assert (await caller.answer("INVITE")).code == 486
        assert (await other.answer("INVITE")).code == 480


async def test_bytes_that_are_no_text_arrive_as_such(line: Line, caller: RawCaller) -> None:
    caller.call_id = "caf\udce9@raw"
    caller.from_ = '"Ren\udce9e" <sip:+32470123456@127.0.0.1>;tag=raw'
    caller.request("INVITE", body=audio())

    leg, arrival = await line.takes()

    assert arrival.display_name == "Ren\N{REPLACEMENT CHARACTER}e"
    assert leg.sip_call_id == "caf\N{REPLACEMENT CHARACTER}@raw"
    await leg.refuse(486)


@pytest.mark.parametrize(
    ("kind", "body", "key"),
    [("application/dtmf-relay", "Signal=10\r\nDuration=160\r\n", "*"), ("application/dtmf", "5", "5")],
)
async def test_a_key_in_info_is_heard_once(line: Line, caller: RawCaller, kind: str, body: str, key: str) -> None:
    call = await in_a_call(line, caller)

    assert (await caller.asks("INFO", body=body, content_type=kind)).code == 200
    assert (await caller.asks("INFO", body="Signal=flash\r\n", content_type="application/dtmf-relay")).code == 200

    assert await call.sees(DigitPressed) == DigitPressed(key, "info")
    await asyncio.sleep(QUIET_S)
    assert len([each for each in call.seen if isinstance(each, DigitPressed)]) == 1
    await call.leg.hang_up()
