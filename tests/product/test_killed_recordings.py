"""Recordings whose process is killed in the middle: what the next process makes of them."""

import asyncio
import hashlib
import random
import signal
import time
from datetime import datetime
from pathlib import Path

import pytest

from tests.peers.audio import Sound, tone, when_heard
from tests.peers.phone import phone
from tests.peers.platform import Json, Platform, platform
from tests.peers.ports import Ports
from tests.running.pace import patience

pytestmark = pytest.mark.sip

HZ = 600
FAR_END = 1
"""The channel of who was called."""
KILLS = 2
CALLS = 26
"""So that a hundred recordings and some are killed, half of them sealed."""
LOST_S = 1.13
"""By design: the library's buffers at 8 kHz, half a second between writes, a chunk."""
LATE_S = 0.4
"""For which an idle machine may put off a write."""


async def killed(telefoon: Platform) -> float:
    """The moment of its end (seconds since 1970); it runs again after it."""
    at = time.time()
    assert await telefoon.end(signal.SIGKILL) == -signal.SIGKILL
    await telefoon.start()
    return at


@pytest.mark.costly("dozens of calls, killed again and again")
@pytest.mark.slow
@pytest.mark.parametrize("encrypted", ["true", "false"])
async def test_after_a_kill_the_recordings_are_there_up_to_their_last_second(
    tmp_path: Path, ports: Ports, encrypted: str
) -> None:
    voice, trunk = tone(HZ, 90).save(tmp_path / "voice.wav"), ports.one()
    kept = tmp_path / "var" / "recordings"
    # At 8 kHz the library's buffers hold the longest time.
    settings = {"TRUNK": f"sip:127.0.0.1:{trunk}", "CODECS": "PCMA", "RECORDING_ENCRYPTION": encrypted}
    async with platform(tmp_path, ports, settings) as telefoon:
        for _ in range(KILLS):
            async with phone("--play", str(voice), port=trunk):
                calls = [await telefoon.place("+3225550199", record=True) for _ in range(CALLS)]
                for call in calls:
                    await telefoon.noted(call["id"], "recording_started", within_s=30)
                await asyncio.sleep(random.uniform(1.5, 4))

                killed_at = await killed(telefoon)

                found = [await telefoon.recording(tmp_path, call_id=call["id"]) for call in calls]

            for recording, wav in found:
                is_whole_up_to(killed_at, recording, wav)
            assert {file.stem for file in kept.iterdir()} == {recording["id"] for recording, _ in found}
            for recording, _ in found:
                await telefoon.delete(f"recordings/{recording['id']}")
            assert not list(kept.iterdir())


def is_whole_up_to(killed_at: float, recording: Json, wav: Path) -> None:
    """Its row is true, and the far end is heard from its beginning to the process's last second."""
    assert recording["status"] == "completed"
    assert "ended without closing it" in recording["error"]
    assert recording["size_bytes"] == wav.stat().st_size
    assert recording["sha256"] == hashlib.sha256(wav.read_bytes()).hexdigest()
    began = datetime.fromisoformat(recording["started_at"]).timestamp()
    heard = when_heard(Sound.of_file(wav, channel=FAR_END), HZ, bridging_s=patience(LATE_S))
    assert len(heard) == 1
    assert heard[0].start_s < 0.5
    assert killed_at - LOST_S - patience(LATE_S) < began + heard[0].end_s < killed_at + 0.1
    ended = datetime.fromisoformat(recording["ended_at"]).timestamp()
    assert ended - began == pytest.approx(recording["seconds"], abs=0.01)
