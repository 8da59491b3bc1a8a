"""Who gets into a conference, and what is said at its door."""

from pathlib import Path

import pytest

from engine.live.phrases import Phrase
from tests.peers.audio import tone
from tests.peers.callers import calling, has
from tests.peers.customer import Customer
from tests.peers.platform import NUMBER, Platform, platform
from tests.peers.ports import Ports
from tests.peers.spoken import is_told, spoken

pytestmark = pytest.mark.sip

ENTERS = '<Dial action="/after"><Conference beep="false">board</Conference></Dial>'


async def opened(telefoon: Platform, **options: object) -> str:
    room = await telefoon.post("conferences", {"friendly_name": "board", "language": "en-GB", **options})
    return f"conferences/{room['id']}"


async def test_the_pin_lets_in_and_the_moderators_begins_the_conference(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = f"<Response>{ENTERS}</Response>"
    async with platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon:
        path = await opened(telefoon, pin="1234", moderator_pin="98765", wait_for_moderator=True)
        async with calling(telefoon, ports, 400, 700) as (guest, chair):
            await is_told(guest.ear, spoken(telefoon, tmp_path, Phrase.ENTER_PIN))
            guest.ear.press("1234#")
            await telefoon.noted(guest.call_id, "conference_joined")
            waiting = await telefoon.get(path)

            chair.ear.press("98765#")

            await guest.ear.hears(chair.hz, within_s=10, seconds=1)
            inside = (await telefoon.get(f"{path}/participants"))["participants"]
            begun = await telefoon.get(path)
            await telefoon.patch(path, {"status": "completed"})

    assert (waiting["status"], waiting["participant_count"]) == ("init", 1)
    assert (begun["status"], begun["participant_count"], begun["pin"]) == ("in-progress", 2, True)
    assert {each["call_id"]: each["moderator"] for each in inside} == {guest.call_id: False, chair.call_id: True}


async def test_three_wrong_pins_send_the_caller_on_and_nine_keep_it_out(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = shop.flows["/after"] = f"<Response>{ENTERS}</Response>"
    async with platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon:
        await opened(telefoon, pin="1234")
        async with calling(telefoon, ports, 400) as (guesser,):
            for times in range(1, 4):
                guesser.ear.press("0000#" * 3)
                await shop.is_asked("/after", times=times, within_s=60)
            await telefoon.noted(guesser.call_id, "pin_refused", within_s=60)
            told = await shop.is_asked("/after", times=4)
            await telefoon.patch(f"calls/{guesser.call_id}", {"status": "completed"})

    assert {form["ConferenceStatus"] for form in told} == {"wrong-pin"}
    assert {form["DialCallStatus"] for form in told} == {"failed"}


@pytest.mark.parametrize(
    ("change", "phrase", "status"),
    [({"max_participants": 1}, Phrase.CONFERENCE_FULL, "full"), ({"locked": True}, Phrase.CONFERENCE_LOCKED, "locked")],
)
async def test_who_finds_no_place_is_told_why_and_goes_on_with_the_flow(
    tmp_path: Path, ports: Ports, shop: Customer, change: dict[str, object], phrase: Phrase, status: str
) -> None:
    shop.flows["/start"] = f"<Response>{ENTERS}</Response>"
    shop.flows["/after"] = "<Response><Pause length='2'/></Response>"
    async with platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon:
        path = await opened(telefoon)
        async with calling(telefoon, ports, 400) as (first,):
            await has(telefoon, "board", 1, within_s=10)
            await telefoon.patch(path, change)
            async with calling(telefoon, ports, 700) as (late,):
                await is_told(late.ear, spoken(telefoon, tmp_path, phrase))
                [told] = await shop.is_asked("/after")
                await late.far_end.finishes()
            inside = await telefoon.get(path)
            await telefoon.patch(f"calls/{first.call_id}", {"status": "completed"})

    assert (told["ConferenceStatus"], told["CallSid"]) == (status, late.call_id)
    assert inside["participant_count"] == 1


async def test_names_are_asked_for_and_heard_by_the_others_on_coming_and_going(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = f"<Response>{ENTERS}</Response>"
    async with platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon:
        path = await opened(telefoon, announce="names", roll_call=True)
        question = spoken(telefoon, tmp_path, Phrase.SAY_NAME)
        async with calling(telefoon, ports, 400) as (host,):
            host.ear.press("#")
            await has(telefoon, "board", 1, within_s=30)
            async with calling(telefoon, ports, 700) as (guest,):
                guest.ear.hush()
                await is_told(guest.ear, question)
                await guest.ear.hears(1000, within_s=5)
                guest.ear.say(tone(1300, 2.5, dbov=-24))
                guest.ear.press("#")

                await is_told(guest.ear, spoken(telefoon, tmp_path, Phrase.WITH_ONE))
                await host.ear.hears(1300, within_s=10, seconds=1)
                await is_told(host.ear, spoken(telefoon, tmp_path, Phrase.HAS_JOINED))
                left_at = host.ear.now_s
                await telefoon.delete(f"{path}/participants/{guest.call_id}")

                await host.ear.hears(1300, within_s=10, seconds=1, since_s=left_at)
                await is_told(host.ear, spoken(telefoon, tmp_path, Phrase.HAS_LEFT))
                await guest.far_end.finishes()
            await telefoon.patch(path, {"status": "completed"})
    assert not list((tmp_path / "var").rglob("*tap*")), "a name was on the disk"


async def test_another_accounts_conference_is_nowhere(tmp_path: Path, ports: Ports) -> None:
    async with platform(tmp_path, ports) as telefoon:
        path = await opened(telefoon)
        other = telefoon.telefoon("keys", "create", "--account", "stranger").split()[-1]

        async with telefoon.client.get(path, headers={"X-API-Key": other}) as response:
            found = response.status
        async with telefoon.client.patch(path, headers={"X-API-Key": other}, json={"locked": True}) as response:
            changed = response.status
        wanted = {"to": "+3225550188", "from": NUMBER}
        url = f"{path}/participants"
        async with telefoon.client.post(url, headers={"X-API-Key": other}, json=wanted) as response:
            called = response.status

    assert (found, changed, called) == (404, 404, 404)
