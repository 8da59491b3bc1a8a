"""What a dialled party lets the caller hear before it answers: nobody has asked it, so it is in no recording."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.peers.audio import Sound, hears, silence, tone
from tests.peers.callers import calling, has
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.ear import RtpEar
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports
from tests.peers.scenario import answers, gets_bye, pause, receives, scenario, sdp
from tests.peers.sipp import Sipp, sipp

pytestmark = pytest.mark.sip

CALLER_HZ, EARLY_HZ, ANSWERED_HZ, RINGBACK_HZ = 500, 800, 1100, 425
EARLY_S = 6
SCRIPT = scenario(
    receives("INVITE"), answers(183, "Session Progress", sdp(), to_tag=True), pause(EARLY_S),
    answers(200, "OK", sdp(), to_tag=True), receives("ACK"), gets_bye(),
)  # fmt: skip


@asynccontextmanager
async def early_talker(ports: Ports) -> AsyncIterator[tuple[Sipp, RtpEar]]:
    """A far end that sends a tone with 183; it is to sound another once it has answered."""
    with RtpEar() as ear:
        async with sipp(SCRIPT, ports, keys={"ear": ear.port}) as far_end:
            yield far_end, ear


async def sounds_early(far_end: Sipp, ear: RtpEar) -> None:
    ear.follow((await far_end.gets("INVITE")).sdp)
    ear.say(tone(EARLY_HZ, 2, dbov=-24), for_ever=True)


async def recording_of(flow: str, tmp_path: Path, ports: Ports, shop: Customer) -> Path:
    """That of a caller who hears whom it dials before and after the answer; {port} in `flow` is where that one is."""
    async with early_talker(ports) as (far_end, ear):
        shop.flows["/start"] = flow.format(port=far_end.port)
        number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
        async with (
            platform(tmp_path, ports, number=number) as telefoon,
            calling(telefoon, ports, CALLER_HZ) as (caller,),
        ):
            await sounds_early(far_end, ear)
            await caller.ear.hears(EARLY_HZ, within_s=10, seconds=1)
            ear.say(silence(1), for_ever=True)  # what comes between the answer and its ACK is no early media
            await far_end.gets("ACK", within_s=30)
            ear.say(tone(ANSWERED_HZ, 2, dbov=-24), for_ever=True)
            await caller.ear.hears(ANSWERED_HZ, within_s=10, seconds=2)
            await telefoon.delete(f"calls/{caller.call_id}")
            _, wav = await telefoon.recording(tmp_path)
    return wav


async def test_the_caller_hears_it_and_the_callers_recording_does_not(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    wav = await recording_of(
        "<Response><Start><Recording/></Start><Dial><Sip>sip:a@127.0.0.1:{port}</Sip></Dial></Response>",
        tmp_path, ports, shop,
    )  # fmt: skip

    said, heard = Sound.of_file(wav, 0), Sound.of_file(wav, 1)
    assert hears(said, CALLER_HZ, seconds=3)
    assert hears(heard, ANSWERED_HZ, seconds=1), "with both consents it is recorded from the answer on"
    assert not hears(heard, EARLY_HZ, seconds=0.1)
    assert not hears(said, EARLY_HZ, seconds=0.1)


async def test_a_dials_recording_from_ringing_on_does_not_hold_it(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    wav = await recording_of(
        '<Response><Dial record="record-from-ringing-dual"><Sip>sip:a@127.0.0.1:{port}</Sip></Dial></Response>',
        tmp_path, ports, shop,
    )  # fmt: skip

    assert hears(Sound.of_file(wav, 1), ANSWERED_HZ, seconds=1)
    for channel in (0, 1):
        assert not hears(Sound.of_file(wav, channel), EARLY_HZ, seconds=0.1)


async def test_a_call_in_a_conference_that_calls_somebody_in_does_not_record_it(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    shop.flows["/start"] = (
        '<Response><Start><Recording/></Start><Dial><Conference beep="false">desk</Conference></Dial></Response>'
    )
    async with early_talker(ports) as (far_end, ear):
        settings = {"TRUNK": f"sip:127.0.0.1:{far_end.port}", "CODECS": "PCMA"}
        number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
        async with (
            platform(tmp_path, ports, settings, number=number) as telefoon,
            calling(telefoon, ports, CALLER_HZ) as (host,),
        ):
            await has(telefoon, "desk", 1, within_s=10)
            path = f"conferences/{(await telefoon.get('conferences'))['conferences'][0]['id']}"
            wanted = {"to": "+3225550188", "from": NUMBER, "beep": "false", "early_media": True}
            await telefoon.post(f"{path}/participants", wanted)
            await sounds_early(far_end, ear)
            await host.ear.hears(EARLY_HZ, within_s=10, seconds=1)
            ear.say(silence(1), for_ever=True)  # what comes between the answer and its ACK is no early media
            await far_end.gets("ACK", within_s=30)
            await telefoon.patch(path, {"status": "completed"})
            await telefoon.delete(f"calls/{host.call_id}")
            _, wav = await telefoon.recording(tmp_path, call_id=host.call_id)

    said, heard = Sound.of_file(wav, 0), Sound.of_file(wav, 1)
    assert hears(said, CALLER_HZ, seconds=3)
    assert not hears(heard, EARLY_HZ, seconds=0.1)


async def test_a_trunk_may_have_it_ignored_for_our_ringback(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.flows["/start"] = "<Response><Dial>+3225550188</Dial></Response>"
    async with early_talker(ports) as (far_end, ear):
        number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
        async with platform(tmp_path, ports, {"CODECS": "PCMA"}, number=number) as telefoon:
            added = ("trunks", "add", "carrier", "--host", f"127.0.0.1:{far_end.port}", "--set", "early_media=ignored")
            await asyncio.to_thread(telefoon.telefoon, *added)
            await asyncio.sleep(2)
            async with calling(telefoon, ports, CALLER_HZ) as (caller,):
                await sounds_early(far_end, ear)
                await caller.ear.hears(RINGBACK_HZ, within_s=10, seconds=0.5)
                rung = caller.ear.heard()
                await far_end.gets("ACK", within_s=30)
                await caller.ear.hears(EARLY_HZ, within_s=10, seconds=1)
                await telefoon.delete(f"calls/{caller.call_id}")

    assert not hears(rung, EARLY_HZ, seconds=0.1)
