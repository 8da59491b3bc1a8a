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
