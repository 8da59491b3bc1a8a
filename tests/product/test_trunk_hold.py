"""Calls and participants that REST puts on hold: what the far end of their trunk is told, and hears."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.peers.audio import tone
from tests.peers.ear import RtpEar
from tests.peers.platform import Json, Platform, platform
from tests.peers.ports import Ports
from tests.peers.raw_callee import RawCallee, raw_callee
from tests.peers.raw_caller import HOST, audio
from tests.peers.sip_message import SipMessage

pytestmark = pytest.mark.sip

CALLEE = "+3225550199"
STAYS = '<Response><Pause length="60"/></Response>'
ROOM = '<Response><Dial><Conference beep="false">desk</Conference></Dial></Response>'


def described(ear: RtpEar, version: int, direction: str = "sendrecv") -> str:
    return audio(ear.port, more=f"a={direction}\r\n").replace("1 1 IN", f"1 {version} IN")


def direction_of(invite: SipMessage) -> str:
    assert invite.sdp is not None
    return invite.sdp.direction


@asynccontextmanager
async def in_a_call(telefoon: Platform, carrier: RawCallee, ear: RtpEar, flow: str) -> AsyncIterator[Json]:
    """A call by a trunk that tells hold by sendonly; it ends with the context."""
    added = ("trunks", "add", "carrier", "--host", f"{HOST}:{carrier.port}", "--set", "hold=sendonly")
    await asyncio.to_thread(telefoon.telefoon, *added, "--set", "keep_alive=none")
    await asyncio.sleep(2)  # a trunk takes effect so soon
    placed = await telefoon.place(CALLEE, flow=flow)
    invite = await carrier.gets("INVITE")
    ear.follow(invite.sdp)
    carrier.answer(invite, "200 OK", body=described(ear, 1))
    await telefoon.call_when(placed["id"], "in-progress")
    yield placed
    await telefoon.patch(f"calls/{placed['id']}", {"status": "completed"})
    carrier.answer(await carrier.gets("BYE"), "200 OK")
    await telefoon.ended_call(placed["id"])


async def test_a_call_on_hold_is_told_so_and_hears_music(tmp_path: Path, ports: Ports) -> None:
    with RtpEar() as ear:
        ear.say(tone(700, 1), for_ever=True)
        async with (
            raw_callee() as carrier,
            platform(tmp_path, ports) as telefoon,
            in_a_call(telefoon, carrier, ear, STAYS) as call,
        ):
            await telefoon.patch(f"calls/{call['id']}", {"hold": True})
            held = await carrier.gets("INVITE", times=2)
            carrier.answer(held, "200 OK", body=described(ear, 2, "recvonly"))
            await ear.hears_sound(seconds=0.8, within_s=10, since_s=ear.now_s)
            await telefoon.patch(f"calls/{call['id']}", {"hold": False})
            resumed = await carrier.gets("INVITE", times=3)
            carrier.answer(resumed, "200 OK", body=described(ear, 3))

            assert (direction_of(held), direction_of(resumed)) == ("sendonly", "sendrecv")


async def test_a_participant_on_hold_is_told_so_and_a_refusal_is_among_its_events(tmp_path: Path, ports: Ports) -> None:
    with RtpEar() as ear:
        async with (
            raw_callee() as carrier,
            platform(tmp_path, ports) as telefoon,
            in_a_call(telefoon, carrier, ear, ROOM) as call,
        ):
            await telefoon.noted(call["id"], "conference_joined")
            room = (await telefoon.get("conferences", friendly_name="desk"))["conferences"][0]["id"]
            participant = f"conferences/{room}/participants/{call['id']}"

            await telefoon.patch(participant, {"hold": True})
            held = await carrier.gets("INVITE", times=2)
            carrier.answer(held, "488 Not Acceptable Here")
            refused = await telefoon.noted(call["id"], "hold_refused")
            await ear.hears_sound(seconds=0.8, within_s=10, since_s=ear.now_s)
            await telefoon.patch(participant, {"hold": False})

            assert direction_of(held) == "sendonly"
            assert refused["sip_code"] == 488
