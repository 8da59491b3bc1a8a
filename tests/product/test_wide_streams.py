"""Programs that hear and speak 16 kHz on calls of wide telephones: nothing on the way goes over 8 kHz."""

from pathlib import Path
from typing import Final

import pytest

from tests.peers.audio import Sound, hears, tone
from tests.peers.baresip import baresip
from tests.peers.consent import NUMBER_ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.platform import ACCOUNT, NUMBER, platform
from tests.peers.ports import Ports
from tests.peers.stream_program import pcm_of, stream_program

pytestmark = pytest.mark.sip

WIDE_HZ: Final = 16000
SAID: Final = 6000
SPOKEN: Final = 5000
"""No telephone of 8 kHz carries either."""


@pytest.mark.parametrize("codec", ["G722", "opus"])
async def test_a_tone_above_4_khz_reaches_the_program_and_another_comes_back(
    tmp_path: Path, ports: Ports, shop: Customer, codec: str
) -> None:
    shop.flows["/done"] = "<Response><Hangup/></Response>"
    async with stream_program() as program:
        wide = f'url="ws://127.0.0.1:{program.port}/media" audioFormat="l16" sampleRate="{WIDE_HZ}"'
        shop.flows["/start"] = f'<Response><Connect action="/done"><Stream {wide}/></Connect></Response>'
        number = {"--url": shop.url("/start"), **NUMBER_ASKS_NOBODY}
        async with (
            platform(tmp_path, ports, number=number) as telefoon,
            baresip(tmp_path / "phone", ports, "wide", codec=codec, tone_hz=SAID) as phone,
        ):
            telefoon.telefoon("accounts", "spoken-name", ACCOUNT, "Bakkerij Jansen")
            await phone.does("dial", f"sip:{NUMBER}@127.0.0.1:{telefoon.sip_port}")
            [start] = await program.gets("start", within_s=60)
            program.sid = start["streamSid"]
            await program.says_samples(tone(SPOKEN, 3, dbov=-18, rate_hz=WIDE_HZ))
            await program.marks_here("said")
            await program.gets("mark", within_s=60)
            media = await program.gets("media", times=150, within_s=30)
            assert program.socket is not None
            await program.socket.close()
            await shop.is_asked("/done")
            await telefoon.ended_call((await telefoon.newest_call())["id"])
            heard = await phone.heard()

    assert start["start"]["mediaFormat"] == {"encoding": "audio/x-l16", "sampleRate": WIDE_HZ, "channels": 1}
    said = Sound.of_pcm(pcm_of(media), WIDE_HZ)
    assert hears(said, SAID, seconds=1.5)
    assert not hears(said, SPOKEN, seconds=0.1)
    assert hears(heard, SPOKEN, seconds=2)
