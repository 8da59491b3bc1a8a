"""What is noted of uploads and deletions, whatever comes between: on SQLite and PostgreSQL."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.model.accounts import Account
from engine.model.recording import Recording, RecordingStatus, erased
from engine.store.database import Database
from engine.store.moves import Moves
from engine.store.recordings import Recordings
from tests.unit.store.samples import NOON, a_recording, at

URL = "s3://calls/kept/one"
LATER = at(60)


@pytest.fixture
def moves(db: Database) -> Moves:
    return Moves(db)


@pytest.fixture
async def row(recordings: Recordings, account: Account) -> Recording:
    closed = a_recording(account.id, status=RecordingStatus.COMPLETED, seconds=2.0)
    await recordings.add(closed)
    return closed


async def test_what_is_closed_and_here_is_to_be_uploaded_by_its_node(
    moves: Moves, recordings: Recordings, account: Account, row: Recording
) -> None:
    cut_short = a_recording(
        account.id, status=RecordingStatus.FAILED, seconds=1.0, started_at=NOON + timedelta(seconds=1)
    )
    others = [
        a_recording(account.id),
        a_recording(account.id, status=RecordingStatus.FAILED),
        a_recording(account.id, status=RecordingStatus.COMPLETED, seconds=1.0, node="node-2"),
        erased(a_recording(account.id, status=RecordingStatus.COMPLETED, seconds=1.0)),
    ]
    for each in (cut_short, *others):
        await recordings.add(each)

    assert await moves.to_upload("node-1") == [row, cut_short]
    assert await moves.begin(row.id, URL, NOON) == URL
    assert await moves.uploaded(row.id, URL)
    assert await moves.to_upload("node-1") == [cut_short]
    assert await recordings.get(row.id) == replace(row, object_url=URL)
    assert await moves.already_there([row.id, cut_short.id]) == {row.id}
    assert await moves.in_store() == 1


async def test_an_upload_that_is_begun_again_goes_to_the_same_place(moves: Moves, row: Recording) -> None:
    await moves.begin(row.id, URL, NOON)

    assert await moves.begin(row.id, "s3://another/one", LATER) == URL
    assert await moves.uploaded(row.id, URL)
    assert not await moves.uploaded(row.id, URL)
    assert await moves.begin(row.id, URL, LATER) is None


@pytest.mark.parametrize("how", ["erased", "removed"])
async def test_what_is_deleted_while_it_is_uploaded_is_never_there(
    moves: Moves, recordings: Recordings, row: Recording, how: str
) -> None:
    await moves.begin(row.id, URL, NOON)

    await deleted(recordings, row, how)

    assert not await moves.uploaded(row.id, URL)
    assert await moves.begin(row.id, URL, LATER) is None
    assert [(each.url, each.state) for each in await moves.to_remove("node-1")] == [(URL, "cancelled")]


@pytest.mark.parametrize("how", ["erased", "removed"])
async def test_what_is_deleted_when_it_is_there_is_to_be_removed_there_by_its_node(
    moves: Moves, recordings: Recordings, row: Recording, how: str
) -> None:
    await moves.begin(row.id, URL, NOON)
    await moves.uploaded(row.id, URL)

    await deleted(recordings, row, how)
    await deleted(recordings, row, how)

    assert [(each.url, each.state) for each in await moves.to_remove("node-1")] == [(URL, "leaving")]
    assert await moves.to_remove("node-2") == []
    assert len(await moves.waiting([row.account_id])) == len(await moves.waiting()) == 1
    assert await moves.waiting([]) == await moves.waiting(["another"]) == []
    await moves.removed(row.id)
    assert await moves.waiting() == []


async def test_what_was_never_sent_leaves_nothing_to_remove(
    moves: Moves, recordings: Recordings, row: Recording
) -> None:
    await deleted(recordings, row, "removed")

    assert await moves.waiting() == []


async def test_what_is_not_known_to_be_gone_is_not_forgotten(moves: Moves, row: Recording) -> None:
    await moves.begin(row.id, URL, NOON)

    await moves.removed(row.id)

    assert await moves.uploaded(row.id, URL)


async def test_of_a_deletion_and_the_end_of_an_upload_at_once_no_object_is_left_unknown(
    moves: Moves, recordings: Recordings, account: Account
) -> None:
    rows = [a_recording(account.id, status=RecordingStatus.COMPLETED, seconds=2.0) for _ in range(20)]
    for each in rows:
        await recordings.add(each)
        await moves.begin(each.id, URL, NOON)

    both = [moves.uploaded(each.id, URL) for each in rows], [deleted(recordings, each, "erased") for each in rows]
    await asyncio.gather(*both[0], *both[1])

    assert {each.recording_id for each in await moves.waiting()} == {each.id for each in rows}
    assert await moves.in_store() == 0


async def deleted(recordings: Recordings, row: Recording, how: str) -> None:
    if how == "erased":
        await recordings.save(erased(row))
    else:
        await recordings.delete(row.id)
