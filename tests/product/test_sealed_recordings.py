"""Recordings of real calls as they lie on the disk: sealed, read by who may, gone once deleted."""

import asyncio
import hashlib
import os
from pathlib import Path

import pytest

from tests.peers.audio import Sound, hears, tone
from tests.peers.phone import phone
from tests.peers.platform import Json, Platform, as_json, platform
from tests.peers.ports import Ports

pytestmark = pytest.mark.sip

HZ = 600
FAR_END = 1
"""The channel of who was called."""


async def a_recorded_call(telefoon: Platform, folder: Path, trunk: int) -> tuple[Json, Path]:
    """Its closed recording, and what is downloaded of it."""
    voice = tone(HZ, 10).save(folder / "voice.wav")
    async with phone("--play", str(voice), "--hang-up-after", "9", port=trunk):
        call = await telefoon.place("+3225550199", record=True)
        await telefoon.noted(call["id"], "recording_started")
        await telefoon.ended_call(call["id"])
        return await telefoon.recording(folder, call_id=call["id"])


def settings(trunk: int, **more: str) -> dict[str, str]:
    return {"TRUNK": f"sip:127.0.0.1:{trunk}", "CODECS": "PCMA", **more}


async def test_no_file_of_the_data_folder_holds_what_was_said_and_the_download_does(
    tmp_path: Path, ports: Ports
) -> None:
    trunk = ports.one()
    kept = tmp_path / "var" / "recordings"
    async with platform(tmp_path, ports, settings(trunk)) as telefoon:
        recording, wav = await a_recorded_call(telefoon, tmp_path, trunk)
        (on_disk,) = kept.iterdir()
        sealed = on_disk.read_bytes()
        said = wav.read_bytes()

        assert recording["status"] == "completed"
        assert hears(Sound.of_file(wav, channel=FAR_END), HZ, seconds=1)
        assert recording["sha256"] == hashlib.sha256(said).hexdigest()
        assert b"RIFF" not in sealed
        middle = len(said) // 2 // 4 * 4
        pieces = [said[at : at + 16] for at in range(middle, middle + 8000, 16)]
        assert sum(any(piece) for piece in pieces) > 100, "there is sound to look for"
        for file in (each for each in (tmp_path / "var").rglob("*") if each.is_file()):
            held = file.read_bytes()
            assert not [piece for piece in pieces if any(piece) and piece in held], file
        assert "master_key_made" in telefoon.log()
        assert (tmp_path / "var" / "master.key").read_text().strip() not in telefoon.log()

        audio = f"recordings/{recording['id']}/audio"
        for asked, part in (("bytes=100-20099", said[100:20100]), ("bytes=-5000", said[-5000:])):
            async with telefoon.client.get(audio, headers={"Range": asked}) as response:
                assert (response.status, await response.read()) == (206, part)

        await telefoon.delete(f"recordings/{recording['id']}")

        assert not list(kept.iterdir())
        gone = await telefoon.get(f"recordings/{recording['id']}")
        assert (gone["status"], gone["seconds"]) == ("deleted", recording["seconds"])
        on_disk.write_bytes(sealed)  # as from a backup: its key is gone for good
        async with telefoon.client.get(audio) as response:
            assert response.status == 404


async def test_a_file_that_was_cut_while_the_platform_was_down_is_refused(tmp_path: Path, ports: Ports) -> None:
    trunk = ports.one()
    async with platform(tmp_path, ports, settings(trunk)) as telefoon:
        recording, _ = await a_recorded_call(telefoon, tmp_path, trunk)
        await telefoon.end()
        (on_disk,) = (tmp_path / "var" / "recordings").iterdir()
        os.truncate(on_disk, on_disk.stat().st_size - 1000)
        await telefoon.start()

        async with telefoon.client.get(f"recordings/{recording['id']}/audio") as response:
            assert response.status == 500
            assert "can't be opened" in (await response.json())["detail"]


async def test_without_encryption_it_is_a_wav_that_others_read(tmp_path: Path, ports: Ports) -> None:
    trunk = ports.one()
    async with platform(tmp_path, ports, settings(trunk, RECORDING_ENCRYPTION="false")) as telefoon:
        recording, wav = await a_recorded_call(telefoon, tmp_path, trunk)
        (on_disk,) = (tmp_path / "var" / "recordings").iterdir()

        assert on_disk.name == f"{recording['id']}.wav"
        assert on_disk.read_bytes() == wav.read_bytes()
        assert hears(Sound.of_file(on_disk, channel=FAR_END), HZ, seconds=0.5)
        assert not (tmp_path / "var" / "master.key").exists()


async def test_a_master_key_that_is_gone_stops_the_start_and_is_never_made_anew(tmp_path: Path, ports: Ports) -> None:
    trunk = ports.one()
    async with platform(tmp_path, ports, settings(trunk)) as telefoon:
        await a_recorded_call(telefoon, tmp_path, trunk)
        await telefoon.end()
    key = tmp_path / "var" / "master.key"
    key.unlink()

    await asyncio.to_thread(telefoon.telefoon, "serve", exit_code=1)

    assert not key.exists()


async def test_the_master_key_is_exchanged_beside_a_node_that_serves(tmp_path: Path, ports: Ports) -> None:
    trunk, key = ports.one(), tmp_path / "var" / "master.key"
    async with platform(tmp_path, ports, settings(trunk)) as telefoon:
        recording, wav = await a_recorded_call(telefoon, tmp_path, trunk)
        (on_disk,) = (tmp_path / "var" / "recordings").iterdir()
        before, sealed = key.read_text(), on_disk.read_bytes()

        told = as_json(await asyncio.to_thread(telefoon.telefoon, "keys", "rotate-master", "--json"))

        assert told["accounts"] == 1
        assert key.read_text() != before
        assert len(key.read_text().split()) == 1
        assert key.stat().st_mode & 0o777 == 0o600
        assert on_disk.read_bytes() == sealed
        await telefoon.end()
        await telefoon.start()
        async with telefoon.client.get(f"recordings/{recording['id']}/audio") as response:
            assert await response.read() == wav.read_bytes()
