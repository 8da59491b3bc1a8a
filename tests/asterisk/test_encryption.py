"""Encrypted trunks (RFC 4568 keys, SIP over TLS), and what is said when the two ends do not agree."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.asterisk.conftest import SUBSCRIBER_HOST
from tests.peers.asterisk import PASSWORD, Asterisk
from tests.peers.audio import Sound, hears, level_dbov
from tests.peers.certificates import make_pems
from tests.peers.consent import ASKS_NOBODY
from tests.peers.customer import Customer
from tests.peers.platform import NUMBER, Platform, platform
from tests.peers.ports import Ports

FLOW = '<Response><Say language="en-GB">This is said in secret.</Say></Response>'
KEYS = (
    '<Response><Say language="en-GB">This is said in secret.</Say>'
    '<Gather finishOnKey="#" timeout="6"/><Pause length="1"/></Response>'
)
GATHER = '<Response><Gather numDigits="2" timeout="10" action="/keys"/></Response>'


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


@asynccontextmanager
async def with_keys_by_dtls(
    tmp_path: Path, ports: Ports, network: Asterisk, product_port: int, number: dict[str, str] | None = None
) -> AsyncIterator[Platform]:
    """A platform that is registered at Asterisk by a trunk whose keys are agreed on by DTLS."""
    settings = {"SIP_HOST": SUBSCRIBER_HOST, "SIP_PORT": str(product_port)}
    (tmp_path / "password.txt").write_text(PASSWORD)
    async with platform(tmp_path, ports, settings, number=number) as telefoon:
        added = ("trunks", "add", "private", "--host", f"127.0.0.1:{network.udp_port}", "--auth", "register")
        user = ("--user", "private", "--password-file", str(tmp_path / "password.txt"))
        keys = ("--set", "srtp=required", "--set", "srtp_keying=dtls")
        await asyncio.to_thread(telefoon.telefoon, *added, *user, *keys)
        await telefoon.check_when("trunk", "200")
        yield telefoon


async def test_keys_are_agreed_on_by_dtls_in_a_call_out(
    tmp_path: Path, ports: Ports, network: Asterisk, product_port: int
) -> None:
    async with with_keys_by_dtls(tmp_path, ports, network, product_port) as telefoon:
        placed = await telefoon.place("+32255511700", flow=KEYS, record=True, consent=ASKS_NOBODY)
        call = await telefoon.ended_call(placed["id"], within_s=40)
        keys = [each["facts"]["digit"] for each in await telefoon.events(call["id"]) if each["kind"] == "digit"]
        _, wav = await telefoon.recording(tmp_path, call_id=call["id"])

    assert (call["status"], keys) == ("completed", ["1", "5", "9", "#"])
    assert hears(Sound.of_file(wav, 1), 700, seconds=0.8)
    assert level_dbov((await network.heard("700")).samples) > -40


async def test_keys_are_agreed_on_by_dtls_in_a_call_in(
    tmp_path: Path, ports: Ports, network: Asterisk, product_port: int, shop: Customer
) -> None:
    shop.flows |= {"/start": GATHER, "/keys": "<Response><Hangup/></Response>"}
    number = {"--url": shop.url("/start")}
    async with with_keys_by_dtls(tmp_path, ports, network, product_port, number) as telefoon:
        await network.originate("private", NUMBER, "500@keys")

        keys = await shop.is_asked("/keys")
        call = await telefoon.ended_call((await telefoon.newest_call(direction="inbound"))["id"])

    assert keys[0]["Digits"] == "73"
    assert call["status"] == "completed"
