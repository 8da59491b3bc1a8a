"""Encrypted trunks (RFC 4568 keys, SIP over TLS), and what is said when the two ends do not agree."""

import asyncio
from pathlib import Path

import pytest

from tests.peers.asterisk import Asterisk
from tests.peers.audio import level_dbov
from tests.peers.certificates import make_pems
from tests.peers.platform import platform
from tests.peers.ports import Ports

FLOW = '<Response><Say language="en-GB">This is said in secret.</Say></Response>'


async def test_a_trunk_that_may_encrypt_does_so_where_the_far_end_insists(
    tmp_path: Path, ports: Ports, network: Asterisk, secured: dict[str, str]
) -> None:
    async with platform(tmp_path, ports, {**secured, "TRUNK_SRTP": "optional"}) as telefoon:
        call = await telefoon.ended_call((await telefoon.place("+32255510700", flow=FLOW))["id"])

    assert call["status"] == "completed"
    assert level_dbov((await network.heard("700")).samples) > -40


@pytest.mark.parametrize(("trunk", "srtp"), [("secured", "off"), ("subscribed", "required")])
@pytest.mark.usefixtures("network")
async def test_sound_that_only_one_end_encrypts_is_refused(
    tmp_path: Path, ports: Ports, request: pytest.FixtureRequest, trunk: str, srtp: str
) -> None:
    settings: dict[str, str] = request.getfixturevalue(trunk)
    async with platform(tmp_path, ports, {**settings, "TRUNK_SRTP": srtp}) as telefoon:
        call = await telefoon.ended_call((await telefoon.place("+32255510700", flow=FLOW))["id"])

    assert (call["status"], call["sip_code"]) == ("failed", 488)
    assert call["explanation"][-1]["said"] == "488 Not Acceptable Here"


async def test_a_certificate_from_an_unknown_authority_is_told_everywhere(
    tmp_path: Path, ports: Ports, secured: dict[str, str]
) -> None:
    (other := tmp_path / "other").mkdir()
    async with platform(tmp_path, ports, {**secured, "TLS_CA": str(make_pems(other).ca)}) as telefoon:
        told = await telefoon.check_when("trunk", "503")
        call = await telefoon.ended_call((await telefoon.place("+32255510700", flow=FLOW))["id"])
        found = await telefoon.diagnosis()

    assert (told["ok"], call["status"]) == (False, "failed")
    for said in (told["detail"], call["explanation"][-1]["said"], found["Trunk registration"]["detail"]):
        assert "certificate verification" in said
    assert "certificate verify failed" in found["Trunk"]["detail"]
    assert "TELEFOON_TLS_CA" in found["Trunk"]["advice"]


@pytest.mark.parametrize("pems", ["without Authority Key Identifier"], indirect=True)
async def test_a_certificate_that_only_strict_checking_refuses_carries_calls_and_is_told(
    tmp_path: Path, ports: Ports, secured: dict[str, str]
) -> None:
    async with platform(tmp_path, ports, secured) as telefoon:
        call = await telefoon.ended_call((await telefoon.place("+32255510700", flow=FLOW))["id"])
        found = await asyncio.to_thread(telefoon.telefoon, "doctor")

    assert call["status"] == "completed"
    assert "answered OPTIONS with 200 OK, but its certificate has a flaw: Missing Authority Key Identifier" in found
