"""The library holds no call that is no leg of ours, whatever a far end does; run on AddressSanitizer too."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from engine.ports import Answered, ReferRequested
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.raw_caller import RawCaller, audio, raw_caller
from tests.peers.scenario import gets_bye, is_called, scenario
from tests.peers.sipp import sipp
from tests.peers.waiting import within
from tests.sip.conftest import Line, Watch, dial
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip


@pytest.fixture
async def caller(line: Line) -> AsyncIterator[RawCaller]:
    async with raw_caller(line.port) as opened:
        yield opened


async def has_no_strays(line: Line) -> None:
    """As soon as what was under way is over."""
    async with within(10):
        while await line.agent.strays():
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("method", ["OPTIONS", "NOTIFY", "SUBSCRIBE", "REGISTER", "REFER", "INFO", "UPDATE", "MESSAGE"])
async def test_no_request_outside_a_call_leaves_one(line: Line, caller: RawCaller, method: str) -> None:
    await caller.asks(method, "Event: presence", "Refer-To: <sip:z@127.0.0.1>", "Expires: 600", body=audio())

    await has_no_strays(line)


@pytest.mark.parametrize(
    ("headers", "offer"),
    [
        (["Replaces: nobody@x;to-tag=1;from-tag=2"], audio()),
        (["Require: made-up"], audio()),
        ([], audio(0)),
        ([], "v=0\r\nnonsense\r\n"),
    ],
)
async def test_no_refused_invite_leaves_one(line: Line, caller: RawCaller, headers: list[str], offer: str) -> None:
    refused = await caller.asks("INVITE", *headers, body=offer)

    assert refused.code is not None
    assert refused.code >= 400
    assert line.arrivals.empty()
    await has_no_strays(line)


async def test_a_call_with_everything_in_it_leaves_none(line: Line, caller: RawCaller) -> None:
    call = await in_a_call(line, caller)
    assert await line.agent.strays() == 0

    thief = f"Replaces: {caller.call_id};to-tag={caller.to_tag};from-tag=raw"
    async with raw_caller(line.port) as other:
        assert (await other.asks("INVITE", thief, body=audio())).code == 403
    await caller.asks("INVITE", body=audio().replace("o=- 1 1", "o=- 1 2"))
    await caller.asks("INVITE", body=audio(0).replace("o=- 1 1", "o=- 1 3"))
    await caller.asks("UPDATE", body=audio().replace("o=- 1 1", "o=- 1 4"))
    await caller.asks("REFER", "Refer-To: <sip:z@127.0.0.1>")
    await call.sees(ReferRequested)
    await caller.asks("INFO", body="Signal=5\r\n", content_type="application/dtmf-relay")
    assert await line.agent.strays() == 0
    await caller.asks("BYE")

    await call.ends()
    await has_no_strays(line)


async def test_a_call_that_is_cancelled_and_one_that_is_placed_leave_none(
    line: Line, caller: RawCaller, ports: Ports, ear: RtpEar
) -> None:
    caller.branch = "z9hG4bKcancelled"
    caller.request("INVITE", body=audio(), number=1)
    leg, _ = await line.takes()
    ringing = Watch(leg).start()
    await leg.ring()
    caller.request("CANCEL", number=1)
    await ringing.ends()
    async with sipp(scenario(is_called(), gets_bye()), ports, keys={"ear": ear.port}) as far_end:
        placed = await dial(line, far_end.port)
        await placed.sees(Answered)
        await placed.leg.hang_up()
        await placed.ends()
        await far_end.finishes()

    await has_no_strays(line)
