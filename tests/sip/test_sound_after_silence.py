"""G.722 of a far end that sends nothing between its sounds, and encodes each as if nothing had been before.

So does Asterisk. A decoder that goes by what it heard before the silence makes the first 50 ms three times too loud.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator

import numpy as np
import pytest

from engine.model.trunk import new_trunk
from engine.ports import DigitPressed, Ear, Said
from tests.peers.audio import Sound
from tests.peers.ear import RtpEar
from tests.peers.key_tones import key_tones
from tests.peers.raw_caller import HOST, audio, raw_caller
from tests.peers.raw_rtp import STEP_S, RawRtp
from tests.peers.rtp import Packet
from tests.peers.sip_message import Sdp
from tests.peers.waiting import eventually
from tests.peers.wide_codecs import FRAME_SAMPLES, G722, RATE_HZ
from tests.sip.conftest import Line, OpenLine
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip

KEY_S = 0.08
PAUSE_S = 0.28
LOUD = (-6.0, -6.0)
"""The levels of both tones in dBm0, as Asterisk has them."""


@pytest.fixture
async def line(open_line: OpenLine) -> AsyncIterator[Line]:
    async with open_line(codecs=["G722", "PCMA"]) as opened:
        yield opened


@pytest.fixture
def rtp() -> Iterator[RawRtp]:
    with RawRtp() as opened:
        yield opened


def offer(port: int) -> str:
    return audio(port).replace(
        "RTP/AVP 8\r\na=rtpmap:8 PCMA/8000", f"RTP/AVP {G722.payload_type}\r\n{G722.described}"[:-2]
    )


async def sound(rtp: RawRtp, what: Sound) -> None:
    """Send it by an encoder of its own; the marker is on the first packet (RFC 3551 section 4.1)."""
    encoder, pcm = G722(), what.at_rate(RATE_HZ).pcm
    for at in range(0, len(pcm) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        payload = encoder.encode(pcm[at : at + FRAME_SAMPLES])
        packet = Packet(G722.payload_type, rtp.sequence, rtp.timestamp, rtp.ssrc, payload, marker=at == 0)
        rtp.send(packet.bytes())
        rtp.pass_over(1)
        await asyncio.sleep(STEP_S)


async def keys_with_pauses(rtp: RawRtp, keys: str) -> None:
    """Each of them alone, and nothing between."""
    for key in keys:
        await sound(rtp, key_tones(key, dbm0=LOUD, seconds=KEY_S, pause_s=0))
        rtp.timestamp += round(PAUSE_S * 8000)
        await asyncio.sleep(PAUSE_S)


async def test_keys_are_heard_in_it(line: Line, rtp: RawRtp) -> None:
    async with raw_caller(line.port) as caller:
        trunk = new_trunk({"name": "carrier", "hosts": [f"{HOST}:{caller.port}"], "dtmf": "inband"})
        await line.agent.use_trunks([trunk])
        call = await in_a_call(line, caller, offer(rtp.port))
        described = Sdp.read((await caller.answer("INVITE")).body)
        rtp.target = (described.address, described.port)

        await keys_with_pauses(rtp, "159#0")

        def heard() -> str:
            return "".join(each.digit for each in call.seen if isinstance(each, DigitPressed))

        await eventually(lambda: heard() == "159#0", within_s=5, otherwise=lambda: f"159#0: {call.seen}")
        await call.leg.hang_up()


async def test_it_is_no_louder_at_its_beginnings(line: Line, rtp: RawRtp) -> None:
    with RtpEar() as ear:
        async with raw_caller(line.port) as caller, raw_caller(line.port) as listener:
            call = await in_a_call(line, caller, offer(rtp.port))
            described = Sdp.read((await caller.answer("INVITE")).body)
            rtp.target = (described.address, described.port)
            other = await in_a_call(line, listener, audio(ear.port))
            await line.agent.bridge.connect(Said(call.leg.id), Ear(other.leg.id))

            await keys_with_pauses(rtp, "159#0")

            await eventually(lambda: loudness(ear.heard()).size >= 12, within_s=5, otherwise=lambda: str(ear.heard()))
            levels = loudness(ear.heard())
            assert levels.max() < 1.5 * np.median(levels), levels
            await call.leg.hang_up()
            await other.leg.hang_up()


def loudness(heard: Sound) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """The mean amplitudes of all 20 ms that sound whole."""
    size = heard.rate_hz // 50
    windows = heard.pcm[: len(heard.pcm) // size * size].astype(float).reshape(-1, size)
    levels = np.abs(windows).mean(axis=1)
    return np.asarray(levels[levels > 0.3 * levels.max()])
