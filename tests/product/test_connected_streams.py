"""Programs that speak on real calls: what the far end hears of them and when, and what goes on under a stream."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.peers.audio import hears, tone, when_heard
from tests.peers.callers import Caller, calling
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.platform import ACCOUNT, Platform, platform
from tests.peers.ports import Ports
from tests.peers.stream_program import StreamProgram, stream_program
from tests.peers.waiting import eventually

pytestmark = pytest.mark.sip

SAID: Final = 700
SPOKEN: Final = 1000
AFTER: Final = 1500


@asynccontextmanager
async def connected(
    tmp_path: Path, ports: Ports, shop: Customer
) -> AsyncIterator[tuple[Platform, Caller, StreamProgram]]:
    """A caller whose call is given to a program, which begins to speak as soon as it is told of the stream."""
    shop.flows["/tone.wav"] = tone(AFTER, 60, dbov=-18).save(tmp_path / "tone.wav").read_bytes()
    shop.flows["/done"] = "<Response><Play>/tone.wav</Play></Response>"
    async with stream_program() as program:
        url = f"ws://127.0.0.1:{program.port}/media"
        shop.flows["/start"] = (
            f'<Response><Connect action="/done"><Stream url="{url}" name="agent"/></Connect></Response>'
        )
        number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
        async with platform(tmp_path, ports, number=number) as telefoon:
            telefoon.telefoon("accounts", "spoken-name", ACCOUNT, "Bakkerij Jansen")
            async with calling(telefoon, ports, SAID) as (caller,):
                [start] = await program.gets("start", within_s=60)
                program.sid = start["streamSid"]
                await program.says(tone(SPOKEN, 2, dbov=-18))
                await program.marks_here("spoken")
                yield telefoon, caller, program


async def test_a_program_is_heard_from_its_first_sound_on_but_not_before_the_notice_has_ended(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with connected(tmp_path, ports, shop) as (telefoon, caller, program):
        disclosed = await telefoon.noted(caller.call_id, "disclosed", within_s=60)
        await program.gets("mark", within_s=30)
        await caller.ear.hears_in_all(SPOKEN, seconds=1.9, within_s=10)
        heard = caller.ear.heard()
        await program.gets("media", times=50)
        caller.ear.press("4")
        [key] = await program.gets("dtmf")

        await program.says(tone(SPOKEN, 30, dbov=-18))
        for name in ("one", "two"):
            await program.marks_here(name)
        await caller.ear.hears(SPOKEN, within_s=10, since_s=caller.ear.now_s)
        await program.clears()
        await program.gets("mark", times=3)
        await asyncio.sleep(0.3)
        quiet_since = caller.ear.now_s
        await asyncio.sleep(1)
        cleared = not hears(caller.ear.heard(quiet_since), SPOKEN, seconds=0.05)

        assert program.socket is not None
        await program.socket.close()
        await caller.ear.hears(AFTER, within_s=30)
        [asked] = await shop.is_asked("/done")
        [stream] = (await telefoon.get(f"calls/{caller.call_id}/streams"))["streams"]

    assert disclosed["policy"] == "announce"
    # Words of the notice have any tone for a moment.
    [first, *_] = [each for each in when_heard(heard, SPOKEN) if each.end_s - each.start_s > 0.5]
    assert first.start_s > 2, "the notice takes longer than that"
    assert hears(program.heard(), SAID, seconds=0.8)
    assert (key["dtmf"], program.marks()) == ({"track": "inbound_track", "digit": "4"}, ["spoken", "one", "two"])
    assert cleared
    assert (asked["StreamSid"], stream["status"], stream["two_way"]) == (stream["id"], "stopped", True)
    assert stream["figures"]["marks"] == 3


async def test_a_stream_goes_on_under_hold_and_a_conference_and_ends_with_another_flow(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with connected(tmp_path, ports, shop) as (telefoon, caller, program):
        call = f"calls/{caller.call_id}"
        await program.gets("mark", within_s=60)
        await telefoon.patch(call, {"hold": True})
        await asyncio.sleep(0.5)
        since = len(program.of_event("media"))
        await program.says(tone(SPOKEN, 0.5, dbov=-18))
        await program.marks_here("on hold")
        await program.gets("mark", times=2)
        await asyncio.sleep(1)
        silent = not hears(program.heard(since=since), SAID, seconds=0.2)
        await telefoon.patch(call, {"hold": False})
        heard_since = caller.ear.now_s
        await program.says(tone(SPOKEN, 1, dbov=-18))
        await caller.ear.hears_in_all(SPOKEN, seconds=0.9, within_s=10, since_s=heard_since)
        async with stream_program() as beside:
            one_way = {"url": f"ws://127.0.0.1:{beside.port}/media", "name": "beside"}
            await telefoon.post(f"{call}/streams", one_way)
            await beside.gets("media", times=20)
            room = "<Response><Dial><Conference>board</Conference></Dial></Response>"
            status, _ = await telefoon.patch(call, {"flow": room})
            await telefoon.noted(caller.call_id, "conference_joined")
            await eventually(
                lambda: program.close_code is not None, within_s=10, otherwise=lambda: f"{program.messages[-1]}"
            )
            before = len(beside.of_event("media"))
            await beside.gets("media", times=before + 60)
            in_room = hears(beside.heard(since=before), SAID, seconds=0.8)

    assert silent
    assert (status, program.close_code, program.messages[-1]["event"]) == (200, 1000, "stop")
    assert in_room
