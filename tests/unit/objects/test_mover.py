"""Recordings on their way to a real S3 server, and what is left of each way in which it may end."""

import asyncio
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.errors import ObjectStoreAway, ObjectStoreError
from engine.model.recording import Recording, RecordingStatus, erased
from engine.recordings.object_storage.mover import pause_s
from engine.recordings.object_storage.store import ObjectContent, ObjectStore
from engine.store.tables.recordings import object_moves
from tests.peers.object_server import BUCKET, ObjectServer
from tests.peers.waiting import within
from tests.unit.objects.conftest import PART_BYTES, Place, options

pytestmark = [pytest.mark.processes, pytest.mark.costly("a real S3 server runs for each test")]

LARGE = 3 * PART_BYTES
VERY_LARGE = 16 * PART_BYTES


def key(row: Recording) -> str:
    return f"kept/{row.id}.sealed"


async def until_begun(server: ObjectServer) -> None:
    """Some of an upload in parts has been sent, not all."""
    async with within(30):
        while not await server.unfinished():
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("size_bytes", [100_000, LARGE])
async def test_what_is_closed_moves_whole_or_in_parts_and_is_heard_from_there(place: Place, size_bytes: int) -> None:
    row, samples = await place.closed(size_bytes)
    sealed = Path(row.path).read_bytes()

    await place.node.upload_all()

    assert await place.server.objects() == {key(row): sealed}
    assert place.spooled() == set()
    assert await place.server.unfinished() == []
    assert await place.heard(row) == samples
    now = await place.rows.get(row.id)
    assert now is not None
    assert now.object_url == f"s3://{BUCKET}/{key(row)}"
    in_parts = "-" in place.server.client().head_object(Bucket=BUCKET, Key=key(row))["ETag"]
    assert in_parts == (size_bytes > PART_BYTES)


async def test_what_is_still_recorded_stays(place: Place) -> None:
    row = await place.recording_storage.placed(replace((await place.closed())[0], id="RE" + "0" * 32))
    await place.rows.add(replace(row, status=RecordingStatus.IN_PROGRESS, seconds=None))
    (await place.recording_storage.new_file(row)).abandon()

    await place.node.upload_all()

    assert place.spooled() == {Path(row.path).name}


async def test_a_server_that_dies_in_the_middle_of_an_upload_gets_it_anew(place: Place) -> None:
    row, samples = await place.closed(VERY_LARGE)
    moving = asyncio.ensure_future(place.node.upload_all())
    await until_begun(place.server)
    await place.server.end()

    with pytest.raises(ObjectStoreAway, match=r"at 127\.0\.0\.1"):
        await moving
    assert place.spooled() == {Path(row.path).name}
    assert await place.heard(row) == samples

    await place.server.start()
    await place.node.upload_all()

    assert set(await place.server.keys()) == {key(row)}
    assert await place.server.unfinished() == []
    assert place.spooled() == set()
    assert await place.heard(row) == samples


async def test_an_upload_whose_node_died_before_it_was_noted_is_found_again(place: Place) -> None:
    row, samples = await place.closed()
    file = Path(row.path)
    url = await place.moves.begin(row.id, place.store.url_of(file.name), row.started_at)
    assert url is not None
    sent = file.read_bytes()
    place.server.client().put_object(
        Bucket=BUCKET, Key=key(row), Body=sent, Metadata={"sha256": digest(sent), "first": "yes"}
    )
    place.restart()

    await place.node.upload_all()

    assert place.server.client().head_object(Bucket=BUCKET, Key=key(row))["Metadata"]["first"] == "yes"
    assert await place.heard(row) == samples
    assert place.spooled() == set()


async def test_a_file_whose_node_died_before_it_was_removed_is_removed_at_its_start(place: Place) -> None:
    row, samples = await place.closed()
    sealed = Path(row.path).read_bytes()
    await place.node.upload_all()
    Path(row.path).write_bytes(sealed)
    other, _ = await place.closed()
    await place.server.end()
    place.restart()

    running = asyncio.ensure_future(place.node.run())
    async with within(30):
        while place.spooled() != {Path(other.path).name}:
            await asyncio.sleep(0.05)
    await place.server.start()
    async with within(60):
        while place.spooled():
            await asyncio.sleep(0.05)
    running.cancel()

    assert await place.heard(row) == samples


@pytest.mark.parametrize("part_bytes", [PART_BYTES, 2 * VERY_LARGE])
async def test_a_recording_that_is_deleted_while_it_is_uploaded_does_not_stay_there(
    place: Place, part_bytes: int
) -> None:
    place.store.options = replace(place.store.options, part_bytes=part_bytes)
    row, _ = await place.closed(VERY_LARGE)
    moving = asyncio.ensure_future(place.node.upload_all())
    async with within(30):
        while not await place.database.rows(select(object_moves)):
            await asyncio.sleep(0.01)

    await place.recording_storage.erase(row)
    await place.rows.save(erased(row))
    await place.node.remove_all()  # nothing yet: the upload would bring it back
    assert [move.state for move in await place.moves.waiting()] == ["cancelled"]
    await moving
    await place.node.remove_all()

    assert await place.server.keys() == set()
    assert await place.server.unfinished() == []
    assert await place.moves.waiting() == []
    assert place.spooled() == set()
    now = await place.rows.get(row.id)
    assert now is not None
    assert (now.status, now.object_url) == ("deleted", None)


