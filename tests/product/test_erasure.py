"""A person is called and recorded; all of it is exported, then erased while the node serves."""

import asyncio
import io
import json
import zipfile
from pathlib import Path

import pytest

from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import ACCOUNT, platform
from tests.peers.ports import Ports
from tests.peers.waiting import within

pytestmark = pytest.mark.sip

PERSON = "+32471234556"
SPELLINGS = (b"471234556", b"471 23 45 56")
SOUGHT_BYTES = 256


def holding(folder: Path, *sought: bytes) -> list[Path]:
    """The files in which any of it is."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if any(each in path.read_bytes() for each in sought)]


def liveliest_part_of(path: Path) -> bytes:
    """Where its bytes vary most: of a sound, no silence."""
    raw = path.read_bytes()
    parts = [raw[at : at + SOUGHT_BYTES] for at in range(0, len(raw) - SOUGHT_BYTES, SOUGHT_BYTES)]
    return max(parts, key=lambda part: len(set(part)))


@pytest.mark.parametrize("encrypted", ["true", "false"])
async def test_after_an_erasure_no_byte_of_the_data_folder_tells_the_number_or_holds_the_sound(
    tmp_path: Path, ports: Ports, shop: Customer, encrypted: str
) -> None:
    shop.flows["/start"] = "<Response><Say>Your number is 0471 23 45 56.</Say><Hangup/></Response>"
    async with (
        phone() as far_end,
        platform(
            tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{far_end.port}", "RECORDING_ENCRYPTION": encrypted}
        ) as telefoon,
    ):
        key = telefoon.telefoon("keys", "create", "--account", ACCOUNT, "--scope", "privacy").split()[-1]
        headers, person = {"X-API-Key": key}, {"number": PERSON}
        placed = await telefoon.place(PERSON, url=shop.url("/start"), record=True, status_callback=shop.url("/status"))
        async with telefoon.client.post("privacy/erasures", json=person, headers=headers) as response:
            assert (response.status, placed["id"] in (await response.json())["detail"]) == (409, True)
        await telefoon.ended_call(placed["id"], within_s=40)
        recording, wav = await telefoon.recording(tmp_path, call_id=placed["id"])
        await shop.is_asked("/status", times=4)
        async with within(10):
            while (await telefoon.get(f"calls/{placed['id']}/webhooks"))["total"] < 5:
                await asyncio.sleep(0.1)
        async with telefoon.client.post("privacy/exports", json=person, headers=headers) as response:
            archive = zipfile.ZipFile(io.BytesIO(await response.read()))
        assert f"recordings/{recording['id']}.wav" in archive.namelist()
        assert json.loads(archive.read("data.json"))["calls"][0]["id"] == placed["id"]
        data = tmp_path / "var"
        (sound,) = (data / "recordings").iterdir()
        heard, kept = liveliest_part_of(wav), liveliest_part_of(sound)
        assert len(set(heard)) > 16, "what is sought is no silence"
        assert sound in holding(data, kept)
        assert holding(data, *SPELLINGS)

        async with telefoon.client.post("privacy/erasures", json=person, headers=headers) as response:
            certificate = await response.json()
            assert response.ok, certificate

        assert not holding(data, *SPELLINGS)
        assert not holding(data, kept, heard)
        assert not sound.exists()
        assert (certificate["counts"]["calls"], certificate["counts"]["recordings"]) == (1, 1)
        assert certificate["cached_files"] >= 1
        call = await telefoon.get(f"calls/{placed['id']}")
        assert (call["to"], call["status"]) == (certificate["subject"], "completed")
        again = json.loads(telefoon.telefoon("privacy", "erase", PERSON, "--yes"))
        assert set(again["counts"].values()) == {0}
        assert "All rows are as they were written" in telefoon.telefoon("audit", "verify")
