"""Conferences as a caller and a customer's server meet them."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.peers.audio import Sound, hears, tone
from tests.peers.callers import Caller, calling, has
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, Json, platform
from tests.peers.ports import Ports
from tests.peers.waiting import eventually

pytestmark = pytest.mark.sip

BEGINS, ENDS = "participant-speech-start", "participant-speech-stop"


async def test_a_conference_is_conducted_by_rest(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    events = f'statusCallback="{shop.url("/told")}" statusCallbackEvent="mute hold modify leave end"'
    shop.flows["/start"] = f'<Response><Dial><Conference beep="false" {events}>desk</Conference></Dial></Response>'
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, 400, 700, 1000) as (first, second, third),
    ):
        await has(telefoon, "desk", 3, within_s=10)
        room = (await telefoon.get("conferences", friendly_name="desk"))["conferences"][0]["id"]
        path = f"conferences/{room}"

        async def change(who: Caller, **facts: object) -> Json:
            status, participant = await telefoon.patch(f"{path}/participants/{who.call_id}", facts)
            assert status == 200, participant
            return participant

        assert (await change(second, muted=True))["muted"]
        await asyncio.gather(first.hears(third, never=[second]), second.hears(first, third))
        await change(second, muted=False)
        before = await first.level_of(second)
        await change(second, said_volume=50)
        assert await first.level_of(second) - before == pytest.approx(-6, abs=0.7)

        await change(third, hold=True)
        since = third.ear.now_s
        await asyncio.gather(first.hears(second, never=[third]), third.hears(never=[first, second]))
        await third.ear.hears_sound(seconds=0.8, within_s=10, since_s=since)  # music
        await change(third, hold=False, deaf=True)
        await asyncio.gather(first.hears(second, third), third.hears(never=[first, second]))
        await change(third, deaf=False, coach=first.call_id)
        await asyncio.gather(first.hears(third), second.hears(never=[third]))
        status, problem = await telefoon.patch(f"{path}/participants/CAnobody", {"muted": True})
        assert status == 404, problem

        assert (await telefoon.patch(path, {"locked": True, "muted": True}))[1]["locked"]
        await first.hears(never=[second])
        async with calling(telefoon, ports, 1300) as (late,):
            await late.far_end.finishes()
        since_s = {each.hz: each.ear.now_s for each in (first, second)}
        await telefoon.patch(path, {"say": {"text": "This conference ends in five minutes."}})
        for each in (first, second):
            await each.ear.hears_sound(seconds=0.8, within_s=10, since_s=since_s[each.hz])

        await telefoon.delete(f"{path}/participants/{second.call_id}")
        await second.far_end.finishes()
        await has(telefoon, "desk", 2, within_s=5)
        status, ended = await telefoon.patch(path, {"status": "completed"})
        for each in (first, third):
            await each.far_end.finishes()
        forms = await shop.is_asked("/told", times=14)

    assert (status, ended["status"]) == (200, "completed")
    told = [form["StatusCallbackEvent"] for form in forms]
    assert told[:4] == ["participant-mute", "participant-unmute", "participant-modify", "participant-hold"]
    assert told[-4:] == ["participant-leave"] * 3 + ["conference-end"], "in the order of what happened"
    assert [form["ReasonParticipantLeft"] for form in forms[-4:-1]] == [
        "participant_updated_via_api",
        "conference_ended_via_api",
        "conference_ended_via_api",
    ]
    assert forms[-1]["ReasonConferenceEnded"] == "conference-ended-via-api"
    assert "CallSidEndingConference" not in forms[-1]


async def test_a_second_open_room_of_one_name_is_refused(tmp_path: Path, ports: Ports) -> None:
    async with platform(tmp_path, ports) as telefoon:
        made = await telefoon.post("conferences", {"friendly_name": "board"})
        both = await asyncio.gather(*(telefoon.refuses("conferences", {"friendly_name": "board"}) for _ in range(2)))
        listed = telefoon.telefoon("conferences", "list", "--key", telefoon.key)
        shown = telefoon.telefoon("conferences", "show", made["id"], "--key", telefoon.key)
        telefoon.telefoon("conferences", "end", made["id"], "--key", telefoon.key)
        again = await telefoon.post("conferences", {"friendly_name": "board"})

    assert [status for status, _ in both] == [409, 409]
    assert made["id"] in both[0][1]["detail"]
    assert made["id"] in listed
    assert "Nobody is in it." in shown
    assert again["id"] != made["id"]


async def test_a_participant_who_vanishes_is_counted_out_and_the_others_go_on(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = '<Response><Dial><Conference beep="false">desk</Conference></Dial></Response>'
    async with (
        platform(tmp_path, ports, {"RTP_SILENCE_S": "5"}, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, 400, 700, 1000) as (first, second, third),
    ):
        await has(telefoon, "desk", 3, within_s=10)

        third.far_end.process.kill()
        third.ear.fall_silent()

        await has(telefoon, "desk", 2, within_s=15)
        await asyncio.gather(first.hears(second, never=[third]), second.hears(first, never=[third]))
        await telefoon.call_when(third.call_id, "completed")
        assert (await telefoon.noted(third.call_id, "media_lost"))["seconds"] >= 5


async def test_nothing_is_said_in_a_conference_that_has_not_begun(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    waits = '<Conference startConferenceOnEnter="false">desk</Conference>'
    shop.flows["/start"] = f"<Response><Dial>{waits}</Dial></Response>"
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, 400) as (waiting,),
    ):
        await telefoon.noted(waiting.call_id, "conference_joined")
        room = (await telefoon.get("conferences", friendly_name="desk"))["conferences"][0]["id"]

        status, problem = await telefoon.patch(f"conferences/{room}", {"say": {"text": "Hello."}})

        await telefoon.patch(f"conferences/{room}", {"status": "completed"})
        await waiting.far_end.finishes()

    assert status == 409
    assert "init" in problem["detail"]


async def test_who_begins_and_ends_to_talk_is_told(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    speaker = f'statusCallback="{shop.url("/told")}" statusCallbackEvent="speaker"'
    shop.flows["/start"] = f'<Response><Dial><Conference beep="false" {speaker}>desk</Conference></Dial></Response>'
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, 400, 700) as (first, second),
    ):

        def told_of(who: Caller) -> list[str]:
            return [form["StatusCallbackEvent"] for form in shop.forms("/told") if form["CallSid"] == who.call_id]

        await eventually(
            lambda: [told_of(each)[-1:] for each in (first, second)] == [[BEGINS]] * 2,
            within_s=20,
            otherwise=lambda: f"both to talk; asked for {shop.asked}",
        )

        first.ear.hush()

        await eventually(
            lambda: told_of(first)[-1] == ENDS, within_s=20, otherwise=lambda: f"an end; asked for {shop.asked}"
        )
        kinds = [event["kind"] for event in await telefoon.events(first.call_id)]
        words = [told_of(first), told_of(second)]
        await telefoon.patch(f"calls/{first.call_id}", {"status": "completed"})
        await telefoon.patch(f"calls/{second.call_id}", {"status": "completed"})

    # Who is held up sends nothing meanwhile, and is told to pause.
    assert all(told == [BEGINS, ENDS] * (len(told) // 2) + [BEGINS] * (len(told) % 2) for told in words)
    talked = [kind for kind in kinds if kind in ("talking", "fell_silent")]
    assert talked == ["talking", "fell_silent"] * (len(words[0]) // 2)


async def test_somebody_is_called_into_a_conference(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.flows["/start"] = '<Response><Dial><Conference beep="false">desk</Conference></Dial></Response>'
    guest_says, guest_hears = tone(1000, 40, dbov=-18).save(tmp_path / "guest.wav"), tmp_path / "heard.wav"
    async with AsyncExitStack() as stack:
        guest = await stack.enter_async_context(phone("--play", str(guest_says), "--record", str(guest_hears)))
        settings = {"TRUNK": f"sip:127.0.0.1:{guest.port}"}
        number = {"--url": shop.url("/start")}
        telefoon = await stack.enter_async_context(platform(tmp_path, ports, settings, number=number))
        (host,) = await stack.enter_async_context(calling(telefoon, ports, 400))
        room = (await telefoon.get("conferences", friendly_name="desk"))["conferences"][0]["id"]
        wanted = {"to": "+3225550188", "from": NUMBER, "label": "expert", "beep": "false", "end_on_exit": True}

        call = await telefoon.post(f"conferences/{room}/participants", wanted)
        # The guest tells only at the end what it heard, and may not have listened all the time.
        began_s = await host.ear.hears(1000, within_s=10, seconds=1)
        await host.ear.hears_in_all(1000, within_s=10, seconds=3, since_s=began_s)

        inside = (await telefoon.get(f"conferences/{room}/participants"))["participants"]
        await telefoon.patch(f"calls/{call['id']}", {"status": "completed"})
        await host.far_end.finishes()
        await guest.tells("recorded")
        status, problem = await telefoon.refuses(f"conferences/{room}/participants", wanted)

    assert [(each.get("label"), each["end_on_exit"]) for each in inside] == [(None, False), ("expert", True)]
    assert hears(Sound.of_file(guest_hears), 400, seconds=1)
    assert status == 409, problem


async def test_a_coach_is_heard_by_the_agent_and_not_by_the_customer(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    told = f'statusCallback="{shop.url("/told")}" statusCallbackEvent="join"'
    enters = f'<Response><Dial><Conference beep="false" {told}>desk</Conference></Dial></Response>'
    shop.flows["/start"] = enters
    async with AsyncExitStack() as stack:
        telefoon = await stack.enter_async_context(platform(tmp_path, ports, number={"--url": shop.url("/start")}))
        (agent,) = await stack.enter_async_context(calling(telefoon, ports, 400))
        (customer,) = await stack.enter_async_context(calling(telefoon, ports, 700))
        await shop.is_asked("/told", times=2)
        shop.flows["/start"] = enters.replace("<Conference", f'<Conference coach="{agent.call_id}"')
        (coach,) = await stack.enter_async_context(calling(telefoon, ports, 1000))
        joined = await shop.is_asked("/told", times=3)
        await asyncio.gather(
            agent.hears(customer, coach, never=[agent]),
            customer.hears(agent, never=[customer, coach]),
            coach.hears(agent, customer, never=[coach]),
        )

    assert not hears(customer.ear.heard(), coach.hz)
    assert {form.get("CallSidToCoach") for form in joined if form["Coaching"] == "true"} == {agent.call_id}


async def test_a_bad_line_is_told_while_it_is_bad_and_at_the_calls_end(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = '<Response><Dial><Conference beep="false">desk</Conference></Dial></Response>'
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, 400, 700) as (good, bad),
    ):
        bad.ear.lose([False] * 4 + [True])
        room = (await telefoon.get("conferences"))["conferences"][0]["id"]

        told = await telefoon.noted(bad.call_id, "line_quality", within_s=40)
        inside = (await telefoon.get(f"conferences/{room}/participants"))["participants"]

        await telefoon.patch(f"conferences/{room}", {"status": "completed"})
        await telefoon.ended_call(bad.call_id)
        last = await telefoon.noted(bad.call_id, "line")
        kinds = [event["kind"] for event in await telefoon.events(good.call_id)]
    lines = {each["call_id"]: each["line"] for each in inside}

    assert told["conference"] == room
    assert told["loss_percent"] == pytest.approx(20, abs=6)
    assert told["quality"] in ("poor", "bad")
    assert lines[good.call_id]["quality"] == "good"
    assert lines[good.call_id]["mos"] > lines[bad.call_id]["mos"] + 0.5
    assert last["packets_lost"] > 50
    assert "line_quality" not in kinds
