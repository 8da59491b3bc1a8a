"""Within a dialog speaks only whom it is with: a request with the right tags from elsewhere changes nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from ipaddress import ip_network
from typing import Final

import pytest

from engine.model.call import Event
from engine.model.trunk import TrunkHost
from engine.ports import Answered, DigitPressed, Intruded, ReferRequested
from tests.peers.ports import Ports
from tests.peers.raw_callee import raw_callee
from tests.peers.raw_caller import RawCaller, audio, raw_caller
from tests.sip.conftest import Line, OpenLine, Watch, dial, trunk_to
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

ELSEWHERE: Final = "127.0.0.2"
QUIET_S: Final = 0.5
HELD: Final = audio().replace("t=0 0", "t=0 0\r\na=sendonly")


@pytest.fixture
async def caller(line: Line) -> AsyncIterator[RawCaller]:
    async with raw_caller(line.port) as opened:
        yield opened


@asynccontextmanager
async def spoofer_of(caller: RawCaller, host: str = ELSEWHERE) -> AsyncIterator[RawCaller]:
    """Somebody who knows all of the caller's dialog, and sends from another address."""
    async with raw_caller(caller.target, host) as spoofer:
        spoofer.call_id, spoofer.from_, spoofer.to_tag = caller.call_id, caller.from_, caller.to_tag
        spoofer.skip_to(100)
        yield spoofer


async def goes_on(call: Watch, caller: RawCaller) -> None:
    """The caller has noticed nothing, and is still the one who ends it."""
    assert not caller.requests("BYE")
    assert (await caller.asks("OPTIONS")).code == 200
    assert (await caller.asks("BYE")).code == 200
    assert (await call.ends()).outcome is Event.HUNG_UP


@pytest.mark.parametrize(
    ("method", "body"),
    [("BYE", ""), ("INVITE", HELD), ("UPDATE", HELD), ("INFO", "5"), ("REFER", ""), ("PRACK", ""), ("OPTIONS", ""),
     ("NOTIFY", ""), ("MESSAGE", ""), ("FOO", "")],
)  # fmt: skip
async def test_a_request_from_elsewhere_is_refused_and_told(
    line: Line, caller: RawCaller, method: str, body: str
) -> None:
    call = await in_a_call(line, caller)
    kind = "application/dtmf" if method == "INFO" else "application/sdp"

    async with spoofer_of(caller) as spoofer:
        headers = ("Refer-To: <sip:expensive@127.0.0.1:9>", "Event: refer", "RAck: 1 1 INVITE")
        refused = await spoofer.asks(method, *headers, body=body, content_type=kind)

    assert refused.code == 403
    intruded = await call.sees(Intruded)
    assert (intruded.what, intruded.source.partition(":")[0]) == (method, ELSEWHERE)
    assert not [each for each in call.seen if isinstance(each, DigitPressed | ReferRequested)]
    await goes_on(call, caller)


async def test_a_stranger_from_elsewhere_hears_nothing(open_line: OpenLine) -> None:
    async with open_line(allow=[ip_network("127.0.0.1/32")]) as line, raw_caller(line.port) as caller:
        call = await in_a_call(line, caller)

        async with spoofer_of(caller) as spoofer:
            spoofer.request("BYE")
            await call.sees(Intruded)
            await asyncio.sleep(QUIET_S)
            assert spoofer.seen == []

        await goes_on(call, caller)


async def test_the_right_tags_with_another_call_id_are_no_dialog(line: Line, caller: RawCaller) -> None:
    call = await in_a_call(line, caller)

    async with spoofer_of(caller, "127.0.0.1") as spoofer:
        spoofer.call_id = "another@raw"
        for method in ("BYE", "INVITE", "UPDATE", "REFER"):
            assert (await spoofer.asks(method, body=audio())).code == 481, method

    await goes_on(call, caller)


