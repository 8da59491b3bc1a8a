"""What keys do to the sound of a conference that lets them; all of them are in tests/unit/live/test_conference_keys."""

from pathlib import Path

import pytest

from engine.live.phrases import Phrase
from tests.peers.audio import tone
from tests.peers.callers import calling, has
from tests.peers.customer import Customer
from tests.peers.platform import platform
from tests.peers.ports import Ports
from tests.peers.spoken import is_told, spoken

pytestmark = pytest.mark.sip


async def test_keys_let_in_mute_and_change_how_loud_the_others_are(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    options = 'keyCommands="true" language="en-GB" moderatorPin="9876" pin="1234"'
    shop.flows["/start"] = f'<Response><Dial><Conference beep="false" {options}>board</Conference></Dial></Response>'
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, 400, 700) as (chair, guest),
    ):

        async def is_louder() -> bool | None:
            inside = (await telefoon.get(f"{path}/participants"))["participants"]
            return next(each["heard_volume"] > 100 for each in inside if each["call_id"] == guest.call_id) or None

        chair.ear.press("9876#")
        guest.ear.press("1234#")
        await has(telefoon, "board", 2, within_s=20)
        path = f"conferences/{(await telefoon.get('conferences'))['conferences'][0]['id']}"
        await chair.ear.hears(guest.hz, within_s=10, seconds=1)
        before = await guest.level_of(chair)
        chair.ear.hush()

        guest.ear.press("*6")
        await telefoon.noted(guest.call_id, "participant_changed")
        await is_told(guest.ear, spoken(telefoon, tmp_path, Phrase.MUTED))
        await chair.hears(never=[guest])
        guest.ear.press("*6")
        await chair.ear.hears(guest.hz, within_s=10, seconds=1, since_s=chair.ear.now_s)
        await is_told(guest.ear, spoken(telefoon, tmp_path, Phrase.UNMUTED))
        guest.ear.hush()

        guest.ear.press("*8")
        chair.ear.say(tone(chair.hz, 2, dbov=-24), for_ever=True)
        await telefoon.happening.see(is_louder, 10)
        assert await guest.level_of(chair) - before == pytest.approx(3.5, abs=0.7)

        chair.ear.press("*9")
        await guest.far_end.finishes()
        await chair.far_end.finishes()
