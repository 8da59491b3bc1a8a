"""/recordings: sealed on the disk, opened as they are sent; ranges as RFC 9110 §14 has them."""

import hashlib
import os
import struct
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest
import soundfile

from api.node.clock import SystemClock
from engine.ids import IdKind, new_id
from engine.model.recording import Recording, RecordingStatus, erased
from engine.privacy.retention import FOR_EVER, DataCategory, HoldOn
from engine.recordings.files.wav import header
from engine.recordings.files.waveform import CHANNEL_HEIGHT
from tests.unit.api.conftest import NUMBER, TO, Site

RATE_HZ = 16000
SAMPLES = np.random.default_rng(6).integers(-9000, 9000, 2 * 40_000, np.int16).astype("<i2").tobytes()
WAV = header(2, RATE_HZ, len(SAMPLES)) + SAMPLES


async def recorded(site: Site, samples: bytes = SAMPLES, **facts: Any) -> Recording:
    """A closed recording of two channels, sealed by the site's storage."""
    account = await site.services.stores.accounts.by_name("demo")
    assert account is not None
    now = SystemClock().now()
    row = Recording(
        id=new_id(IdKind.RECORDING), account_id=account.id, source="call", status=RecordingStatus.IN_PROGRESS,
        path="", channels=2, rate_hz=RATE_HZ, started_at=now, node="node-1",
    )  # fmt: skip
    row = await site.services.recording_storage.placed(row)
    site.services.recording_storage.folder.mkdir(exist_ok=True)
    file = await site.services.recording_storage.new_file(row)
    file.append(samples)
    file.close()
    finished = await site.services.recording_storage.finished(row, trim=False)
    row = replace(
        row, status=RecordingStatus.COMPLETED, seconds=finished.seconds, size_bytes=finished.size_bytes,
        sha256=finished.sha256,
        ended_at=now + timedelta(seconds=2),
    )  # fmt: skip
    row = replace(row, **facts)
    await site.services.stores.recordings.add(row)
    return row


async def download(site: Site, recording: Recording, **headers: str) -> tuple[aiohttp.ClientResponse, bytes]:
    url = f"{site.address}/v1/voice/recordings/{recording.id}/audio"
    async with site.client.get(url, headers={"X-API-Key": site.key, **headers}) as response:
        return response, await response.read()


async def test_it_is_sealed_on_the_disk_and_downloaded_as_it_was(site: Site) -> None:
    recording = await recorded(site)

    on_disk = Path(recording.path).read_bytes()
    response, whole = await download(site, recording)

    assert b"RIFF" not in on_disk
    assert SAMPLES[1000:1064] not in on_disk
    assert (response.status, response.content_type) == (200, "audio/wav")
    assert whole == WAV
    assert (len(whole), hashlib.sha256(whole).hexdigest()) == (recording.size_bytes, recording.sha256)


@pytest.mark.parametrize(
    ("asked", "first", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=40-8043", 40, 8044),
        ("bytes=100001-", 100_001, len(WAV)),
        ("bytes=-77", len(WAV) - 77, len(WAV)),
        ("bytes=-9999999", 0, len(WAV)),
        (f"bytes=-{'9' * 5000}", 0, len(WAV)),
        (f"bytes=0-{'9' * 5000}", 0, len(WAV)),
        ("bytes=160000-9999999", 160_000, len(WAV)),
    ],
)
async def test_a_range_is_the_same_bytes_of_the_whole(site: Site, asked: str, first: int, end: int) -> None:
    recording = await recorded(site)

    response, part = await download(site, recording, Range=asked)

    assert response.status == 206
    assert response.headers["Content-Range"] == f"bytes {first}-{end - 1}/{len(WAV)}"
    assert part == WAV[first:end]


@pytest.mark.parametrize("asked", ["bytes=9999999-", "bytes=-0", f"bytes={'9' * 5000}-"])
async def test_a_range_that_is_not_there_is_told_how_much_is(site: Site, asked: str) -> None:
    response, _ = await download(site, await recorded(site), Range=asked)

    assert (response.status, response.headers["Content-Range"]) == (416, f"bytes */{len(WAV)}")
    assert response.reason == "Requested Range Not Satisfiable"


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=-", "bytes=0-1,4-5", "lines=1-2"])
async def test_a_range_that_is_none_is_ignored(site: Site, asked: str) -> None:
    response, whole = await download(site, await recorded(site), Range=asked)

    assert (response.status, whole) == (200, WAV)


async def test_a_range_of_another_version_is_the_whole(site: Site) -> None:
    recording = await recorded(site)

    same, _ = await download(site, recording, **{"Range": "bytes=0-9", "If-Range": f'"{recording.sha256}"'})
    other, _ = await download(site, recording, **{"Range": "bytes=0-9", "If-Range": '"other"'})

    assert (same.status, other.status) == (206, 200)


