"""Recordings of real calls that move to a real S3 server: there, read, deleted, and nothing lost whoever dies."""

import asyncio
import hashlib
import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import soundfile

from tests.peers.audio import Sound, hears, tone
from tests.peers.consent import ASKS_NOBODY
from tests.peers.object_server import ACCESS_KEY, SECRET, ObjectServer, object_server
from tests.peers.phone import phone
from tests.peers.platform import ACCOUNT, Json, Platform, platform
from tests.peers.ports import Ports
from tests.peers.waiting import within

pytestmark = pytest.mark.sip

HZ = 600
FAR_END = 1
"""The channel of who was called."""
WITHIN_S = 60.0
PERSON = "+32471234556"


@pytest.fixture
async def store(tmp_path: Path, ports: Ports) -> AsyncIterator[ObjectServer]:
    async with object_server(tmp_path / "store", ports) as server:
        yield server


def settings(store: ObjectServer, trunk: int, **more: str) -> dict[str, str]:
    return {"TRUNK": f"sip:127.0.0.1:{trunk}", "CODECS": "PCMA", **store.settings, **more}


async def a_recorded_call(telefoon: Platform, folder: Path, trunk: int, *, to: str = PERSON) -> tuple[Json, bytes]:
    """Its closed recording and its WAV."""
    voice = tone(HZ, 10).save(folder / "voice.wav")
    async with phone("--play", str(voice), "--hang-up-after", "4", port=trunk):
        call = await telefoon.place(to, record=True, consent=ASKS_NOBODY)
        await telefoon.noted(call["id"], "recording_started")
        await telefoon.ended_call(call["id"])
    recording, wav = await telefoon.recording(folder, call_id=call["id"])
    return recording, wav.read_bytes()


def spooled(folder: Path) -> list[str]:
    """What lies in the local folder."""
    return sorted(each.name for each in (folder / "var" / "recordings").iterdir())


async def moved(folder: Path, store: ObjectServer, *recordings: Json) -> dict[str, bytes]:
    """What the store holds as soon as it is these recordings and nothing is left here."""
    wanted = {f"kept/{each['id']}.sealed" for each in recordings}
    return await when(folder, store, wanted)


async def when(folder: Path, store: ObjectServer, wanted: set[str]) -> dict[str, bytes]:
    """What the store holds as soon as it is this and nothing is left here."""
    held: set[str] = set()
    try:
        async with within(WITHIN_S):
            while (held := await store.keys()) != wanted or spooled(folder):
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"{sorted(held)} there and {spooled(folder)} here, not {sorted(wanted)} there") from None
    return await store.objects()


async def download(telefoon: Platform, recording: Json, path: str = "audio", **headers: str) -> tuple[int, bytes]:
    async with telefoon.client.get(f"recordings/{recording['id']}/{path}", headers=headers) as response:
        return response.status, await response.read()


async def test_a_closed_recording_moves_to_the_bucket_sealed_and_is_read_from_there(
    tmp_path: Path, ports: Ports, store: ObjectServer
) -> None:
    trunk = ports.one()
    async with platform(tmp_path, ports, settings(store, trunk, LOG_LEVEL="debug")) as telefoon:
        recording, said = await a_recorded_call(telefoon, tmp_path, trunk)
        (sealed,) = (await moved(tmp_path, store, recording)).values()

        assert b"RIFF" not in sealed
        middle = len(said) // 2 // 4 * 4
        pieces = [said[at : at + 16] for at in range(middle, middle + 4000, 16)]
        assert sum(any(piece) for piece in pieces) > 100, "there is sound to look for"
        assert not [piece for piece in pieces if any(piece) and piece in sealed]
        assert await download(telefoon, recording) == (200, said)
        assert hashlib.sha256(said).hexdigest() == recording["sha256"]
        (tmp_path / "there.wav").write_bytes(said)
        assert hears(Sound.of_file(tmp_path / "there.wav", channel=FAR_END), HZ, seconds=1)
        assert await download(telefoon, recording, Range="bytes=100-20099") == (206, said[100:20100])
        assert await download(telefoon, recording, Range="bytes=-5000") == (206, said[-5000:])
        status, flac = await download(telefoon, recording, "audio?format=flac")
        (tmp_path / "there.flac").write_bytes(flac)
        assert status == 200
        assert soundfile.read(tmp_path / "there.flac")[0].tolist() == soundfile.read(tmp_path / "there.wav")[0].tolist()
        status, waveform = await download(telefoon, recording, "waveform?points=20")
        assert status == 200
        assert max(json.loads(waveform)["peaks"][FAR_END]) > 0.1
        assert not [each for each in (SECRET, ACCESS_KEY) if each in telefoon.log()]

        await telefoon.delete(f"recordings/{recording['id']}")

        assert (await telefoon.get(f"recordings/{recording['id']}"))["status"] == "deleted"
        assert (await download(telefoon, recording))[0] == 404
        await when(tmp_path, store, set())


