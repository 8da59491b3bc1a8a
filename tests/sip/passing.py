"""Waiting for sound itself, by the media clock, which may stand still while others run."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from engine.ports import LegId, RtpStats, Said
from engine.recordings.files.wav import HEADER_BYTES, SAMPLE_BYTES
from sip.media.bridge import SipBridge
from tests.peers.audio import Sound, hears
from tests.peers.waiting import eventually, within
from tests.sip.conftest import Line

_LOOK_AGAIN_S = 0.02


async def sound_passes(bridge: SipBridge, seconds: float) -> None:
    """Whatever the bridge records already is longer by so much at least."""
    recorder = await bridge.record(tracks=[[]])
    passed = 0
    async with within(seconds + 5):
        while passed < seconds * bridge.rate_hz * SAMPLE_BYTES:
            await asyncio.sleep(_LOOK_AGAIN_S)
            passed += len(recorder.take())
    await recorder.stop()
    recorder.close()


async def holds(path: Path, hz: float, *, seconds: float, channel: int = 0, within_s: float = 10.0) -> None:
    """A WAV that is still being written holds so much of a tone."""
    await eventually(
        lambda: hears(so_far(path, channel), hz, seconds=seconds),
        within_s=within_s,
        otherwise=lambda: f"{seconds:g} s of {hz:g} Hz in {path.name}, of {so_far(path, channel).seconds:.1f} s",
    )


def so_far(path: Path, channel: int = 0) -> Sound:
    """What a WAV has that is still being written: its header does not tell its length yet."""
    written = path.read_bytes() if path.exists() else b""
    if len(written) <= HEADER_BYTES:
        return Sound(np.zeros(0), 8000)
    told = soundfile.info(path)
    frame_bytes = told.channels * SAMPLE_BYTES
    whole = (len(written) - HEADER_BYTES) // frame_bytes * frame_bytes
    pcm = np.frombuffer(written, np.int16, whole // SAMPLE_BYTES, HEADER_BYTES).reshape(-1, told.channels)
    return Sound.of_pcm(pcm[:, channel], told.samplerate)


async def figures(line: Line, leg: LegId, wanted: Callable[[RtpStats], bool], *, within_s: float = 15) -> RtpStats:
    """The leg's figures, as soon as they are as wanted."""
    async with within(within_s):
        while True:
            now = await line.agent.bridge.figures(leg)
            if now is not None and wanted(now):
                return now
            await asyncio.sleep(_LOOK_AGAIN_S)


async def says(line: Line, leg: LegId, hz: float) -> None:
    """From now on the far end is heard saying a tone."""
    recorder = await line.agent.bridge.record(tracks=[[Said(leg)]])
    pcm = bytearray()

    def heard() -> bool:
        pcm.extend(recorder.take())
        return hears(Sound.of_pcm(np.frombuffer(pcm, np.int16), line.agent.bridge.rate_hz), hz, seconds=0.5)

    await eventually(heard, within_s=5, otherwise=lambda: f"half a second of {hz} Hz")
    await recorder.stop()
    recorder.close()