async def test_what_was_changed_or_cut_on_the_disk_is_refused_and_says_so(site: Site) -> None:
    changed, cut, swapped = [await recorded(site) for _ in range(3)]
    raw = bytearray(Path(changed.path).read_bytes())
    raw[200] ^= 1
    Path(changed.path).write_bytes(raw)
    os.truncate(cut.path, Path(cut.path).stat().st_size - 1)
    await site.services.stores.recordings.save(replace(swapped, wrapped_key=cut.wrapped_key))

    for recording, fault in ((changed, "chunk 0 was changed"), (cut, "end"), (swapped, f"key of {swapped.id}")):
        status, problem, _ = await site.request("GET", f"recordings/{recording.id}/audio")
        assert status == 500
        assert "The recording can't be opened" in problem["detail"]
        assert fault in problem["detail"]


async def test_what_turns_out_broken_on_the_way_is_cut_off_and_never_sent(site: Site) -> None:
    _, call, _ = await site.request("POST", "calls", json={"to": TO, "from": NUMBER})
    recording = await recorded(site, call_id=call["id"])
    raw = bytearray(Path(recording.path).read_bytes())
    raw[150_000] ^= 1
    Path(recording.path).write_bytes(raw)

    with pytest.raises(aiohttp.ClientPayloadError):
        await download(site, recording)

    (told,) = await site.services.stores.calls.events(call["id"], ["recording_broken"])
    assert told.facts["recording"] == recording.id
    assert "was changed" in told.facts["reason"]


@pytest.mark.parametrize("status", [RecordingStatus.IN_PROGRESS, RecordingStatus.PAUSED, RecordingStatus.PROCESSING])
async def test_what_is_not_closed_yet_can_not_be_had(site: Site, status: RecordingStatus) -> None:
    recording = await recorded(site, status=status)

    assert (await site.request("GET", f"recordings/{recording.id}/audio"))[0] == 409


async def test_a_deleted_one_is_still_listed_but_holds_no_audio(site: Site) -> None:
    recording = await recorded(site)
    await site.services.stores.recordings.save(erased(recording))

    _, found, _ = await site.request("GET", f"recordings/{recording.id}")
    status, _, _ = await site.request("GET", f"recordings/{recording.id}/audio")

    assert (found["status"], found["seconds"]) == ("deleted", 2.5)
    assert "path" not in found
    assert "wrapped_key" not in found
    assert status == 404


async def test_a_recording_is_listed_by_its_call(site: Site) -> None:
    _, call, _ = await site.request("POST", "calls", json={"to": TO, "from": NUMBER})
    recording = await recorded(site, call_id=call["id"])
    await recorded(site)

    _, found, _ = await site.request("GET", "recordings", params={"call_id": call["id"]})

    assert [each["id"] for each in found["recordings"]] == [recording.id]
    assert found["recordings"][0]["audio_url"] == f"/v1/voice/recordings/{recording.id}/audio"


async def test_recordings_are_filtered_by_status_and_source(site: Site) -> None:
    kept, gone = await recorded(site), await recorded(site)
    await site.services.stores.recordings.save(erased(gone))

    _, deleted, _ = await site.request("GET", "recordings", params={"status": "deleted"})
    _, dialled, _ = await site.request("GET", "recordings", params={"source": "dial"})
    status, problem, _ = await site.request("GET", "recordings", params={"status": "lost"})

    assert [each["id"] for each in deleted["recordings"]] == [gone.id]
    assert dialled["total"] == 0
    assert (status, problem["errors"][0]["field"]) == (422, "status")
    assert kept.id not in str(deleted)


@pytest.mark.parametrize(
    ("query", "accept", "content_type"),
    [
        ("?format=flac", None, "audio/flac"),
        ("", "audio/flac", "audio/flac"),
        ("", "audio/wav;q=0.5, audio/ogg; codecs=opus", "audio/ogg"),
        ("?format=opus", "audio/wav", "audio/ogg"),
        ("?format=mp3", None, "audio/mpeg"),
        (".wav", "audio/flac", "audio/wav"),
        (".mp3", None, "audio/mpeg"),
        ("", "text/html", "audio/wav"),
        ("", "audio/*", "audio/wav"),
        ("", "*/*, audio/wav;q=0", "audio/flac"),
    ],
)
async def test_it_is_had_in_the_format_that_is_asked_for(
    site: Site, query: str, accept: str | None, content_type: str
) -> None:
    recording = await recorded(site)
    url = f"{site.address}/v1/voice/recordings/{recording.id}/audio{query}"
    headers = {"X-API-Key": site.key} | ({"Accept": accept} if accept else {})

    async with site.client.get(url, headers=headers) as response:
        assert (response.status, response.content_type) == (200, content_type)
        content = await response.read()

    info = soundfile.info(BytesIO(content))
    padding_s = 0.2 if content_type == "audio/mpeg" else 0.01
    assert info.duration == pytest.approx(2.5, abs=padding_s)
    assert info.channels == 2
    if content_type == "audio/flac":
        samples, _ = soundfile.read(BytesIO(content), dtype="int16")
        assert samples.astype("<i2").tobytes() == SAMPLES
    if content_type == "audio/ogg":
        assert info.subtype == "OPUS"
        assert len(content) < len(SAMPLES) / 2


