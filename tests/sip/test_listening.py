"""Hearing a leg as bytes: what the far end says arrives in time, and is nowhere on a disk."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from engine.aio.tasks import stopped
from engine.ports import MediaChanged, Said
from tests.peers.audio import Sound, hears, tone
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.scenario import answers, gets_bye, is_called, receives, scenario, sdp
from tests.peers.sipp import sipp
from tests.peers.waiting import eventually, within
from tests.sip.conftest import Line, dial
from tests.sip.heard_calls import called

pytestmark = pytest.mark.sip


async def collected(stream: AsyncIterator[bytes], into: bytearray) -> None:
    async for heard in stream:
        into += heard


async def holds(pcm: bytearray, hz: int, rate_hz: int) -> None:
    """Wait until a tone was there for half a second."""
    await eventually(
        lambda: hears(sound(pcm, rate_hz), hz, seconds=0.5),
        within_s=10,
        otherwise=lambda: f"half a second of {hz} Hz, of {sound(pcm, rate_hz).seconds:.1f} s",
    )


def sound(pcm: bytearray, rate_hz: int) -> Sound:
    return Sound.of_pcm(np.frombuffer(bytes(pcm), np.int16), rate_hz)


@pytest.mark.alone("the delay is measured")
async def test_what_the_far_end_says_is_heard_within_half_a_second_and_keeps_time(
    line: Line, ports: Ports, ear: RtpEar
) -> None:
    bridge = line.agent.bridge
    async with called(line, ports, ear) as call:
        pcm = bytearray()
        async with bridge.listen(Said(call.leg.id)) as stream:
            begun = time.monotonic()
            listening = asyncio.create_task(collected(stream, pcm))
            await asyncio.sleep(1)
            ear.say(tone(700, 2, dbov=-18))
            await asyncio.sleep(3)
            late = time.monotonic() - begun - len(pcm) / 2 / bridge.rate_hz
        async with within(1):
            await listening  # it ends when the context is left

        heard = sound(pcm, bridge.rate_hz)
        assert hears(heard, 700, seconds=1.8)
        assert not hears(heard.part(0, 0.8), 700)
        assert late < 0.7, "what is heard is handed on at once"


async def test_two_legs_are_heard_apart_and_one_after_the_other_on_the_same_leg(line: Line, ports: Ports) -> None:
    bridge = line.agent.bridge
    with RtpEar() as one, RtpEar() as two:
        async with called(line, ports, one) as first, called(line, ports, two) as second:
            one.say(tone(400, 1, dbov=-18), for_ever=True)
            two.say(tone(900, 1, dbov=-18), for_ever=True)
            for _ in range(5):
                of_first, of_second = bytearray(), bytearray()
                async with bridge.listen(Said(first.leg.id)) as stream, bridge.listen(Said(second.leg.id)) as other:
                    tasks = [
                        asyncio.create_task(collected(stream, of_first)),
                        asyncio.create_task(collected(other, of_second)),
                    ]
                    await holds(of_first, 400, bridge.rate_hz)
                    await holds(of_second, 900, bridge.rate_hz)
                    for task in tasks:
                        task.cancel()
                assert not hears(sound(of_first, bridge.rate_hz), 900)
                assert not hears(sound(of_second, bridge.rate_hz), 400)


async def test_nothing_that_was_said_is_on_a_disk_and_nothing_stays_open(
    line: Line, ports: Ports, ear: RtpEar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    async with called(line, ports, ear) as call:
        ear.say(tone(700, 1, dbov=-18), for_ever=True)
        files = {path for path in tmp_path.rglob("*") if path.is_file()}
        async with line.agent.bridge.listen(Said(call.leg.id)) as stream:
            pcm = bytearray()
            listening = asyncio.create_task(collected(stream, pcm))
            await eventually(lambda: bool(pcm), within_s=5, otherwise=lambda: "something is heard")
            listening.cancel()
            assert {path for path in tmp_path.rglob("*") if path.is_file()} == files
            assert not list(tmp_path.glob("telefoon-*"))
            assert sounds_open() == 0, "it is in no file, not even one in memory"
            assert line.agent._switch._ports.listeners
        assert not line.agent._switch._ports.listeners


@pytest.mark.parametrize("way", ["mute", "hold"])
async def test_who_is_muted_or_held_is_heard_as_silence_that_keeps_time(
    line: Line, ports: Ports, ear: RtpEar, way: str
) -> None:
    bridge = line.agent.bridge
    async with called(line, ports, ear) as call:

        async def silence(wanted: bool) -> None:
            leg = call.leg.id
            await (bridge.mute(leg, muted=wanted) if way == "mute" else bridge.hold(leg, held=wanted))

        ear.say(tone(700, 1, dbov=-18), for_ever=True)
        pcm = bytearray()
        async with bridge.listen(Said(call.leg.id)) as stream:
            listening = asyncio.create_task(collected(stream, pcm))
            await holds(pcm, 700, bridge.rate_hz)

            await silence(True)
            pcm.clear()
            await seconds_of(pcm, 1, bridge.rate_hz)
            assert not hears(sound(pcm, bridge.rate_hz).part(0.3, 1), 700, seconds=0.1)

            await silence(False)
            await holds(pcm, 700, bridge.rate_hz)
            await stopped(listening)


async def test_listening_goes_on_over_reinvites(line: Line, ports: Ports, ear: RtpEar) -> None:
    bridge, pcm = line.agent.bridge, bytearray()
    held, back = (receives("INVITE") + answers(200, "OK", sdp(version=each)) + receives("ACK") for each in (2, 3))
    script = scenario(is_called(), held, back, gets_bye())
    async with sipp(script, ports, keys={"ear": ear.port}) as far_end:
        call = await dial(line, far_end.port)
        await call.sees(MediaChanged)
        ear.follow((await far_end.gets("INVITE")).sdp)
        ear.say(tone(700, 1, dbov=-18), for_ever=True)
        async with bridge.listen(Said(call.leg.id)) as stream:
            listening = asyncio.create_task(collected(stream, pcm))
            await holds(pcm, 700, bridge.rate_hz)

            await line.agent.hold(call.leg.id, held=True)
            await call.sees(MediaChanged, times=2)
            await line.agent.hold(call.leg.id, held=False)
            await call.sees(MediaChanged, times=3)

            pcm.clear()
            await holds(pcm, 700, bridge.rate_hz)
            await stopped(listening)
        await call.leg.hang_up()
        await call.ends()


async def test_listening_outlives_the_leg_and_ends_in_order(line: Line, ports: Ports, ear: RtpEar) -> None:
    async with called(line, ports, ear) as call:
        async with line.agent.bridge.listen(Said(call.leg.id)) as stream:
            await call.leg.hang_up()
            await call.ends()
            async with within(2):
                assert await anext(stream)
        assert await line.agent.bridge.level(Said(call.leg.id)) == 0.0


async def seconds_of(pcm: bytearray, seconds: float, rate_hz: int) -> None:
    """Wait until there is so much."""
    await eventually(
        lambda: sound(pcm, rate_hz).seconds >= seconds,
        within_s=10,
        otherwise=lambda: f"{seconds} s, of {sound(pcm, rate_hz).seconds:.1f} s",
    )


def sounds_open() -> int:
    links = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            links.append(str(entry.readlink()))
        except FileNotFoundError:  # the listing's own descriptor
            continue
    return sum("telefoon-sound" in link for link in links)
