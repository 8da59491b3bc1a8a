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


async def test_a_node_with_both_calls_over_ipv4_and_over_ipv6_and_joins_them(
    tmp_path: Path, ports: Ports, shop: Customer
) -> None:
    heard = {host: tmp_path / f"heard-{host}.wav" for host in ("127.0.0.1", "::1")}
    sounds = {hz: str(tone(hz, 6).save(tmp_path / f"{hz}.wav")) for hz in (500, 900)}
    async with (
        phone("--host", "127.0.0.1", "--play", sounds[500], "--record", str(heard["127.0.0.1"])) as four,
        phone("--host", "::1", "--play", sounds[900], "--record", str(heard["::1"])) as six,
    ):
        settings = {
            "SIP_HOST": "127.0.0.1, ::1", "TRUNK": f"sip:127.0.0.1:{four.port}", "EGRESS_ALLOW": "127.0.0.0/8, ::1/128"
        }  # fmt: skip
        async with platform(tmp_path, ports, settings) as telefoon:
            flow = f"<Response><Dial timeLimit='5'><Sip>sip:desk@[::1]:{six.port}</Sip></Dial></Response>"
            placed = await telefoon.place("+3225550199", flow=flow)
            call = await telefoon.ended_call(placed["id"])
            await four.tells("recorded")
            await six.tells("recorded")

    assert call["status"] == "completed"
    assert (await four.tells("media"))["remote"].startswith("127.0.0.1:")
    assert (await six.tells("media"))["remote"].startswith("[::1]:")
    assert hears(Sound.of_file(heard["127.0.0.1"]), 900, seconds=1.0)
    assert hears(Sound.of_file(heard["::1"]), 500, seconds=1.0)