async def test_a_cancel_from_elsewhere_cancels_nothing(line: Line, caller: RawCaller) -> None:
    caller.branch = "z9hG4bKheard"
    caller.request("INVITE", body=audio())
    leg, _ = await line.takes()
    call = Watch(leg).start()
    await leg.ring()

    async with raw_caller(line.port, ELSEWHERE) as spoofer:
        spoofer.call_id, spoofer.from_, spoofer.branch = caller.call_id, caller.from_, caller.branch
        spoofer.sent_by = f"127.0.0.1:{caller.port}"
        spoofer.request("CANCEL", number=1)
        assert (await call.sees(Intruded)).what == "CANCEL"

    await leg.answer()
    answered = await caller.answer("INVITE")
    assert answered.code == 200
    caller.to_tag, caller.branch = answered.header("to").rpartition("tag=")[2], ""
    caller.request("ACK", number=1)
    await call.sees(Answered)
    await goes_on(call, caller)


async def test_an_ack_from_elsewhere_confirms_nothing(line: Line, caller: RawCaller) -> None:
    caller.request("INVITE", body=audio())
    leg, _ = await line.takes()
    call = Watch(leg).start()
    await leg.answer()
    caller.to_tag = (await caller.answer("INVITE")).header("to").rpartition("tag=")[2]

    async with spoofer_of(caller) as spoofer:
        spoofer.request("ACK", number=1)
        await call.sees(Intruded)
        await asyncio.sleep(QUIET_S)
        assert not [each for each in call.seen if isinstance(each, Answered)]
        assert spoofer.seen == []

    caller.request("ACK", number=1)
    await call.sees(Answered)
    await goes_on(call, caller)


async def test_another_port_of_the_same_address_may_speak(line: Line, caller: RawCaller) -> None:
    call = await in_a_call(line, caller)

    async with spoofer_of(caller, "127.0.0.1") as rebound:
        assert (await rebound.asks("OPTIONS")).code == 200
        assert (await rebound.asks("BYE")).code == 200

    assert (await call.ends()).outcome is Event.HUNG_UP


async def test_a_proxy_of_the_route_set_and_the_remote_target_may_speak(line: Line, caller: RawCaller) -> None:
    call = await in_a_call(line, caller, audio(), "Record-Route: <sip:127.0.0.3;lr>")

    async with spoofer_of(caller, "127.0.0.3") as proxy:
        assert (await proxy.asks("OPTIONS")).code == 200

    await call.leg.hang_up()


async def test_another_host_of_the_trunk_may_speak(open_line: OpenLine, ports: Ports) -> None:
    trunk = replace(trunk_to(ports.one()), hosts=(TrunkHost("127.0.0.1"), TrunkHost("127.0.0.2", priority=1)))
    async with open_line(trunk=trunk) as line, raw_caller(line.port) as caller:
        call = await in_a_call(line, caller)

        async with spoofer_of(caller, "127.0.0.2") as other, spoofer_of(caller, "127.0.0.4") as outsider:
            assert (await outsider.asks("BYE")).code == 403
            assert (await other.asks("BYE")).code == 200

        assert (await call.ends()).outcome is Event.HUNG_UP


async def test_an_answer_from_elsewhere_is_none(line: Line) -> None:
    async with raw_callee() as callee, raw_callee(ELSEWHERE) as spoofer:
        call = await dial(line, callee.port)
        invite = await callee.gets("INVITE")

        spoofer.answer_to(("127.0.0.1", line.port), invite, "200 OK", body=audio(40010))
        spoofer.answer_to(("127.0.0.1", line.port), invite, "486 Busy Here")
        assert (await call.sees(Intruded, times=2)).what == "answer to INVITE"

        callee.answer(invite, "200 OK", body=audio())
        await call.sees(Answered)
        await callee.gets("ACK")
        assert spoofer.requests("ACK") == []
        assert (await callee.asks(invite, "OPTIONS")).code == 200
        await call.leg.hang_up()
        callee.answer(await callee.gets("BYE"), "200 OK")
        await call.ends()


async def test_of_a_flood_the_first_ten_are_told(line: Line, caller: RawCaller) -> None:
    call = await in_a_call(line, caller)

    async with spoofer_of(caller) as spoofer:
        for _ in range(30):
            assert (await spoofer.asks("BYE")).code == 403

    assert len([each for each in call.seen if isinstance(each, Intruded)]) == 10
    await goes_on(call, caller)