async def test_while_the_store_is_away_recordings_stay_here_and_those_there_are_told_to_be_away(
    tmp_path: Path, ports: Ports, store: ObjectServer
) -> None:
    trunk = ports.one()
    async with platform(tmp_path, ports, settings(store, trunk)) as telefoon:
        there, _ = await a_recorded_call(telefoon, tmp_path, trunk)
        await moved(tmp_path, store, there)
        await store.end()

        here, said = await a_recorded_call(telefoon, tmp_path, trunk)

        assert here["status"] == "completed"
        assert await download(telefoon, here) == (200, said)
        status, body = await download(telefoon, there)
        assert status == 503
        assert "The object store at 127.0.0.1 does not answer" in json.loads(body)["detail"]
        await telefoon.delete(f"recordings/{there['id']}")
        assert (await telefoon.get(f"recordings/{there['id']}"))["status"] == "deleted"
        assert (await download(telefoon, there))[0] == 404

        await telefoon.end()
        await telefoon.start()
        assert spooled(tmp_path) == [f"{here['id']}.sealed"]
        await store.start()

        await moved(tmp_path, store, here)
        assert await download(telefoon, here) == (200, said)


async def test_a_store_that_hangs_holds_up_no_call_and_no_end(
    tmp_path: Path, ports: Ports, store: ObjectServer
) -> None:
    trunk = ports.one()
    async with platform(tmp_path, ports, settings(store, trunk)) as telefoon:
        there, _ = await a_recorded_call(telefoon, tmp_path, trunk)
        await moved(tmp_path, store, there)
        store.hang()
        downloads = [asyncio.ensure_future(download(telefoon, there)) for _ in range(9)]

        here, said = await a_recorded_call(telefoon, tmp_path, trunk)

        assert here["status"] == "completed"
        assert len(said) == here["size_bytes"]
        for status, body in await asyncio.gather(*downloads):
            assert (status, "does not answer" in json.loads(body)["detail"]) == (503, True)
        assert await telefoon.end() == 0
        store.go_on()
        await telefoon.start()
        await moved(tmp_path, store, there, here)


async def test_a_node_that_is_killed_while_it_moves_recordings_loses_none_and_moves_none_twice(
    tmp_path: Path, ports: Ports, store: ObjectServer
) -> None:
    trunk = ports.one()
    async with platform(tmp_path, ports, settings(store, trunk)) as telefoon:
        await store.end()
        found = [await a_recorded_call(telefoon, tmp_path, trunk) for _ in range(2)]
        await store.start()

        for pause_s in (0.0, 0.3, 0.6, 1.2):
            assert await telefoon.end(signal.SIGKILL) == -signal.SIGKILL
            await telefoon.start()
            await asyncio.sleep(pause_s)

        await moved(tmp_path, store, *(recording for recording, _ in found))
        assert await store.unfinished() == []
        for recording, said in found:
            assert await download(telefoon, recording) == (200, said)


async def test_an_erasure_takes_objects_too_and_says_what_waits_for_a_store_that_is_away(
    tmp_path: Path, ports: Ports, store: ObjectServer
) -> None:
    trunk = ports.one()
    async with platform(tmp_path, ports, settings(store, trunk)) as telefoon:
        key = telefoon.telefoon("keys", "create", "--account", ACCOUNT, "--scope", "privacy").split()[-1]

        async def erased() -> Json:
            headers = {"X-API-Key": key}
            async with telefoon.client.post("privacy/erasures", json={"number": PERSON}, headers=headers) as response:
                certificate: Json = await response.json()
                assert response.ok, certificate
                return certificate

        recording, _ = await a_recorded_call(telefoon, tmp_path, trunk)
        await moved(tmp_path, store, recording)

        certificate = await erased()

        assert (certificate["counts"]["recordings"], certificate["objects_pending"]) == (1, 0)
        assert await store.objects() == {}

        recording, _ = await a_recorded_call(telefoon, tmp_path, trunk)
        await moved(tmp_path, store, recording)
        await store.end()

        person, headers = {"number": PERSON}, {"X-API-Key": key}
        async with telefoon.client.post("privacy/exports", json=person, headers=headers) as response:
            assert response.status == 503
            assert "The object store at 127.0.0.1" in (await response.json())["detail"]

        certificate = await erased()

        assert (certificate["counts"]["recordings"], certificate["objects_pending"]) == (1, 1)
        async with telefoon.client.get(f"recordings/{recording['id']}") as response:
            assert response.status == 404
        assert (await erased())["objects_pending"] == 1
        await store.start()
        await when(tmp_path, store, set())
        assert (await erased())["objects_pending"] == 0


async def test_a_store_outside_the_countries_stops_the_start_where_that_is_refused(
    tmp_path: Path, ports: Ports, store: ObjectServer
) -> None:
    abroad = {**store.settings, "RECORDING_STORE_ENDPOINT": "", "RECORDING_STORE_REGION": "us-east-1"}
    refusing = {"ALLOWED_COUNTRIES": "be,fr", "OUTSIDE": "refuse"}
    async with platform(tmp_path, ports, {**store.settings, **refusing}) as telefoon:
        await telefoon.end()
        telefoon.environment |= {f"TELEFOON_{name}": value for name, value in abroad.items()}

        await asyncio.to_thread(telefoon.telefoon, "serve", exit_code=1)
