"""Streams of a call that another node carries: begun, listed and stopped by any node, by both interfaces."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.cluster.test_forwarding import in_progress, pair
from tests.peers.platform import Json, Platform
from tests.peers.ports import Ports
from tests.peers.stream_program import StreamProgram, stream_program
from tests.peers.twilio_client import does, refusal, twilio_client
from tests.peers.waiting import eventually

pytestmark = [pytest.mark.sip, pytest.mark.postgres]


@asynccontextmanager
async def streamed(folder: Path, ports: Ports, database: str) -> AsyncIterator[tuple[Platform, str, StreamProgram]]:
    """The node that has not the call, the call, and a program."""
    async with pair(folder, ports, database) as (_, (a, b)), stream_program() as program:
        told = {"consent": {"policy": "none-needed", "basis": "A test's own calls"}}
        yield b, await in_progress(a, **told), program


async def listed(node: Platform, call_id: str) -> dict[str, Json]:
    """The call's streams by name."""
    return {each["name"]: each for each in (await node.get(f"calls/{call_id}/streams"))["streams"]}


async def is_closed(program: StreamProgram) -> None:
    await eventually(lambda: program.close_code == 1000, within_s=10, otherwise=lambda: f"{program.messages[-1]}")


async def test_the_node_with_the_call_begins_and_stops_streams_that_another_was_asked_for(
    tmp_path: Path, ports: Ports, database: str
) -> None:
    async with streamed(tmp_path, ports, database) as (other, call_id, program):
        path, url = f"calls/{call_id}/streams", f"ws://127.0.0.1:{program.port}/media"
        by_id = await other.post(path, {"url": url, "name": "one"})
        await program.gets("media", times=20, within_s=30)
        begun = await listed(other, call_id)
        twice, problem = await other.refuses(path, {"url": url, "name": "one"})
        await other.delete(f"{path}/{by_id['id']}")
        await is_closed(program)
        async with stream_program() as second:
            await other.post(path, {"url": f"ws://127.0.0.1:{second.port}/media", "name": "two"})
            await second.gets("media", times=20, within_s=30)
            await other.delete(f"{path}/two")
            await is_closed(second)
        async with other.client.delete(f"{path}/nobody") as unknown:
            assert unknown.status == 404
        ended = await listed(other, call_id)

    assert (begun["one"]["id"], begun["one"]["status"]) == (by_id["id"], "in-progress")
    assert (twice, "one already" in problem["detail"]) == (409, True)
    assert {name: each["status"] for name, each in ended.items()} == {"one": "stopped", "two": "stopped"}
    assert ended["one"]["figures"]["sent_messages"] >= 20


async def test_programs_of_another_cloud_begin_and_stop_streams_by_any_node(
    tmp_path: Path, ports: Ports, database: str
) -> None:
    async with streamed(tmp_path, ports, database) as (other, call_id, program):
        client = await does(twilio_client, other)
        streams, url = client.calls(call_id).streams, f"ws://127.0.0.1:{program.port}/media"
        first = await does(streams.create, url, name="one")
        await program.gets("media", times=20, within_s=30)
        stopped = await does(client.calls(call_id).streams(first.sid).update, "stopped")
        await is_closed(program)
        async with stream_program() as second:
            await does(streams.create, f"ws://127.0.0.1:{second.port}/media", name="two")
            await second.gets("media", times=20, within_s=30)
            by_name = await does(client.calls(call_id).streams("two").update, "stopped")
            await is_closed(second)
        unknown = await refusal(client.calls(call_id).streams("nobody").update, "stopped")
        ended = await listed(other, call_id)

    assert (first.status, stopped.sid, stopped.status) == ("in-progress", first.sid, "stopped")
    assert (by_name.name, by_name.status) == ("two", "stopped")
    assert unknown == (404, 20404)
    assert {each["status"] for each in ended.values()} == {"stopped"}
