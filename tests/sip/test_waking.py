"""What the SIP thread is woken for: here it waits for a minute where nobody wakes it, and nothing is asked of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pjsua2 as pj
import pytest

from engine.ports import DigitPressed
from sip import thread, user_agent
from tests.peers.audio import tone
from tests.peers.ear import RtpEar
from tests.peers.raw_caller import audio, raw_caller
from tests.peers.waiting import within
from tests.sip.conftest import Line, OpenLine
from tests.sip.raw_calls import in_a_call

pytestmark = pytest.mark.sip


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread, "LONGEST_WAIT_MS", 60_000)
    monkeypatch.setattr(user_agent, "LOOK_S", 60.0)


@pytest.fixture
async def line(open_line: OpenLine) -> AsyncIterator[Line]:
    async with within(30), open_line() as opened:
        yield opened


async def test_commands_are_run_one_after_the_other(line: Line) -> None:
    for _ in range(20):
        await line.agent.strays()


async def test_the_end_of_a_file_is_told(line: Line, tmp_path: Path) -> None:
    blip = tone(440, 0.2, rate_hz=8000).save(tmp_path / "blip.wav")

    player = await line.agent.bridge.play(blip, to=[(await line.agent.bridge.open_room()).sink])

    async with within(10):
        await player.finished()


async def test_a_key_is_told(line: Line, ear: RtpEar) -> None:
    keys_too = audio(ear.port).replace("RTP/AVP 8", "RTP/AVP 8 101") + "a=rtpmap:101 telephone-event/8000\r\n"
    async with raw_caller(line.port) as far_end:
        call = await in_a_call(line, far_end, keys_too)
        ear.follow((await far_end.answer("INVITE")).sdp)

        ear.press("5")

        assert (await call.sees(DigitPressed, within_s=3)).digit == "5"


async def test_a_second_user_agent_is_woken_as_the_first(open_line: OpenLine) -> None:
    for _ in range(2):
        async with within(10), open_line() as opened:
            assert await opened.agent.strays() == 0


def test_waking_without_an_endpoint_does_nothing() -> None:
    pj.wake()
