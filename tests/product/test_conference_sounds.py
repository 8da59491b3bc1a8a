"""What is heard in a conference beside its voices: files for all and for one, own tones, and who is being rung."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from engine.live.phrases import Phrase
from tests.peers.audio import contains, hears, tone
from tests.peers.callers import calling, has
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, Json, platform
from tests.peers.ports import Ports
from tests.peers.spoken import is_told, spoken

pytestmark = pytest.mark.sip

BELGIAN_RINGING_HZ = 425


def wav(folder: Path, hz: int, seconds: float) -> bytes:
    return tone(hz, seconds, dbov=-20).save(folder / f"{hz}.wav").read_bytes()


async def test_files_and_words_are_heard_by_all_or_by_one(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    told = f'statusCallback="{shop.url("/told")}" statusCallbackEvent="announcement"'
    sounds = 'enterSound="/in.wav" exitSound="/out.wav"'
    shop.flows |= {
        "/start": f"<Response><Dial><Conference {told} {sounds}>desk</Conference></Dial></Response>",
        "/in.wav": wav(tmp_path, 1800, 1), "/out.wav": wav(tmp_path, 2000, 1),
        "/all.wav": wav(tmp_path, 2200, 1.5), "/one.wav": wav(tmp_path, 2600, 1.5),
    }  # fmt: skip
    shop.failing.add("/missing.wav")
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, 400, 700) as (first, second),
    ):
        await has(telefoon, "desk", 2, within_s=10)
        path = f"conferences/{(await telefoon.get('conferences'))['conferences'][0]['id']}"
        await first.ear.hears_in_all(1800, within_s=10, seconds=0.8)

        await telefoon.patch(path, {"play": {"url": shop.url("/all.wav")}})
        for each in (first, second):
            await each.ear.hears_in_all(2200, within_s=10, seconds=1)
        await telefoon.patch(path, {"play": {"url": shop.url("/missing.wav")}})
        announced = await shop.is_asked("/told", times=2)

        first.ear.hush()
        alone: Json = {"play": {"url": shop.url("/one.wav")}, "say": {"text": Phrase.ALONE.in_language("en-GB").text}}
        assert (await telefoon.patch(f"{path}/participants/{second.call_id}", alone))[0] == 200
        await second.ear.hears_in_all(2600, within_s=10, seconds=1)
        await is_told(second.ear, spoken(telefoon, tmp_path, Phrase.ALONE))
        assert not hears(first.ear.heard(), 2600)

        await telefoon.delete(f"{path}/participants/{second.call_id}")
        await first.ear.hears_in_all(2000, within_s=10, seconds=0.8)
        await telefoon.patch(path, {"status": "completed"})

    assert [form["StatusCallbackEvent"] for form in announced] == ["announcement-end", "announcement-fail"]
    assert [form["AnnounceUrl"] for form in announced] == [shop.url("/all.wav"), shop.url("/missing.wav")]
    assert "500" in announced[1]["ReasonAnnouncementFailed"]
    assert not any("CallSid" in form for form in announced)


@pytest.mark.parametrize("early_media", [True, False])
async def test_who_is_called_in_is_heard_to_ring_if_wished(
    tmp_path: Path, ports: Ports, shop: Customer, early_media: bool
) -> None:
    shop.flows["/start"] = '<Response><Dial><Conference beep="false">desk</Conference></Dial></Response>'
    says = tone(1000, 40, dbov=-18).save(tmp_path / "guest.wav")
    async with AsyncExitStack() as stack:
        guest = await stack.enter_async_context(phone("--answer-after", "6", "--play", str(says)))
        settings = {"TRUNK": f"sip:127.0.0.1:{guest.port}"}
        number = {"--url": shop.url("/start")}
        telefoon = await stack.enter_async_context(platform(tmp_path, ports, settings, number=number))
        (host,) = await stack.enter_async_context(calling(telefoon, ports, 700))
        await has(telefoon, "desk", 1, within_s=10)
        path = f"conferences/{(await telefoon.get('conferences'))['conferences'][0]['id']}"
        wanted = {"to": "+3225550188", "from": NUMBER, "beep": "false", "early_media": early_media}

        await telefoon.post(f"{path}/participants", wanted)

        await host.ear.hears(1000, within_s=20, seconds=1)
        heard = host.ear.heard()
        since = host.ear.now_s
        await asyncio.sleep(4.5)
        await telefoon.patch(path, {"status": "completed"})
    assert hears(heard, BELGIAN_RINGING_HZ, seconds=0.8) is early_media
    assert not hears(host.ear.heard(since), BELGIAN_RINGING_HZ)


async def test_a_name_is_never_asked_for_where_only_coming_is_announced(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    room = '<Conference beep="false" announce="coming" language="en-GB">desk</Conference>'
    shop.flows["/start"] = f"<Response><Dial>{room}</Dial></Response>"
    async with (
        platform(tmp_path, ports, number={"--url": shop.url("/start")}) as telefoon,
        calling(telefoon, ports, 400, 700) as (first, second),
    ):
        await is_told(first.ear, spoken(telefoon, tmp_path, Phrase.SOMEBODY_JOINED))
        question = spoken(telefoon, tmp_path, Phrase.SAY_NAME)
        path = f"conferences/{(await telefoon.get('conferences'))['conferences'][0]['id']}"
        await telefoon.patch(path, {"status": "completed"})

    assert contains(second.ear.heard(), question).score < 0.5
