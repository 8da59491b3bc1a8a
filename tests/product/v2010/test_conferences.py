"""Conferences, by the real client of programs: who hears whom is told by the far ends."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.peers.audio import hears, tone
from tests.peers.callers import Caller, calling, has
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports
from tests.peers.twilio_client import does, refusal, twilio_client

pytestmark = pytest.mark.sip

CALLEE = "+3225550199"
ROOM = '<Response><Dial><Conference beep="false">desk</Conference></Dial></Response>'
GONG_HZ = 1600


async def test_a_conference_is_conducted_muted_held_coached_and_ended(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = ROOM
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, 400, 700, 1000) as (first, second, third),
    ):
        await has(telefoon, "desk", 3, within_s=10)
        client = twilio_client(telefoon)
        (room,) = await does(client.conferences.list, friendly_name="desk", status="in-progress")
        listed = await does(client.conferences(room.sid).participants.list)

        async def change(who: Caller, **facts: object) -> Any:
            return await does(client.conferences(room.sid).participants(who.call_id).update, **facts)

        muted = await change(second, muted=True)
        await asyncio.gather(first.hears(third, never=[second]), second.hears(first, third))
        of_muted = await does(client.conferences(room.sid).participants.list, muted=True)

        await change(second, muted=False)
        await change(third, hold=True)
        since = third.ear.now_s
        await asyncio.gather(first.hears(second, never=[third]), third.hears(never=[first, second]))
        await third.ear.hears_sound(seconds=0.8, within_s=10, since_s=since)  # music

        await change(third, hold=False)
        coaching = await change(third, coaching=True, call_sid_to_coach=first.call_id)
        await asyncio.gather(first.hears(second, third), second.hears(first, never=[third]))
        await change(third, coaching=False)
        await second.hears(third)

        nobody = await refusal(client.conferences(room.sid).participants("CA" + "0" * 32).update, muted=True)
        await does(client.conferences(room.sid).participants(second.call_id).delete)
        await second.far_end.finishes()
        await has(telefoon, "desk", 2, within_s=5)
        ended = await does(client.conferences(room.sid).update, status="completed")
        for each in (first, third):
            await each.far_end.finishes()
        over = await refusal(client.conferences(room.sid).participants(first.call_id).fetch)

    assert [each.call_sid for each in listed] == [first.call_id, second.call_id, third.call_id]
    assert (muted.muted, muted.status, [each.call_sid for each in of_muted]) == (True, "connected", [second.call_id])
    assert (coaching.coaching, coaching.call_sid_to_coach) == (True, first.call_id)
    assert nobody == over == (404, 20404)
    assert (ended.sid, ended.status) == (room.sid, "completed")


async def test_an_announcement_is_heard_by_all_or_by_one_alone(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.flows["/start"] = ROOM
    shop.flows["/gong.wav"] = tone(GONG_HZ, 4, dbov=-20).save(tmp_path / "gong.wav").read_bytes()
    shop.flows["/said"] = "<Response><Play>/gong.wav</Play></Response>"
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, 400, 700) as (first, second),
    ):
        await has(telefoon, "desk", 2, within_s=10)
        client = twilio_client(telefoon)
        (room,) = await does(client.conferences.list, friendly_name="desk")

        since = {each.hz: each.ear.now_s for each in (first, second)}
        await does(client.conferences(room.sid).update, announce_url=shop.url("/said"), announce_method="GET")
        for each in (first, second):
            await each.ear.hears_in_all(GONG_HZ, seconds=2, within_s=20, since_s=since[each.hz])
        await asyncio.sleep(3)

        since_s, since_first_s = second.ear.now_s, first.ear.now_s
        await does(client.conferences(room.sid).participants(first.call_id).update, announce_url=shop.url("/gong.wav"))
        await first.ear.hears_in_all(GONG_HZ, seconds=2, within_s=20, since_s=since_first_s)
        await second.hears(first)
        heard = second.ear.heard(since_s)

    assert not hears(heard, GONG_HZ)
    (asked,) = [each for each in shop.asked if each.path == "/said"]
    assert (asked.method, asked.form["ConferenceSid"]) == ("GET", room.sid)


async def test_one_on_hold_alone_hears_what_its_program_chose(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.flows["/start"] = ROOM
    shop.flows["/held.wav"] = tone(GONG_HZ, 3, dbov=-20).save(tmp_path / "held.wav").read_bytes()
    shop.flows["/held"] = "<Response><Play>/held.wav</Play></Response>"
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, 400, 700) as (first, second),
    ):
        await has(telefoon, "desk", 2, within_s=10)
        client = twilio_client(telefoon)
        (room,) = await does(client.conferences.list, friendly_name="desk")
        held = client.conferences(room.sid).participants(first.call_id)

        since_s, since_second_s = first.ear.now_s, second.ear.now_s
        await does(held.update, hold=True, hold_url=shop.url("/held"))
        await first.ear.hears_in_all(GONG_HZ, seconds=5, within_s=30, since_s=since_s)  # more than once
        await first.hears(never=[second])
        await does(held.update, hold=False)
        await first.hears(second)
        heard = second.ear.heard(since_second_s)

    assert not hears(heard, GONG_HZ)
    assert {each.method for each in shop.asked if each.path == "/held"} == {"GET"}


async def test_somebody_is_called_in_by_the_conferences_name_and_found_by_a_label(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = ROOM
    voice = tone(1300, 60, dbov=-24).save(tmp_path / "voice.wav")
    async with (
        phone("--play", str(voice)) as far_end,
        platform(
            tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}, number={"--url": shop.url("/start")}
        ) as telefoon,
        calling(telefoon, ports, 400) as (first,),
    ):
        await has(telefoon, "desk", 1, within_s=10)
        client = twilio_client(telefoon)
        (room,) = await does(client.conferences.list, friendly_name="desk")

        called = await does(
            client.conferences("desk").participants.create,
            from_=NUMBER,
            to=CALLEE,
            label="guest",
            beep="false",
            early_media=False,
            status_callback=shop.url("/told"),
            status_callback_event=["answered", "completed"],
        )
        await far_end.tells("answered")
        await has(telefoon, "desk", 2, within_s=10)
        guest = await does(client.conferences(room.sid).participants("guest").fetch)
        await first.ear.hears_in_all(1300, seconds=0.6, within_s=10, since_s=first.ear.now_s)
        await does(client.conferences(room.sid).participants("guest").delete)
        await far_end.tells("hung_up")
        told = await shop.is_asked("/told", times=2)

    assert (called.conference_sid, called.label, called.status) == (room.sid, "guest", "queued")
    assert (guest.call_sid, guest.status) == (called.call_sid, "connected")
    assert [form["CallStatus"] for form in told] == ["in-progress", "completed"]


async def test_a_conference_is_made_by_calling_somebody_into_its_name(tmp_path: Path, ports: Ports) -> None:
    async with (
        phone() as far_end,
        platform(tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as telefoon,
    ):
        client = twilio_client(telefoon)

        called = await does(client.conferences("board").participants.create, from_=NUMBER, to=CALLEE)
        await far_end.tells("answered")
        await has(telefoon, "board", 1, within_s=10)
        room = await does(client.conferences(called.conference_sid).fetch)
        refused = await refusal(client.conferences("board").participants.create, from_=NUMBER, to=CALLEE, record=True)
        await does(client.conferences(room.sid).update, status="completed")
        await far_end.tells("hung_up")

    assert (room.friendly_name, room.status) == ("board", "in-progress")
    assert refused == (400, 20001)
