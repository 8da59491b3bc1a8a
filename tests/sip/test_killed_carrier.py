"""A carrier whose process is killed: before a call, while it is set up, and while it goes on."""

import asyncio
import time

import pytest

from engine.model.trunk import Trunk
from engine.ports import Alerted, Answered, DialRequest, HungUp, MediaLost, TrunkTried
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.scenario import answers, is_called, pause, receives, scenario
from tests.peers.sip_answerer import sip_answerer
from tests.peers.sipp import Sipp, sipp
from tests.sip.conftest import OpenLine, Watch, trunk_to

pytestmark = pytest.mark.sip

ASKED = DialRequest("+3225550199", "+3225550100", "CA1")
TIMEOUT_S = 1.0
SILENCE_S = 2.0
TRYING = receives("INVITE") + answers(100, "Trying") + pause(60)
RINGING = receives("INVITE") + answers(180, "Ringing", to_tag=True) + pause(60)
TALKING = is_called() + pause(60)


def trunks(first: int, second: int, parameters: str = "") -> list[Trunk]:
    return [
        trunk_to(first, "first", timeout_s=TIMEOUT_S, parameters=parameters),
        trunk_to(second, "second", timeout_s=TIMEOUT_S, priority=1),
    ]


def tried(call: Watch) -> list[str]:
    return [each.trunk for each in call.seen if isinstance(each, TrunkTried)]


async def killed(carrier: Sipp) -> None:
    carrier.process.kill()
    await carrier.process.wait()


@pytest.mark.parametrize(("transport", "parameters"), [("u1", ""), ("t1", ";transport=tcp")])
async def test_before_a_call_the_second_trunk_carries_it_after_the_timeout_at_most(
    open_line: OpenLine, ports: Ports, transport: str, parameters: str
) -> None:
    async with (
        sipp(scenario(TRYING), ports, transport=transport) as first,
        sip_answerer(lambda _: "486 Busy Here") as second,
        open_line(trunks=trunks(first.port, second.port, parameters)) as line,
    ):
        await killed(first)
        began = time.monotonic()
        call = Watch(await line.agent.dial(ASKED)).start()
        ended = await call.ends()
        took_s = time.monotonic() - began

    assert (tried(call), ended.sip_code) == (["first", "second"], 486)
    assert took_s < TIMEOUT_S + 2


@pytest.mark.parametrize(("steps", "summary"), [(TRYING, "100 INVITE"), (RINGING, "180 INVITE")])
async def test_while_it_is_set_up_the_call_waits_for_an_answer_until_it_is_given_up(
    open_line: OpenLine, ports: Ports, steps: str, summary: str
) -> None:
    async with (
        sipp(scenario(steps), ports) as first,
        sip_answerer(lambda _: "486 Busy Here") as second,
        open_line(trunks=trunks(first.port, second.port)) as line,
    ):
        call = Watch(await line.agent.dial(ASKED)).start()
        await first.sends(summary)
        await asyncio.sleep(0.2)
        await killed(first)
        await asyncio.sleep(TIMEOUT_S + 2)
        waiting = [each for each in call.seen if not isinstance(each, Alerted)]
        other = Watch(await line.agent.dial(ASKED)).start()
        of_other = await other.ends()
        await call.leg.hang_up()
        ended = await call.ends(within_s=40)

    assert waiting == []
    assert (tried(other), of_other.sip_code) == (["first", "second"], 486)
    assert ended.by_us
    assert "second" not in tried(call)


async def test_a_call_that_goes_on_is_known_to_be_gone_by_its_silence_and_the_others_live(
    open_line: OpenLine, ports: Ports, ear: RtpEar
) -> None:
    with RtpEar() as other_ear:
        async with (
            sipp(scenario(TALKING), ports, keys={"ear": ear.port}) as first,
            sipp(scenario(TALKING), ports, keys={"ear": other_ear.port}) as second,
            open_line(trunks=trunks(first.port, second.port), rtp_silence_s=SILENCE_S) as line,
        ):
            call = Watch(await line.agent.dial(ASKED)).start()
            await call.sees(Answered)
            await killed(first)
            ear.fall_silent()
            other = Watch(await line.agent.dial(ASKED)).start()
            await other.sees(Answered)
            lost = await call.sees(MediaLost)
            of_other = [each for each in other.seen if isinstance(each, MediaLost | HungUp)]
            for each in (call, other):
                await each.leg.hang_up()

    assert lost.seconds >= SILENCE_S
    assert tried(other) == ["first", "second"]
    assert of_other == []
