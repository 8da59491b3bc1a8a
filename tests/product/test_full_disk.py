"""The whole data folder on a disk that is filled to the brim while a recorded call runs: a file system of its own."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.peers.audio import Sound, hears, tone, when_heard
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import NUMBER, platform
from tests.peers.ports import Ports
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.small_disk import small_disk
from tests.peers.waiting import HELD_UP_S, lasting

pytestmark = [
    pytest.mark.sip,
    pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root"),
]

OURS_HZ, THEIRS_HZ = 400, 900
FAR_END = 1
"""The channel of who was called."""
FULL_S = 6.0
PIECE_BYTES = 4096


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Where the platform puts its data: large enough for it to begin to record."""
    with small_disk(tmp_path / "var", 160) as folder:
        yield folder


def filled(folder: Path) -> Path:
    """The file that takes the last byte of the folder's file system."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        while shutil.disk_usage(folder).free:
            with suppress(OSError):  # others write too
                file.write(bytes(PIECE_BYTES))
    return filler


async def test_a_call_goes_on_and_its_recording_says_why_it_ended(
    tmp_path: Path, ports: Ports, shop: Customer, disk: Path
) -> None:
    shop.flows["/tone.wav"] = tone(OURS_HZ, 20).save(tmp_path / "tone.wav").read_bytes()
    shop.flows["/start"] = f"<Response><Play>{shop.url('/tone.wav')}</Play></Response>"
    voice, heard = tone(THEIRS_HZ, 60).save(tmp_path / "voice.wav"), tmp_path / "heard.wav"
    async with (
        phone("--play", str(voice), "--record", str(heard)) as far_end,
        platform(tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{far_end.port}"}) as telefoon,
    ):
        call = await telefoon.place("+3225550199", record=True, url=shop.url("/start"))
        await telefoon.noted(call["id"], "recording_started", within_s=30)
        await lasting(HELD_UP_S + 1.5)

        filler = filled(disk)
        await asyncio.sleep(FULL_S)
        meanwhile = await telefoon.get(f"calls/{call['id']}")
        told_full = await telefoon.check_when("disk", "The disk")
        async with telefoon.client.post("calls", json={"from": NUMBER, "to": "+3225550199"}) as refused:
            by_rest = refused.status, refused.headers["Retry-After"]
        async with raw_caller(telefoon.sip_port) as newcomer:
            by_sip = await newcomer.asks("INVITE", body=audio())
        filler.unlink()
        told_room = await telefoon.check_when("disk", "has room")

        ended = await telefoon.ended_call(call["id"], within_s=60)
        recording, wav = await telefoon.recording(tmp_path, call_id=call["id"])

    assert meanwhile["status"] == "in-progress"
    assert by_rest == (503, "5"), "a call of which nothing could be stored"
    assert (by_sip.code, by_sip.header("retry-after")) == (503, "5")
    assert (told_full["ok"], told_room["ok"]) == (False, True)
    assert ended["status"] == "completed"
    played_s = sum(each.seconds for each in when_heard(Sound.of_file(heard), OURS_HZ))
    assert 20 - HELD_UP_S - 0.5 < played_s < 20.5, "nothing was missing while the disk was full"
    assert recording["status"] == "failed"
    assert "disk is full" in recording["error"] or "No space left" in recording["error"]
    assert hears(Sound.of_file(wav, channel=FAR_END), THEIRS_HZ, seconds=1)
