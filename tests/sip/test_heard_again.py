"""Whose sound is asked for again is heard as it is now: nothing of what it was when the last one stopped is left."""

import asyncio

import numpy as np
import pytest

from engine.ports import Ear, Said
from tests.peers.audio import joined, tone
from tests.peers.ear import RtpEar
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.sip_message import Sdp
from tests.peers.wide_ear import WideEar
from tests.sip.conftest import OpenLine
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

LOUD_HZ, QUIET_HZ = 1000, 600
LOUD_THEN_QUIET = joined(tone(LOUD_HZ, 2, dbov=-6), tone(QUIET_HZ, 20, dbov=-30))
LOUD_S = 2.0


@pytest.mark.parametrize("codec", ["PCMA", "G722", "opus"])
async def test_who_is_listened_to_again_is_not_heard_as_it_was(open_line: OpenLine, codec: str) -> None:
    async with open_line(codecs=[codec, "PCMA"]) as line, raw_caller(line.port) as one, raw_caller(line.port) as other:
        with RtpEar() if codec == "PCMA" else WideEar(codec, LOUD_THEN_QUIET) as speaks, RtpEar() as ear:
            offer = audio(speaks.port) if isinstance(speaks, RtpEar) else speaks.offer
            speaker = await in_a_call(line, one, offer)
            listener = await in_a_call(line, other, audio(ear.port))
            said, heard_by = Said(speaker.leg.id), Ear(listener.leg.id)
            await line.agent.bridge.connect(said, heard_by)
            speaks.follow(Sdp.read((await one.answer("INVITE")).body))
            if isinstance(speaks, RtpEar):
                speaks.say(LOUD_THEN_QUIET)
            await ear.hears(LOUD_HZ, within_s=5, seconds=0.2)

            await line.agent.bridge.disconnect(said, heard_by)
            await asyncio.sleep(LOUD_S)
            again_s = ear.now_s
            await line.agent.bridge.connect(said, heard_by)
            await ear.hears(QUIET_HZ, within_s=5, seconds=0.3, since_s=again_s)

            pcm = ear.heard(again_s).pcm
            levels = np.abs(pcm[: len(pcm) // 160 * 160].astype(float)).reshape(-1, 160).mean(axis=1)
            assert levels.max() < 2 * np.median(levels), levels
            await speaker.leg.hang_up()
            await listener.leg.hang_up()
