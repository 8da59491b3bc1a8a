"""Legs that hear nothing are sent silence, which Opus encodes once for all of them."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from engine.ports import Ear, MediaChanged
from tests.peers.audio import Sound, hears, tone, when_heard
from tests.peers.phone import phone
from tests.sip.conftest import OpenLine, Watch
from tests.sip.passing import holds

pytestmark = pytest.mark.sip


@pytest.mark.parametrize("codec", ["opus", "G722", "PCMA"])
async def test_what_comes_after_a_silence_is_heard_from_its_begin_and_by_its_listener_alone(
    open_line: OpenLine, tmp_path: Path, codec: str
) -> None:
    prompt = tone(700, 2, rate_hz=16000).save(tmp_path / "prompt.wav")
    async with AsyncExitStack() as stack:
        line = await stack.enter_async_context(open_line(codecs=[codec, "PCMA"]))
        calls, kept = [], [tmp_path / "one.wav", tmp_path / "other.wav"]
        for path in kept:
            target = f"sip:+3225550199@127.0.0.1:{line.port}"
            await stack.enter_async_context(phone("--dial", target, "--record", str(path)))
            leg, _ = await line.takes()
            calls.append(Watch(leg).start())
            await leg.answer()
            await calls[-1].sees(MediaChanged)
        await asyncio.sleep(2)  # until both are sent one silence

        await line.agent.bridge.play(prompt, to=[Ear(calls[0].leg.id)])
        await holds(kept[0], 700, seconds=1.9)

        for call in calls:
            await call.leg.hang_up()
            await call.ends()
    one, other = (Sound.of_file(path) for path in kept)
    (heard,) = when_heard(one, 700)
    assert heard.seconds == pytest.approx(2, abs=0.1)
    assert not hears(other, 700, seconds=0.1)
