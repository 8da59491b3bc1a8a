"""The thread that reads packets gets no processor for a while: what is said meanwhile is heard all the same."""

import os
import time
from pathlib import Path
from typing import Final

import pytest

from tests.peers.callers import calling
from tests.peers.capture import Capture
from tests.peers.customer import Customer
from tests.peers.held_thread import hold_up
from tests.peers.named_threads import READS_PACKETS, threads_named
from tests.peers.noise_frames import heard_by, noise_frames, sent_at, sound_of
from tests.peers.platform import platform
from tests.peers.ports import Ports
from tests.peers.stream_program import stream_program
from tests.peers.waiting import lasting

pytestmark = [
    pytest.mark.sip,
    pytest.mark.skipif(os.geteuid() != 0, reason="holding up a thread, and capturing packets, needs root"),
]

HELD_UP_S: Final = 0.4
"""Once: a jitter buffer that was empty for so long keeps as much from then on."""
BEFORE_S: Final = 0.1
FEW: Final = 10
"""Frames of 20 ms."""
HZ: Final = 8000


async def test_what_is_said_while_the_reader_of_packets_is_held_up_is_heard(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    async with stream_program() as program:
        stream = f'<Stream url="ws://127.0.0.1:{program.port}/media" audioFormat="alaw"/>'
        shop.flows["/start"] = f'<Response><Start>{stream}</Start><Pause length="120"/></Response>'
        number = {"--url": shop.url("/start"), "--consent": "none-needed", "--consent-basis": "It is noise."}
        async with platform(tmp_path, ports, {"CODECS": "PCMA"}, number=number) as telefoon:
            with Capture() as capture:
                async with calling(telefoon, ports, 500) as (caller,):
                    capture.add(caller.ear.port)
                    caller.ear.say(sound_of(noise_frames(4500)), for_ever=True)
                    await program.gets("media", times=50, within_s=60)
                    reader = int(threads_named(telefoon.pid, READS_PACKETS)[0].name)
                    began_s = time.time()
                    await hold_up(reader, HELD_UP_S)
                    await lasting(0.5)
                    said_s = sent_at(capture.datagrams(source=caller.ear.port))
                    heard = heard_by(program)

    assert made_up_s(said_s, heard, began_s, began_s + HELD_UP_S) < HELD_UP_S / 2, "most of it was heard in its time"


def made_up_s(said_s: dict[bytes, float], heard: bytes, began_s: float, ended_s: float) -> float:
    """Seconds by which what was said from just before began until it ended is longer where it was heard."""
    frames = [frame for frame, at_s in said_s.items() if began_s - BEFORE_S < at_s < ended_s and frame in heard]
    assert len(frames) > FEW, "it was heard"
    spread = heard.find(frames[-1]) - heard.find(frames[0])
    return (spread - sum(map(len, frames[:-1]))) / HZ
