"""Streams as they are stored."""

from dataclasses import replace

import pytest

from engine.ids import IdKind, new_id
from engine.model.accounts import Account
from engine.model.callback import Callback
from engine.model.stream import MediaStream, StreamEnding, StreamFigures, ended
from engine.store.calls import Calls
from engine.store.database import Database
from engine.store.streams import MediaStreams
from tests.unit.store.samples import a_call, at


@pytest.fixture
def streams(db: Database) -> MediaStreams:
    return MediaStreams(db)


@pytest.fixture
async def begun(calls: Calls, account: Account) -> MediaStream:
    """A stream of a stored call, with all that it may have at its beginning."""
    call = a_call(account.id)
    await calls.add(call)
    return MediaStream(
        new_id(IdKind.STREAM), account.id, call.id, "node-1", "wss://a.example/média", "both_tracks", True, at(1),
        name="desk", consent=new_id(IdKind.CONSENT), callback=Callback("https://b.example/", "GET"),
    )  # fmt: skip


async def test_a_stream_comes_back_as_it_was_with_the_figures_of_its_end(
    streams: MediaStreams, begun: MediaStream
) -> None:
    await streams.add(begun)
    assert await streams.get(begun.id) == begun
    over = ended(begun, StreamEnding.BROKE, at(2), StreamFigures(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1006), "It broke.")

    await streams.save(over)

    assert await streams.get(begun.id) == over
    assert await streams.get("MZ1") is None


async def test_streams_of_a_call_are_found_newest_first_and_by_identifier_or_name(
    streams: MediaStreams, begun: MediaStream
) -> None:
    later = replace(begun, id=new_id(IdKind.STREAM), started_at=at(3))
    unnamed = replace(begun, id=new_id(IdKind.STREAM), started_at=at(2), name=None)
    for each in (begun, later, unnamed):
        await streams.add(each)

    assert await streams.of_call(begun.call_id) == ([later, unnamed, begun], 3)
    assert await streams.of_call(begun.call_id, page=2, page_size=2) == ([begun], 3)
    assert await streams.named(begun.call_id, "desk") == later
    assert await streams.named(begun.call_id, unnamed.id) == unnamed
    assert await streams.named(begun.call_id, "other") is None


async def test_what_a_node_has_left_open_is_found(streams: MediaStreams, begun: MediaStream) -> None:
    over = ended(replace(begun, id=new_id(IdKind.STREAM)), StreamEnding.STOPPED, at(2), StreamFigures())
    for each in (begun, over, replace(begun, id=new_id(IdKind.STREAM), node="node-2")):
        await streams.add(each)

    assert await streams.open_on("node-1") == [begun]