async def test_a_node_that_died_while_it_uploaded_what_was_deleted_then_removes_all_of_it(place: Place) -> None:
    row, _ = await place.closed()
    file = Path(row.path)
    await place.moves.begin(row.id, place.store.url_of(file.name), row.started_at)
    client = place.server.client()
    begun = client.create_multipart_upload(Bucket=BUCKET, Key=key(row))
    client.upload_part(Bucket=BUCKET, Key=key(row), UploadId=begun["UploadId"], PartNumber=1, Body=bytes(PART_BYTES))
    client.put_object(Bucket=BUCKET, Key=key(row), Body=b"half")
    await place.recording_storage.erase(row)
    await place.rows.delete(row.id)
    place.restart()

    await place.node.upload_all()
    await place.node.remove_all()

    assert await place.server.keys() == set()
    assert await place.server.unfinished() == []
    assert await place.moves.waiting() == []


async def test_an_object_of_a_recording_deleted_while_the_store_is_away_goes_when_it_is_back(place: Place) -> None:
    row, _ = await place.closed()
    await place.node.upload_all()
    await place.server.end()

    await place.recording_storage.erase(row)
    await place.rows.delete(row.id)

    assert await place.removal.settle([row.account_id]) == 1
    with pytest.raises(ObjectStoreAway):
        await place.node.remove_all()
    await place.server.start()
    assert await place.server.keys() == {key(row)}
    assert await place.removal.settle([row.account_id]) == 0
    assert await place.server.keys() == set()
    await place.node.remove_all()


async def test_a_stale_row_that_is_saved_loses_no_object(place: Place) -> None:
    stale, samples = await place.closed()
    await place.node.upload_all()

    await place.rows.save(replace(stale, error="Something was noted of it."))

    assert await place.heard(stale) == samples
    with await place.recording_storage.audio(stale) as audio:  # as by a download that had read the row before
        assert await place.recording_storage.listen(stale, lambda: audio.read(0, audio.frames)) == samples


async def test_one_recording_that_lost_its_file_holds_up_no_other(place: Place) -> None:
    lost, _ = await place.closed()
    Path(lost.path).unlink()
    row, _ = await place.closed()

    await place.node.upload_all()
    await place.node.upload_all()

    assert await place.server.keys() == {key(row)}


async def test_a_wrong_secret_is_told_and_keeps_recordings_here(place: Place) -> None:
    row, _ = await place.closed()
    place.store = ObjectStore(options(place.server.endpoint, secret="another"))
    place.restart()

    with pytest.raises(ObjectStoreError, match=r"refuses: 403|refuses: SignatureDoesNotMatch") as refused:
        await place.node.upload_all()

    assert "another" not in str(refused.value)
    assert place.spooled() == {Path(row.path).name}


async def test_what_is_changed_on_its_way_is_refused_by_the_store(place: Place) -> None:
    row, samples = await place.closed()
    assert not place.store.has(place.store.url_of("nothing"))
    events = place.store._client.meta.events
    events.register("before-send.s3", spoil)

    with pytest.raises(ObjectStoreError, match="XAmzContentSHA256Mismatch"):
        await place.node.upload_all()

    events.unregister("before-send.s3", spoil)
    assert await place.server.keys() == set()
    await place.node.upload_all()
    assert await place.heard(row) == samples


async def test_what_the_store_holds_is_compared_with_what_was_sent(place: Place) -> None:
    row, _ = await place.closed()
    content = Path(row.path).read_bytes()
    await place.node.upload_all()
    url = place.store.url_of(Path(row.path).name)

    assert place.store.holds(url, ObjectContent(len(content), digest(content)))
    assert not place.store.holds(url, ObjectContent(len(content), digest(b"other")))
    assert not place.store.holds(url, ObjectContent(len(content) + 1, digest(content)))
    assert not place.store.holds(f"{url}-other", ObjectContent(len(content), digest(content)))


def test_pauses_grow_to_a_minute_and_no_further() -> None:
    assert [pause_s(failures) for failures in (0, 1, 2, 3, 6, 7, 8, 1000)] == [1, 1, 2, 4, 32, 60, 60, 60]


def spoil(request: Any, **_: object) -> None:
    """Another body of the same length, as no network should make of it."""
    if request.method == "PUT":
        request.body = bytes(int(request.headers["Content-Length"]))


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
