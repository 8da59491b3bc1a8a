"""A call that is changed while it lives: what its far end hears then."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.peers.audio import Sound, hears, longest_gap, tone, when_heard
from tests.peers.callers import calling
from tests.peers.customer import Customer
from tests.peers.ear import RtpEar
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, Platform, platform
from tests.peers.ports import Ports
from tests.peers.scenario import gets_bye, is_called, scenario
from tests.peers.sipp import Sipp, sipp
from tests.peers.waiting import HELD_UP_S

pytestmark = pytest.mark.sip

CALLER = "+3225550177"
SETTLED_S = 1
"""Until what was on its way when a request was answered has been heard."""


def dialling(telefoon: Platform, *more: str) -> list[str]:
    return ["--dial", f"sip:{NUMBER}@127.0.0.1:{telefoon.sip_port}", "--from", CALLER, *more]


@asynccontextmanager
async def called(ports: Ports) -> AsyncIterator[tuple[Sipp, RtpEar]]:
    """A far end that answers at once."""
    with RtpEar() as ear:
        async with sipp(scenario(is_called(), gets_bye()), ports, keys={"ear": ear.port}) as far_end:
            yield far_end, ear


async def sounds(far_end: Sipp, ear: RtpEar, hz: float) -> None:
    ear.follow((await far_end.gets("INVITE")).sdp)
    ear.say(tone(hz, 2, dbov=-24), for_ever=True)


async def test_another_flow_starts_at_once_and_the_running_verb_stops(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/long.wav"] = tone(500, 30).save(tmp_path / "500.wav").read_bytes()
    shop.flows["/other.wav"] = tone(900, 4).save(tmp_path / "900.wav").read_bytes()
    shop.flows["/start"] = "<Response><Play>/long.wav</Play></Response>"
    shop.flows["/other"] = "<Response><Play>/other.wav</Play></Response>"
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, 1400) as (caller,),
    ):
        await caller.ear.hears(500, seconds=1, within_s=30)
        status, _ = await telefoon.patch(f"calls/{caller.call_id}", {"url": shop.url("/other"), "method": "GET"})
        await caller.ear.hears(900, seconds=1.8, within_s=30)
        await caller.far_end.finishes()
        again, problem = await telefoon.patch(f"calls/{caller.call_id}", {"mute": True})

    assert status == 200
    assert [asked.method for asked in shop.asked if asked.path == "/other"] == ["GET"]
    heard = caller.ear.heard()
    assert when_heard(heard, 500)[-1].end_s < when_heard(heard, 900)[0].start_s + 0.1
    assert sum(span.end_s - span.start_s for span in when_heard(heard, 500)) < 25, "it would have lasted thirty seconds"
    assert (again, "completed" in problem["detail"]) == (409, True)


async def test_mute_hold_say_play_and_keys_in_a_talk(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.flows["/beep.wav"] = tone(1400, 3).save(tmp_path / "1400.wav").read_bytes()
    async with called(ports) as (far_end, desk):
        shop.flows["/start"] = f"<Response><Dial><Sip>sip:a@127.0.0.1:{far_end.port}</Sip></Dial></Response>"
        async with (
            platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
            calling(telefoon, ports, 500) as (caller,),
        ):
            await sounds(far_end, desk, 900)
            path = f"calls/{caller.call_id}"
            await caller.ear.hears(900, within_s=15)
            await desk.hears(500, within_s=15)

            await telefoon.patch(path, {"mute": True})
            muted_s = desk.now_s + SETTLED_S
            await asyncio.sleep(SETTLED_S + 1.5)
            muted = desk.heard(muted_s)
            await telefoon.patch(path, {"mute": False, "digits": "5#"})
            await desk.hears(500, within_s=10, since_s=muted_s)
            await caller.ear.hears_keys("5#", within_s=10)
            await telefoon.patch(path, {"play": {"url": shop.url("/beep.wav"), "to": "other"}})
            await desk.hears(1400, within_s=10, seconds=0.8)
            await telefoon.patch(path, {"hold": True})
            held_s = desk.now_s + SETTLED_S
            await asyncio.sleep(SETTLED_S + 2)
            held = desk.heard(held_s)
            await telefoon.patch(path, {"hold": False})
            await desk.hears(500, within_s=10, since_s=held_s)
            status, answer = await telefoon.patch(path, {"status": "completed"})
            await far_end.finishes()
            await telefoon.ended_call(caller.call_id)
            events = [event["kind"] for event in await telefoon.events(caller.call_id)]

    assert (status, answer["status"]) == (200, "completed")
    assert [kind for kind in events if kind in {"muted", "unmuted", "held", "resumed"}] == [
        "muted", "unmuted", "held", "resumed",
    ]  # fmt: skip
    assert muted.seconds > 1
    assert not hears(muted, 500)
    assert held.seconds > 1
    assert not hears(held, 500)
    assert not hears(caller.ear.heard(), 1400)


async def test_an_attended_transfer_joins_the_two_when_the_agent_hangs_up(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    voice = tone(700, 60, dbov=-24).save(tmp_path / "700.wav")
    async with phone("--play", str(voice)) as desk, called(ports) as (far_end, third):
        shop.flows["/start"] = f"<Response><Dial><Sip>sip:a@127.0.0.1:{desk.port}</Sip></Dial></Response>"
        async with (
            platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
            calling(telefoon, ports, 500) as (caller,),
        ):
            parent = caller.call_id
            await caller.ear.hears(700, within_s=15)
            agent = (await telefoon.newest_call(parent_id=parent))["id"]
            to = f"sip:third@127.0.0.1:{far_end.port}"
            status, _ = await telefoon.patch(f"calls/{parent}", {"transfer": {"to": to, "mode": "attended"}})
            await sounds(far_end, third, 900)
            await third.hears(700, within_s=15, seconds=2)  # first the agent alone
            of_the_agent = third.heard()
            await telefoon.patch(f"calls/{agent}", {"status": "completed"})
            await desk.tells("hung_up")
            await third.hears(500, within_s=15, seconds=2)  # then the caller
            await caller.ear.hears(900, within_s=15, seconds=2)
            await telefoon.patch(f"calls/{parent}", {"status": "completed"})
            await far_end.finishes()

    assert status == 200
    assert not hears(of_the_agent, 500)


async def test_a_recording_is_started_paused_with_silence_resumed_and_stopped(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    voice = tone(500, 60).save(tmp_path / "500.wav")
    shop.flows["/start"] = '<Response><Pause length="0"/><Gather timeout="60"/></Response>'
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        phone(*dialling(telefoon, "--play", str(voice))) as caller,
    ):
        await caller.tells("answered")
        call = (await telefoon.newest_call())["id"]
        await telefoon.call_when(call, "in-progress")
        start = {"action": "start", "channels": "mono", "track": "inbound", "status_callback": shop.url("/recorded")}
        await telefoon.patch(f"calls/{call}", {"recording": start})
        await telefoon.noted(call, "recording_started")
        began = time.monotonic()
        await asyncio.sleep(3)
        pausing = time.monotonic()
        await telefoon.patch(f"calls/{call}", {"recording": {"action": "pause"}})
        await asyncio.sleep(2 * HELD_UP_S)
        await telefoon.patch(f"calls/{call}", {"recording": {"action": "resume"}})
        resumed = time.monotonic()
        await asyncio.sleep(3)
        await telefoon.patch(f"calls/{call}", {"recording": {"action": "stop"}})
        took_s = time.monotonic() - began
        told = (await shop.is_asked("/recorded"))[0]
        _, wav = await telefoon.recording(tmp_path)
        status, _ = await telefoon.patch(f"calls/{call}", {"recording": {"action": "stop"}})

    assert (told["RecordingStatus"], told["RecordingSource"]) == ("completed", "StartCallRecordingAPI")
    sound = Sound.of_file(wav)
    assert sound.seconds == pytest.approx(took_s, abs=HELD_UP_S)
    pause = longest_gap(sound, 500)
    assert pause.seconds == pytest.approx(resumed - pausing, abs=HELD_UP_S)
    assert hears(sound.part(0, pause.start_s), 500, seconds=0.8)
    assert hears(sound.part(pause.end_s), 500, seconds=0.8)
    assert status == 409
