"""Asterisk on hold, as its trunk has it: it answers, hears what it is to hear, and is heard again afterwards."""

from pathlib import Path

import pytest

from engine.model.trunk import new_trunk
from engine.ports import Answered, DialRequest, Ear, HoldRefused, MediaChanged
from tests.peers.asterisk import asterisk
from tests.peers.audio import hears, tone
from tests.peers.ports import Ports
from tests.peers.waiting import eventually, lasting
from tests.sip.conftest import OpenLine, Watch, open_line
from tests.sip.passing import says

__all__ = ["open_line"]  # a fixture

SAYS_700_HZ = DialRequest("+32255510700", "+3225550100", "CA1")
MUSIC_HZ = 440


def is_sent_nothing(call: Watch) -> bool:
    """Whether the far end sends no sound, by what was told last."""
    return not [each for each in call.seen if isinstance(each, MediaChanged)][-1].receiving


@pytest.mark.parametrize(("style", "hears_music"), [("sendonly", True), ("inactive", False)])
async def test_asterisk_hears_what_the_trunk_has_for_hold_and_is_heard_again(
    ports: Ports, open_line: OpenLine, tmp_path: Path, style: str, hears_music: bool
) -> None:
    music = tone(MUSIC_HZ, 60).save(tmp_path / "music.wav")
    async with asterisk(ports, ports.one()) as network, open_line() as line:
        carrier = {"name": "carrier", "hosts": [f"127.0.0.1:{network.udp_port}"], "hold": style}
        await line.agent.use_trunks([new_trunk(carrier)])
        call = Watch(await line.agent.dial(SAYS_700_HZ)).start()
        await call.sees(Answered)
        await says(line, call.leg.id, 700)

        await call.leg.hold(held=True)
        await eventually(lambda: is_sent_nothing(call), within_s=5, otherwise=lambda: f"hold; {call.seen}")
        player = await line.agent.bridge.play(music, to=[Ear(call.leg.id)], loop=True)
        await lasting(1.5)
        await player.stop()
        await call.leg.hold(held=False)
        await eventually(lambda: not is_sent_nothing(call), within_s=5, otherwise=lambda: f"its end; {call.seen}")
        await says(line, call.leg.id, 700)
        await call.leg.hang_up()
        await call.ends()

        assert hears(await network.heard("700"), MUSIC_HZ) == hears_music
        assert not [each for each in call.seen if isinstance(each, HoldRefused)]
