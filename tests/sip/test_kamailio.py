"""A trunk whose carrier is Kamailio: it registers there, answers its digests, and has it in the way of each dialog."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.model.trunk import Trunk
from engine.ports import Answered, DialRequest, Ear, MediaChanged
from tests.peers.audio import hears
from tests.peers.ear import RtpEar
from tests.peers.kamailio import FORKED, PASSWORD, SUBSCRIBER, Kamailio, kamailio
from tests.peers.ports import Ports
from tests.peers.scenario import (
    acks,
    answers,
    answers_later,
    calls,
    gets_bye,
    is_called,
    receives,
    receives_to_answer_later,
    scenario,
    sdp,
)
from tests.peers.sipp import sipp
from tests.peers.waiting import within
from tests.sip.conftest import Line, OpenLine, Watch, subscriber_of

pytestmark = pytest.mark.sip

TRANSPORTS = ("udp", "tcp")


@pytest.fixture
async def carrier(tmp_path: Path, ports: Ports) -> AsyncIterator[Kamailio]:
    async with kamailio(tmp_path, ports) as running:
        yield running


async def registered(line: Line) -> None:
    async with within(10):
        while not all(each.active for each in (await line.agent.registrations()).values()):
            await asyncio.sleep(0.05)


def subscriber(carrier: Kamailio, transport: str = "udp") -> Trunk:
    parameters = f";transport={transport}"
    return subscriber_of(carrier.port, parameters=parameters, user=SUBSCRIBER, password=PASSWORD)


def to(number: str) -> DialRequest:
    return DialRequest(number, "+3225550100", "CA1")


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_registered_trunk_calls_out_through_the_proxy_and_is_heard(
    open_line: OpenLine, ports: Ports, ear: RtpEar, prompt: Path, carrier: Kamailio, transport: str
) -> None:
    trunk = subscriber(carrier, transport)
    script = scenario(is_called(), gets_bye())
    async with (
        sipp(script, ports, port=carrier.phone_port, keys={"ear": ear.port}) as phone,
        open_line(trunk=trunk) as line,
    ):
        await registered(line)
        call = Watch(await line.agent.dial(to("+3225550199"))).start()
        await call.sees(Answered)
        await call.sees(MediaChanged)
        ear.follow((await phone.gets("INVITE")).sdp)

        player = await line.agent.bridge.play(prompt, to=[Ear(call.leg.id)])
        await player.finished()
        await ear.hears_sound(seconds=3.8, within_s=5, since_s=0)
        await call.leg.hang_up()

        await call.ends()
        await phone.finishes()
        assert f":{carrier.port};" in phone.received("INVITE")[0].header("record-route")
    assert hears(ear.heard(), 440, seconds=3.8)


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_a_call_comes_in_by_the_registration_and_its_bye_finds_its_way(
    open_line: OpenLine, ports: Ports, ear: RtpEar, prompt: Path, carrier: Kamailio, transport: str
) -> None:
    script = scenario(
        calls(sdp()), receives(100, optional=True), receives(180, optional=True), receives(200, keeps_route=True),
        acks(routed=True), receives("BYE"), answers(200, "OK"),
    )  # fmt: skip
    async with open_line(trunk=subscriber(carrier, transport)) as line:
        await registered(line)
        far_end = sipp(script, ports, port=carrier.phone_port, target=carrier.port, keys={"ear": ear.port})
        async with far_end as phone:
            leg, arrival = await line.takes()
            call = Watch(leg).start()
            await leg.answer()
            await call.sees(MediaChanged)
            ear.follow((await phone.gets("200 INVITE")).sdp)
            player = await line.agent.bridge.play(prompt, to=[Ear(leg.id)])
            await player.finished()
            await ear.hears_sound(seconds=3.8, within_s=5, since_s=0)
            await leg.hang_up()

            await call.ends()
            await phone.finishes()
    assert (arrival.called, arrival.source.partition(":")[0]) == ("+3225550100", "127.0.0.1")
    assert hears(ear.heard(), 440, seconds=3.8)


def answers_although_it_is_cancelled() -> str:
    """A phone whose answer crosses the CANCEL: its 200 to the INVITE leaves after the CANCEL has come."""
    return scenario(
        receives_to_answer_later("INVITE", vias=2), answers(180, "Ringing", to_tag=True), receives("CANCEL"),
        answers_later(200, "OK", sdp(), vias=2), receives("ACK"), gets_bye(),
    ).replace("tag=far", "tag=other")  # fmt: skip


async def test_a_phone_that_answers_beside_another_is_acknowledged_and_hung_up_on(
    open_line: OpenLine, ports: Ports, ear: RtpEar, carrier: Kamailio
) -> None:
    keys = {"ear": ear.port}
    async with (
        sipp(scenario(is_called(), gets_bye()), ports, port=carrier.phone_port, keys=keys) as one,
        sipp(answers_although_it_is_cancelled(), ports, port=carrier.other_port, keys=keys) as other,
        open_line(trunk=subscriber(carrier)) as line,
    ):
        await registered(line)
        call = Watch(await line.agent.dial(to(FORKED))).start()
        await call.sees(Answered)

        await other.finishes()
        assert await line.agent.strays() == 0
        await call.leg.hang_up()
        await call.ends()
        await one.finishes()


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
async def test_a_digest_of_either_kind_registers_and_calls(
    open_line: OpenLine, tmp_path: Path, ports: Ports, ear: RtpEar, algorithm: str
) -> None:
    script = scenario(is_called(), gets_bye())
    async with (
        kamailio(tmp_path, ports, algorithm=algorithm) as carrier,
        sipp(script, ports, port=carrier.phone_port, keys={"ear": ear.port}) as phone,
        open_line(trunk=subscriber(carrier)) as line,
    ):
        await registered(line)
        call = Watch(await line.agent.dial(to("+3225550199"))).start()
        await call.sees(Answered)
        await call.leg.hang_up()
        await call.ends()
        await phone.finishes()


async def test_a_carrier_that_refuses_the_password_is_told_and_is_not_called(
    open_line: OpenLine, ports: Ports, carrier: Kamailio
) -> None:
    trunk = subscriber_of(carrier.port, user=SUBSCRIBER, password="wrong")
    async with open_line(trunk=trunk) as line, within(10):
        while not (stand := (await line.agent.registrations())["default"]).code:
            await asyncio.sleep(0.05)

    assert (stand.active, stand.code) == (False, 401)