@pytest.mark.parametrize("path", ["recordings/{}/audio", "recordings/{}/audio.wav", "recordings/{}", "calls", "events"])
async def test_head_tells_what_get_would(site: Site, path: str) -> None:
    recording = await recorded(site)
    url, headers = f"{site.address}/v1/voice/{path.format(recording.id)}", {"X-API-Key": site.key}

    async with site.client.head(url, headers=headers) as response:
        assert response.status == 200
        assert await response.read() == b""
        length = response.headers.get("Content-Length")

    if path != "events":
        async with site.client.get(url, headers=headers) as whole:
            assert length == str(len(await whole.read()))


async def test_its_waveform_tells_where_it_is_loud(site: Site) -> None:
    left = np.concatenate([np.zeros(8000), np.full(8000, 16384)]).astype(np.int16)
    right = np.full(16000, -32768, np.int16)
    recording = await recorded(site, np.column_stack([left, right]).astype("<i2").tobytes())

    _, drawn, _ = await site.request("GET", f"recordings/{recording.id}/waveform", params={"points": 4})

    assert (drawn["channels"], drawn["seconds"]) == (2, 1.0)
    assert drawn["peaks"] == [[0, 0, 0.5, 0.5], [1, 1, 1, 1]]


async def test_its_waveform_is_a_picture_for_who_wants_one(site: Site) -> None:
    loud = np.concatenate([np.zeros(8000), np.full(8000, 32767)]).astype(np.int16)
    recording = await recorded(site, np.column_stack([loud, loud]).astype("<i2").tobytes())
    url = f"{site.address}/v1/voice/recordings/{recording.id}/waveform?points=100"

    async with site.client.get(url, headers={"X-API-Key": site.key, "Accept": "image/png"}) as response:
        assert (response.status, response.content_type) == (200, "image/png")
        wide, pixels = pixels_of(await response.read())

    assert (wide, len(pixels)) == (100, 2 * CHANNEL_HEIGHT)
    for line in pixels:
        assert set(line[50:]) == {0}, "loud: inked from top to bottom"
    inked = [number for number, line in enumerate(pixels) if not line[0]]
    assert inked == [31, 32, 64 + 31, 64 + 32], "silent: a line in the middle of each channel"


def pixels_of(png: bytes) -> tuple[int, list[bytes]]:
    """Width and lines of an 8-bit grey PNG without filters; checks every piece's sum."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed, wide = 8, b"", 0
    while at < len(png):
        length, name = struct.unpack_from(">I4s", png, at)
        content = png[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", png, at + 8 + length)[0] == zlib.crc32(name + content)
        if name == b"IHDR":
            wide = struct.unpack_from(">I", content)[0]
        packed += content if name == b"IDAT" else b""
        at += 12 + length
    raw = zlib.decompress(packed)
    return wide, [raw[start + 1 : start + 1 + wide] for start in range(0, len(raw), wide + 1)]


async def due(site: Site, recording: Recording) -> str | None:
    """As it is told of the recording, and in the list."""
    headers = {"X-API-Key": site.key}
    async with site.client.get(f"{site.address}/v1/voice/recordings/{recording.id}", headers=headers) as response:
        alone = await response.json()
    async with site.client.get(f"{site.address}/v1/voice/recordings", headers=headers) as response:
        listed = {each["id"]: each for each in (await response.json())["recordings"]}
    assert alone == listed[recording.id]
    told: str | None = alone["delete_after"]
    return told


async def test_when_the_sweep_will_delete_it_is_told(site: Site) -> None:
    ended = datetime(2026, 11, 26, 12, tzinfo=UTC)
    recording = await recorded(site, ended_at=ended)
    running = await recorded(site, status=RecordingStatus.IN_PROGRESS, ended_at=None)
    retention = site.services.deletion.retention

    assert await due(site, running) is None
    assert await due(site, recording) == "2027-02-24T12:00:00.000Z"
    await retention.set_period(recording.account_id, DataCategory.RECORDINGS, 7)
    assert await due(site, recording) == "2026-12-03T12:00:00.000Z"
    await retention.set_period(recording.account_id, DataCategory.RECORDINGS, FOR_EVER)
    assert await due(site, recording) is None


async def test_what_a_legal_hold_keeps_is_not_due(site: Site) -> None:
    recording, holds = await recorded(site), site.services.stores.holds
    account = recording.account_id
    hold = await holds.set(account, HoldOn.ACCOUNT, account, "A lawsuit", "cli")

    assert await due(site, recording) is None
    await holds.lift(account, hold.id, "cli")
    assert await due(site, recording) is not None
