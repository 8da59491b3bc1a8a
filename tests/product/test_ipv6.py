from pathlib import Path

import pytest

from tests.peers.audio import Sound, hears, tone
from tests.peers.customer import Customer
from tests.peers.phone import phone
from tests.peers.platform import platform
from tests.peers.ports import Ports

pytestmark = pytest.mark.sip


async def test_calls_and_their_media_run_over_ipv6(tmp_path: Path, ports: Ports, shop: Customer) -> None:
    shop.flows["/tone.wav"] = tone(700, 3.5).save(tmp_path / "tone.wav").read_bytes()
    heard = tmp_path / "heard.wav"
    async with phone("--host", "::1", "--digits", "5", "--record", str(heard)) as far_end:
        settings = {"SIP_HOST": "::1", "TRUNK": f"sip:[::1]:{far_end.port}"}
        async with platform(tmp_path, ports, settings) as telefoon:
            flow = f"<Response><Play>{shop.url('/tone.wav')}</Play><Gather numDigits='1' timeout='8'/></Response>"
            placed = await telefoon.place("+3225550199", flow=flow)
            call = await telefoon.ended_call(placed["id"])
            digit = await telefoon.noted(placed["id"], "digit")
            await far_end.tells("recorded")

    assert (call["status"], digit["digit"]) == ("completed", "5")
    assert (await far_end.tells("media"))["remote"].startswith("[::1]")
    assert hears(Sound.of_file(heard), 700, seconds=1.2)
