"""RFC 4028: a call lives for as long as one side refreshes it. 90 s is the shortest interval that the RFC allows."""

import asyncio

import pytest

from engine.ports import Answered, HungUp
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.scenario import acks, answers, calls, gets_bye, pause, receives, reinvites, scenario, sdp
from tests.peers.sipp import sipp
from tests.sip.conftest import OpenLine, Watch, dial

pytestmark = [pytest.mark.sip, pytest.mark.slow]

INTERVAL_S = 90
TIMER = ["Supported: timer", f"Session-Expires: {INTERVAL_S};refresher=uac"]


def answered_again() -> str:
    return receives("INVITE") + answers(200, "OK", sdp(version=2), headers=TIMER) + receives("ACK")


async def test_calls_live_past_two_refreshes_by_either_side(open_line: OpenLine, ports: Ports, ear: RtpEar) -> None:
    we_refresh = scenario(
        receives("INVITE"), answers(180, "Ringing", to_tag=True),
        answers(200, "OK", sdp(), headers=["Require: timer", *TIMER], to_tag=True), receives("ACK"),
        answered_again(), answered_again(), gets_bye(),
    )  # fmt: skip
    they_refresh = scenario(
        calls(sdp(), headers=TIMER), receives(100, optional=True), receives(180), receives(200), acks(),
        pause(40), reinvites(2, sdp(version=2), headers=TIMER),
        pause(40), reinvites(3, sdp(version=3), headers=TIMER), gets_bye(),
    )  # fmt: skip
    keys = {"ear": ear.port}
    async with open_line(session_expires_s=INTERVAL_S) as line, sipp(we_refresh, ports, keys=keys) as callee:
        out = await dial(line, callee.port)
        async with sipp(they_refresh, ports, target=line.port, keys=keys) as caller:
            leg, _ = await line.takes()
            inbound = Watch(leg).start()
            await leg.ring()
            await leg.answer()
            await out.sees(Answered)

            await asyncio.sleep(INTERVAL_S + 5)

            await callee.gets("INVITE", times=3)
            await caller.gets("200 INVITE", times=3)
            for call in (out, inbound):
                assert not any(isinstance(event, HungUp) for event in call.seen)
                await call.leg.hang_up()
            await callee.finishes()
            await caller.finishes()
            assert len(callee.received("INVITE")) == 3
            assert "refresher=ua" in caller.received("200 INVITE")[-1].header("session-expires")
