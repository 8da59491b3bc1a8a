"""Both sides end a call at the same time."""

from collections.abc import Callable

import pjsua2 as pj
import pytest

from engine.errors import LegGone
from engine.ports import Cause, HungUp, LegEvent, LegId
from tests.peers.ports import Ports
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.scenario import acks, asks, calls, receives, scenario, sdp
from tests.peers.sipp import sipp
from tests.peers.waiting import eventually
from tests.sip.conftest import Line, Watch

pytestmark = pytest.mark.sip


async def test_hanging_up_a_call_that_the_far_end_has_just_ended_finds_it_gone(
    line: Line, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []
    deliver_to = line.agent._stack._to

    def hang_up(leg: LegId) -> None:
        try:
            line.agent._stack.dialogs.hang_up(leg, Cause.NORMAL)
        except (LegGone, pj.Error) as error:
            found.append(type(error).__name__)

    def hanging_up(leg: LegId) -> Callable[[LegEvent], None]:
        deliver = deliver_to(leg)

        def on_sip_thread(event: LegEvent) -> None:
            if isinstance(event, HungUp):
                line.agent._thread.later(lambda: hang_up(leg))
            deliver(event)

        return on_sip_thread

    monkeypatch.setattr(line.agent._stack, "_to", hanging_up)
    script = scenario(
        calls(sdp()), receives(100, optional=True), receives(200, keeps_route=True), acks(), asks("BYE", 2)
    )
    async with sipp(script, ports, target=line.port, keys={"ear": ports.one()}):
        leg, _ = await line.takes()
        call = Watch(leg).start()
        await leg.answer()

        await call.ends()
        await eventually(lambda: bool(found), within_s=5, otherwise=lambda: "hanging up finds the call gone")

    assert found == [LegGone.__name__]


async def test_an_invite_while_the_agent_lets_go_of_its_accounts_is_told_when_to_come_again(line: Line) -> None:
    await line.agent._thread.run(line.agent._stack.close)

    async with raw_caller(line.port) as far_end:
        answer = await far_end.asks("INVITE", body=audio())

    assert (answer.code, answer.header("retry-after")) == (503, "5")
