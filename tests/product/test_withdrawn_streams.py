"""Consent is withdrawn in mid-call: the last packet of the caller's that any stream, fork or recording still holds."""

import os
from pathlib import Path
from typing import Final

import numpy as np
import pytest
import soundfile

from tests.peers.callers import Caller, calling
from tests.peers.capture import Capture
from tests.peers.captured_line import TELLS_NOBODY
from tests.peers.captured_messages import answered_at
from tests.peers.customer import Customer
from tests.peers.g711 import PCMA
from tests.peers.noise_frames import heard_by, noise_frames, sent_at, sound_of
from tests.peers.platform import Platform, platform
from tests.peers.ports import Ports
from tests.peers.rtp import Packet
from tests.peers.stream_program import stream_program
from tests.peers.waiting import lasting

pytestmark = [
    pytest.mark.sip,
    pytest.mark.skipif(os.geteuid() != 0, reason="capturing packets needs root"),
]

EVENTS: Final = 101
HEARD: Final = 20
"""Packets, at least, that everybody has heard before."""
A_PACKET_S: Final = 0.02
HELD_UP_S: Final = 1.0
"""For which a busy machine may keep back whoever is to run. How long it takes is a figure of the bench."""


@pytest.mark.parametrize("how", ["digit", "api"])
async def test_nothing_that_is_said_after_consent_is_withdrawn_is_streamed_or_recorded(
    tmp_path: Path, ports: Ports, shop: Customer, how: str
) -> None:
    frames = noise_frames(4500)
    async with stream_program() as two_way, stream_program() as desk, stream_program() as both:
        programs = (two_way, desk, both)
        forks = "".join(
            f'<Start><Stream url="ws://127.0.0.1:{each.port}/media" audioFormat="alaw" track="{track}"/></Start>'
            for each, track in ((desk, "inbound_track"), (both, "both_tracks"))
        )
        shop.flows["/start"] = (
            f'<Response><Start><Recording channels="mono" track="inbound"/></Start>{forks}'
            f'<Connect><Stream url="ws://127.0.0.1:{two_way.port}/media" audioFormat="alaw"/></Connect></Response>'
        )
        number = {"--url": shop.url("/start"), "--consent": "announce", **TELLS_NOBODY}
        async with platform(tmp_path, ports, {"CODECS": "PCMA"}, number=number) as telefoon:
            with Capture() as capture:
                async with calling(telefoon, ports, 500) as (caller,):
                    capture.add(caller.ear.port)
                    caller.ear.say(sound_of(frames), for_ever=True)
                    for each in programs:
                        await each.gets("media", times=100, within_s=60)
                    withdrawn_s = await _withdraws(telefoon, caller, capture, how)
                    await lasting(1.5)
                    await telefoon.patch(f"calls/{caller.call_id}", {"status": "completed"})
                    said = capture.datagrams(source=caller.ear.port)
                    streamed = [heard_by(each) for each in programs]
                _, wav = await telefoon.recording(tmp_path, call_id=caller.call_id)

    # A packet's samples come out in their order, some of them in the next 20 ms: a jitter buffer is in the way.
    since_s = {frame: at_s - withdrawn_s for frame, at_s in sent_at(said).items()}
    held = [[at_s for frame, at_s in since_s.items() if frame in kept] for kept in (*streamed, _coded(wav))]
    assert max(since_s.values()) > 1, "the caller went on speaking"
    for moments in held:
        assert len(moments) > HEARD, "it was heard before"
        assert max(moments) <= (A_PACKET_S if how == "api" else HELD_UP_S)


def _coded(wav: Path) -> bytes:
    """A recording in A-law, in which 20 ms of it are as they were sent."""
    pcm, _ = soundfile.read(wav, dtype="int16")
    return PCMA.encode(np.asarray(pcm, np.int16))


async def _withdraws(telefoon: Platform, caller: Caller, capture: Capture, how: str) -> float:
    """Withdraw; the moment of the second key's first packet, or of the answer (seconds since 1970)."""
    if how == "api":
        capture.add(telefoon.http_port)
        status, _ = await telefoon.patch(f"calls/{caller.call_id}", {"consent": "withdrawn"})
        assert status == 200
        return await answered_at(capture, telefoon.http_port, "PATCH")
    caller.ear.press("*0")
    await telefoon.noted(caller.call_id, "consent_withdrawn", within_s=30)
    sent = [(each.at_s, Packet.read(each.payload)) for each in capture.datagrams(source=caller.ear.port)]
    keys = [(at_s, packet.timestamp) for at_s, packet in sent if packet.payload_type == EVENTS]
    return next(at_s for at_s, timestamp in keys if timestamp != keys[0][1])
