"""`telefoon events` at a running server, before and after it was restarted."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.peers.phone import phone
from tests.peers.platform import Platform, platform
from tests.peers.ports import Ports
from tests.peers.waiting import within

pytestmark = pytest.mark.sip

HANGUP = [{"verb": "hangup"}]


@asynccontextmanager
async def following(telefoon: Platform, *more: str) -> AsyncIterator[asyncio.StreamReader]:
    """What `telefoon events --follow --json` prints, from when it has reached the server."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "api.cli", "events", "--follow", "--json", *more),
        env=telefoon.environment | {"TELEFOON_API_KEY": telefoon.key},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        async with within(15):
            assert (await process.stderr.readline()).startswith(b"Following")
        yield process.stdout
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def until_completed(printed: asyncio.StreamReader, call_id: str) -> list[dict[str, Any]]:
    """The call's events up to its end."""
    found: list[dict[str, Any]] = []
    async with within(30):
        async for line in printed:
            event = json.loads(line)
            if event["call_id"] == call_id:
                found.append(event)
                if event["kind"] == "status" and event["facts"].get("status") == "completed":
                    break
    return found


async def test_who_follows_sees_each_event_once_also_across_a_restart(tmp_path: Path, ports: Ports) -> None:
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(phone())
        trunk = {"TRUNK": f"sip:127.0.0.1:{desk.port}"}
        telefoon = await stack.enter_async_context(platform(tmp_path, ports, trunk))
        printed = await stack.enter_async_context(following(telefoon))
        before = (await telefoon.place("+3225550188", flow=HANGUP))["id"]
        seen_before = await until_completed(printed, before)

        await telefoon.end()
        await telefoon.start()
        after = (await telefoon.place("+3225550188", flow=HANGUP))["id"]
        seen_after = await until_completed(printed, after)

        stored = {call: await telefoon.events(call) for call in (before, after)}

    for seen, call in ((seen_before, before), (seen_after, after)):
        identifiers = [event["id"] for event in seen]
        assert identifiers == sorted(set(identifiers))
        assert identifiers == [event["id"] for event in stored[call]][: len(identifiers)]


async def test_a_call_is_told_and_the_command_ends(tmp_path: Path, ports: Ports) -> None:
    async with phone() as desk, platform(tmp_path, ports, {"TRUNK": f"sip:127.0.0.1:{desk.port}"}) as telefoon:
        call = (await telefoon.place("+3225550188", flow=HANGUP))["id"]
        await telefoon.ended_call(call)

        told = await asyncio.to_thread(telefoon.telefoon, "events", "--call", call, "--key", telefoon.key)

    assert "verb" in told
    assert "completed" in told


async def test_a_key_that_is_none_is_told_in_a_sentence(tmp_path: Path, ports: Ports) -> None:
    async with platform(tmp_path, ports) as telefoon:
        command = (sys.executable, "-m", "api.cli", "events", "--follow", "--key", "wrong")
        process = await asyncio.create_subprocess_exec(
            *command, env=telefoon.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        async with within(20):
            _, error = await process.communicate()

    assert process.returncode == 1
    assert "key" in error.decode()
    assert "Traceback" not in error.decode()
