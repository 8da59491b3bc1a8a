"""A call that is changed while it lives: what its far end hears then."""

import asyncio
from pathlib import Path

import pytest

from tests.peers.audio import Sound, hears, tone, when_heard
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, Platform, platform
from tests.peers.ports import Ports

pytestmark = pytest.mark.sip

CALLER = "+3225550177"


def dialling(telefoon: Platform, *more: str) -> list[str]:
    return ["--dial", f"sip:{NUMBER}@127.0.0.1:{telefoon.sip_port}", "--from", CALLER, *more]


async def test_another_flow_starts_at_once_and_the_running_verb_stops(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    heard = tmp_path / "heard.wav"
    shop.flows["/long.wav"] = tone(500, 30).save(tmp_path / "500.wav").read_bytes()
    shop.flows["/other.wav"] = tone(900, 2).save(tmp_path / "900.wav").read_bytes()
    shop.flows["/start"] = "<Response><Play>/long.wav</Play></Response>"
    shop.flows["/other"] = "<Response><Play>/other.wav</Play></Response>"
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        phone(*dialling(telefoon, "--record", str(heard))) as caller,
    ):
        await caller.tells("answered")
        await asyncio.sleep(2)
        call = await telefoon.newest_call()
        status, _ = await telefoon.patch(f"calls/{call['id']}", {"url": shop.url("/other"), "method": "GET"})
        await caller.tells("recorded", within_s=20)
        again, problem = await telefoon.patch(f"calls/{call['id']}", {"mute": True})

    assert status == 200
    assert [asked.method for asked in shop.asked if asked.path == "/other"] == ["GET"]
    sound = Sound.of_file(heard)
    assert hears(sound, 900, seconds=1.8)
    assert sound.seconds < 8
    assert (again, "completed" in problem["detail"]) == (409, True)


