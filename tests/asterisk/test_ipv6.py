"""A carrier that is reached over IPv6 alone: an Asterisk at ::1, where the trunk registers."""

import asyncio
from pathlib import Path

from engine.model.trunk import new_trunk
from engine.ports import Answered, DialRequest, DigitPressed, Ear, MediaChanged
from tests.peers.asterisk import PASSWORD, asterisk
from tests.peers.audio import hears, tone
from tests.peers.ports import Ports
from tests.peers.waiting import within
from tests.sip.conftest import Line, OpenLine, Watch, open_line

__all__ = ["open_line"]  # a fixture

SITE = """
[udp6]
type = transport
protocol = udp
bind = [::1]:{port}

[subscriber](+)
transport = udp6
rtp_ipv6 = yes
media_address = ::1
"""
SENDS_TONE_AND_KEYS = DialRequest("+32255511700", "+3225550100", "CA1")


async def registered(line: Line) -> None:
    async with within(10):
        while not (await line.agent.registrations())["carrier"].active:
            await asyncio.sleep(0.05)


async def test_a_trunk_that_registers_over_ipv6_calls_and_is_called_with_sound_and_keys(
    ports: Ports, open_line: OpenLine, tmp_path: Path
) -> None:
    sound = tone(440, 30).save(tmp_path / "sound.wav")
    port = ports.one()
    subscriber = new_trunk(
        {"name": "carrier", "hosts": [f"[::1]:{port}"], "auth": "register", "user": "subscriber", "password": PASSWORD}
    )
    async with (
        asterisk(ports, ports.one(), more={"pjsip.conf": SITE.format(port=port)}) as network,
        open_line(too="::1", trunk=subscriber) as line,
    ):
        await registered(line)
        contacts = await network.cli("pjsip show contacts")

        out = Watch(await line.agent.dial(SENDS_TONE_AND_KEYS)).start()
        await out.sees(Answered)
        media = await out.sees(MediaChanged)
        await line.agent.bridge.play(sound, to=[Ear(out.leg.id)])
        await out.sees(DigitPressed, times=4, within_s=20)
        await out.leg.hang_up()
        figures = (await out.ends()).figures

        await network.originate("subscriber", "+3225550100", "500@keys")
        leg, arrival = await line.takes()
        call = Watch(leg).start()
        await leg.answer()
        await call.sees(DigitPressed, times=2, within_s=20)
        await leg.hang_up()
        await call.ends()
        heard = await network.heard("700")

    assert f"@[::1]:{line.port}" in contacts
    assert media.remote_address.startswith("[::1]:")
    assert [each.digit for each in out.seen if isinstance(each, DigitPressed)] == ["1", "5", "9", "#"]
    assert figures is not None
    assert figures.packets_received > 50
    assert hears(heard, 440, seconds=1.0)
    assert (arrival.trunk, arrival.source) == ("carrier", f"[::1]:{port}")
    assert [each.digit for each in call.seen if isinstance(each, DigitPressed)] == ["7", "3"]
