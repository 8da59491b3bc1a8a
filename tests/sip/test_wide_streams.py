"""Media streams of legs with wideband codecs: 16 kHz reach the program and come from it, without a detour over 8."""

from pathlib import Path

import pytest

from engine.ports import Answered, DialRequest, Ear, MediaChanged, Said, StreamEncoding, StreamFormat, StreamTrack
from tests.peers.audio import Sound, hears, level_of_tone, tone
from tests.peers.baresip import baresip
from tests.peers.ear import RtpEar
from tests.peers.ports import Ports
from tests.peers.stream_program import pcm_of, stream_program
from tests.sip.conftest import OpenLine, Watch
from tests.sip.streamed import plan_of, streaming, talking, told

pytestmark = pytest.mark.sip

WIDE_HZ = 16000
HIGH_HZ = 6000
"""No telephone of 8 kHz carries it."""
USER = "wide"


@pytest.mark.parametrize("codec", ["G722", "opus"])
async def test_high_sound_goes_both_ways(open_line: OpenLine, ports: Ports, tmp_path: Path, codec: str) -> None:
    wide = StreamFormat(StreamEncoding.L16, WIDE_HZ)
    async with (
        baresip(tmp_path / "phone", ports, USER, codec=codec, tone_hz=HIGH_HZ) as phone,
        open_line(codecs=["opus", "G722", "PCMA"]) as line,
        stream_program() as program,
    ):
        request = DialRequest(f"sip:{USER}@127.0.0.1:{phone.port}", "+3225550100", "CA1")
        call = Watch(await line.agent.dial(request)).start()
        await call.sees(Answered)
        await call.sees(MediaChanged)
        async with streaming(line, plan_of(program.port, two_way=True, sound=wide)) as stream:
            await stream.wire.hear(Said(call.leg.id), StreamTrack.INBOUND)
            await stream.wire.speak(told(call.leg.id), Ear(call.leg.id))
            await program.gets("start")
            await program.says_samples(tone(5000, 2, dbov=-18, rate_hz=WIDE_HZ))
            await program.marks_here("end")
            await program.gets("mark")
            media = await program.gets("media", times=100)
        await call.leg.hang_up()
        await call.ends()
        heard = await phone.heard()

    assert hears(Sound.of_pcm(pcm_of(media), WIDE_HZ), HIGH_HZ, seconds=1)
    assert hears(heard, 5000, seconds=1.5)


async def test_rates_that_are_no_multiples_of_each_other_fit_too(
    open_line: OpenLine, ports: Ports, ear: RtpEar
) -> None:
    """The bridge has 16 kHz, the stream 24."""
    widest = StreamFormat(StreamEncoding.L16, 24000)
    async with (
        open_line(codecs=["G722", "PCMA"]) as line,
        talking(line, ports, ear, two_way=True, sound=widest) as (call, program, stream),
    ):
        ear.say(tone(700, 1, dbov=-18), for_ever=True)
        await stream.wire.hear(Said(call.leg.id), StreamTrack.INBOUND)
        await stream.wire.speak(told(call.leg.id), Ear(call.leg.id))
        await program.gets("start")
        await program.says_samples(tone(1000, 1, dbov=-18, rate_hz=24000))
        await program.clears()
        await program.says_samples(tone(1500, 2, dbov=-18, rate_hz=24000))
        await ear.hears_in_all(1500, seconds=1.8, within_s=10)
        media = await program.gets("media", times=100)

    heard = Sound.of_pcm(pcm_of(media), 24000)
    assert hears(heard, 700, seconds=1.5)
    assert heard.part(1).level_dbov == pytest.approx(-18, abs=1)
    level = level_of_tone(ear.heard(), 1500, least_s=1)
    assert level == pytest.approx(-18, abs=1)