async def test_mute_hold_say_play_and_keys_in_a_talk(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    at_caller, at_desk = tmp_path / "caller.wav", tmp_path / "desk.wav"
    one, other = tone(500, 60).save(tmp_path / "500.wav"), tone(900, 60).save(tmp_path / "900.wav")
    shop.flows["/beep.wav"] = tone(1400, 1).save(tmp_path / "1400.wav").read_bytes()
    async with phone("--play", str(other), "--record", str(at_desk)) as desk:
        shop.flows["/start"] = f"<Response><Dial><Sip>sip:a@127.0.0.1:{desk.port}</Sip></Dial></Response>"
        async with (
            platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
            phone(*dialling(telefoon, "--play", str(one), "--record", str(at_caller))) as caller,
        ):
            await desk.tells("answered")
            await asyncio.sleep(2)
            call = (await telefoon.newest_call(direction="inbound"))["id"]
            await telefoon.patch(f"calls/{call}", {"mute": True})
            await asyncio.sleep(2)
            await telefoon.patch(f"calls/{call}", {"mute": False, "digits": "5#"})
            await asyncio.sleep(1)
            await telefoon.patch(f"calls/{call}", {"play": {"url": shop.url("/beep.wav"), "to": "other"}})
            await asyncio.sleep(2)
            await telefoon.patch(f"calls/{call}", {"hold": True})
            await asyncio.sleep(3)
            await telefoon.patch(f"calls/{call}", {"hold": False})
            await asyncio.sleep(1)
            status, answer = await telefoon.patch(f"calls/{call}", {"status": "completed"})
            await caller.tells("recorded")
            await desk.tells("recorded")
            events = [event["kind"] for event in await telefoon.events(call)]

    assert (status, answer["status"]) == (200, "completed")
    assert [kind for kind in events if kind in {"muted", "unmuted", "held", "resumed"}] == [
        "muted", "unmuted", "held", "resumed",
    ]  # fmt: skip
    assert caller.digits == "5#"
    desk_heard, caller_heard = Sound.of_file(at_desk), Sound.of_file(at_caller)
    assert hears(desk_heard, 1400, seconds=0.8)
    assert not hears(caller_heard, 1400)
    # The desk hears the caller neither while muted, for two seconds, nor while on hold, for three.
    before, between, after = when_heard(desk_heard, 500, least_s=0.3, bridging_s=1)
    assert between.start_s - before.end_s > 1.5
    assert after.start_s - between.end_s > 2


async def test_a_blind_transfer_joins_the_caller_to_another(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    at_caller = tmp_path / "caller.wav"
    other = tone(900, 30).save(tmp_path / "900.wav")
    async with phone() as desk, phone("--play", str(other), "--hang-up-after", "3") as third:
        shop.flows["/start"] = f"<Response><Dial><Sip>sip:a@127.0.0.1:{desk.port}</Sip></Dial></Response>"
        async with (
            platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
            phone(*dialling(telefoon, "--record", str(at_caller))) as caller,
        ):
            await desk.tells("answered")
            call = (await telefoon.newest_call(direction="inbound"))["id"]
            to = f"sip:third@127.0.0.1:{third.port}"
            status, _ = await telefoon.patch(f"calls/{call}", {"transfer": {"to": to}})
            await desk.tells("hung_up")
            await caller.tells("recorded", within_s=30)

    assert status == 200
    assert hears(Sound.of_file(at_caller), 900, seconds=2)


async def test_an_attended_transfer_joins_the_two_when_the_agent_hangs_up(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    at_caller, at_third = tmp_path / "caller.wav", tmp_path / "third.wav"
    tones = {hz: str(tone(hz, 60).save(tmp_path / f"{hz}.wav")) for hz in (500, 700, 900)}
    async with (
        phone("--play", tones[700]) as desk,
        phone("--play", tones[900], "--record", str(at_third)) as third,
    ):
        shop.flows["/start"] = f"<Response><Dial><Sip>sip:a@127.0.0.1:{desk.port}</Sip></Dial></Response>"
        async with (
            platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
            phone(*dialling(telefoon, "--play", tones[500], "--record", str(at_caller))) as caller,
        ):
            await desk.tells("answered")
            parent = (await telefoon.newest_call(direction="inbound"))["id"]
            agent = (await telefoon.newest_call(parent_id=parent))["id"]
            to = f"sip:third@127.0.0.1:{third.port}"
            await telefoon.patch(f"calls/{parent}", {"transfer": {"to": to, "mode": "attended"}})
            await third.tells("answered")
            await asyncio.sleep(3)
            await telefoon.patch(f"calls/{agent}", {"status": "completed"})
            await desk.tells("hung_up")
            await asyncio.sleep(3)
            await telefoon.patch(f"calls/{parent}", {"status": "completed"})
            await caller.tells("recorded")
            await third.tells("recorded", within_s=20)

    heard = Sound.of_file(at_third)
    assert hears(heard, 700, seconds=2)  # first the agent alone
    assert not hears(heard.part(0, 2), 500)
    assert hears(heard, 500, seconds=2)  # then the caller
    assert hears(Sound.of_file(at_caller), 900, seconds=2)


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
        start = {"action": "start", "channels": "mono", "track": "inbound", "status_callback": shop.url("/recorded")}
        await telefoon.patch(f"calls/{call}", {"recording": start})
        await telefoon.noted(call, "recording_started")
        await asyncio.sleep(2)
        await telefoon.patch(f"calls/{call}", {"recording": {"action": "pause"}})
        await asyncio.sleep(2)
        await telefoon.patch(f"calls/{call}", {"recording": {"action": "resume"}})
        await asyncio.sleep(2)
        await telefoon.patch(f"calls/{call}", {"recording": {"action": "stop"}})
        told = (await shop.is_asked("/recorded"))[0]
        _, wav = await telefoon.recording(tmp_path)
        status, _ = await telefoon.patch(f"calls/{call}", {"recording": {"action": "stop"}})

    assert (told["RecordingStatus"], told["RecordingSource"]) == ("completed", "StartCallRecordingAPI")
    sound = Sound.of_file(wav)
    assert abs(sound.seconds - 6) < 1
    assert hears(sound.part(0.5, 1.5), 500, seconds=0.8)
    assert not hears(sound.part(2.5, 3.5), 500)
    assert hears(sound.part(sound.seconds - 1.2, sound.seconds - 0.2), 500, seconds=0.6)
    assert status == 409
