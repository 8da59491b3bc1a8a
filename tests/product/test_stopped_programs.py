"""Programs that are stopped, go on, or are killed, under streams and conversations of running calls."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.peers.audio import hears, tone
from tests.peers.callers import Caller, calling
from tests.peers.captured_line import TELLS_NOBODY
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.platform import Json, Platform, platform
from tests.peers.ports import Ports
from tests.peers.program_apart import ProgramApart
from tests.peers.stream_program import stream_program

pytestmark = [pytest.mark.sip, pytest.mark.slow]

SAID: Final = 700
PLAYED: Final = 1000
STOPPED_S: Final = 4.0
"""Well below the ten seconds that a program has for a pong."""


@asynccontextmanager
async def served(tmp_path: Path, ports: Ports, shop: Customer) -> AsyncIterator[tuple[Platform, ProgramApart]]:
    """A platform whose calls are heard by a program at once; `/after` plays a tone."""
    shop.flows["/tone.wav"] = tone(PLAYED, 120, dbov=-18).save(tmp_path / "tone.wav").read_bytes()
    shop.flows["/after"] = "<Response><Play>/tone.wav</Play></Response>"
    number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY, **TELLS_NOBODY}
    async with platform(tmp_path, ports, number=number) as telefoon:
        yield telefoon, ProgramApart(ports.one(), tmp_path)


async def streams_of(telefoon: Platform, caller: Caller) -> dict[str, Json]:
    """The call's streams by name."""
    return {each["name"]: each for each in (await telefoon.get(f"calls/{caller.call_id}/streams"))["streams"]}


def chunks(messages: list[Json]) -> list[int]:
    return [int(each["media"]["chunk"]) for each in messages]


async def test_calls_of_a_program_that_stands_still_go_on_and_others_notice_nothing(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with served(tmp_path, ports, shop) as (telefoon, apart), stream_program() as living, apart.running():
        at, beside = f"ws://127.0.0.1:{apart.port}", f"ws://127.0.0.1:{living.port}/media"
        connects = '<Response><Connect action="/after">{}</Connect></Response>'
        shop.flows["/start"] = connects.format(f'<Stream url="{at}/media" name="two-way" statusCallback="/told"/>')
        async with calling(telefoon, ports, SAID) as (streamed,):
            await apart.is_told("/media", "media", 20)
            shop.flows["/start"] = connects.format(f'<ConversationRelay url="{at}/talk" language="en-GB"/>')
            async with calling(telefoon, ports, SAID + 50) as (talking,):
                await apart.is_told("/talk", "setup")
                shop.flows["/start"] = (
                    f'<Response><Start><Stream url="{beside}"/></Start><Play>/tone.wav</Play></Response>'
                )
                async with calling(telefoon, ports, SAID + 100) as (other,):
                    await living.gets("media", times=20, within_s=30)

                    apart.signal(signal.SIGSTOP)
                    stopped_s = {each.hz: each.ear.now_s for each in (streamed, talking, other)}
                    for each in (streamed, talking):
                        await each.ear.hears_in_all(PLAYED, within_s=40, seconds=1, since_s=stopped_s[each.hz])
                    [_, failed] = await shop.is_asked("/told", times=2)
                    undisturbed = other.ear.heard(stopped_s[other.hz]), living.of_event("media")
                    statuses = [
                        (await telefoon.get(f"calls/{each.call_id}"))["status"] for each in (streamed, talking, other)
                    ]
                    row = (await streams_of(telefoon, streamed))["two-way"]

    after = {form.get("SessionStatus", "streamed"): form for form in shop.forms("/after")}
    assert statuses == ["in-progress"] * 3
    assert (failed["StreamEvent"], row["status"]) == ("stream-error", "failed")
    assert failed["StreamError"] == after["streamed"]["StreamError"] == row["error"]
    assert "ping" in row["error"] or "read" in row["error"]
    assert (after["failed"]["ErrorCode"], "ping" in after["failed"]["ErrorMessage"]) == ("39001", True)
    heard, sent = undisturbed
    assert hears(heard, PLAYED, seconds=0.7 * heard.seconds)
    assert chunks(sent) == list(range(1, len(sent) + 1))


async def test_a_program_that_goes_on_in_time_misses_nothing_and_one_that_is_killed_is_resumed_by_the_next(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with served(tmp_path, ports, shop) as (telefoon, apart):
        at = f"ws://127.0.0.1:{apart.port}"
        shop.flows["/start"] = (
            f'<Response><Start><Stream url="{at}/media" name="kept" reconnect="true" statusCallback="/kept"/></Start>'
            f'<Start><Stream url="{at}/beside" name="lost" statusCallback="/lost"/></Start>'
            f'<Connect action="/after"><ConversationRelay url="{at}/talk" language="en-GB" dtmfDetection="true" '
            'applicationReconnect="true"/></Connect></Response>'
        )
        async with AsyncExitStack() as stack:
            async with apart.running():
                [caller] = await stack.enter_async_context(calling(telefoon, ports, SAID))
                await apart.is_told("/talk", "setup", within_s=60)
                await apart.is_told("/media", "media", 20)

                apart.signal(signal.SIGSTOP)
                await asyncio.sleep(STOPPED_S)
                caller.ear.press("1")
                apart.signal(signal.SIGCONT)
                await apart.is_told("/talk", "dtmf")
                before = apart.told("/media", "media")
                await apart.is_told("/media", "media", len(before) + 50)
                in_time = await streams_of(telefoon, caller)

                await apart.killed()
            async with apart.running():
                [start] = await apart.is_told("/media", "start", run=1)
                [setup] = await apart.is_told("/talk", "setup", run=1)
                caller.ear.press("2")
                [_, key] = await apart.is_told("/talk", "dtmf", 2)
                sent = await apart.is_told("/media", "media", 50, run=1)
                await shop.is_asked("/lost", times=2)
                rows = await streams_of(telefoon, caller)
                status = (await telefoon.get(f"calls/{caller.call_id}"))["status"]
                talk_ended = bool(shop.forms("/after"))
                await telefoon.delete(f"calls/{caller.call_id}/streams/kept")
                await apart.is_told("/media", "closed", run=1)
                ended = (await streams_of(telefoon, caller))["kept"]
                resumed = await telefoon.noted(caller.call_id, "stream_resumed")

    whole = apart.told("/media", "media", run=0)
    assert chunks(whole) == list(range(1, len(whole) + 1))
    assert [each["status"] for each in in_time.values()] == ["in-progress", "in-progress"]
    assert (start["streamSid"], start["start"]["resumed"]) == (rows["kept"]["id"], True)
    assert resumed["stream"] == start["streamSid"]
    assert setup == apart.told("/talk", "setup", run=0)[0]
    assert (key["digit"], status, talk_ended) == ("2", "in-progress", False)
    assert len(sent) >= 50
    assert [form["StreamEvent"] for form in shop.forms("/lost")] == ["stream-started", "stream-error"]
    assert [form["StreamEvent"] for form in shop.forms("/kept")] == ["stream-started", "stream-stopped"]
    assert (rows["lost"]["status"], rows["lost"]["figures"]["close_code"]) == ("failed", 1006)
    assert (ended["status"], ended["figures"]["late_ms"] > 0, "error" in ended) == ("stopped", True, False)
