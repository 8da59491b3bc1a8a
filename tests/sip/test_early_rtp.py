"""Far ends that speak as soon as they have answered: their first packets come while a call's media begins."""

import asyncio
from pathlib import Path

import pytest

from engine.ports import MediaChanged
from tests.peers.audio import tone
from tests.peers.phone import phone
from tests.sip.conftest import Line, OpenLine, dial
from tests.sip.passing import figures

pytestmark = pytest.mark.sip

AT_ONCE = 25
ROUNDS = 6
"""Of so many calls one or two were deaf to their end, of most runs: it hung on microseconds."""


async def test_whoever_speaks_with_its_answer_is_heard(open_line: OpenLine, tmp_path: Path) -> None:
    voice = tone(440, 5).save(tmp_path / "voice.wav")
    async with phone("--play", str(voice)) as far_end, open_line(rtp_ports=2 * AT_ONCE * ROUNDS) as line:
        for _ in range(ROUNDS):
            await asyncio.gather(*(is_heard(line, far_end.port) for _ in range(AT_ONCE)))


async def is_heard(line: Line, port: int) -> None:
    """A call of which something is received."""
    call = await dial(line, port)
    await call.sees(MediaChanged)
    await figures(line, call.leg.id, lambda now: now.packets_received > 0, within_s=5)
    await call.leg.hang_up()
    await call.ends()
