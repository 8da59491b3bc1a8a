"""Many sounds at once: those that loop are stopped as they come round, and of those that end each end is told."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from tests.peers.audio import tone
from tests.peers.ports import Ports
from tests.peers.waiting import within
from tests.running.pace import patience
from tests.sip.conftest import Line

pytestmark = pytest.mark.sip

ROOT = Path(__file__).parents[2]


def test_thousands_of_loops_that_are_stopped_as_they_come_round_leave_the_process_alive(
    tmp_path: Path, ports: Ports
) -> None:
    """The library's own player tells Python of each round on its event thread, and crashes where it is gone by then."""
    command = [sys.executable, "-X", "faulthandler", "-m", "tests.sip.looping"]
    done = subprocess.run(
        [*command, str(ports.one()), str(ports.block(4)), str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=patience(180),
    )  # fmt: skip

    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.splitlines()[-1] == "done"


async def test_forty_sounds_that_end_in_one_frame_are_all_told(line: Line, tmp_path: Path) -> None:
    """The library tells ends by events, of which it keeps 16: who waited for another waited for ever."""
    wav = tone(400, 0.2).save(tmp_path / "short.wav")
    bridge = line.agent.bridge
    room = await bridge.open_room()
    recorder = await bridge.record(tracks=[[room.source]])  # nobody hears the room otherwise, and nothing is read

    for _ in range(3):
        playing = await asyncio.gather(*(bridge.play(wav, to=[room.sink]) for _ in range(40)))
        async with within(30):
            await asyncio.gather(*(each.finished() for each in playing))

    await recorder.stop()
    await room.close()
