"""The library gives the number of a call that has ended to the next one: what ended touches no other by it."""

import asyncio
import threading
from typing import Any

import pytest

from sip.dialog import Dialog
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.waiting import within
from tests.sip.conftest import OpenLine, Watch
from tests.sip.raw_calls import in_a_call
from tests.sip.sip_thread import standing_still

pytestmark = pytest.mark.sip


@pytest.fixture
def two_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library has numbers for two calls, so that it gives the first one anew after the second."""
    monkeypatch.setattr("sip.endpoint.MAX_CALLS", 2)


@pytest.mark.usefixtures("two_numbers")
async def test_a_call_that_comes_in_while_another_ends_is_not_hung_up_on_with_it(open_line: OpenLine) -> None:
    async with (
        open_line() as line,
        raw_caller(line.port) as first,
        raw_caller(line.port) as second,
        raw_caller(line.port) as third,
        within(20),
    ):
        ending = await in_a_call(line, first)
        over = await in_a_call(line, second)
        await second.asks("BYE")
        await over.ends()

        async with standing_still(line):
            first.request("BYE")
            third.request("INVITE", body=audio())
        await ending.ends()
        leg, _ = await line.takes()
        beginning = Watch(leg).start()
        await leg.answer()

        answer = await third.answer("INVITE")
        third.to_tag = answer.header("to").rpartition("tag=")[2]
        third.request("ACK", number=1)
        assert answer.code == 200
        assert (await third.asks("BYE")).code == 200
        assert not (await beginning.ends()).by_us


@pytest.mark.usefixtures("two_numbers")
async def test_who_hangs_up_on_a_call_whose_end_was_not_told_ends_no_other(
    open_line: OpenLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, untold = Dialog.onCallState, threading.Event()

    def tell_at_times(dialog: Dialog, prm: Any) -> None:
        if not untold.is_set():
            told(dialog, prm)

    monkeypatch.setattr(Dialog, "onCallState", tell_at_times)
    async with (
        open_line() as line,
        raw_caller(line.port) as first,
        raw_caller(line.port) as second,
        raw_caller(line.port) as third,
        within(20),
    ):
        lost = await in_a_call(line, first)
        over = await in_a_call(line, second)
        await second.asks("BYE")
        await over.ends()

        async with standing_still(line):
            untold.set()
            first.request("BYE")
            third.request("INVITE", body=audio())
            hanging_up = asyncio.create_task(lost.leg.hang_up())
            await asyncio.sleep(0)
        leg, _ = await line.takes()
        untold.clear()
        await hanging_up
        await leg.answer()

        assert (await third.answer("INVITE")).code == 200
        assert (await lost.ends()).sip_code == 408
